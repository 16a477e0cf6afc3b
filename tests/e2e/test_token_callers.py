"""Callers by tokens (JWT): Microsoft's own client gets them from an Entra that is written from the
protocol's description (identity_services.py), the real SDKs show them."""

import time

import openai
import pytest
from asking import HELLO, ask, line_of
from audit_stream import requests_of
from authority import Authority
from azure.identity import ClientSecretCredential, get_bearer_token_provider
from figures import figure
from gateway import Gateway
from identity_services import CLIENT, TENANT, Entra, Issuer
from keys import new_key
from sim import Sim, two_regions
from tables import one_route, over_regions
from upstream import Upstream, answering, reply

AUDIENCE = "api://spillway"
SECRET = "a~B.c-D_e+f/g=h&i"
OBJECT = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
AGENTS = {"tid": TENANT, "oid": OBJECT, "sub": "s", "appid": CLIENT, "roles": ["agents"]}
ANSWER = {"id": "a1", "object": "chat.completion", "choices": []}


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture
def issuer():
    return Issuer()


@pytest.fixture
def entra(issuer, authority):
    with Entra(issuer, authority.issue("localhost"), secret=SECRET, claims=AGENTS) as running:
        yield running


@pytest.fixture
def upstream():
    with Upstream(answering(lambda _: reply(200, ANSWER))) as running:
        yield running


CALLERS = {
    "agents": {"tokens": [{"issuer": "acme", "roles": ["agents"]}], "cost_center": "4711"},
    "people": {"tokens": [{"issuer": "acme", "groups": ["g-people"]}]},
}


def believing(entra, authority, table, callers=None, **more):
    """The table with callers whose tokens are Entra's."""
    acme = {"tenant": TENANT, "authority": entra.authority, "audiences": [AUDIENCE],
            "ca_file": str(authority.certificate), **more}
    return {**table, "token_issuers": {"acme": acme}, "callers": callers or CALLERS}


def showing(token):
    return {"authorization": "Bearer " + token}


def key_fetches(entra):
    return sum(request.target.endswith("/keys") for request in entra.requests)


def wait_until(condition, seconds=15):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_sdk_with_a_token_provider_is_served(entra, authority, tmp_path):
    """AzureOpenAI as a team has it already, with azure-identity; only endpoint and scope are ours."""
    audit = tmp_path / "audit.jsonl"
    credential = ClientSecretCredential(
        TENANT, CLIENT, SECRET, authority=entra.authority, disable_instance_discovery=True,
        connection_verify=str(authority.certificate))
    provider = get_bearer_token_provider(credential, AUDIENCE + "/.default")
    with Sim(two_regions()) as sim:
        table = over_regions({"east": sim}, [["east/gpt-4o-prod"]], audit={"to": str(audit)})
        with Gateway(believing(entra, authority, table)) as gateway:
            with openai.AzureOpenAI(azure_endpoint=gateway.url, api_version="2024-10-21",
                                    azure_ad_token_provider=provider, max_retries=0) as sdk:
                answer = sdk.chat.completions.with_raw_response.create(
                    model="gpt-4o", messages=HELLO["messages"])
                assert answer.parse().choices[0].message.content
                pieces = list(sdk.chat.completions.create(
                    model="gpt-4o", messages=HELLO["messages"], stream=True))
                assert len(pieces) > 2
            with openai.OpenAI(base_url=gateway.url + "/v1", api_key=provider()) as sdk:
                assert sdk.chat.completions.create(model="gpt-4o", messages=HELLO["messages"]).choices
            line = line_of(gateway, answer.headers["x-request-id"])
            assert (line["caller"], line["cost_center"]) == ("agents", "4711")
            lines = requests_of(audit, at_least=3)
    assert {line["identified_by"] for line in lines} == {"token:" + OBJECT}
    assert len(entra.requests) - key_fetches(entra) >= 1 and key_fetches(entra) == 1


