"""What callers may do with a connection, and what they are told when they may not: pipelining,
keep-alive, framing, expectations, limits, HTTP/1.0, TLS."""

import contextlib
import json
import socket
import ssl
import subprocess
import time

import pytest
import raw_http
import sse_body
from caller import Caller
from certificates import self_signed
from figures import SLOW
from gateway import Gateway
from raw_http import request_bytes
from settled import settled
from sim import Sim, two_regions
from tables import one_route

CHAT = "/v1/chat/completions"
BODY = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}
LIMITS = {"head_time": "600ms", "body_idle": "600ms", "body_bytes": "4MiB", "keep_alive": "30s"}


@pytest.fixture(scope="module")
def sim():
    with Sim(two_regions(first_token_ms=1, token_ms=2)) as running:
        yield running


@pytest.fixture(scope="module")
def running(sim):
    with Gateway(one_route({"east": sim.address("east")}, limits=LIMITS)) as gateway:
        yield gateway


@pytest.fixture
def gateway(running):
    """After the test: no exception escaped, nothing is in flight, and there is one line for each
    request that was counted."""
    yield running
    settled(running)


@pytest.fixture
def caller(gateway):
    with Caller(gateway.listening[0]) as connection:
        yield connection


def request(stream=False, headers=(), **more):
    return request_bytes(CHAT, {**BODY, "stream": stream, **more}, dict(headers))


def raw(head_lines, body=b"", method=f"POST {CHAT} HTTP/1.1"):
    lines = [method, "host: gateway", "content-type: application/json", *head_lines]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def is_refused(answer, status):
    """An error in OpenAI's shape, and the connection is over."""
    assert (answer.status, answer.is_whole) == (status, True)
    assert answer.json["error"]["type"] == "invalid_request_error"
    assert answer.json["error"]["message"]
    assert answer.fields["connection"] == "close"
    assert answer.fields["x-request-id"]
    return True


# -- several requests on a connection --------------------------------------------------------------


def test_requests_in_one_write_are_answered_in_order(caller):
    names = [f"req-{i}" for i in range(5)]
    wire = [request(stream=i % 2 == 1, headers={"x-request-id": n}) for i, n in enumerate(names)]
    caller.sock.sendall(b"".join(wire))

    for i, name in enumerate(names):
        answer = caller.answer()
        assert (answer.status, answer.fields["x-request-id"]) == (200, name)
        assert answer.is_whole and answer.body.endswith(b"[DONE]\n\n") == (i % 2 == 1)


def test_a_request_sent_while_a_stream_runs_waits_for_its_end(caller, sim):
    caller.sock.sendall(request(stream=True, headers={"x-request-id": "first"}))
    assert caller.head()[1]["x-request-id"] == "first"
    caller.sock.sendall(request(headers={"x-request-id": "second"}))
    time.sleep(0.05)
    body = b""
    while piece := caller.chunk():
        body += piece

    assert piece == b"" and sse_body.is_terminal(sse_body.events(body)[-1])
    answer = caller.answer()
    assert (answer.status, answer.fields["x-request-id"]) == (200, "second")


def test_a_pipeline_split_anywhere_is_served(gateway):
    wire = request(headers={"x-request-id": "a"}) + request(headers={"x-request-id": "b"})
    for at in range(1, len(wire), 3):
        with Caller(gateway.listening[0]) as caller:
            caller.sock.sendall(wire[:at])
            time.sleep(0.001)
            caller.sock.sendall(wire[at:])
            first, second = caller.answer(), caller.answer()
            assert (first.status, second.status) == (200, 200), at
            assert (first.fields["x-request-id"], second.fields["x-request-id"]) == ("a", "b")


def test_a_connection_serves_a_hundred_requests(gateway, caller):
    assert caller.ask(request()).status == 200  # it has been accepted and counted
    before = gateway.metric("spillway_connections_accepted_total")
    for _ in range(100):
        answer = caller.ask(request())
        assert answer.status == 200 and "connection" not in answer.fields

    assert gateway.metric("spillway_connections_accepted_total") == before
    assert gateway.metric("spillway_upstream_connections_opened_total") <= 12


