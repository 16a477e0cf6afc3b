"""F-1 to F-16: a region in trouble, seen by callers who should not see it."""

import contextlib
import os
import random
import signal
import socket
import time
from datetime import datetime

from asking import ask_many, deployment, percentile
from figures import SLOW, figure
from gateway import Gateway
from settled import settled
from sim import Sim
from tables import one_route, over_regions
from upstream import Upstream, answering, reply

GOOD = {"id": "good", "object": "chat.completion", "choices": []}
FOUR = [["east/one", "east/two"], ["west/one", "west/two"]]
LONG_OPEN = {"open_base": "60s"}
"""Keeps what has opened shut for the rest of the test."""


def region(name, **deployments):
    named = deployments or {"one": {"model": "gpt-4o"}, "two": {"model": "gpt-4o"}}
    return {"resources": {name: {"key": name + "-key", "region": name, "deployments": named}}}


@contextlib.contextmanager
def two_sims():
    """East and west, each a process of its own, so that one can be frozen."""
    with Sim(region("east")) as east, Sim(region("west")) as west:
        yield {"east": east, "west": west}


def lost_attempts(lines, reason, name=""):
    return [
        attempt
        for line in lines
        for attempt in line["attempts"]
        if attempt.get("reason") == reason and attempt["deployment"].startswith(name)
    ]


def errors(replies):
    return [reply.status for reply in replies if reply.status != 200]


def arrived(sim, name):
    return sum(each["requests"] for each in sim.stats()[name]["deployments"].values())


def test_nobody_sees_a_region_that_refuses_connections():
    with two_sims() as sims, Gateway(over_regions(sims, FOUR, breaker=LONG_OPEN)) as gateway:
        before = ask_many(gateway, 40)
        sims["east"].fault({"refuse": "all"}, resource="east")
        during = ask_many(gateway, 400)
        lines = settled(gateway, 440)

        lost = lost_attempts(lines, "connect", "east")
        added_ms = percentile([attempt["ms"] for attempt in lost], 0.99)
        assert {reply.deployment[:4] for reply in before} == {"east"}
        assert {reply.deployment[:4] for reply in during} == {"west"}
        assert deployment(gateway, "east-one")["breaker"]["reason"] == "local"
    figure("F-1", len(errors(before + during)), "client-errors", 0, not errors(before + during))
    figure("F-1", added_ms, "added-ms-p99", 10 * SLOW, added_ms <= 10 * SLOW)


def test_one_verdict_is_enough_for_a_region_that_refuses():
    """One caller at a time, so that no attempt is under way when the verdict falls."""
    names = ["a", "b", "c", "d"]
    tiers = [["east/" + name for name in names], ["west/one"]]
    with Sim(region("east", **{n: {"model": "gpt-4o"} for n in names})) as east:
        with Sim(region("west")) as west:
            sims = {"east": east, "west": west}
            with Gateway(over_regions(sims, tiers, breaker=LONG_OPEN)) as gateway:
                east.fault({"refuse": "all"}, resource="east")
                replies = ask_many(gateway, 60, askers=1)
                lines = settled(gateway, 60)
                states = [deployment(gateway, "east-" + n)["region_breaker"] for n in names]

    met = [line for line in lines if lost_attempts([line], "connect")]
    per_deployment = [len(lost_attempts(lines, "connect", "east-" + name)) for name in names]
    assert {(state["state"], state["reason"]) for state in states} == {("open", "region")}
    assert sum(per_deployment) < 3 * len(names), "each deployment was found out by itself"
    assert not errors(replies)
    assert max(len(lost_attempts([line], "connect")) for line in met) == 1, "the rest of its region is not tried again"
    figure("F-1", max(per_deployment), "attempts-lost-per-deployment", 3, max(per_deployment) <= 3)
    figure("B-10", len(met), "requests-that-met-it", 6, len(met) <= 6)


