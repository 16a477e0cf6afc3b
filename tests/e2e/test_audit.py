"""The audit stream (docs/audit.md): what it says of a request, what it keeps, and that nothing is
answered unaudited while it cannot be written."""

import contextlib
import hashlib
import json
import os
import resource
import signal
import subprocess
import time

import pytest
from asking import HELLO, STREAM, Asker, ask
from audit_stream import lines_of, requests_of
from figures import SLOW
from gateway import BINARY, Gateway
from tables import PATIENT, one_route
from upstream import Upstream, answering, reply

SAFE = {"filtered": False, "severity": "safe"}
MILD = {"filtered": False, "severity": "low"}
SAID = "write to ann@example.com"
ANSWER = {
    "id": "a1",
    "object": "chat.completion",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": SAID},
            "finish_reason": "stop",
            "content_filter_results": {"hate": SAFE, "violence": MILD},
        }
    ],
    "usage": {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17},
}
CANARY = "canary-4071"
LONG = {**HELLO, "messages": [{"role": "user", "content": "x" * 16000}]}


def good(_):
    return reply(200, ANSWER)


def busy(_):
    return reply(503, {"error": {"message": "busy", "type": "server_error", "code": None}})


@pytest.fixture
def east():
    with Upstream(answering(good)) as upstream:
        yield upstream


@pytest.fixture
def stream(tmp_path):
    return tmp_path / "audit.jsonl"


def table(addresses, to, audit=None, **more):
    made = one_route(addresses, audit={"to": str(to), **(audit or {})}, **PATIENT, **more)
    for name, each in made["resources"].items():
        each.update(region=name + "us", geography="us")
    return made


def eventually(condition, seconds=10):
    deadline = time.monotonic() + seconds * SLOW
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_a_line_says_where_a_request_went_and_what_came_of_it(east, stream):
    with Upstream(answering(busy)) as broken:
        addresses = {"west": broken.address, "east": east.address}
        with Gateway(table(addresses, stream)) as gateway:
            body = json.dumps(HELLO).encode()
            answer = ask(gateway, body)
    [line] = requests_of(stream, 1)
    assert answer.status == 200
    assert line["request_id"] == answer.field("x-request-id")
    assert (line["route"], line["model"], line["operation"]) == (
        "gpt-4o", "gpt-4o", "chat/completions",
    )
    assert (line["deployment"], line["resource"], line["region"], line["geography"]) == (
        "east", "east", "eastus", "us",
    )
    assert [(each["deployment"], each["status"]) for each in line["attempts"]] == [
        ("west", 503), ("east", 200),
    ]
    assert (line["outcome"], line["status"], line["attempt_count"]) == ("ok", 200, 2)
    assert (line["input_tokens"], line["output_tokens"]) == (12, 5)
    assert line["content_filter"]["completion"] == [
        {"category": "violence", "severity": "low", "filtered": False}
    ]
    assert line["request_bytes"] == len(body)
    assert line["request_sha256"] == hashlib.sha256(body).hexdigest()
    assert "request" not in line and "answer" not in line
    assert "residency" not in line


def test_residency_is_said_to_have_held(east, stream):
    wanted = table({"east": east.address}, stream)
    wanted["routes"]["gpt-4o"]["residency"] = "us"
    with Gateway(wanted) as gateway:
        assert ask(gateway).status == 200
    [line] = requests_of(stream, 1)
    assert (line["residency"], line["residency_held"]) == ("us", True)


def test_bodies_are_kept_only_after_redaction(east, stream):
    wanted = table(
        {"east": east.address}, stream, {"redact": ["email", "key:user"]},
        defaults={"audit": {"keep": "both"}},
    )
    with Gateway(wanted) as gateway:
        ask(gateway, {**HELLO, "user": CANARY})
    [line] = requests_of(stream, 1)
    assert line["request"]["redacted"] == 1 and "hello" in line["request"]["text"]
    assert line["answer"]["redacted"] == 1 and "write to" in line["answer"]["text"]
    assert CANARY not in stream.read_text() and "ann@example" not in stream.read_text()


