"""docs/reload.md: its commands do what it says, and the unit it shows is one."""

import re
import subprocess

import pytest
from asking import ask
from gateway import BINARY, REPO, Gateway
from sim import Sim, two_regions
from tables import one_route

DOCUMENT = (REPO / "docs/reload.md").read_text()
BLOCKS = dict(re.findall(r"<!-- test: (\w+) -->\n```sh\n(.*?)```", DOCUMENT, re.DOTALL))


@pytest.fixture(scope="module")
def gateway():
    with Sim(two_regions()) as sim:
        with Gateway(one_route({"east": sim.address("east")})) as running:
            yield running


def run(name, gateway):
    text = BLOCKS[name]
    for said, here in {
        "spillway check": f"{BINARY} check",
        "/etc/spillway/spillway.yaml": str(gateway.config_path),
        "http://127.0.0.1:9091": gateway.admin,
        "/var/log/spillway/access.log": str(gateway.access_path),
        "$(pidof spillway)": str(gateway.pid),
    }.items():
        text = text.replace(said, here)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", text], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_command_is_tested():
    assert set(BLOCKS) == {"reload", "refused", "rotate"}
    assert DOCUMENT.count("```sh") == len(BLOCKS)


def test_reload_tells_what_changed(gateway):
    printed = run("reload", gateway)

    assert ": ok (" in printed and '"changes": []' in printed


def test_a_refused_table_is_shown(gateway):
    right = gateway.config_path.read_text()
    gateway.write_text("routes: [")
    gateway.reload()

    printed = run("refused", gateway)
    gateway.write_text(right)
    gateway.reload()

    assert f'"message": "{gateway.config_path}:1:' in printed
    assert "spillway_config_last_reload_success 0" in printed


def test_rotating_the_log_begins_a_new_one(gateway):
    ask(gateway)
    gateway.access_log(at_least=1)
    run("rotate", gateway)
    ask(gateway)

    # Which of the two files has it depends on when the new one was opened.
    moved = gateway.access_path.with_name("access.log.1")
    assert moved.read_text().count("\n") >= 1