def test_connection_close_is_obeyed(caller):
    answer = caller.ask(request(headers={"connection": "close"}))

    assert answer.status == 200 and answer.fields["connection"] == "close"
    assert caller.has_ended()


def test_an_error_about_a_request_leaves_the_connection_usable(caller):
    for bad, status in (
        (request_bytes(CHAT, {**BODY, "model": "nobody"}, {}), 404),
        (raw(["content-length: 2"], b"{]"), 400),
        (request_bytes("/v1/nothing", BODY, {}), 404),
        (raw(["content-length: 0"], method=f"PUT {CHAT} HTTP/1.1"), 405),
    ):
        answer = caller.ask(bad)
        assert answer.status == status and answer.is_whole and answer.json["error"]["message"]
        assert caller.ask(request()).status == 200


# -- bodies ----------------------------------------------------------------------------------------


def test_a_chunked_body_split_anywhere_arrives_whole(gateway, sim):
    body = json.dumps(BODY).encode()
    chunks = b"".join(b"%X\r\n%s\r\n" % (1, body[i : i + 1]) for i in range(20))
    wire = raw(["transfer-encoding: chunked"], chunks + b"%x\r\n%s\r\n0\r\n\r\n" % (
        len(body) - 20, body[20:]
    ))
    sums = set()
    with Caller(gateway.listening[0]) as caller:
        for at in range(1, len(wire)):
            caller.sock.sendall(wire[:at])
            time.sleep(0.0005)
            caller.sock.sendall(wire[at:])
            assert caller.answer().status == 200, at
            sums.add(sim.deployment("east", "gpt-4o-prod")["last_body_sha256"])
    assert len(sums) == 1


def test_a_body_of_two_megabytes_is_waited_for_with_100_continue(gateway, tmp_path):
    body = {**BODY, "messages": [{"role": "user", "content": "x" * (2 << 20)}]}
    (tmp_path / "body.json").write_text(json.dumps(body))
    asked = subprocess.run(
        ["curl", "-sv", "--max-time", "30", "-H", "content-type: application/json"]
        + ["-H", "expect: 100-continue", "--expect100-timeout", "20"]
        + ["--data-binary", f"@{tmp_path / 'body.json'}", gateway.url + CHAT],
        capture_output=True, text=True, check=True,
    )
    assert "HTTP/1.1 100 Continue" in asked.stderr
    # The model's context is smaller than this prompt; that the upstream says so is an answer.
    assert "context_length_exceeded" in asked.stdout or "choices" in asked.stdout


def test_continue_is_said_once_and_only_when_it_is_waited_for(caller):
    whole = request(headers={"expect": "100-continue"})
    head, mark, body = whole.partition(b"\r\n\r\n")
    caller.sock.sendall(head + mark)
    assert caller.head() == (100, {})
    caller.sock.sendall(body)
    assert caller.answer().status == 200
    # All of it at once: there is nothing to wait for, but saying so is allowed.
    caller.sock.sendall(whole)
    status = caller.answer().status
    assert (caller.answer().status if status == 100 else status) == 200


def test_a_body_that_will_be_refused_is_not_asked_for(caller):
    answer = caller.ask(raw(["content-length: 5000000", "expect: 100-continue"]))

    assert is_refused(answer, 413) and caller.has_ended()


