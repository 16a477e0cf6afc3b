"""The pages for operators: their commands work, their tables are right, their keys exist."""

import json
import os
import re
import subprocess

import pytest
from asking import ask
from documents import Document, run
from gateway import BINARY, REPO, Gateway
from sim import Sim, two_regions
from tables import over_regions

PAGES = {name: Document(f"docs/{name}.md") for name in ("runbooks", "troubleshooting", "migration")}
RUNBOOKS, TROUBLESHOOTING, MIGRATION = (each.named() for each in PAGES.values())
CHECK_CELLS = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \|", re.MULTILINE)
ROUTE_KEYS = ("aliases", "tiers", "residency", "timeouts", "commit", "retries")


@pytest.fixture(scope="module")
def gateway():
    """One that has just lost a region."""
    tiers = [["east/gpt-4o-prod"], ["west/gpt-4o-dr"]]
    with Sim(two_regions()) as sim, Gateway(over_regions({"east": sim, "west": sim}, tiers)) as run:
        sim.fault({"refuse": "all"}, resource="east")
        yield run


def test_every_command_is_run_or_says_why_not():
    assert not [text for page in PAGES.values() for text in page.unmarked()]
    assert set(RUNBOOKS) == {"first-look", "alive"}
    assert set(TROUBLESHOOTING) == {"doctor", "one-request"}
    assert set(MIGRATION) == {"check"}


def test_the_first_look_shows_who_failed_and_why(gateway, tmp_path):
    ask(gateway)
    gateway.access_log(at_least=1)

    shown = run(RUNBOOKS["first-look"], {"http://127.0.0.1:9091": gateway.admin}, tmp_path)

    assert re.search(r"^east-gpt-4o-prod closed .*'reason': 'connect'", shown, re.MULTILINE), shown
    assert 'spillway_failovers_total{route="gpt-4o",reason="connect"} ' in shown


def test_health_says_that_it_lives(gateway, tmp_path):
    here = {"127.0.0.1:9091": gateway.admin.removeprefix("http://"), "spillway health": f"{BINARY} health"}

    assert run(RUNBOOKS["alive"], here, tmp_path) == "ok\nok\n"


def test_the_doctor_finds_what_is_wrong(gateway, tmp_path):
    table = {**json.loads(gateway.config_path.read_text()), "listen": gateway.listening[0]}
    table["admin"]["listen"] = gateway.admin.removeprefix("http://")
    (tmp_path / "here.yaml").write_text(json.dumps(table, indent=1))
    here = {"spillway doctor": f"{BINARY} doctor", "/etc/spillway/spillway.yaml": str(tmp_path / "here.yaml")}

    shown = run(f"{TROUBLESHOOTING['doctor']} || test $? = 1", here, tmp_path)

    found = {line.split()[1].rstrip(":"): line.split()[0] for line in shown.splitlines() if line[0] != " "}
    first_section = PAGES["troubleshooting"].text.partition("## One request")[0]
    documented = set(re.findall(r"`(\w+)`", " ".join(CHECK_CELLS.findall(first_section))))
    assert set(found) <= documented, shown
    assert "fail  connect east: cannot connect to " in shown
    assert "ok    credential west: west-key is accepted" in shown


def test_a_request_is_found_by_its_id(gateway, tmp_path):
    wanted = ask(gateway).field("x-request-id")
    gateway.access_log(at_least=2)
    here = {"$REQUEST_ID": wanted, "access.log": str(gateway.access_path)}

    [line] = run(TROUBLESHOOTING["one-request"], here, tmp_path).splitlines()

    assert json.loads(line)["request_id"] == wanted


@pytest.mark.parametrize("number", range(3), ids=("litellm", "apim", "nginx"))
def test_what_others_call_otherwise_is_a_table_that_check_accepts(number, tmp_path):
    tables = [text for _, language, text in PAGES["migration"].blocks if language == "yaml"]
    assert len(tables) == 3
    path = tmp_path / "spillway.yaml"
    path.write_text(tables[number])
    keys = {name: "a-key" for name in re.findall(r"env: (\w+)", tables[number])}
    command = MIGRATION["check"].replace("spillway.yaml", str(path))

    done = subprocess.run(
        [BINARY, *command.split()[1:]], env={**os.environ, **keys}, capture_output=True, text=True
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_the_reference_of_keys_is_current():
    made = subprocess.run([REPO / "config/reference.py"], capture_output=True, text=True, check=True)

    assert (REPO / "docs/configuration.md").read_text() == made.stdout, "config/reference.py > docs/..."


def known_keys():
    """Every key's path, and for those of a route also without `routes.*`."""
    reference = (REPO / "docs/configuration.md").read_text()
    paths = set(re.findall(r"^\| \**`([^`]+)`", reference, re.MULTILINE))
    return paths | {path.removeprefix("routes.*.") for path in paths}


def test_every_key_named_in_the_docs_exists():
    known = known_keys()
    first = {path.split(".")[0].split("[")[0] for path in known} - {"defaults"}
    pages = [REPO / "README.md", *sorted((REPO / "docs").glob("*.md"))]
    named = {
        (page.name, key)
        for page in pages
        if page.name != "status.md"  # its paths are those of /status.json
        for key in re.findall(r"`([a-z_]+(?:\.[a-z_*]+)+)`", page.read_text())
        if key.split(".")[0] in first
    }

    assert {(page, key) for page, key in named if key not in known} == set()
    assert len({key for _, key in named if key.split(".")[0] in ROUTE_KEYS}) > 5
