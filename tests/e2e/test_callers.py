"""Who may call: keys and client certificates, grants, and what a refused caller is told."""

import http.client
import json
import ssl
import subprocess

import openai
import pytest
from asking import HELLO, V1_CHAT, ask, line_of
from authority import Authority
from caller import Caller
from gateway import Gateway
from keys import hashed, new_key
from tables import over_regions

AGENTS, BATCH = new_key("agents"), new_key("batch")
FOREIGN = hashed("an-existing-key-of-the-batch")
TABLE = {
    "caller_key_header": "x-team-key",
    "callers": {
        "agents": {"keys": [AGENTS.line], "cost_center": "4711", "tags": {"team": "desk"}},
        "batch": {"keys": [BATCH.line, FOREIGN.line], "routes": ["gpt-4o"], "operations": ["chat/completions"]},
    },
}


def table(sim, **more):
    made = over_regions({"east": sim}, [["east/gpt-4o-prod"]], **{**TABLE, **more})
    made["routes"]["secret"] = {"tiers": [["east-gpt-4o-prod"]]}
    return made


@pytest.fixture(scope="module")
def gateway(sim):
    with Gateway(table(sim)) as running:
        yield running


def bearer(key):
    return {"authorization": "Bearer " + key.secret}


FORMS = [
    ("OpenAI", lambda url, key: openai.OpenAI(base_url=url + "/v1", api_key=key)),
    ("AzureOpenAI", lambda url, key: openai.AzureOpenAI(azure_endpoint=url, api_version="2024-10-21", api_key=key)),
]


@pytest.mark.parametrize("name, client", FORMS)
def test_sdks_show_their_key_in_every_form(gateway, sim, name, client):
    with client(gateway.url, FOREIGN.secret) as sdk:
        answer = sdk.chat.completions.with_raw_response.create(model="gpt-4o", messages=HELLO["messages"])
    assert answer.http_response.status_code == 200
    line = line_of(gateway, answer.headers["x-request-id"])
    assert line["caller"] == "batch" and "cost_center" not in line and "tags" not in line

    with client(gateway.url, "wrong-" + AGENTS.secret) as sdk, pytest.raises(openai.AuthenticationError) as refused:
        sdk.chat.completions.create(model="gpt-4o", messages=HELLO["messages"])
    assert refused.value.code == "invalid_api_key" and refused.value.type == "authentication_error"


def test_the_header_of_the_table_holds_a_key(gateway):
    reply = ask(gateway, headers={"X-Team-Key": FOREIGN.secret})
    assert reply.status == 200 and line_of(gateway, reply)["caller"] == "batch"


WRONG = {
    "nothing": {},
    "a wrong key": {"api-key": AGENTS.secret[:-1] + "!"},
    "an unknown id": {"api-key": new_key("agents2").secret},
    "its line": {"api-key": AGENTS.line},
    "a right and a wrong one": {"authorization": "Bearer " + AGENTS.secret, "api-key": "other"},
    "another scheme": {"authorization": "Basic " + AGENTS.secret},
}


def test_a_wrong_proof_is_refused_in_the_same_words(gateway):
    before = gateway.metric("spillway_denials_total")
    messages = set()
    for name, fields in WRONG.items():
        reply = ask(gateway, headers=fields)
        assert reply.status == 401, name
        assert reply.error["type"] == "authentication_error" and reply.error["code"] == "invalid_api_key"
        assert reply.field("www-authenticate") == "Bearer"
        assert reply.field("x-should-retry") == "false"
        assert "caller" not in line_of(gateway, reply)
        if fields:
            messages.add(reply.error["message"])
    assert len(messages) == 1
    assert gateway.metric("spillway_denials_total") == before + len(WRONG)


def test_a_refused_caller_is_not_asked_for_the_body(gateway):
    with Caller(f"{gateway.address[0]}:{gateway.address[1]}") as caller:
        caller.sock.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n"
                            b"Expect: 100-continue\r\napi-key: wrong\r\n\r\n")
        status, fields = caller.head()
    assert status == 401 and fields["connection"] == "close"


def test_grants_bound_routes_and_operations(gateway):
    other = ask(gateway, {**HELLO, "model": "secret"}, headers=bearer(BATCH))
    assert (other.status, other.error["code"]) == (403, "route_not_allowed")
    assert line_of(gateway, other)["caller"] == "batch"

    embed = ask(gateway, {"model": "gpt-4o", "input": "x"}, "/v1/embeddings", bearer(BATCH))
    assert (embed.status, embed.error["code"]) == (403, "operation_not_allowed")

    assert ask(gateway, {**HELLO, "model": "secret"}, headers=bearer(AGENTS)).status == 200


def models(gateway, key, path="/v1/models"):
    connection = http.client.HTTPConnection(*gateway.address, timeout=20)
    connection.request("GET", path, headers=bearer(key))
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    return answer.status, body


def test_callers_see_only_the_models_they_may_use(gateway):
    names = {name: {each["id"] for each in models(gateway, key)[1]["data"]}
             for name, key in (("agents", AGENTS), ("batch", BATCH))}

    assert names == {"agents": {"gpt-4o", "secret"}, "batch": {"gpt-4o"}}
    assert models(gateway, BATCH, "/v1/models/secret")[0] == 404
    assert models(gateway, BATCH, "/v1/models/gpt-4o")[0] == 200


