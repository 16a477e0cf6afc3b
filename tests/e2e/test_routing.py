"""Which deployment a request reaches, and that it arrives there as its upstream expects it and
otherwise byte for byte as it was sent."""

import json
import re

import pytest
from asking import HELLO, ask, ask_many, deployment, line_of
from figures import figure
from gateway import Gateway
from settled import settled
from tables import one_route
from upstream import Upstream, answering, reply

GOOD = {"id": "good", "choices": []}
DEPLOYMENT = 'my dep/"é"'
ENCODED = "my%20dep%2F%22%C3%A9%22"
# Odd on purpose: whatever is re-serialised on the way shows.
BODY = (
    '\r\n {"temperature" : 1.10,"messages":[{"role":"user","content":"\\u0041 é \\ud83d\\ude00"}],'
    "\n"
    '\t"model"\t:  "gpt\\u002d4o" ,"user":"model", "metadata":{"model":"x"}}  '
).encode()
QUESTION = {
    "chat/completions": BODY,
    "completions": b'{ "prompt":"a", "model":"gpt-4o", "n":1 }',
    "embeddings": b'{"input":["a"],"model": "gpt-4o"}',
    "responses": b'{"model":"gpt-4o" , "input":"a"}',
}


def good(_):
    return reply(200, GOOD)


def table(upstream, kind, **resource):
    path = {"azure": "", "azure_v1": "", "openai": "/base/v1"}[kind]
    return {
        "credentials": {"key": {"api_key": "upstream-key"}},
        "resources": {
            "only": {
                "kind": kind,
                "endpoint": f"http://{upstream.address}{path}",
                "credential": "key",
                **resource,
            }
        },
        "deployments": {"d": {"resource": "only", "name": DEPLOYMENT}},
        "routes": {"gpt-4o": {"tiers": [["d"]], "aliases": ["gpt-4o-prod", "other"]}},
    }


SURFACES = {
    "classic": "/openai/deployments/gpt-4o/{}?api-version=2025-01-01-preview",
    "classic alias": "//openai/deployments/gpt-4o-prod/{}?api-version=2025-01-01-preview",
    "v1": "/openai/v1/{}",
    "v1 preview": "/openai/v1/{}?api-version=preview",
    "openai": "/v1/{}",
    "bare": "/{}",
}
DATED = "2025-01-01-preview"


def expected_target(kind, operation, surface):
    if kind == "openai":
        return f"/base/v1/{operation}"
    if kind == "azure_v1":
        return f"/openai/v1/{operation}"
    version = DATED if surface.startswith("classic") else "2024-10-21"
    if operation == "responses":
        return f"/openai/responses?api-version={version}"
    return f"/openai/deployments/{ENCODED}/{operation}?api-version={version}"


def expected_body(kind, operation, body):
    if kind == "azure" and operation != "responses":
        return body
    return re.sub(
        rb'("model"\s*:\s*)"gpt(-|\\u002d)4o"',
        lambda found: found[1] + json.dumps(DEPLOYMENT, ensure_ascii=False).encode(),
        body,
    )


@pytest.fixture(scope="module", params=["azure", "azure_v1", "openai"])
def routed(request):
    with Upstream(answering(good)) as upstream:
        with Gateway(table(upstream, request.param)) as gateway:
            yield request.param, upstream, gateway


@pytest.mark.parametrize("operation", QUESTION)
@pytest.mark.parametrize("surface", SURFACES)
def test_a_request_arrives_as_its_upstream_expects_it(routed, surface, operation):
    kind, upstream, gateway = routed
    if surface.startswith("classic") and operation == "responses":
        pytest.skip("responses is not a path below a deployment")
    answered = ask(gateway, QUESTION[operation], SURFACES[surface].format(operation))
    arrived = upstream.requests[-1]
    line = line_of(gateway, answered)

    assert answered.status == 200 and answered.deployment == "d"
    assert arrived.target == expected_target(kind, operation, surface)
    assert arrived.body == expected_body(kind, operation, QUESTION[operation])
    assert arrived.fields["host"] == upstream.address
    if kind == "openai":
        assert arrived.fields["authorization"] == "Bearer upstream-key"
        assert "api-key" not in arrived.fields
    else:
        assert arrived.fields["api-key"] == "upstream-key"
        assert "authorization" not in arrived.fields
    assert (line["route"], line["api"]) == ("gpt-4o", operation)


def test_a_body_without_model_is_given_one_where_it_routes(routed):
    """Callers of the classic surface may name the deployment in the path alone."""
    kind, upstream, gateway = routed
    for body in (b'{"messages":[]}', b' { "n" : 1 , "messages":[]}', b"{ }"):
        ask(gateway, body, "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21")
        arrived = upstream.requests[-1].body
        if kind == "azure":
            assert arrived == body
        else:
            assert json.loads(arrived) == {"model": DEPLOYMENT, **json.loads(body)}
            assert body.lstrip(b" {").rstrip(b" }") in arrived


