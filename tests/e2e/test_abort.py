"""F-14: a caller that goes away stops the upstream's work at once; what was generated stays charged."""

import math
import socket
import struct
import time

import pytest
from caller import Caller
from figures import SLOW, best_round, figure
from gateway import Gateway
from raw_http import request_bytes
from settled import settled
from sim import Sim, two_regions
from tables import one_route

REPETITIONS = 20
ASK = {
    "chat": ("/v1/chat/completions", {"messages": [{"role": "user", "content": "a long story"}]}),
    "responses": ("/v1/responses", {"input": "a long story"}),
}
ESTIMATE_AT_LEAST = 256  # deployments.*.default_output


def request(dialect, **more):
    path, body = ASK[dialect]
    return request_bytes(path, {"model": "gpt-4o", **body, **more}, {})


def leave_in_good_order(caller):
    caller.close()


def leave_with_a_reset(caller):
    option = struct.pack("ii", 1, 0)
    caller.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)
    caller.close()


LEAVING = [leave_in_good_order, leave_with_a_reset]


@pytest.fixture(scope="module")
def sim():
    with Sim(two_regions(first_token_ms=5, token_ms=20, tokens=2000)) as running:
        yield running


@pytest.fixture
def gateway(sim):
    sim.reset()
    table = one_route({"east": sim.address("east")})
    table["deployments"]["east"]["tpm"] = "10M"
    with Gateway(table) as running:
        yield running


def cancelled(stats):
    return stats["east"]["deployments"]["gpt-4o-prod"]["cancelled"]


def abort_all(gateway, sim, ask, leave, is_under_way):
    """Milliseconds from each abort to the moment at which the upstream saw it."""
    delays = []
    before = cancelled(sim.stats())
    for i in range(before + 1, before + 1 + REPETITIONS):
        with Caller(gateway.listening[0]) as caller:
            caller.sock.sendall(ask)
            is_under_way(caller, i)
            leave(caller)
            left = time.monotonic() * 1000
            stats = sim.wait_for(lambda s: cancelled(s) == i, 5 * SLOW)
        counts = stats["east"]["deployments"]["gpt-4o-prod"]
        delays.append(counts["latest_cancelled"][-1]["at_ms"] - left)
        assert counts["open_streams"] == 0
    return delays


def p99(values):
    return sorted(values)[math.ceil(0.99 * len(values)) - 1]


def check(gateway, sim, what, ask, leave, is_under_way):
    bound = 50 * SLOW
    delay = best_round(lambda: p99(abort_all(gateway, sim, ask, leave, is_under_way)), bound)
    lines = settled(gateway, cancelled(sim.stats()))
    for line in lines:
        assert (line["outcome"], len(line["attempts"])) == ("aborted", 1), line
        assert line["estimated_tokens"] >= ESTIMATE_AT_LEAST
    (deployment,) = gateway.status()["deployments"]
    used = deployment["tokens_per_minute"]["used"]
    assert used == sum(line["estimated_tokens"] for line in lines)
    assert deployment["breaker"]["state"] == "closed"
    figure(f"F-14-{what}", f"{delay:.1f}", "ms-p99-abort-to-upstream-end", "50", delay <= bound)


@pytest.mark.parametrize("leave", LEAVING, ids=lambda f: f.__name__)
@pytest.mark.parametrize("dialect", ASK)
def test_a_stream_is_stopped_when_its_caller_leaves(gateway, sim, dialect, leave):
    def is_under_way(caller, _):
        assert caller.head()[0] == 200
        for _ in range(3):
            assert caller.chunk()

    ask = request(dialect, stream=True)
    check(gateway, sim, f"{dialect}-stream-{leave.__name__}", ask, leave, is_under_way)


@pytest.mark.parametrize("leave", LEAVING, ids=lambda f: f.__name__)
@pytest.mark.parametrize("stream", [False, True], ids=["json", "stream"])
def test_waiting_for_a_head_is_stopped_when_the_caller_leaves(gateway, sim, stream, leave):
    sim.fault({"hang": "head"})

    def is_under_way(_, i):
        sim.wait_for(lambda s: s["east"]["deployments"]["gpt-4o-prod"]["requests"] == i)

    ask = request("chat", stream=stream)
    name = f"{'stream' if stream else 'json'}-head-{leave.__name__}"
    check(gateway, sim, name, ask, leave, is_under_way)


def test_the_next_request_of_an_aborted_pipeline_is_not_served(gateway, sim):
    with Caller(gateway.listening[0]) as caller:
        caller.sock.sendall(request("chat", stream=True))
        assert caller.head()[0] == 200
        caller.sock.sendall(request("chat", stream=True))
        leave_with_a_reset(caller)
        sim.wait_for(lambda s: cancelled(s) == 1, 5 * SLOW)
    assert settled(gateway, 1)[0]["outcome"] == "aborted"
    assert sim.deployment("east", "gpt-4o-prod")["requests"] == 1
