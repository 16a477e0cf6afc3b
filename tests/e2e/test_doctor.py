"""`spillway doctor`: each thing that can be wrong is found, with what to do about it, and nothing else is."""

import datetime
import json
import os
import socket
import subprocess
import time

import pytest
from authority import Authority
from gateway import BINARY, Gateway
from identity_services import TENANT, Entra, Issuer
from tables import one_route, over_regions
from upstream import Served, Upstream, answering, reply

KEY = "canary-0123456789"
DENIED = {"error": {"code": "401", "message": f"Access denied: {KEY} is an invalid subscription key."}}
MODELS = {"object": "list", "data": [{"id": "gpt-4o"}]}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def whole(table):
    here = {"listen": f"127.0.0.1:{free_port()}", "admin": {"listen": f"127.0.0.1:{free_port()}"}}
    return {**here, **table}


class Visit:
    """One run over a table. `env`: further variables."""

    def __init__(self, table, folder, env=None):
        path = folder / "spillway.yaml"
        path.write_text(json.dumps(whole(table), indent=1))
        command = [BINARY, "doctor", "--config", str(path)]
        environment = {**os.environ, **(env or {})}
        begun = time.monotonic()
        done = subprocess.run([*command, "--json"], env=environment, capture_output=True, text=True, timeout=60)
        self.seconds = time.monotonic() - begun
        self.status = done.returncode
        self.checks = json.loads(done.stdout)["checks"]
        self.healthy = json.loads(done.stdout)["healthy"]
        self.said = done.stdout + done.stderr

    def of(self, condition):
        """{(check, subject)} of these."""
        return {(c["check"], c["subject"]) for c in self.checks if c["condition"] == condition}

    def the(self, check, subject):
        """What was found there, once."""
        [found] = [c for c in self.checks if (c["check"], c["subject"]) == (check, subject)]
        return found


def only_failure(visit, check, subject):
    """The one thing that is wrong."""
    assert (visit.status, visit.healthy) == (1, False), visit.said
    assert visit.of("fail") == {(check, subject)}, visit.said
    return visit.the(check, subject)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("doctor") / "ours")


@pytest.fixture
def regions(sim):
    tiers = [["east/gpt-4o-prod"], ["west/gpt-4o-dr"]]
    return over_regions({"east": sim, "west": sim}, tiers)


def like_azure(request, **fields):
    right = request.fields.get("api-key") == KEY
    return reply(200, MODELS, fields) if right else reply(401, DENIED, fields)


def behind_tls(upstream, authority):
    table = one_route({"east": upstream.address}, tls_ca=authority.certificate)
    table["credentials"]["east-key"] = {"api_key": {"env": "EAST_KEY"}}
    return table


def visit_server(authority, folder, name="localhost", **dates):
    with Upstream(answering(like_azure), tls=authority.issue(name, **dates)) as upstream:
        return Visit(behind_tls(upstream, authority), folder, {"EAST_KEY": KEY})


def test_a_healthy_setup_is_called_healthy_and_costs_nothing(sim, regions, tmp_path):
    sim.reset()
    visit = Visit(regions, tmp_path)

    assert (visit.status, visit.healthy, visit.of("fail")) == (0, True, set()), visit.said
    for region in ("east", "west"):
        steps = {(step, region) for step in ("dns", "connect", "answer", "credential")}
        assert steps <= visit.of("ok")
    charged = [each["requests"] for region in sim.stats().values() for each in region["deployments"].values()]
    assert charged and not any(charged)


def test_every_check_that_is_not_ok_has_a_remedy_and_ok_ones_have_none(regions, tmp_path):
    regions["resources"]["west"]["endpoint"] = f"http://127.0.0.1:{free_port()}"
    visit = Visit(regions, tmp_path)

    assert {c["condition"] for c in visit.checks} == {"ok", "warn", "fail"}
    assert all((c["remedy"] is None) == (c["condition"] == "ok") for c in visit.checks), visit.said


def test_a_healthy_setup_with_tls(authority, tmp_path):
    visit = visit_server(authority, tmp_path)

    assert visit.status == 0
    assert {("tls", "east"), ("credential", "east")} <= visit.of("ok"), visit.said