def test_the_paths_deployment_wins_over_the_bodys_model():
    with Upstream(answering(good)) as right, Upstream(answering(good)) as wrong:
        tables = one_route({"right": right.address, "wrong": wrong.address})
        tables["routes"] = {"right": {"tiers": [["right"]]}, "wrong": {"tiers": [["wrong"]]}}
        with Gateway(tables) as gateway:
            path = "/openai/deployments/right/chat/completions?api-version=2024-10-21"
            answered = ask(gateway, {**HELLO, "model": "wrong"}, path)

    assert answered.deployment == "right"
    assert len(right.requests) == 1 and not wrong.requests


def test_an_api_version_is_the_callers_unless_the_table_says_otherwise():
    def version_sent(resource, path):
        with Upstream(answering(good)) as upstream:
            with Gateway(table(upstream, "azure", **resource)) as gateway:
                ask(gateway, HELLO, path)
        return upstream.requests[0].target.partition("?")[2]

    ours = {"api_version": "2024-06-01"}
    theirs = SURFACES["classic"].format("chat/completions")
    assert version_sent(ours, theirs) == f"api-version={DATED}"
    assert version_sent(ours, "/v1/chat/completions") == "api-version=2024-06-01"
    forced = {**ours, "override_api_version": True}
    assert version_sent(forced, theirs) == "api-version=2024-06-01"


def test_aliases_lead_to_their_route_and_other_names_nowhere():
    with Upstream(answering(good)) as upstream:
        with Gateway(table(upstream, "azure")) as gateway:
            named = ask(gateway, {**HELLO, "model": "other"})
            unknown = ask(gateway, {**HELLO, "model": "gpt-5"})
            prefix = ask(gateway, {**HELLO, "model": "gpt-4"})
            lines = settled(gateway, 3)

    assert named.status == 200
    for answered in (unknown, prefix):
        assert (answered.status, answered.error["code"]) == (404, "model_not_found")
        assert answered.error["param"] == "model"
    assert len(upstream.requests) == 1
    assert sorted(line["route"] for line in lines) == ["_other", "_other", "gpt-4o"]


def test_weights_share_a_tier():
    """Chi-square over 900 requests at weights 1:3:5; chance passes 13.8 once in a thousand."""
    weights, count = {"one": 1, "three": 3, "five": 5}, 900
    with Upstream(answering(good)) as upstream:
        tables = one_route({name: upstream.address for name in weights})
        for name, weight in weights.items():
            tables["deployments"][name]["weight"] = weight
        tables["routes"]["gpt-4o"]["tiers"] = [list(weights)]
        with Gateway(tables) as gateway:
            replies = ask_many(gateway, count)
            settled(gateway, count)

    chi_square = 0
    for name, weight in weights.items():
        expected = count * weight / sum(weights.values())
        seen = sum(each.deployment == name for each in replies)
        chi_square += (seen - expected) ** 2 / expected
    assert chi_square < 13.8


def test_residency_is_never_crossed():
    """F-13: Europe is down and America well; a route of Europe waits for Europe."""
    down = reply(500, {"error": {"message": "sorry"}})
    with Upstream(answering(lambda _: down)) as europe, Upstream(answering(good)) as america:
        tables = one_route({"europe": europe.address, "america": america.address})
        for name, geography in (("europe", "eu"), ("america", "us")):
            tables["resources"][name]["geography"] = geography
        tables["routes"]["free"] = {"tiers": [["europe"], ["america"]]}
        tables["routes"]["gpt-4o"]["residency"] = "eu"
        with Gateway(tables) as gateway:
            free = ask(gateway, {**HELLO, "model": "free"})
            known = len(america.requests)
            bound = ask_many(gateway, 50)
            lines = [each for each in settled(gateway, 51) if each["route"] == "gpt-4o"]

    assert (free.status, free.deployment) == (200, "america")
    assert {each.status for each in bound} == {503}
    assert all("america:residency" in each["skipped"] for each in lines)
    crossings = len(america.requests) - known
    figure("F-13", crossings, "crossings", 0, crossings == 0)


def test_a_callers_mistyped_version_is_nobody_elses_trouble():
    """Azure answers an api-version it does not know as if the path were wrong."""
    unknown = {"error": {"code": "404", "message": "Resource not found"}}

    def answer(request):
        return reply(404, unknown) if "2099" in request.target else reply(200, GOOD)

    path = "/openai/deployments/gpt-4o/chat/completions?api-version="
    with Upstream(answering(answer)) as upstream:
        with Gateway(table(upstream, "azure")) as gateway:
            mistyped = [ask(gateway, HELLO, path + "2099-01-01") for _ in range(6)]
            others = ask(gateway, HELLO, path + "2024-10-21")
            breaker = deployment(gateway, "d")["breaker"]
            settled(gateway, 7)

    shown = {(each.status, each.error["message"]) for each in mistyped}
    assert shown == {(404, "Resource not found")}
    assert others.status == 200 and breaker["state"] == "closed"