def test_a_token_decides_who_it_is_and_goes_nowhere(entra, authority, issuer, upstream):
    table = believing(entra, authority, one_route({"east": upstream.address}))
    people = {**AGENTS, "roles": ["readers"], "groups": ["g-other", "g-people"]}
    with Gateway(table) as gateway:
        for claims, caller in ((AGENTS, "agents"), (people, "people")):
            token = issuer.token(AUDIENCE, 600, **claims)
            replies = [ask(gateway, headers=showing(token)) for _ in range(3)]
            assert [each.status for each in replies] == [200] * 3
            assert line_of(gateway, replies[-1])["caller"] == caller
        told = gateway.events_path.read_text() + gateway.access_path.read_text()
        for page in ("/status.json", "/metrics", "/config", "/events"):
            told += gateway.fetch(page).decode()
    for request in upstream.requests:
        assert "authorization" not in request.fields and "Bearer" not in request.head
    assert all(part not in told for token in issuer.issued for part in token.split(".")[1:])


REFUSED = {
    "another audience": (dict(audience="https://cognitiveservices.azure.com"), 401, "invalid_api_key", "token_invalid"),
    "another tenant": (dict(tid="99999999-2222-3333-4444-555555555555"), 401, "invalid_api_key", "token_invalid"),
    "nobody's role": (dict(roles=["readers"]), 401, "invalid_api_key", "token_invalid"),
    "expired": (dict(seconds=-61), 401, "token_expired", "token_expired"),
    "too many groups": (dict(roles=[], _claim_names={"groups": "src1"}), 403, "groups_overage", "groups_overage"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_token_is_refused_with_a_reason_that_helps(entra, authority, issuer, upstream, name):
    wrong, status, code, reason = REFUSED[name]
    claims = {**AGENTS, **wrong}
    token = issuer.token(claims.pop("audience", AUDIENCE), claims.pop("seconds", 600), **claims)
    with Gateway(believing(entra, authority, one_route({"east": upstream.address}))) as gateway:
        refused = ask(gateway, headers=showing(token))
        assert (refused.status, refused.error["code"]) == (status, code), refused.body
        assert gateway.metric("spillway_denials_total", reason=reason) == 1
        if status == 401:
            assert refused.field("www-authenticate").startswith("Bearer")
        # What is right elsewhere in the request does not help.
        right = showing(issuer.token(AUDIENCE, 600, **AGENTS))
        assert ask(gateway, headers={**right, "api-key": "wrong"}).status == 401
        assert ask(gateway, headers={"api-key": right["authorization"].removeprefix("Bearer ")}).status == 401
        assert ask(gateway, headers=right).status == 200


def test_a_new_key_is_found_when_it_is_needed(entra, authority, issuer, upstream):
    with Gateway(believing(entra, authority, one_route({"east": upstream.address}))) as gateway:
        before = issuer.token(AUDIENCE, 600, **AGENTS)
        assert ask(gateway, headers=showing(before)).status == 200
        issuer.rotate("second")
        after = issuer.token(AUDIENCE, 600, **AGENTS)
        first = ask(gateway, headers=showing(after))
        assert first.status == 401, "nobody waits for a fetch"
        wait_until(lambda: ask(gateway, headers=showing(after)).status == 200, 5)
        assert ask(gateway, headers=showing(before)).status == 200 and key_fetches(entra) == 2

        # A key that was withdrawn counts until the next fetch, then no more, remembered or not.
        del issuer.published["first"]
        gateway.reload(believing(entra, authority, one_route({"east": upstream.address}), leeway="30s"))
        assert ask(gateway, headers=showing(before)).status == 200
        [issuer_status] = gateway.status()["token_issuers"]
        assert issuer_status == {"name": "acme", "keys": 2, "refreshes": {"ok": 2, "failed": 0}, "trouble": None}


def test_unknown_keys_do_not_make_us_flood_the_issuer(entra, authority, issuer, upstream):
    with Gateway(believing(entra, authority, one_route({"east": upstream.address}))) as gateway:
        begin = time.monotonic()
        for number in range(300):
            issuer.key_id = f"unknown-{number}"
            assert ask(gateway, headers=showing(issuer.token(AUDIENCE, 600, **AGENTS))).status == 401
        time.sleep(max(0, 3 - (time.monotonic() - begin)))
        fetches = key_fetches(entra) - 1
        figure("A-4", fetches, "fetches-for-300-unknown-keys", 1, ok=fetches == 1)
        assert gateway.metric("spillway_token_issuer_refreshes_total", result="ok") == 2


def test_an_issuer_that_is_down_at_the_start_stops_its_tokens_only(entra, authority, issuer, upstream):
    entra.always = 500
    key = new_key("batch")
    callers = {**CALLERS, "batch": {"keys": [key.line]}}
    table = believing(entra, authority, one_route({"east": upstream.address}), callers)
    with Gateway(table) as gateway:
        token = issuer.token(AUDIENCE, 600, **AGENTS)
        refused = ask(gateway, headers=showing(token))
        assert (refused.status, refused.error["code"]) == (503, "issuer_unavailable")
        assert refused.field("x-should-retry") == "true" and int(refused.field("retry-after-ms")) > 0
        assert line_of(gateway, refused)["outcome"] == "shed"
        assert ask(gateway, headers={"api-key": key.secret}).status == 200
        assert gateway.metric("spillway_token_issuer_keys") == 0
        assert gateway.status()["token_issuers"][0]["trouble"] == "refused"

        entra.always = None
        with openai.OpenAI(base_url=gateway.url + "/v1", api_key=token, max_retries=10) as sdk:
            sdk.chat.completions.create(model="gpt-4o", messages=HELLO["messages"])
        assert gateway.metric("spillway_token_issuer_keys") == 1


def test_an_issuer_that_fails_later_is_not_missed(entra, authority, issuer, upstream):
    table = believing(entra, authority, one_route({"east": upstream.address}))
    with Gateway(table) as gateway:
        for nonsense in ((200, {"keys": []}, {}), (200, b"<html>", {}), (404, {}, {}), (302, {}, {"location": "https://x/"})):
            entra.always = nonsense
            failed = gateway.metric("spillway_token_issuer_refreshes_total", result="failed")
            issuer.key_id = f"unknown-{failed}"  # only the first makes it ask at once
            ask(gateway, headers=showing(issuer.token(AUDIENCE, 600, **AGENTS)))
            wait_until(lambda: gateway.metric("spillway_token_issuer_refreshes_total", result="failed") > failed, 40)
            issuer.key_id = "first"
            assert ask(gateway, headers=showing(issuer.token(AUDIENCE, 600, **AGENTS))).status == 200


def test_a_reload_changes_whose_tokens_are_believed(entra, authority, issuer, upstream):
    table = one_route({"east": upstream.address})
    token = showing(issuer.token(AUDIENCE, 600, **AGENTS))
    with Gateway(believing(entra, authority, table)) as gateway:
        assert ask(gateway, headers=token).status == 200
        now = gateway.reload(believing(entra, authority, table, audiences=["api://another"]))
        assert now["last_error"] is None and ask(gateway, headers=token).status == 401
        gateway.reload(believing(entra, authority, table))
        assert ask(gateway, headers=token).status == 200 and key_fetches(entra) == 1


def test_an_issuer_whose_certificate_is_not_verified_has_no_keys(entra, issuer, upstream, tmp_path):
    stranger = Authority(tmp_path / "stranger")
    with Gateway(believing(entra, stranger, one_route({"east": upstream.address}))) as gateway:
        refused = ask(gateway, headers=showing(issuer.token(AUDIENCE, 600, **AGENTS)))
        assert refused.status == 503 and key_fetches(entra) == 0
        wait_until(lambda: any(event["event"] == "token_issuer_refresh_failed" for event in gateway.events()))
