"""R-5, R-6: SIGTERM cuts nothing. What is open is finished, or ended honestly at drain.timeout or when
a second SIGTERM comes; the process ends with 0."""

import collections
import socket
import threading
import time

import pytest
import sse_body
from asking import SHORT, V1_CHAT
from caller import Caller
from figures import SLOW, figure
from gateway import Gateway
from raw_http import request_bytes
from sim import Sim, two_regions
from tables import one_route

ASK = {
    "chat": ("/v1/chat/completions", {"messages": [{"role": "user", "content": "go on"}]}),
    "responses": ("/v1/responses", {"input": "go on"}),
}
TOKEN_SECONDS = 0.02


def request(dialect, stream=True):
    path, body = ASK[dialect]
    return request_bytes(path, {"model": "gpt-4o", "stream": stream, **body}, {})


def short_request():
    return request_bytes(V1_CHAT, SHORT, {})


@pytest.fixture(scope="module")
def sim():
    pace = {"first_token_ms": 20, "token_ms": int(TOKEN_SECONDS * 1000)}
    with Sim(two_regions(tokens=150, **pace)) as running:  # streams of 3 s
        yield running


def gateway_for(sim, **drain):
    return Gateway(one_route({"east": sim.address("east")}, drain=drain))


def open_stream(gateway, dialect="chat"):
    caller = Caller(gateway.listening[0])
    caller.sock.sendall(request(dialect))
    assert caller.head()[0] == 200
    return caller


def rest(caller):
    """(the rest of the body, whether it ended as its framing wants)."""
    pieces = []
    while piece := caller.chunk():
        pieces.append(piece)
    return b"".join(pieces), piece is not None


def exit_status(gateway, within):
    """Waits for the end without any further signal."""
    process, gateway.process = gateway.process, None
    try:
        return process.wait(within)
    finally:
        process.kill()
        process.wait()


class Load(threading.Thread):
    """Callers that ask without a pause, each on one connection until that ends, and then on a new
    one; `outcomes` counts what happened to each request."""

    def __init__(self, gateway, callers):
        super().__init__()
        self._address = gateway.listening[0]
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._ask) for _ in range(callers)]
        self.outcomes = collections.Counter()

    def run(self):
        for thread in self._threads:
            thread.start()
        for thread in self._threads:
            thread.join()

    def _count(self, what):
        with self._lock:
            self.outcomes[what] += 1

    def _ask(self):
        fresh = True
        caller = None
        while True:
            try:
                if caller is None:
                    caller, fresh = Caller(self._address), True
                answer = caller.ask(short_request())
            except ConnectionRefusedError:
                return  # the gateway has stopped listening: that is how each caller ends
            except (ConnectionResetError, BrokenPipeError):
                answer = None
            if answer is None:
                # Between two requests a connection may be closed at any time (RFC 9112 §9.5).
                self._count("lost" if fresh else "closed while idle")
                caller.close()
                caller = None
                continue
            fresh = False
            is_fine = answer.status == 200 and answer.is_whole and answer.json["choices"]
            self._count("answered" if is_fine else f"status {answer.status}")
            if answer.fields.get("connection") == "close":
                caller.close()
                caller = None


def test_a_drain_cuts_nothing_and_ends_with_the_longest_stream(sim):
    delay = 1.0
    with gateway_for(sim, delay=f"{delay}s", timeout="30s") as gateway:
        load = Load(gateway, callers=16)
        load.start()
        streams = [open_stream(gateway, d) for d in ASK for _ in range(20)]
        time.sleep(0.5)
        began = time.monotonic()
        gateway.terminate()
        bodies = []
        readers = [threading.Thread(target=lambda c=c: bodies.append(rest(c))) for c in streams]
        for reader in readers:
            reader.start()
        time.sleep(delay / 2)
        # Still accepting: load balancers need time to notice. New ones are told to go away.
        with Caller(gateway.listening[0]) as late:
            answer = late.ask(short_request())
            assert answer.status == 200 and answer.fields["connection"] == "close"
            assert late.has_ended()
        load.join()
        refused_after = time.monotonic() - began
        for reader in readers:
            reader.join()
        streams_took = time.monotonic() - began
        status = exit_status(gateway, 30)
        took = time.monotonic() - began
        lines = gateway.access_log()

    assert status == 0
    assert refused_after >= delay
    cut = sum(
        not (whole and sse_body.is_terminal(sse_body.events(body)[-1])) for body, whole in bodies
    )
    assert len(bodies) == len(streams) and cut == 0
    fine = {"answered", "closed while idle"}
    lost = {what: n for what, n in load.outcomes.items() if what not in fine}
    assert not lost and load.outcomes["answered"] > 100
    assert len(lines) == load.outcomes["answered"] + len(streams) + 1
    assert {line["outcome"] for line in lines} == {"ok"}
    figure("R-5", cut + sum(lost.values()), f"lost-of-{len(lines)}", "0", not cut and not lost)
    over = took - max(streams_took, delay)
    figure("R-5-exit", f"{over:.2f}", "s-after-the-longest-stream", "1", over <= 1 * SLOW)


