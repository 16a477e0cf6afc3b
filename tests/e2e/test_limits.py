"""Limits through sockets (B-4 and the L rows): nobody is sent more than it was bought with, and
what upstreams say of their limits is believed, within bounds."""

import email.utils
import time

import pytest
import raw_http
from asking import HELLO, ask, ask_many, deployment, line_of
from figures import SLOW, figure
from gateway import Gateway
from settled import settled
from sim import Sim
from tables import one_route, over_regions
from upstream import Upstream, answering, reply

QUOTA = {"error": {"code": "429", "message": "exceeded token rate limit of your tier"}}
GOOD = {"id": "good", "object": "chat.completion", "choices": []}
TINY = {**HELLO, "max_tokens": 95}


def simulated(name, **deployment):
    deployments = {"one": {"model": "gpt-4o", **deployment}}
    return Sim({"resources": {name: {"key": name + "-key", "deployments": deployments}}})


def statuses(replies):
    return [reply.status for reply in replies]


def of_sim(sim, name):
    return sim.deployment(name, "one")


# -- what an upstream was bought with --------------------------------------------------------------


def test_ten_times_the_limit_arrives_and_not_one_token_too_many_goes_on():
    """L-1 over two workers; the simulator counts for itself and refuses nobody."""
    limit, estimate = 12_000, 100
    with simulated("east") as east:
        limits = {"tpm": limit}
        with Gateway(over_regions({"east": east}, [["east/one"]], limits=limits)) as gateway:
            replies = ask_many(gateway, 10 * limit // estimate, TINY, askers=8)
            settled(gateway, len(replies))
            counts = of_sim(east, "east")

    share = counts["max_tokens_in_60s"] / limit
    assert counts["by_status"] == {"200": statuses(replies).count(200)}
    assert set(statuses(replies)) == {200, 429}
    figure("L-1", round(share, 4), "max-window/limit", 1.000, share <= 1)
    figure("L-1", round(share, 4), "utilisation", 0.97, share >= 0.97)


def test_a_full_deployment_spills_before_its_upstream_has_to_say_no():
    with simulated("east", tpm=3000) as east, simulated("west") as west:
        table = over_regions({"east": east, "west": west}, [["east/one"], ["west/one"]])
        table["deployments"]["east-one"]["tpm"] = 3000
        with Gateway(table) as gateway:
            replies = ask_many(gateway, 300, TINY)
            lines = settled(gateway, 300)
            refusals = of_sim(east, "east")["by_status"].get("429", 0)
            used = deployment(gateway, "east-one")["tokens_per_minute"]["used"]

    assert set(statuses(replies)) == {200}
    assert {reply.deployment for reply in replies} == {"east-one", "west-one"}
    assert used > 2900
    assert {len(line["attempts"]) for line in lines} == {1}
    figure("L-2", refusals, "upstream-429s-of-300", 0, refusals == 0)


def test_tokens_that_a_stranger_used_are_believed_at_once():
    """L-3: somebody else calls the deployment; its next answer says how little is left."""
    with simulated("east", tpm=6000) as east:
        table = over_regions({"east": east}, [["east/one"]], limits={"tpm": 6000})
        with Gateway(table) as gateway:
            first = ask(gateway, TINY)
            for _ in range(40):
                path = "/openai/deployments/one/chat/completions?api-version=2024-10-21"
                request = raw_http.request_bytes(path, TINY, {"api-key": "east-key"})
                assert raw_http.exchange(east.address("east"), request).status == 200
            replies = [first] + ask_many(gateway, 60, TINY, askers=1)
            settled(gateway, 61)
            counts = of_sim(east, "east")

    refusals = counts["by_status"].get("429", 0)
    assert statuses(replies).count(200) == counts["by_status"]["200"] - 40
    assert statuses(replies).count(200) >= 17
    assert counts["max_tokens_in_60s"] <= 6000
    figure("L-3", refusals, "upstream-429s", 2, refusals <= 2)


@pytest.mark.parametrize("settlement", ["estimate", "actual"])
def test_what_is_counted_is_what_was_used(settlement):
    """L-4: answers, aborted streams, failures after sending and refused connections."""
    with simulated("east") as east:
        table = over_regions({"east": east}, [["east/one"]], limits={"tpm": "1M"})
        table["deployments"]["east-one"]["settlement"] = settlement
        table["breaker"] = {"consecutive_failures": 255, "local_failures": 255}
        table["retry_budget"] = {"per_second": 1000, "cap": 1000}
        with Gateway(table) as gateway:
            ask_many(gateway, 40, {**HELLO, "max_tokens": 900})
            ask_many(gateway, 10, {**HELLO, "max_tokens": 1})
            for _ in range(5):
                abort_a_stream(gateway, east)
            east.fault({"cut": "before_head", "ending": "rst"})
            ask_many(gateway, 5, TINY, askers=1)
            east.fault({"refuse": "all"}, resource="east")
            ask_many(gateway, 5, TINY, askers=1)
            lines = settled(gateway, 65)
            used = deployment(gateway, "east-one")["tokens_per_minute"]["used"]

    expected = sum(charge(line, settlement) for line in lines)
    assert [line["attempts"][0].get("reason") for line in lines].count("connect") == 5
    assert [line["attempts"][0].get("reason") for line in lines].count("reset") == 5
    assert [line["outcome"] for line in lines].count("aborted") == 5
    drift = used - expected
    figure("L-4", drift, f"tokens-of-drift-by-{settlement}", 0, drift == 0)


def abort_a_stream(gateway, east):
    """The caller leaves in the middle of a stream, and the gateway has noticed."""
    east.fault({"hang": "stream"}, count=1)
    streamed = {**TINY, "stream": True}
    with raw_http.connect("%s:%d" % gateway.address) as sock:
        sock.sendall(raw_http.request_bytes("/v1/chat/completions", streamed, {}))
        assert sock.recv(100)
    deadline = time.monotonic() + 5 * SLOW
    while deployment(gateway, "east-one")["in_flight"]:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def charge(line, settlement):
    """What a deployment's minute has to hold of a request."""
    if line["attempts"][0].get("reason") == "connect":
        return 0
    if "input_tokens" not in line:
        return line["estimated_tokens"]
    actual = line["input_tokens"] + line["output_tokens"]
    return actual if settlement == "actual" else max(actual, line["estimated_tokens"])


def test_a_request_refused_by_one_limit_gives_back_what_it_took_of_the_other():
    """60 requests per minute are 10 in ten seconds."""
    with simulated("east") as east:
        limits = {"tpm": 100_000, "rpm": 60}
        with Gateway(over_regions({"east": east}, [["east/one"]], limits=limits)) as gateway:
            replies = ask_many(gateway, 40, TINY)
            lines = settled(gateway, 40)
            state = deployment(gateway, "east-one")

    estimate = lines[0]["estimated_tokens"]
    leak = state["tokens_per_minute"]["used"] - 10 * estimate
    assert statuses(replies).count(200) == 10 and statuses(replies).count(429) == 30
    assert {line["skipped"] for line in lines if line["status"] == 429} == {
        "east-one:requests_full"
    }
    assert state["requests_per_minute"]["used"] == 10
    figure("L-6", leak, "tokens-leaked", 0, leak == 0)


def test_a_request_that_can_never_fit_is_told_so_at_once():
    with simulated("small") as small, simulated("large") as large:
        sims = {"small": small, "large": large}
        table = over_regions(sims, [["small/one"], ["large/one"]])
        table["deployments"]["small-one"]["tpm"] = 1000
        table["deployments"]["large-one"]["tpm"] = 5000
        with Gateway(table) as gateway:
            fits = ask(gateway, {**HELLO, "max_tokens": 3000})
            replies = ask_many(gateway, 50, {**HELLO, "max_tokens": 9000}, askers=1)
            lines = [line for line in settled(gateway, 51) if line["status"] != 200]

    assert (fits.status, fits.deployment) == (200, "large-one")
    assert {(each.status, each.error["code"]) for each in replies} == {(429, "request_too_large")}
    assert {each.field("x-should-retry") for each in replies} == {"false"}
    assert {each.field("retry-after") or each.field("retry-after-ms") for each in replies} == {None}
    assert {line["skipped"] for line in lines} == {"small-one:too_big large-one:too_big"}
    assert all(line["attempts"] == [] for line in lines)
    middle = sorted(line["duration_ms"] for line in lines)[25]
    figure("L-12", middle, "median-ms", 2 * SLOW, middle <= 2 * SLOW)


# -- what an upstream says -------------------------------------------------------------------------


def test_a_429_opens_nothing_and_is_obeyed():
    """B-4: every answer is a 429; one hint is enough."""
    said = reply(429, QUOTA, {"retry-after": "30"})
    with Upstream(answering(lambda _: said)) as east, Upstream(answering(good)) as west:
        table = one_route({"east": east.address, "west": west.address})
        with Gateway(table) as gateway:
            first = ask(gateway)
            replies = ask_many(gateway, 300)
            lines = settled(gateway, 301)
            opened = gateway.metric("spillway_breaker_transitions_total")
            cools = deployment(gateway, "east")["cools_for_seconds"]

    during = len(east.requests) - 1
    assert set(statuses([first] + replies)) == {200}
    assert {line["skipped"] for line in lines if "skipped" in line} <= {"east:cooling"}
    assert 20 < cools <= 30
    figure("B-4", opened, "openings", 0, opened == 0)
    figure("B-4", during, "requests-during-the-cool-down", 0, during == 0)


def good(_):
    return reply(200, GOOD)


def test_with_all_throttled_the_caller_waits_for_the_first_to_come_back():
    slow = reply(429, QUOTA, {"retry-after": "50"})
    soon = reply(429, QUOTA, {"retry-after-ms": "4200", "retry-after": "5"})
    with Upstream(answering(lambda _: slow)) as east, Upstream(answering(lambda _: soon)) as west:
        with Gateway(one_route({"east": east.address, "west": west.address})) as gateway:
            first, second = ask(gateway), ask(gateway)
            settled(gateway, 2)
            lines = [line_of(gateway, first), line_of(gateway, second)]

    for answered in (first, second):
        assert (answered.status, answered.error["code"]) == (429, "rate_limit_exceeded")
        assert answered.error["type"] == "rate_limit_error"
        wait_ms = int(answered.field("retry-after-ms"))
        assert 4200 - 1000 * SLOW <= wait_ms <= 4200
        assert int(answered.field("retry-after")) == -(-wait_ms // 1000)
        assert answered.field("x-should-retry") == "true"
    assert [len(line["attempts"]) for line in lines] == [2, 0]
    assert lines[1]["skipped"] == "east:cooling west:cooling"
    assert len(east.requests) == len(west.requests) == 1
    assert {line["outcome"] for line in lines} == {"exhausted"}


def http_date(seconds):
    return email.utils.formatdate(time.time() + seconds, usegmt=True)


HINTS = {
    "seconds": ({"retry-after": "7"}, 7),
    "fraction": ({"retry-after": "1.5"}, 1.5),
    "milliseconds": ({"retry-after-ms": "2500", "retry-after": "9"}, 2.5),
    "x-ms": ({"x-ms-retry-after-ms": "3500"}, 3.5),
    "date": ({"retry-after": lambda: http_date(20)}, 20),
    "date past": ({"retry-after": lambda: http_date(-20)}, 0),
    "zero": ({"retry-after": "0"}, 0),
    "day": ({"retry-after": "86400"}, 60),
    "day in ms": ({"retry-after-ms": "86400000"}, 60),
    "far date": ({"retry-after": lambda: http_date(86_400)}, 60),
    "reset": ({"x-rate-limit-reset-tokens": "55"}, 55),
    "go duration": ({"x-ratelimit-reset-tokens": "6s", "x-ratelimit-remaining-tokens": "0"}, 6),
    "negative": ({"retry-after": "-5"}, 1),
    "sentinel": ({"x-ratelimit-reset-tokens": "0", "x-ratelimit-remaining-tokens": "-1"}, 1),
    "words": ({"retry-after": "soon"}, 1),
    "none": ({}, 1),
}


@pytest.fixture(scope="module")
def hinting():
    """A gateway with a route per hint, over one upstream that answers 429 with it."""

    def answer(request):
        fields, _ = HINTS[list(HINTS)[int(request.target.split("/")[1])]]
        ready = {name: value() if callable(value) else value for name, value in fields.items()}
        return reply(429, QUOTA, ready)

    with Upstream(answering(answer)) as upstream:
        numbers = range(len(HINTS))
        table = {
            "resources": {
                f"r{n}": {"kind": "azure", "endpoint": f"http://{upstream.address}/{n}"}
                for n in numbers
            },
            "deployments": {f"d{n}": {"resource": f"r{n}"} for n in numbers},
            "routes": {f"m{n}": {"tiers": [[f"d{n}"]]} for n in numbers},
        }
        with Gateway(table) as gateway:
            yield gateway


@pytest.mark.parametrize("hint", HINTS)
def test_a_hint_is_read_in_every_spelling_and_clamped(hinting, hint):
    number, wanted = list(HINTS).index(hint), HINTS[hint][1]
    answered = ask(hinting, {**HELLO, "model": f"m{number}"})
    cools = deployment(hinting, f"d{number}")["cools_for_seconds"]

    assert line_of(hinting, answered)["attempts"][0]["reason"] == "throttled_tokens"
    assert wanted - 1 - SLOW <= cools <= max(wanted, 0.001)  # never no wait at all
    if wanted > 1:
        assert answered.status == 429 and cools > 0
        assert wanted - 1 - SLOW <= int(answered.field("retry-after-ms")) / 1000 <= wanted
    assert 1 <= int(answered.field("retry-after")) <= 60
