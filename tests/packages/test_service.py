"""The package used as on a server: a clean Debian with the real systemd, which starts the unit with all its restrictions."""

import concurrent.futures
import json
import subprocess
import sys

import pytest
from conftest import INSTALL
from gateway import REPO

UNIT = REPO / "deploy/systemd/spillway.service"
QUESTION = json.dumps({"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello"}]})


@pytest.fixture(scope="module")
def service(machine):
    """The service over the simulated regions of docker/demo, with the package's own example as its table."""
    simulated = (REPO / "docker/demo/simulator.json").read_text()
    (machine.root / "etc/simulator.json").write_text(simulated)
    table = machine.root / "etc/spillway/spillway.yaml"
    text = table.read_text()
    for name, port in (("acme-eastus", 9001), ("acme-westus3", 9002)):
        text = text.replace(f"https://{name}.openai.azure.com", f"http://127.0.0.1:{port}")
    table.write_text(text + "drain: {delay: 0s, timeout: 5s}\n")
    with machine.running("simulator", "/usr/bin/spillway-sim --config /etc/simulator.json"):
        machine.script("EAST_KEY=east-key WEST_KEY=west-key\n" + INSTALL["start"])
        wait_until_it_answers(machine)
        yield machine
        machine.run("systemctl disable --now spillway.service spillway.socket")


def wait_until_it_answers(machine):
    machine.wait_for(lambda: machine.run("spillway health --ready", check=False).returncode == 0, "the gateway is ready")


def ask(machine):
    """(status, deployment) of one request."""
    done = machine.here(["curl", "--silent", "--include", "http://127.0.0.1:8080/v1/chat/completions", "--header",
                         "content-type: application/json", "--data", QUESTION])
    head = done.stdout.partition("\n\n")[0].split("\n")
    fields = dict(line.split(": ", 1) for line in head[1:])
    return int(head[0].split(" ")[1]), fields.get("x-spillway-deployment")


def faults(machine, *arguments):
    machine.here(["curl", "--silent", "--fail", "http://127.0.0.1:9100/faults", *arguments], check=True)


def process(machine):
    return machine.property("spillway.service", "MainPID")


def test_installing_starts_and_enables_nothing(machine):
    assert machine.run("systemctl is-enabled spillway.service spillway.socket", check=False).stdout.split() == ["disabled", "disabled"]
    shown = machine.run("stat --format %U:%G:%a /etc/spillway/keys").stdout.strip()
    assert shown == "root:spillway:750"


def test_the_unit_verifies_and_is_barely_exposed(machine):
    machine.run("systemd-analyze verify --man=no spillway.service spillway.socket")
    done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=20", UNIT], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-200:]


def test_it_serves_and_fails_over_under_its_restrictions(service):
    assert ask(service) == (200, "gpt-4o-east")
    faults(service, "--data", json.dumps({"resource": "east", "fault": {"refuse": "all"}}))
    try:
        assert ask(service) == (200, "gpt-4o-west")
    finally:
        faults(service, "--request", "DELETE")
    assert service.property("spillway.service", "NRestarts") == "0"


def test_the_process_is_as_confined_as_the_unit_says(service):
    status = dict(line.split(":\t", 1) for line in service.run(f"cat /proc/{process(service)}/status").stdout.splitlines())
    uid = service.run("id --user spillway").stdout.strip()

    assert set(status["Uid"].split()) == {uid} != {"0"}
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == int(status["CapAmb"], 16) == 0
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
    mounts = [line.split() for line in service.run(f"cat /proc/{process(service)}/mountinfo").stdout.splitlines()]
    options = {mount[4]: mount[5].split(",") for mount in mounts}
    assert "ro" in options["/"] and "rw" in options["/var/log/spillway"]
    assert "ro" in options["/home"] and options["/proc"]


def test_it_writes_its_log_where_only_it_may(service):
    service.wait_for(lambda: (service.root / "var/log/spillway/access.log").exists(), "the access log")
    shown = service.run("stat --format %U:%a /var/log/spillway/access.log").stdout.strip()
    assert shown == "spillway:600"


def test_it_keeps_what_callers_use_up_in_its_state_directory(service):
    table = service.root / "etc/spillway/spillway.yaml"
    before = table.read_text()
    table.write_text(before + "allow_anonymous: true\ncallers: {_anonymous: {budget: {month: {tokens: 1000M}}}}\n")
    service.run("systemctl reload spillway.service")
    used = 'spillway_caller_budget_used{caller="_anonymous",period="month",unit="tokens"} '

    def metrics():
        return service.here(["curl", "--silent", "http://127.0.0.1:9091/metrics"]).stdout

    service.wait_for(lambda: used in metrics(), used)
    assert ask(service)[0] == 200
    service.wait_for(lambda: used in metrics() and used + "0" not in metrics(), "the request's tokens")
    assert "spillway_ledger_writable 1" in metrics()
    shown = service.run("stat --format %U:%a /var/lib/spillway/ledger.db").stdout.strip()
    assert shown == "spillway:600"
    table.write_text(before)
    service.run("systemctl reload spillway.service")


def test_it_can_be_looked_at(service):
    printed = service.script(INSTALL["look"])

    assert printed.startswith("ok") and "active (running)" in printed and '"event":"started"' in printed


def test_a_reload_changes_the_table_and_keeps_the_process(service):
    table, before = service.root / "etc/spillway/spillway.yaml", process(service)
    table.write_text(table.read_text().replace("rpm: 600", "rpm: 601"))

    service.run("systemctl reload spillway.service")

    limit = 'spillway_deployment_rpm_limit{deployment="gpt-4o-east"} 601'
    service.wait_for(lambda: limit in service.here(["curl", "--silent", "http://127.0.0.1:9091/metrics"]).stdout, limit)
    assert process(service) == before


CALLER = """
import socket, time
refused = answered = 0
until = time.monotonic() + 20
while time.monotonic() < until and answered < 400:
    try:
        with socket.create_connection(("127.0.0.1", 8080), 10) as caller:
            caller.sendall(b"GET /v1/models HTTP/1.1\\r\\nhost: x\\r\\nconnection: close\\r\\n\\r\\n")
            answered += caller.recv(65536).startswith(b"HTTP/1.1 200")
    except ConnectionError:
        refused += 1
    time.sleep(0.01)
print(answered, refused)
"""


def test_with_the_socket_unit_a_restart_refuses_nobody(service):
    service.run("systemctl stop spillway.service")
    service.run("systemctl enable --now spillway.socket")
    service.run("systemctl start spillway.service")
    wait_until_it_answers(service)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        caller = pool.submit(service.here, [sys.executable, "-c", CALLER])
        for _ in range(3):
            service.run("systemctl restart spillway.service")
        answered, refused = map(int, caller.result().stdout.split())

    assert refused == 0 and answered >= 100
    service.run("systemctl disable --now spillway.socket")


def test_it_ends_by_itself_and_well(service):
    service.script(INSTALL["restart"])
    wait_until_it_answers(service)
    assert ask(service)[0] == 200
    service.run("systemctl stop spillway.service")
    assert service.property("spillway.service", "Result") == "success"
    service.run("systemctl start spillway.service")
    wait_until_it_answers(service)