def honest_end(caller, dialect):
    body, is_whole = rest(caller)
    found = sse_body.events(body)
    return (
        not is_whole
        and sse_body.is_error(found[-1], dialect)
        and not any(sse_body.is_terminal(event) for event in found)
    )


@pytest.mark.parametrize("dialect", ASK)
def test_a_stream_longer_than_the_drain_ends_honestly(sim, dialect):
    with gateway_for(sim, delay="0s", timeout="500ms") as gateway:
        callers = [open_stream(gateway, dialect) for _ in range(10)]
        began = time.monotonic()
        gateway.terminate()
        silent = sum(not honest_end(caller, dialect) for caller in callers)
        status = exit_status(gateway, 30)
        took = time.monotonic() - began
        lines = gateway.access_log()

    assert status == 0
    assert 0.5 <= took <= 0.5 + 1.5 * SLOW
    assert [line["outcome"] for line in lines] == ["upstream_error"] * len(callers)
    figure(f"R-6-{dialect}", silent, f"silent-of-{len(callers)}", "0", silent == 0)


@pytest.mark.parametrize("phase", ["delay", "drain"])
def test_a_second_signal_ends_it_now_and_still_honestly(sim, phase):
    delay = "20s" if phase == "delay" else "0s"
    with gateway_for(sim, delay=delay, timeout="20s") as gateway:
        caller = open_stream(gateway)
        gateway.terminate()
        time.sleep(0.2)
        began = time.monotonic()
        gateway.terminate()
        assert honest_end(caller, "chat")
        assert exit_status(gateway, 30) == 0
        assert time.monotonic() - began < 2 * SLOW


def test_a_request_without_an_answer_yet_gets_one_when_the_drain_ends(sim):
    sim.fault({"hang": "head"}, count=1)
    before = sim.deployment("east", "gpt-4o-prod")["requests"]
    with gateway_for(sim, delay="0s", timeout="300ms") as gateway:
        with Caller(gateway.listening[0]) as caller:
            caller.sock.sendall(short_request())
            sim.wait_for(lambda s: s["east"]["deployments"]["gpt-4o-prod"]["requests"] > before)
            gateway.terminate()
            answer = caller.answer()
        status = exit_status(gateway, 30)
        lines = gateway.access_log()

    assert status == 0
    assert answer is not None and answer.status == 503 and answer.is_whole
    assert answer.json["error"]["message"] and answer.fields["connection"] == "close"
    assert len(lines) == 1


def test_idle_connections_are_closed_when_listening_ends(sim):
    with gateway_for(sim, delay="0s", timeout="20s") as gateway:
        with Caller(gateway.listening[0]) as used, Caller(gateway.listening[0]) as unused:
            assert used.ask(short_request()).status == 200
            began = time.monotonic()
            gateway.terminate()
            assert used.has_ended() and unused.has_ended()
        assert exit_status(gateway, 30) == 0
        assert time.monotonic() - began < 2 * SLOW


def test_a_half_sent_request_is_waited_for(sim):
    whole = short_request()
    with gateway_for(sim, delay="0s", timeout="20s") as gateway:
        with Caller(gateway.listening[0]) as caller:
            caller.sock.sendall(whole[:60])
            time.sleep(0.3)
            gateway.terminate()
            time.sleep(0.3)
            caller.sock.sendall(whole[60:])
            answer = caller.answer()
        assert exit_status(gateway, 30) == 0
    assert answer.status == 200 and answer.fields["connection"] == "close"


def test_readiness_turns_before_listening_ends(sim):
    with gateway_for(sim, delay="1s", timeout="20s") as gateway:
        assert gateway.fetch("/readyz").strip() == b"ok"
        gateway.terminate()
        deadline = time.monotonic() + 0.8 * SLOW
        while gateway.status()["state"] != "draining":
            assert time.monotonic() < deadline
        host, port = gateway.address
        socket.create_connection((host, port)).close()
        assert exit_status(gateway, 30) == 0
