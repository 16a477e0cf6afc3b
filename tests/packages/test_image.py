"""The container image and the compose file."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest
import yaml
from asking import ask
from authority import Authority
from conftest import INSTALL, MADE
from gateway import BINARY, REPO, Gateway
from image import Builder
from manifests import TOOLS
from sim import sim_binary
from tables import one_route
from upstream import Upstream, answering, reply

COMPOSE = REPO / "docker/compose.yaml"


def good(_):
    return reply(200, {"id": "good", "choices": []})


@pytest.fixture(scope="module")
def builder(clean_root):
    folder = MADE / "images"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    made = Builder(folder)
    made.import_base(clean_root)
    yield made
    made("umount", "--all")
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def image(builder, deb):
    from_source = "SPILLWAY_IMAGE_FROM_SOURCE" in os.environ
    return builder.build("gateway", None if from_source else deb.parent)


@pytest.fixture(scope="module")
def program(image, tmp_path_factory):
    """Called as the program; runs it in the image's root."""
    path = tmp_path_factory.mktemp("wrapper") / "spillway"
    image.wrapper(path)
    return str(path)


def test_it_says_how_it_is_run(image):
    assert image.config["User"] == "10001:10001"
    assert image.config["Entrypoint"] == ["/usr/bin/spillway"]
    assert image.config["StopSignal"] == "SIGTERM"
    assert image.config["Healthcheck"]["Test"] == ["CMD", "/usr/bin/spillway", "health"]
    assert set(image.config["ExposedPorts"]) == {"8080/tcp", "9091/tcp"}
    version = subprocess.run([BINARY, "version"], capture_output=True, text=True).stdout.split()[1]
    assert image.config["Labels"]["org.opencontainers.image.version"] == version
    assert image.run("version").stdout.split()[1] == version


def test_it_holds_the_program_and_what_it_loads(image):
    files = image.files
    names = {path.name for path in files}

    assert not names & {"sh", "bash", "dash", "busybox", "apt", "dpkg", "perl"}
    assert {"spillway", "ca-certificates.crt", "spillway.spdx.json", "passwd"} <= names and "spillway-sim" not in names
    assert sum(path.stat().st_size for path in files) < 40e6


def test_its_root_cannot_be_written_and_its_user_is_nobody(image, program):
    with Gateway(one_route({"east": "127.0.0.1:9"}), program=program) as gateway:
        status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{gateway.pid}/status").read_text().splitlines())
        [root] = [line.split() for line in pathlib.Path(f"/proc/{gateway.pid}/mountinfo").read_text().splitlines() if line.split()[4] == "/"]
        healthy = image.run("health", "--admin", gateway.admin.removeprefix("http://"))

    assert set(status["Uid"].split()) == set(status["Gid"].split()) == {"10001"} and status["Groups"].strip() == ""
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0 and status["NoNewPrivs"] == "1"
    assert "ro" in root[5].split(",")
    assert healthy.returncode == 0, healthy.stderr


def test_the_quickstart_runs_on_it(program, tmp_path):
    (tmp_path / "spillway").symlink_to(program)
    (tmp_path / "spillway-sim").symlink_to(pathlib.Path(sim_binary()).resolve())

    done = subprocess.run([sys.executable, REPO / "deploy/quickstart/run.py", "--once"], capture_output=True, text=True,
                          env={**os.environ, "SPILLWAY_BUILD": str(tmp_path)}, timeout=300)

    assert done.returncode == 0 and "everything worked" in done.stdout, done.stdout + done.stderr


def test_it_trusts_the_authorities_it_was_built_with(image, program, tmp_path):
    """No ca_file in the table: what is in the image's bundle is believed, and nothing else."""
    authority = Authority(tmp_path / "authority")
    bundle = image.root / "etc/ssl/certs/ca-certificates.crt"
    assert bundle.read_text().count("BEGIN CERTIFICATE") > 100
    with Upstream(answering(good), authority.issue("localhost")) as upstream:
        table = one_route({"east": upstream.address}, tls_ca=authority.certificate)
        del table["resources"]["east"]["tls"]
        with Gateway(table, program=program) as gateway:
            assert ask(gateway).status == 503 and not upstream.requests
        bundle.write_text(bundle.read_text() + authority.certificate.read_text())
        with Gateway(table, program=program) as gateway:
            assert ask(gateway).status == 200


def services():
    done = subprocess.run([TOOLS / "compose", COMPOSE], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return yaml.safe_load(done.stdout)["services"]


def test_the_compose_file_is_read_by_compose_s_own_library():
    found = services()

    assert set(found) == {"spillway", "simulator", "prometheus", "grafana"}
    for service in found.values():
        for volume in service.get("volumes", []):
            assert pathlib.Path(volume["source"]).exists(), volume
    assert found["spillway"]["read_only"] and found["spillway"]["cap_drop"] == ["ALL"]


def test_the_compose_file_s_gateway_speaks_to_its_simulator(builder, image, machine):
    """Its two programs with its own table, where `simulator` is a name of the same host."""
    found = services()
    (machine.root / "etc/hosts").write_text("127.0.0.1 localhost simulator\n")
    shutil.copytree(REPO / "docker/demo", machine.root / "demo", dirs_exist_ok=True)
    simulator = "/usr/bin/spillway-sim " + " ".join(found["simulator"]["command"])
    gateway = "/usr/bin/spillway serve --config /demo/spillway.yaml"
    with (machine.running("simulator", simulator),
          machine.running("gateway", gateway, found["spillway"]["environment"])):
        machine.wait_for(lambda: machine.run("spillway health", check=False).returncode == 0, "the gateway answers")
        done = machine.here(["bash", "-euo", "pipefail", "-c", INSTALL["fault"]])
        assert done.returncode == 0, done.stderr
        assert "x-spillway-deployment: gpt-4o-west" in done.stderr and "x-spillway-attempts: 2" in done.stderr
