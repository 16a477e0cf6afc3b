"""The breaker through sockets (B rows): what opens it, who pays for finding out, and that it
never gets stuck."""

import json
import threading
import time

import pytest
import raw_http
from asking import HELLO, STREAM, ask, ask_many, deployment, percentile
from figures import SLOW, figure
from gateway import Gateway
from settled import settled
from tables import one_route
from upstream import Upstream, answering, reply

GOOD = {"id": "good", "object": "chat.completion", "choices": []}
BAD = reply(500, {"error": {"message": "sorry", "type": "server_error", "code": None}})
LONG_OPEN = {"open_base": "60s"}
"""Keeps what has opened shut for the rest of the test."""
GENEROUS = {"per_second": 1000, "cap": 10000}


def good(_):
    return reply(200, GOOD)


def bad(_):
    return BAD


def asked(upstream):
    return len(upstream.requests)


def state(gateway, name="east"):
    return deployment(gateway, name)["breaker"]["state"]


def eventually(condition, seconds=5):
    deadline = time.monotonic() + seconds * SLOW
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_five_failures_in_a_row_open_it():
    with Upstream(answering(bad)) as east, Upstream(answering(good)) as west:
        table = one_route({"east": east.address, "west": west.address}, breaker=LONG_OPEN)
        with Gateway(table) as gateway:
            replies = ask_many(gateway, 40, askers=1)
            lines = settled(gateway, 40)
            transitions = gateway.metric(
                "spillway_breaker_transitions_total", deployment="east", to="open"
            )

    assert {each.status for each in replies} == {200} and transitions == 1
    assert [len(line["attempts"]) for line in lines] == [2] * 5 + [1] * 35
    assert lines[5]["attempts"][0]["deployment"] == "west"
    figure("B-1", asked(east), "requests-to-trip", 5, asked(east) == 5)


def test_three_refused_connections_open_it():
    with Upstream(answering(good)) as gone:
        address = gone.address
    with Upstream(answering(good)) as west:
        table = one_route({"east": address, "west": west.address}, breaker=LONG_OPEN)
        with Gateway(table) as gateway:
            replies = ask_many(gateway, 40, askers=1)
            lines = settled(gateway, 40)
            assert deployment(gateway, "east")["breaker"]["reason"] == "local"

    lost = sum(len(line["attempts"]) - 1 for line in lines)
    assert {each.status for each in replies} == {200}
    figure("B-1", lost, "refused-to-trip", 3, lost == 3)


def test_a_wrong_key_opens_only_its_own_deployment_and_calls_for_help():
    denied = {"error": {"code": "401", "message": "Access denied due to invalid subscription key."}}
    with Upstream(answering(lambda _: reply(401, denied))) as east:
        with Upstream(answering(good)) as west:
            addresses = {"wrong": east.address, "right": west.address}
            table = one_route(addresses, breaker=LONG_OPEN)
            table["routes"]["gpt-4o"]["tiers"] = [["wrong", "right"]]
            with Gateway(table) as gateway:
                replies = ask_many(gateway, 100)
                settled(gateway, 100)
                wrong, right = (deployment(gateway, name) for name in addresses)
                alerts = gateway.metric("spillway_deployment_alerts_total")
                told = [e for e in gateway.events() if e["event"] == "deployment_needs_attention"]

    assert {each.status for each in replies} == {200}
    assert (wrong["breaker"]["state"], wrong["breaker"]["reason"]) == ("open", "misconfigured")
    assert wrong["region_breaker"]["state"] == right["breaker"]["state"] == "closed"
    assert wrong["last_error"] == {**wrong["last_error"], "reason": "unauthorized", "status": 401}
    assert told[0]["deployment"] == "wrong" and told[0]["level"] == "error"
    assert told[0]["upstream_says"] == denied["error"]["message"]
    # Four callers may have been under way when the first was refused.
    figure("B-11", alerts, "alerts", "1..4", 1 <= alerts == asked(east) <= 4)