def test_a_wrong_key(regions, tmp_path):
    key = tmp_path / "key"
    key.write_text("an-old-key\n")
    regions["credentials"]["east-key"] = {"api_key": {"file": str(key)}}

    found = only_failure(Visit(regions, tmp_path), "credential", "east")

    assert found["seen"] == "401: east-key is not accepted"
    assert str(key) in found["remedy"]


def test_a_dead_port(regions, tmp_path):
    port = free_port()
    regions["resources"]["east"]["endpoint"] = f"http://127.0.0.1:{port}"

    found = only_failure(Visit(regions, tmp_path), "connect", "east")

    assert found["seen"] == f"cannot connect to 127.0.0.1:{port} (Connection refused)"
    assert "host and port of `endpoint`" in found["remedy"]


def test_a_name_that_does_not_exist(regions, tmp_path):
    regions["resources"]["east"]["endpoint"] = "http://no-such-host.invalid"

    assert "DNS" in only_failure(Visit(regions, tmp_path), "dns", "east")["remedy"]


def test_a_wrong_name_in_the_certificate(authority, tmp_path):
    with Upstream(answering(like_azure), tls=authority.issue("elsewhere.example")) as upstream:
        visit = Visit(behind_tls(upstream, authority), tmp_path, {"EAST_KEY": KEY})
    found = only_failure(visit, "tls", "east")

    assert found["seen"].endswith("localhost: hostname mismatch")
    assert "`connect_to`" in found["remedy"]
    assert not upstream.requests


def test_an_expired_certificate(authority, tmp_path):
    visit = visit_server(authority, tmp_path, ends="20210101000000Z")
    found = only_failure(visit, "tls", "east")

    assert "expired" in found["seen"] and "renewed" in found["remedy"]


def test_a_stranger_behind_an_inspecting_proxy(authority, tmp_path):
    theirs = Authority(tmp_path / "theirs")
    with Upstream(answering(like_azure), tls=theirs.issue("localhost")) as upstream:
        visit = Visit(behind_tls(upstream, authority), tmp_path, {"EAST_KEY": KEY})

    assert "`tls.ca_file`" in only_failure(visit, "tls", "east")["remedy"]


def test_a_certificate_that_ends_soon_is_only_warned_of(authority, tmp_path):
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=3, hours=1)
    visit = visit_server(authority, tmp_path, ends=f"{soon:%Y%m%d%H%M%SZ}")

    assert visit.status == 0
    assert visit.the("tls", "east")["condition"] == "warn"
    # Its authority's certificate, which the server does not send, ends before that.
    assert visit.the("tls", "east")["seen"].endswith(f"{soon:%F}, in 3 days")