def test_callers_are_counted_and_logged(gateway):
    before = gateway.metric("spillway_caller_requests_total", caller="agents", outcome="ok")
    reply = ask(gateway, headers=bearer(AGENTS))

    line = line_of(gateway, reply)
    assert (line["caller"], line["cost_center"], line["tags"]) == ("agents", "4711", {"team": "desk"})
    assert gateway.metric("spillway_caller_info", caller="agents", cost_center="4711") == 1
    assert gateway.metric("spillway_caller_tag", caller="agents", tag="team", value="desk") == 1
    assert gateway.metric("spillway_caller_requests_total", caller="agents", outcome="ok") == before + 1
    assert gateway.metric("spillway_caller_tokens_total", caller="agents", direction="input") > 0


def test_no_key_reaches_any_output(gateway):
    ask(gateway, headers={**bearer(AGENTS), "x-team-key": AGENTS.secret, "api-key": AGENTS.secret})

    written = gateway.events_path.read_text() + gateway.access_path.read_text() + gateway.fetch("/metrics").decode()
    written += gateway.fetch("/status.json").decode()
    assert AGENTS.secret not in written


def test_anonymous_callers_are_bounded_by_the_table(sim):
    callers = {**TABLE["callers"], "_anonymous": {"routes": ["gpt-4o"]}}
    with Gateway(table(sim, allow_anonymous=True, callers=callers)) as gateway:
        reply = ask(gateway)
        assert reply.status == 200 and line_of(gateway, reply)["caller"] == "_anonymous"
        assert ask(gateway, {**HELLO, "model": "secret"}).error["code"] == "route_not_allowed"
        assert ask(gateway, headers={"api-key": "wrong"}).status == 401


def test_a_reload_takes_a_key_away(sim):
    with Gateway(table(sim)) as gateway:
        assert ask(gateway, headers=bearer(AGENTS)).status == 200
        callers = {**TABLE["callers"], "agents": {"keys": [new_key("agents").line]}}
        assert gateway.reload(table(sim, callers=callers))["failures"] == 0
        assert ask(gateway, headers=bearer(AGENTS)).status == 401


def test_a_client_certificate_says_who_calls(sim, tmp_path):
    authority = Authority(tmp_path / "ca")
    certificate, key = authority.files("localhost")
    files = {"certificate": str(certificate), "key": str(key), "client_ca": str(authority.certificate)}
    listen = [{"address": "127.0.0.1:0", "tls": files}]
    callers = {**TABLE["callers"], "agents": {"certificates": ["CN=agents"]}}
    with Gateway(table(sim, listen=listen, callers=callers)) as gateway:
        for name, fields, status in (("agents", {}, 200), ("stranger", {}, 401), ("stranger", bearer(BATCH), 200),
                                     ("agents", {"api-key": "wrong"}, 401)):
            context = ssl.create_default_context(cafile=authority.certificate)
            context.load_cert_chain(*authority.files(name))
            connection = http.client.HTTPSConnection("localhost", gateway.address[1], context=context, timeout=20)
            connection.request("POST", V1_CHAT, json.dumps(HELLO), fields)
            assert connection.getresponse().status == status, name
            connection.close()


def test_curl_calls_with_a_certificate(sim, tmp_path):
    authority = Authority(tmp_path / "ca")
    certificate, key = authority.files("localhost")
    files = {"certificate": str(certificate), "key": str(key), "client_ca": str(authority.certificate)}
    listen = [{"address": "127.0.0.1:0", "tls": files}]
    callers = {"agents": {"certificates": ["CN=agents"]}}
    with Gateway(table(sim, listen=listen, callers=callers)) as gateway:
        ours = authority.files("agents")

        def curl(*options):
            """(curl's exit status, the answer)"""
            url = f"https://localhost:{gateway.address[1]}{V1_CHAT}"
            done = subprocess.run(
                ["curl", "-sS", "--cacert", authority.certificate, "--json", json.dumps(HELLO), *options, url],
                capture_output=True, timeout=20)
            return done.returncode, done.stdout

        status, answer = curl("--cert", ours[0], "--key", ours[1])
        assert status == 0 and json.loads(answer)["object"] == "chat.completion"
        assert curl()[0] != 0, "without a certificate there is no connection"
        foreign = Authority(tmp_path / "foreign").files("agents")
        assert curl("--cert", foreign[0], "--key", foreign[1])[0] != 0
        assert [line["caller"] for line in gateway.access_log(at_least=1)] == ["agents"]


def test_the_audit_stream_says_who_asked_and_who_tried_in_vain(sim, tmp_path):
    path = tmp_path / "audit.jsonl"
    with Gateway(table(sim, audit={"to": str(path)})) as gateway:
        served = ask(gateway, headers=bearer(AGENTS))
        unknown = ask(gateway, headers={"api-key": "wrong"})
        refused = ask(gateway, {**HELLO, "model": "secret"}, headers=bearer(BATCH))
    lines = {line.get("request_id"): line for line in map(json.loads, path.read_text().splitlines())}

    line = lines[served.field("x-request-id")]
    assert (line["caller"], line["identified_by"], line["cost_center"]) == ("agents", "key:agents", "4711")
    assert line["tags"] == {"team": "desk"}
    line = lines[unknown.field("x-request-id")]
    assert line["status"] == 401 and not {"caller", "identified_by", "route", "request_sha256"} & set(line)
    line = lines[refused.field("x-request-id")]
    assert (line["status"], line["caller"], line["route"], line["attempts"]) == (403, "batch", "secret", [])