def test_with_all_open_callers_are_told_when_to_come_back():
    """Attempts are bounded: one per second and deployment, and one for twenty arrivals."""
    with Upstream(answering(bad)) as east, Upstream(answering(bad)) as west:
        table = one_route({"east": east.address, "west": west.address}, breaker=LONG_OPEN)
        with Gateway(table) as gateway:
            count = 0
            while "open" != state(gateway) or "open" != state(gateway, "west"):
                count += ask(gateway).status == 503
            before, began = asked(east) + asked(west), time.monotonic()
            replies = ask_many(gateway, 400, askers=1)
            took = time.monotonic() - began
            sent = asked(east) + asked(west) - before
            panics = gateway.metric("spillway_panic_attempts_total")
            lines = settled(gateway, count + 400)

    hints = [(int(e.field("retry-after-ms")), int(e.field("retry-after"))) for e in replies]
    refused = [line["duration_ms"] for line in lines if not line["attempts"]]
    bound = 2 * (took + 2) + 0.05 * 400  # each may have saved up one attempt before
    said = {(each.status, each.error["code"]) for each in replies}
    assert said == {(503, "upstream_unavailable")}
    assert {each.field("x-should-retry") for each in replies} == {"true"}
    assert all(1000 <= ms <= 30_000 and seconds == -(-ms // 1000) for ms, seconds in hints)
    assert sent >= 1 and panics >= sent
    figure("B-12", sent, "attempts", f"{bound:.0f}", sent <= bound)
    p99 = percentile(refused, 0.99)
    figure("B-12", p99, "p99-ms-of-a-503", 5 * SLOW, p99 <= 5 * SLOW)


class Probed:
    """An upstream that fails until its breaker is open, then does to probes what it is told."""

    def __init__(self):
        self.mood = "bad"
        self.held = threading.Event()
        self.arrived = 0

    def script(self, connection):
        while request := connection.request():
            self.arrived += 1
            if self.mood == "hang":
                self.held.set()
                connection.wait_for_end()
                return
            connection.send(self.answer(json.loads(request.body)))

    def answer(self, _):
        if self.mood == "throttle":
            return reply(429, {"error": {"code": "429"}}, {"retry-after-ms": "20"})
        if self.mood == "caller's":
            return reply(431, b"too many fields")
        return BAD if self.mood == "bad" else reply(200, GOOD)


NEUTRAL = ["throttle", "caller's", "abort", "deadline"]


@pytest.mark.parametrize("ending", NEUTRAL)
def test_a_probe_that_proves_nothing_gives_its_slot_back(ending):
    """Were it kept, nobody could ask for `probe_lease`, which is longer than this test."""
    rounds = 20
    breaker = {
        "open_base": "10ms",
        "open_max": "10ms",
        "probe_lease": "1h",
        "probe_successes": 1,
        "consecutive_failures": 1,
    }
    total = "150ms" if ending == "deadline" else "10s"
    probed = Probed()
    with Upstream(probed.script) as upstream:
        table = one_route({"east": upstream.address}, breaker=breaker, retry_budget=GENEROUS)
        table["routes"]["gpt-4o"]["timeouts"] = {"total": total}
        with Gateway(table) as gateway:
            stuck = 0
            for _ in range(rounds):
                stuck += not slot_is_free_after(gateway, probed, ending)
            settled(gateway, len(gateway.access_log(3 * rounds)))
    figure("B-5", stuck, f"stuck-of-{rounds}-after-{ending}", 0, stuck == 0)


def slot_is_free_after(gateway, probed, ending):
    probed.mood = "bad"
    ask(gateway)
    assert state(gateway) == "open"
    time.sleep(0.015)
    before = probed.arrived
    probed.mood = "hang" if ending in ("abort", "deadline") else ending
    if ending == "abort":
        probed.held.clear()
        with raw_http.connect("%s:%d" % gateway.address) as sock:
            sock.sendall(raw_http.request_bytes("/v1/chat/completions", HELLO, {}))
            assert probed.held.wait(5)
        eventually(lambda: deployment(gateway, "east")["in_flight"] == 0)
    else:
        ask(gateway)
    assert probed.arrived == before + 1 and state(gateway) == "half_open"
    time.sleep(0.025)
    probed.mood = "good"
    return ask(gateway).status == 200 and state(gateway) == "closed"


def test_a_hanging_probe_holds_one_request_and_no_more():
    probed = Probed()
    breaker = {"open_base": "50ms", "open_max": "50ms", "consecutive_failures": 1}
    with Upstream(probed.script) as east, Upstream(answering(good)) as west:
        addresses = {"east": east.address, "west": west.address}
        table = one_route(addresses, breaker=breaker, retry_budget=GENEROUS)
        table["routes"]["gpt-4o"]["timeouts"] = {"response_head": f"{2 * SLOW}s"}
        with Gateway(table) as gateway:
            assert ask(gateway).attempts == 2
            probed.mood, before = "hang", probed.arrived
            time.sleep(0.1)
            held_max, ends = 0, time.monotonic() + SLOW
            watch = threading.Thread(target=ask_many, args=(gateway, 200, HELLO, 4))
            watch.start()
            while time.monotonic() < ends:
                held_max = max(held_max, deployment(gateway, "east")["in_flight"])
            probes = probed.arrived - before
            watch.join()
            settled(gateway, 201)

    assert probes == 1
    figure("B-7", held_max, "requests-held", 1, held_max == 1)


def slow_stream(seconds):
    """A stream whose first event comes late."""

    def script(connection):
        while connection.request():
            time.sleep(seconds)
            body = b'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\ndata: [DONE]\n\n'
            connection.send(reply(200, body, {"content-type": "text/event-stream"}))

    return script


def test_a_slow_deployment_is_used_only_when_there_is_no_better():
    with Upstream(slow_stream(0.2)) as slow, Upstream(slow_stream(0)) as fast:
        table = one_route(
            {"slow": slow.address, "fast": fast.address}, breaker={"slow_start": "100ms"}
        )
        table["routes"]["gpt-4o"]["tiers"] = [["slow", "fast"]]
        table["routes"]["alone"] = {"tiers": [["slow"]]}
        with Gateway(table) as gateway:
            ask_many(gateway, 12, {**STREAM, "model": "alone"})
            replies = ask_many(gateway, 200, STREAM)
            alone = ask(gateway, {**STREAM, "model": "alone"})
            settled(gateway, 213)
            assert state(gateway, "slow") == "closed"

    share = sum(each.deployment == "slow" for each in replies) / len(replies)
    assert {each.status for each in replies} == {200} and alone.status == 200
    figure("B-14", share, "share-of-the-slow-one", 0.05, share <= 0.05)


def test_a_flapping_region_is_not_felt():
    """B-15 with its five seconds shrunk to half a second."""
    flaps = {"bad": False}
    turns, period = 8, 0.5 * SLOW
    breaker = {"open_base": f"{period}s", "open_max": f"{6 * period}s", "ramp": "1s"}
    with Upstream(answering(lambda _: BAD if flaps["bad"] else reply(200, GOOD))) as east:
        with Upstream(answering(good)) as west:
            addresses = {"east": east.address, "west": west.address}
            with Gateway(one_route(addresses, breaker=breaker)) as gateway:
                replies = []
                for turn in range(turns):
                    flaps["bad"] = turn % 2 == 1
                    ends = time.monotonic() + period
                    while time.monotonic() < ends:
                        replies += ask_many(gateway, 20, pause=0.01)
                settled(gateway, len(replies))
                transitions = gateway.metric(
                    "spillway_breaker_transitions_total", deployment="east"
                )

    success = sum(each.status == 200 for each in replies) / len(replies)
    assert transitions >= 2
    figure("B-15", success, "success", 0.999, success >= 0.999)
    figure("B-15", transitions, "transitions", 40, transitions <= 40)


def test_when_everything_fails_retries_are_a_bounded_share():
    """O-4: the breaker is kept out of it, so that the retry budget alone has to hold."""
    count = 240
    breaker = {"consecutive_failures": 255, "min_volume": 1_000_000}
    budget = {"per_request": 0.2, "per_second": 3, "cap": 10}
    with Upstream(answering(bad)) as east, Upstream(answering(bad)) as west:
        addresses = {"east": east.address, "west": west.address}
        table = one_route(addresses, breaker=breaker, retry_budget=budget)
        with Gateway(table) as gateway:
            began = time.monotonic()
            replies = ask_many(gateway, count)
            assert state(gateway) == state(gateway, "west") == "closed"
            took = time.monotonic() - began
            denied = gateway.metric("spillway_retries_denied_total")
            settled(gateway, count)

    retries = asked(east) + asked(west) - count
    shed = [each for each in replies if each.error["code"] == "retries_exhausted"]
    bound = 1 + 0.2 + (10 + 3 * took) / count
    ratio = (retries + count) / count
    assert {each.status for each in replies} == {503}
    assert len(shed) == denied > 0
    assert {each.field("x-should-retry") for each in shed} == {"false"}
    assert retries > 0
    figure("O-4", round(ratio, 3), "attempts/requests", f"{bound:.3f}", ratio <= bound)


def test_one_deadline_holds_for_all_attempts_together():
    def hang(connection):
        connection.request()
        connection.wait_for_end()

    timeouts = {"total": f"{600 * SLOW:.0f}ms", "response_head": f"{400 * SLOW:.0f}ms"}
    with Upstream(hang) as east, Upstream(hang) as west:
        table = one_route({"east": east.address, "west": west.address})
        table["routes"]["gpt-4o"]["timeouts"] = timeouts
        with Gateway(table) as gateway:
            answered = ask(gateway)
            line = settled(gateway, 1)[0]
            assert state(gateway) == state(gateway, "west") == "closed"

    assert (answered.status, answered.error["code"]) == (504, "gateway_timeout")
    assert answered.field("x-should-retry") == "false"
    assert 0.6 * SLOW <= answered.seconds <= 0.75 * SLOW
    assert line["outcome"] == "timeout"
    assert [each["reason"] for each in line["attempts"]] == ["timeout_head", "timeout_total"]


@pytest.mark.parametrize("attempts", [1, 2, 3])
def test_a_request_makes_no_more_attempts_than_its_route_allows(attempts):
    upstreams = [Upstream(answering(bad)) for _ in range(4)]
    addresses = {f"d{n}": each.address for n, each in enumerate(upstreams)}
    table = one_route(addresses)
    table["routes"]["gpt-4o"]["retries"] = {"attempts": attempts}
    try:
        with Gateway(table) as gateway:
            answered = ask(gateway)
            line = settled(gateway, 1)[0]
    finally:
        for each in upstreams:
            each.__exit__()

    assert answered.status == 503 and answered.attempts == attempts
    assert [each["deployment"] for each in line["attempts"]] == [f"d{n}" for n in range(attempts)]
    assert [asked(each) for each in upstreams] == [1] * attempts + [0] * (4 - attempts)