@contextlib.contextmanager
def black_hole():
    """An address that answers no SYN: its queue of connections is full. Needs no privileges."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        while True:
            filler = stack.enter_context(socket.socket())
            filler.settimeout(0.3)
            try:
                filler.connect(listener.getsockname())
            except TimeoutError:
                break
        yield "127.0.0.1:%d" % listener.getsockname()[1]


def test_a_black_hole_delays_only_those_who_met_it_first():
    with black_hole() as hole, Upstream(answering(lambda _: reply(200, GOOD))) as west:
        table = one_route({"east": hole, "west": west.address}, breaker=LONG_OPEN)
        with Gateway(table) as gateway:
            replies = ask_many(gateway, 200)
            lines = settled(gateway, 200)
            assert deployment(gateway, "east")["breaker"]["reason"] == "local"

    lost = lost_attempts(lines, "connect", "east")
    starts = {datetime.fromisoformat(line["time"]): line["duration_ms"] for line in lines}
    delayed = [start - min(starts) for start, took_ms in starts.items() if took_ms > 1000]
    worst = max(attempt["ms"] for attempt in lost) / 1000
    assert not errors(replies)
    assert all(attempt["ms"] >= 1900 for attempt in lost)
    assert max(delayed).total_seconds() <= 2.3 * SLOW
    figure("F-2", worst, "max-added-s", 2.3 * SLOW, worst <= 2.3 * SLOW)


def test_a_frozen_upstream_costs_no_more_than_the_wait_for_its_head():
    limit_ms = 400
    route = {"timeouts": {"response_head": f"{limit_ms}ms"}}
    with two_sims() as sims:
        table = over_regions(sims, FOUR, route=route, breaker=LONG_OPEN)
        with Gateway(table) as gateway:
            ask_many(gateway, 8)
            os.kill(sims["east"].pid, signal.SIGSTOP)
            try:
                replies = ask_many(gateway, 60)
            finally:
                os.kill(sims["east"].pid, signal.SIGCONT)
            lines = settled(gateway, 68)

    lost = lost_attempts(lines, "timeout_head", "east")
    worst = max(attempt["ms"] for attempt in lost) - limit_ms
    assert not errors(replies) and {reply.deployment[:4] for reply in replies} == {"west"}
    assert all(attempt["ms"] >= limit_ms for attempt in lost)
    figure("F-3", round(worst, 1), "ms-beyond-the-limit", 50 * SLOW, worst <= 50 * SLOW)


def test_a_reset_instead_of_an_answer_goes_elsewhere_and_is_never_repeated_in_place():
    with two_sims() as sims, Gateway(over_regions(sims, FOUR, breaker=LONG_OPEN)) as gateway:
        sims["east"].fault({"cut": "before_head", "ending": "rst"}, resource="east")
        replies = ask_many(gateway, 200)
        lines = settled(gateway, 200)

        lost = lost_attempts(lines, "reset", "east")
        assert len(lost) >= 5
        assert arrived(sims["east"], "east") == len(lost)
        assert arrived(sims["west"], "west") == 200
        assert deployment(gateway, "east-one")["breaker"]["reason"] == "consecutive"
        assert gateway.metric("spillway_upstream_failures_total", reason="reset") == len(lost)
    figure("F-5", len(errors(replies)), "inference-errors", 0, not errors(replies))


def dying(rng):
    """Serves a few requests per connection, then takes one more and ends without a word."""

    def script(connection):
        for _ in range(rng.randint(1, 3)):
            if not connection.request():
                return
            connection.send(reply(200, GOOD))
        if connection.request() and rng.random() < 0.5:
            connection.reset()

    return script


def test_a_pooled_connection_that_dies_as_we_write_costs_nobody_anything():
    """The upstream takes a request on an old connection and ends: no deployment to fail over to."""
    count = 4000
    seed = int(time.time())
    print(f"seed {seed}")
    with Upstream(dying(random.Random(seed))) as upstream:
        with Gateway(one_route({"east": upstream.address})) as gateway:
            replies = ask_many(gateway, count)
            lines = settled(gateway, count)
            breaker = deployment(gateway, "east")["breaker"]

            assert len(upstream.requests) > count + count // 4, "the race has hardly happened"
            assert all(reply.body == reply_body() for reply in replies if reply.status == 200)
            assert {len(line["attempts"]) for line in lines} == {1}
            assert (breaker["state"], breaker["reason"]) == ("closed", None)
            assert gateway.metric("spillway_breaker_transitions_total") == 0
            assert gateway.metric("spillway_upstream_failures_total") == 0
            assert deployment(gateway, "east")["last_error"] is None
    figure("F-8", len(errors(replies)), f"errors-of-{count}", 0, not errors(replies))


def reply_body():
    return reply(200, GOOD).partition(b"\r\n\r\n")[2]


def test_a_region_in_trouble_is_left_and_comes_back():
    """F-16 with its minute shrunk to seconds. East and west share a tier: so the ramp shows."""
    outage_s, ramp_s = 3 * SLOW, 4 * SLOW
    breaker = {"open_base": "500ms", "open_max": "1s", "ramp": f"{ramp_s}s"}
    with two_sims() as sims:
        with Gateway(over_regions(sims, [["east/one", "west/one"]], breaker=breaker)) as gateway:
            before = ask_many(gateway, 40)
            sims["east"].fault({"status": 503}, resource="east")
            asked = arrived(sims["east"], "east")
            during, ends = [], time.monotonic() + outage_s
            while time.monotonic() < ends:
                during += ask_many(gateway, 40, pause=0.02)
            asked = arrived(sims["east"], "east") - asked
            assert deployment(gateway, "east-one")["breaker"]["state"] != "closed"
            sims["east"].clear_faults()
            returning = []
            while deployment(gateway, "east-one")["breaker"]["state"] != "closed":
                returning += ask_many(gateway, 8)
            early, late = replies_after_return(gateway, ramp_s)
            replies = before + during + returning + early + late
            settled(gateway, len(replies))

    assert asked <= 30
    assert share_of_east(early) < 0.35
    assert 0.3 < share_of_east(late) < 0.7
    figure("F-16", len(errors(replies)), "client-errors", 0, not errors(replies))


def replies_after_return(gateway, ramp_s):
    """Of requests right after a return and of others when the ramp is over."""
    began = time.monotonic()
    early = ask_many(gateway, 60, askers=2, pause=0.01)
    assert time.monotonic() - began < ramp_s / 2
    time.sleep(max(0, began + ramp_s - time.monotonic()))
    return early, ask_many(gateway, 200, askers=2)


def share_of_east(replies):
    return sum(reply.deployment == "east-one" for reply in replies) / len(replies)