def test_a_route_keeps_as_much_as_it_says(east, stream):
    wanted = table({"east": east.address}, stream)
    wanted["routes"]["gpt-4o"]["audit"] = {"keep": "request", "bytes": 100}
    with Gateway(wanted) as gateway:
        ask(gateway, LONG)
    [line] = requests_of(stream, 1)
    assert line["request"]["cut"] and len(line["request"]["text"]) == 100
    assert "answer" not in line


def test_the_kept_answer_to_a_stream_is_its_text(stream):
    def event(content):
        choice = {"index": 0, "delta": {"content": content}}
        return b"data: " + json.dumps({"id": "c", "choices": [choice]}).encode() + b"\n\n"

    events = event("good ") + event("morning") + b"data: [DONE]\n\n"

    def streaming(_):
        return reply(200, events, {"content-type": "text/event-stream"})

    with Upstream(answering(streaming)) as upstream:
        wanted = table({"east": upstream.address}, stream, defaults={"audit": {"keep": "both"}})
        with Gateway(wanted) as gateway:
            assert ask(gateway, STREAM).body == events
    [line] = requests_of(stream, 1)
    assert line["stream"] is True
    assert line["answer"] == {"text": "good morning", "redacted": 0, "cut": False}


def verify(*arguments):
    command = [BINARY, "audit", "verify", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20)


def test_verify_proves_a_stream_and_finds_what_was_done_to_it(east, stream):
    with Gateway(table({"east": east.address}, stream)) as gateway:
        for _ in range(3):
            ask(gateway)
    lines = stream.read_text().splitlines(keepends=True)
    last = json.loads(lines[-1])["hash"]

    proven = verify(stream, "--expect-last", last)
    assert (proven.returncode, proven.stderr) == (0, "")
    assert "lines 1 to 4" in proven.stdout and "3 requests" in proven.stdout
    assert f"last hash {last}" in proven.stdout

    stream.write_text("".join(lines[:-1]))
    assert verify(stream).returncode == 0
    cut = verify(stream, "--expect-last", last)
    assert cut.returncode == 1 and "missing at the end" in cut.stderr

    stream.write_text("".join([lines[0], lines[1].replace("east", "west"), *lines[2:]]))
    altered = verify(stream)
    assert altered.returncode == 1 and altered.stderr.startswith(f"{stream}:2: altered")

    stream.write_text("".join([lines[0], *lines[2:]]))
    assert "missing: 1 line" in verify(stream).stderr


def test_an_unknown_model_reaches_no_route_and_has_no_line(east, stream):
    with Gateway(table({"east": east.address}, stream)) as gateway:
        assert ask(gateway, {**HELLO, "model": "nobody"}).status == 404
        assert ask(gateway).status == 200
    assert len(requests_of(stream, 1)) == 1


def test_restarts_rotation_and_sigusr1_keep_one_chain(east, stream):
    wanted = table({"east": east.address}, stream, {"rotate_bytes": 4096, "rotate_keep": 50})
    with Gateway(wanted) as gateway, Asker(gateway) as asker:
        for _ in range(20):
            assert asker.post().status == 200
    with Gateway(wanted) as gateway:
        ask(gateway)
        eventually(lambda: requests_of(stream, 1))
        stream.rename(stream.with_name("audit.jsonl.moved"))
        gateway.process.send_signal(signal.SIGUSR1)
        eventually(stream.exists)
        ask(gateway)
    rotated = sorted(each for each in stream.parent.iterdir() if each.suffix[1:].isdigit())
    assert len(rotated) > 1
    order = [*rotated, stream.with_name("audit.jsonl.moved"), stream]
    lines = lines_of("".join(each.read_text() for each in order))
    assert lines[0]["seq"] == 1
    assert sum(line["kind"] == "request" for line in lines) == 22
    heads = [line["reason"] for line in lines if line["kind"] == "head"]
    assert heads == ["start", *["rotation"] * (len(heads) - 3), "start", "reopen"]