REFUSED = {
    "a length over the limit": (raw(["content-length: 4194305"]), 413),
    "chunks over the limit": (
        raw(["transfer-encoding: chunked"], b"200000\r\n" + b" " * 0x200000 + b"\r\n"
            + b"200000\r\n" + b" " * 0x200000 + b"\r\n" + b"1\r\n \r\n0\r\n\r\n"), 413),
    "a compressed body": (raw(["content-encoding: gzip", "content-length: 2"], b"{}"), 415),
    "another expectation": (raw(["expect: tea", "content-length: 2"], b"{}"), 417),
    "too many fields": (raw([f"x-{i}: 1" for i in range(101)]), 431),
    "a long field": (raw(["x-long: " + "a" * 20_000]), 431),
    "length and chunked": (raw(["content-length: 2", "transfer-encoding: chunked"]), 400),
    "two lengths": (raw(["content-length: 2", "content-length: 2"], b"{}"), 400),
    "a length that is none": (raw(["content-length: +2"], b"{}"), 400),
    "an unknown coding": (raw(["transfer-encoding: gzip, chunked"]), 400),
    "chunked twice": (raw(["transfer-encoding: chunked, chunked"]), 400),
    "a bare line feed": (raw([]).replace(b"\r\n", b"\n"), 400),
    "a folded field": (raw(["x-a: 1\r\n  2"]), 400),
    "a blank before the colon": (raw(["x-a : 1"]), 400),
    "no host": (f"POST {CHAT} HTTP/1.1\r\ncontent-length: 2\r\n\r\n{{}}".encode(), 400),
    "two hosts": (raw(["host: other"]), 400),
    "a nul": (raw(["x-a: \0"]), 400),
    "no http": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "http/2 by prior knowledge": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 501),
    "a chunk size that is none": (raw(["transfer-encoding: chunked"], b"0x2\r\n{}\r\n"), 400),
    "a chunk without its end": (raw(["transfer-encoding: chunked"], b"2\r\n{}X0\r\n\r\n"), 400),
    "chunked for HTTP/1.0": (
        raw(["transfer-encoding: chunked"], b"0\r\n\r\n").replace(b"HTTP/1.1", b"HTTP/1.0"), 400),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_ambiguous_or_too_much_is_refused_and_the_connection_closed(caller, sim, name):
    wire, status = REFUSED[name]
    before = sim.deployment("east", "gpt-4o-prod")["requests"]
    # What follows must not be taken for a request: that is how smuggling works.
    caller.sock.sendall(wire + request())
    answer = caller.answer()

    assert is_refused(answer, status)
    assert caller.has_ended()
    assert sim.deployment("east", "gpt-4o-prod")["requests"] == before


# -- time ------------------------------------------------------------------------------------------


def test_a_head_that_does_not_come_is_told_so(caller):
    began = time.monotonic()
    for byte in request()[:300]:
        try:
            caller.sock.send(bytes([byte]))
        except OSError:
            break
        time.sleep(0.02)
        if time.monotonic() - began > 0.9:
            break

    assert is_refused(caller.answer(), 408) and caller.has_ended()
    assert time.monotonic() - began < 0.6 + 1.5 * SLOW


def test_a_body_that_does_not_come_is_told_so(caller):
    began = time.monotonic()
    answer = caller.ask(raw(["content-length: 100"], b"{"))

    assert is_refused(answer, 408) and caller.has_ended()
    assert 0.5 < time.monotonic() - began < 0.6 + 1.5 * SLOW


def test_a_caller_that_leaves_in_its_body_gets_nothing_and_is_logged(gateway, caller):
    count = len(gateway.access_log())
    caller.sock.sendall(raw(["content-length: 100"], b"{"))
    time.sleep(0.1)
    caller.sock.shutdown(socket.SHUT_WR)

    assert caller.has_ended()
    assert gateway.access_log(count + 1)[-1]["outcome"] == "aborted"


def test_a_connection_that_never_says_anything_is_no_request(gateway):
    count = len(gateway.access_log())
    socket.create_connection(gateway.address).close()
    time.sleep(0.2)

    assert len(gateway.access_log()) == count


# -- other callers ---------------------------------------------------------------------------------


def test_an_upgrade_to_h2c_is_ignored(caller):
    fields = {"connection": "Upgrade, HTTP2-Settings", "upgrade": "h2c", "http2-settings": "AAMA"}
    answer = caller.ask(request(headers=fields))

    assert answer.status == 200 and "upgrade" not in answer.fields
    assert caller.ask(request()).status == 200


def test_head_is_answered_without_a_body(caller):
    caller.sock.sendall(raw([], method="HEAD /v1/models HTTP/1.1"))
    answer = caller.answer(is_for_head=True)
    whole = caller.ask(raw([], method="GET /v1/models HTTP/1.1"))

    assert answer.status == whole.status == 200
    assert int(answer.fields["content-length"]) == len(whole.body)
    assert whole.json["data"][0]["id"] == "gpt-4o"


