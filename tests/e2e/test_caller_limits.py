"""What a caller may use per minute and at the same time, and how long an answer it may ask for."""

import json
import time

import openai
import pytest
from asking import HELLO, STREAM, V1_CHAT, ask, line_of
from caller import Caller
from gateway import Gateway
from keys import new_key
from scripted import DONE, STREAM_HEAD, WORD, Scripted, chunk
from tables import one_route, over_regions

KEYS = {name: new_key(name) for name in ("quick", "lean", "one", "brief")}
LIMITS = {
    "quick": {"rpm": 12},  # of which two in ten seconds
    "lean": {"tpm": 400},
    "one": {"streams": 1},
    "brief": {"output_max": 100},
}
CALLERS = {name: {"keys": [key.line], **LIMITS[name]} for name, key in KEYS.items()}


@pytest.fixture
def gateway(sim):
    with Gateway(over_regions({"east": sim}, [["east/gpt-4o-prod"]], callers=CALLERS)) as running:
        yield running


def as_caller(name):
    return {"authorization": "Bearer " + KEYS[name].secret}


def raw(body, fields):
    data = json.dumps(body).encode()
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST {V1_CHAT} HTTP/1.1\r\nHost: a\r\n{lines}Content-Length: {len(data)}\r\n\r\n".encode() + data


def denials(gateway, reason):
    return gateway.metric("spillway_denials_total", reason=reason)


def assert_over_limit(reply, gateway, caller):
    assert (reply.status, reply.error["code"]) == (429, "caller_limit_exceeded"), reply.body
    assert reply.error["type"] == "rate_limit_error" and reply.field("x-should-retry") == "true"
    assert 1 <= int(reply.field("retry-after-ms")) <= 60000
    line = line_of(gateway, reply)
    assert line["caller"] == caller and line["attempts"] == []


def test_requests_per_minute(gateway):
    assert [ask(gateway, headers=as_caller("quick")).status for _ in range(2)] == [200, 200]

    assert_over_limit(ask(gateway, headers=as_caller("quick")), gateway, "quick")
    assert denials(gateway, "requests") == 1
    assert ask(gateway, headers=as_caller("one")).status == 200


def test_tokens_per_minute_are_those_the_answer_used(gateway):
    asked = {**HELLO, "max_tokens": 300}
    assert ask(gateway, asked, headers=as_caller("lean")).status == 200
    # Of the 300 that were reserved most came back.
    assert ask(gateway, asked, headers=as_caller("lean")).status == 200
    replies = [ask(gateway, asked, headers=as_caller("lean")) for _ in range(40)]
    refused = next(reply for reply in replies if reply.status != 200)
    assert_over_limit(refused, gateway, "lean")
    assert denials(gateway, "tokens") > 0

    larger = ask(gateway, {**HELLO, "max_tokens": 5000}, headers=as_caller("lean"))
    assert (larger.status, larger.error["code"]) == (400, "caller_limit_too_small")


def test_requests_at_the_same_time(gateway, sim):
    sim.fault({"token_ms": 200})
    with Caller(f"{gateway.address[0]}:{gateway.address[1]}") as streaming:
        streaming.sock.sendall(raw(STREAM, as_caller("one")))
        assert streaming.head()[0] == 200
        assert_over_limit(ask(gateway, headers=as_caller("one")), gateway, "one")
        assert denials(gateway, "streams") == 1
    sim.clear_faults()

    # Who has gone makes room, and an idle connection takes none.
    deadline = time.monotonic() + 5
    while ask(gateway, headers=as_caller("one")).status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_who_has_its_answer_may_ask_again_at_once():
    def ends_late(connection):
        while connection.request():
            connection.send(STREAM_HEAD + chunk(WORD + DONE))
            time.sleep(0.2)
            connection.send(chunk(b""))

    with Scripted(ends_late) as upstream:
        with Gateway(one_route({"east": upstream.address}, callers=CALLERS)) as gateway:
            with Caller(gateway.listening[0]) as first, Caller(gateway.listening[0]) as second:
                for caller in (first, second):
                    caller.sock.sendall(raw(STREAM, as_caller("one")))
                    assert caller.head()[0] == 200
                    assert caller.chunk().endswith(DONE)


@pytest.mark.parametrize("bound, status", [({}, 400), ({"max_tokens": 101}, 400), ({"max_tokens": 60, "n": 2}, 400),
                                           ({"max_completion_tokens": 100}, 200), ({"max_tokens": 50, "n": 2}, 200)])
def test_an_answer_may_be_as_long_as_the_table_says(gateway, bound, status):
    reply = ask(gateway, {**HELLO, **bound}, headers=as_caller("brief"))

    assert reply.status == status
    if status == 400:
        assert (reply.error["code"], reply.error["param"]) == ("output_too_large", "max_completion_tokens")
        assert denials(gateway, "output") == 1


def test_a_reload_changes_limits_and_forgets_no_use(gateway, sim):
    for _ in range(3):
        reply = ask(gateway, headers=as_caller("quick"))
    assert reply.status == 429

    callers = {**CALLERS, "quick": {**CALLERS["quick"], "rpm": 18}}  # three in ten seconds
    gateway.reload(over_regions({"east": sim}, [["east/gpt-4o-prod"]], callers=callers))
    assert [ask(gateway, headers=as_caller("quick")).status for _ in range(2)] == [200, 429]


def test_the_sdk_waits_as_told(gateway):
    with openai.OpenAI(base_url=gateway.url + "/v1", api_key=KEYS["quick"].secret, max_retries=0) as sdk:
        for _ in range(2):
            sdk.chat.completions.create(model="gpt-4o", messages=HELLO["messages"])
        with pytest.raises(openai.RateLimitError) as refused:
            sdk.chat.completions.create(model="gpt-4o", messages=HELLO["messages"])
    assert refused.value.code == "caller_limit_exceeded"


def test_callers_of_low_priority_leave_the_last_fifth_to_the_others(sim):
    low, other = new_key("low"), new_key("other")
    callers = {"low": {"keys": [low.line], "priority": "low"}, "other": {"keys": [other.line]}}
    table = over_regions({"east": sim}, [["east/gpt-4o-prod"]], limits={"tpm": 1000}, callers=callers)
    asked = {**HELLO, "max_tokens": 700}
    with Gateway(table) as gateway:
        assert ask(gateway, asked, headers={"api-key": low.secret}).status == 200
        small = {**HELLO, "max_tokens": 150}
        refused = ask(gateway, small, headers={"api-key": low.secret})
        assert (refused.status, refused.error["code"]) == (429, "rate_limit_exceeded")
        assert ask(gateway, small, headers={"api-key": other.secret}).status == 200
