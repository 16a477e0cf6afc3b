"""The admin listener with a token (docs/status.md): who sees what, and how each kind of client shows it."""

import base64
import json
import os
import subprocess
import urllib.error
import urllib.request

import pytest
from gateway import BINARY, Gateway
from tables import one_route

TOKEN = "canary-5b1f-token"


@pytest.fixture
def token_file(tmp_path):
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    return path


@pytest.fixture
def gateway(sim, token_file):
    admin = {"listen": "127.0.0.1:0", "token": {"file": str(token_file)}, "hosts": ["gw.example.com"]}
    with Gateway(one_route({"east": sim.address("east")}, admin=admin)) as running:
        yield running


def fetch(gateway, path, authorization=None, host=None, method="GET"):
    """(status, header fields, body)"""
    fields = {"Authorization": authorization, "Host": host}
    request = urllib.request.Request(
        gateway.admin + path, method=method, headers={k: v for k, v in fields.items() if v}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def bearer(token):
    return "Bearer " + token


def basic(token):
    return "Basic " + base64.b64encode(f"anybody:{token}".encode()).decode()


def command(gateway, *arguments, **variables):
    address = gateway.admin.removeprefix("http://")
    env = {k: v for k, v in os.environ.items() if k != "SPILLWAY_ADMIN_TOKEN"}
    return subprocess.run(
        [BINARY, *arguments, "--admin", address],
        capture_output=True, text=True, timeout=20, env={**env, **variables},
    )


def test_without_the_token_only_health_is_answered(gateway):
    for path in ("/", "/metrics", "/status.json", "/version", "/nowhere"):
        status, fields, body = fetch(gateway, path)
        assert status == 401, path
        assert fields["WWW-Authenticate"].startswith("Basic ")
        assert json.loads(body)["error"]["code"] == "admin_token_required"
        assert fetch(gateway, path, bearer(TOKEN[:-1]))[0] == 401
    assert [fetch(gateway, path)[0] for path in ("/livez", "/readyz")] == [200, 200]


def test_the_token_opens_it_to_programs_and_browsers(gateway):
    for shown in (bearer(TOKEN), basic(TOKEN)):
        assert [fetch(gateway, path, shown)[0] for path in ("/metrics", "/")] == [200, 200]
    # A page that is not ours cannot make a browser do anything with it.
    assert fetch(gateway, "/reload", basic(TOKEN), method="POST")[0] == 403


def test_a_rotated_token_counts_at_once(gateway, token_file):
    token_file.write_text("another")
    assert fetch(gateway, "/version", bearer(TOKEN))[0] == 401
    assert fetch(gateway, "/version", bearer("another"))[0] == 200
    token_file.unlink()
    assert fetch(gateway, "/version", bearer("another"))[0] == 401


def test_it_answers_to_the_hosts_of_the_table(gateway):
    assert fetch(gateway, "/version", bearer(TOKEN), host="gw.example.com")[0] == 200
    assert fetch(gateway, "/version", bearer(TOKEN), host="evil.example.com")[0] == 421


def test_commands_show_the_token(gateway, token_file, tmp_path):
    question = ("explain", "--model", "gpt-4o")
    refused = command(gateway, *question)
    assert refused.returncode == 1 and "401" in refused.stderr
    assert command(gateway, *question, SPILLWAY_ADMIN_TOKEN=TOKEN).returncode == 0
    assert command(gateway, *question, "--token-file", str(token_file)).returncode == 0
    assert command(gateway, "health", "--ready").returncode == 0
    missing = command(gateway, "health", "--token-file", str(tmp_path / "none"))
    assert missing.returncode == 2 and "there is no token in" in missing.stderr
    assert command(gateway, "health", SPILLWAY_ADMIN_TOKEN="a\r\nb").returncode == 2


def test_the_token_is_in_no_output(gateway):
    fetch(gateway, "/version", bearer(TOKEN))
    shown = b"".join(
        fetch(gateway, path, bearer(TOKEN))[2]
        for path in ("/", "/metrics", "/status.json", "/events", "/history.json")
    )
    text = shown.decode() + gateway.events_path.read_text()
    assert TOKEN not in text


def test_a_token_in_the_table_is_not_quoted(tmp_path):
    table = tmp_path / "table.yaml"
    table.write_text(f"admin: {{listen: 127.0.0.1:9, token: {TOKEN}, nonsense: 1}}\n")
    checked = subprocess.run([BINARY, "check", str(table)], capture_output=True, text=True, timeout=20)
    assert checked.returncode == 1 and "nonsense" in checked.stdout + checked.stderr
    assert TOKEN not in checked.stdout + checked.stderr