@pytest.mark.parametrize("stream", [False, True])
def test_an_http_1_0_caller_gets_no_chunks_and_the_end_of_the_connection(gateway, stream):
    wire = request(stream).replace(b"HTTP/1.1", b"HTTP/1.0", 1)
    answer = raw_http.exchange(gateway.listening[0], wire, after_seconds=5)

    fields = raw_http.fields(answer.head)
    assert (answer.status, answer.ending) == (200, "fin")
    assert "transfer-encoding" not in fields and fields["connection"] == "close"
    if stream:
        assert sse_body.is_terminal(sse_body.events(answer.body)[-1])
    else:
        assert json.loads(answer.body)["choices"]


# -- TLS -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return self_signed(tmp_path_factory.mktemp("listener"))


@pytest.fixture(scope="module")
def clients_certificate(tmp_path_factory):
    return self_signed(tmp_path_factory.mktemp("caller"), name="caller")


def trusting(certificate):
    context = ssl.create_default_context(cafile=certificate["certificate"])
    context.check_hostname = False
    return context


def listening_with(sim, **tls):
    listen = [{"address": "127.0.0.1:0", "tls": tls}]
    return Gateway(one_route({"east": sim.address("east")}, listen=listen))


def test_a_tls_listener_serves_documents_streams_and_pipelines(sim, certificate):
    with listening_with(sim, **certificate) as gateway:
        with Caller(gateway.listening[0], tls=trusting(certificate)) as caller:
            assert caller.ask(request()).json["choices"]
            stream = caller.ask(request(stream=True))
            assert stream.is_whole and stream.body.endswith(b"data: [DONE]\n\n")
            caller.sock.sendall(request(stream=True) + request())
            assert caller.answer().is_whole and caller.answer().json["choices"]
        settled(gateway, 4)


def test_a_tls_listener_survives_what_is_no_tls(sim, certificate):
    with listening_with(sim, **certificate) as gateway:
        with Caller(gateway.listening[0]) as plain:
            plain.sock.sendall(request())
            with contextlib.suppress(ConnectionResetError):
                while piece := plain.sock.recv(1000):
                    assert not piece.startswith(b"HTTP")  # an alert
        with Caller(gateway.listening[0], tls=trusting(certificate)) as caller:
            assert caller.ask(request()).status == 200
        settled(gateway, 1)


def test_a_tls_caller_that_leaves_stops_the_stream(sim, certificate):
    sim.reset()
    with listening_with(sim, **certificate) as gateway:
        with Caller(gateway.listening[0], tls=trusting(certificate)) as caller:
            caller.sock.sendall(request(stream=True, messages=[
                {"role": "user", "content": "sim:tokens=3000"}]))
            assert caller.head()[0] == 200
        sim.wait_for(lambda s: s["east"]["deployments"]["gpt-4o-prod"]["cancelled"] == 1, 2 * SLOW)
        assert settled(gateway, 1)[0]["outcome"] == "aborted"


def test_only_callers_with_a_certificate_are_served_when_one_is_asked_for(
    sim, certificate, clients_certificate
):
    ca = clients_certificate["certificate"]
    known, unknown = trusting(certificate), trusting(certificate)
    known.load_cert_chain(ca, clients_certificate["key"])
    stranger = trusting(certificate)
    stranger.load_cert_chain(certificate["certificate"], certificate["key"])
    with listening_with(sim, **certificate, client_ca=ca) as gateway:
        with Caller(gateway.listening[0], tls=known) as caller:
            assert caller.ask(request()).status == 200
        for context in (unknown, stranger):
            # With TLS 1.3 the client's handshake is done before the server has refused it.
            with pytest.raises((ssl.SSLError, ConnectionError)):
                with Caller(gateway.listening[0], tls=context) as caller:
                    caller.sock.sendall(request())
                    caller.sock.recv(1)
                    pytest.fail("served")
        settled(gateway, 1)