def test_a_port_that_another_program_has(regions, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        found = only_failure(Visit({"listen": address, **regions}, tmp_path), "listener", address)

    assert (found["seen"], "`ss -ltnp`" in found["remedy"]) == ("taken by another program", True)


def test_the_ports_of_a_running_gateway_are_its_own(regions, tmp_path):
    with Gateway(regions) as gateway:
        admin = gateway.admin.removeprefix("http://")
        table = {"listen": gateway.listening[0], "admin": {"listen": admin}, **regions}
        visit = Visit(table, tmp_path)

    assert visit.status == 0
    for check, address in (("listener", gateway.listening[0]), ("admin", admin)):
        assert visit.the(check, address)["seen"] == "a gateway listens there already"


def test_a_wrong_path_in_the_url(regions, tmp_path):
    regions["resources"]["east"]["endpoint"] += "/some/where"
    found = only_failure(Visit(regions, tmp_path), "credential", "east")

    assert found["seen"].startswith("404") and "without a path" in found["remedy"]


def test_a_web_page_where_an_api_should_be(tmp_path):
    page = reply(200, b"<html>It works!</html>", {"content-type": "text/html"})
    with Upstream(answering(lambda _: page)) as upstream:
        found = only_failure(Visit(one_route({"east": upstream.address}), tmp_path), "answer", "east")

    assert "not as an API answers" in found["seen"] and "`endpoint`" in found["remedy"]
    assert len(upstream.requests) == 1, "the key is not shown to what is no API"
    assert "api-key" not in upstream.requests[0].fields


def test_a_key_file_without_a_key(regions, tmp_path):
    (tmp_path / "key").write_text("\n")
    regions["credentials"]["east-key"] = {"api_key": {"file": str(tmp_path / "key")}}

    assert "alone on one line" in only_failure(Visit(regions, tmp_path), "file", "east-key")["remedy"]


def test_a_missing_variable_does_not_hide_the_rest(regions, tmp_path):
    regions["credentials"]["east-key"] = {"api_key": {"env": "NO_SUCH_VARIABLE"}}
    visit = Visit(regions, tmp_path)

    assert "spillway check" in only_failure(visit, "config", None)["remedy"]
    assert ("answer", "east") in visit.of("ok")
    assert ("credential", "west") in visit.of("ok")


def test_a_table_with_mistakes(tmp_path):
    visit = Visit({"nonsense": 1}, tmp_path)

    assert (visit.status, len(visit.checks)) == (1, 1)
    assert visit.checks[0]["check"] == "config"


def test_a_clock_that_is_wrong(authority, tmp_path):
    then = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=10)
    date = f"{then:%a, %d %b %Y %H:%M:%S} GMT"
    script = answering(lambda request: like_azure(request, date=date))
    with Upstream(script, tls=authority.issue("localhost")) as upstream:
        visit = Visit(behind_tls(upstream, authority), tmp_path, {"EAST_KEY": KEY})
    found = only_failure(visit, "clock", None)

    assert found["seen"].startswith("60") and found["seen"].endswith("s ahead of the servers'")
    assert "NTP" in found["remedy"]


def test_the_keys_of_token_issuers(regions, authority, tmp_path):
    issuer = Issuer()
    with Entra(issuer, authority.issue("localhost")) as entra:
        acme = {"tenant": TENANT, "authority": entra.authority, "audiences": ["api://spillway"],
                "ca_file": str(authority.certificate)}
        table = {**regions, "token_issuers": {"acme": acme}}
        found = Visit(table, tmp_path).the("token_issuer", "acme")
        assert found["condition"] == "ok" and "has 1 key " in found["seen"]
        for answer, seen, remedy in (
            (404, "answers 404", "`tenant`"),
            ((200, {"keys": []}, {}), "no key", "JSON Web Key Set"),
        ):
            entra.always = answer
            visit = Visit(table, tmp_path)
            only_failure(visit, "token_issuer", "acme")
            found = visit.the("token_issuer", "acme")
            assert seen in found["seen"] and remedy in found["remedy"]
    visit = Visit(table, tmp_path)
    only_failure(visit, "token_issuer", "acme")
    assert "no answer" in visit.the("token_issuer", "acme")["seen"]


def test_silence_takes_seconds_however_many_are_silent(tmp_path):
    with Upstream(Served.wait_for_end) as one, Upstream(Served.wait_for_end) as other:
        visit = Visit(one_route({"east": one.address, "west": other.address}), tmp_path)

    assert visit.of("fail") == {("answer", "east"), ("answer", "west")}
    assert visit.the("answer", "east")["seen"] == "connected, but no answer in time"
    assert visit.seconds < 9


def test_no_secret_is_printed(tmp_path):
    """Not even by an upstream that quotes it."""
    quoting = answering(lambda request: reply(401, DENIED, {"x-key": KEY}))
    with Upstream(quoting) as upstream:
        table = one_route({"east": upstream.address})
        table["credentials"]["east-key"] = {"api_key": KEY}
        visit = Visit(table, tmp_path)
        text = subprocess.run(
            [BINARY, "doctor", "--config", tmp_path / "spillway.yaml"], capture_output=True, text=True
        )

    assert upstream.requests[-1].fields["api-key"] == KEY
    assert visit.the("credential", "east")["condition"] == "fail"
    assert KEY not in visit.said + text.stdout + text.stderr
    assert "fail  credential east: 401: east-key is not accepted\n      -> compare" in text.stdout