def limit_files(pid, size):
    """As a full disk: no file of the process may grow beyond `size`."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def refused(reply_):
    if reply_.status == 200:
        return False
    assert (reply_.status, reply_.error["code"]) == (503, "audit_unavailable")
    assert reply_.field("x-should-retry") == "true"
    return True


def test_a_full_disk_refuses_requests_and_recovers_by_itself(east, stream):
    wanted = table(
        {"east": east.address}, stream, {"when_full": "block"}, defaults={"audit": {"keep": "both"}}
    )
    with Gateway(wanted) as gateway:
        for _ in range(4):
            assert ask(gateway, LONG).status == 200
        requests_of(stream, 4)
        limit_files(gateway.pid, stream.stat().st_size + 100)
        eventually(lambda: refused(ask(gateway, LONG)))
        assert gateway.metric("spillway_audit_writable") == 0
        sent = len(east.requests)
        assert refused(ask(gateway, LONG)) and len(east.requests) == sent
        limit_files(gateway.pid, resource.RLIM_INFINITY)
        eventually(lambda: not refused(ask(gateway, LONG)))
        assert gateway.metric("spillway_audit_writable") == 1
        eventually(lambda: gateway.metric("spillway_audit_lines_total") == len(east.requests))
    # No answer without its line, and no line torn by the failure.
    assert len(requests_of(stream, len(east.requests))) == len(east.requests)


def test_a_full_disk_drops_and_counts_if_that_was_chosen(east, stream):
    wanted = table(
        {"east": east.address}, stream, {"when_full": "drop"},
        defaults={"audit": {"keep": "request", "bytes": "1MiB"}},
    )
    large = {**HELLO, "user": "x" * 1_000_000}
    with Gateway(wanted) as gateway, Asker(gateway) as asker:
        asker.post(large)
        requests_of(stream, 1)
        limit_files(gateway.pid, stream.stat().st_size)
        dropped = lambda: gateway.metric("spillway_audit_dropped_total")  # noqa: E731
        # What the gateway keeps for later is bounded: then lines are lost, not requests.
        for _ in range(40):
            assert asker.post(large).status == 200
        eventually(lambda: asker.post(large).status == 200 and dropped() > 2)
        limit_files(gateway.pid, resource.RLIM_INFINITY)
        eventually(lambda: gateway.metric("spillway_audit_writable") == 1)
        counted = dropped()
    lines = lines_of(stream.read_text())
    missing = sum(line["lines"] for line in lines if line["kind"] == "dropped")
    written = sum(line["kind"] == "request" for line in lines)
    assert (missing, written + missing) == (counted, len(east.requests))


@contextlib.contextmanager
def pipe_at(path):
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        yield reader
    finally:
        os.close(reader)


def read_all(pipe):
    pieces = []
    with contextlib.suppress(BlockingIOError):
        while piece := os.read(pipe, 65536):
            pieces.append(piece)
    return b"".join(pieces)


def test_a_pipe_that_nobody_reads_refuses_requests_and_recovers_by_itself(east, tmp_path):
    path = tmp_path / "pipe"
    with pipe_at(path) as pipe:
        wanted = table(
            {"east": east.address}, path, {"when_full": "block"},
            defaults={"audit": {"keep": "both"}},
        )
        read = bytearray()
        with Gateway(wanted) as gateway:
            eventually(lambda: refused(ask(gateway, LONG)), seconds=30)

            def recovered():
                read.extend(read_all(pipe))
                return not refused(ask(gateway, LONG))

            eventually(recovered)
            eventually(lambda: (read.extend(read_all(pipe)), read.count(b'"kind":"request"'))[1]
                       == len(east.requests))
        read.extend(read_all(pipe))
    lines = lines_of(read.decode())
    assert sum(line["kind"] == "request" for line in lines) == len(east.requests)
