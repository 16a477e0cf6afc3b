"""S-1: the body of an answer is passed on byte for byte, however it is written and whatever is in it."""

import hashlib
import queue
import time

import pytest
from caller import Caller
from figures import figure
from gateway import Gateway
from raw_http import request_bytes
from scripted import DONE, WORD, Scripted, event_stream
from settled import settled
from tables import one_route

CHAT = (
    b'data: {"id":"","choices":[],"prompt_filter_results":[]}\n\n'
    b': keep-alive\n\n'
    b'data: {"id":"c-1","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n'
    b'event: message\nid: 7\nretry: 10\n'
    b'data: {"id":"c-1",\ndata: "choices":[{"index":0,"delta":{"content":"\xe2\x80\xa8 \xf0\x9f\x99\x82\\n"}}]}\n\n'
    b'data: {"id":"c-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    b'data: {"id":"c-1","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}\n\n'
    b"data: [DONE]\n\n"
)
RESPONSES = (
    b'event: response.created\ndata: {"type":"response.created","sequence_number":0,"response":{}}\n\n'
    b'event: response.output_text.delta\n'
    b'data: {"type":"response.output_text.delta","sequence_number":1,"delta":"\xe2\x80\xa8"}\n\n'
    b': ping\n\n'
    b'event: response.completed\n'
    b'data: {"type":"response.completed","sequence_number":2,"response":{"usage":{"input_tokens":1,'
    b'"output_tokens":1,"total_tokens":2}}}\n\n'
)
LINE_ENDS = {"lf": b"\n", "crlf": b"\r\n", "cr": b"\r"}
PATHS = {"chat": "/v1/chat/completions", "responses": "/v1/responses"}
ASK = {
    "chat": {"model": "gpt-4o", "stream": True, "messages": [{"role": "user", "content": "x"}]},
    "responses": {"model": "gpt-4o", "stream": True, "input": "x"},
}
# Between two writes, so that they are read one by one; loopback needs some microseconds.
PAUSE_SECONDS = 0.001


class Fixture:
    """A gateway before an upstream that answers each request with the next list of writes."""

    def __init__(self):
        self._answers = queue.Queue()
        self.upstream = Scripted(self._script)
        self.gateway = Gateway(one_route({"east": self.upstream.address}))
        self.asked = 0

    def _script(self, connection):
        while connection.request():
            for i, piece in enumerate(self._answers.get()):
                if i:
                    time.sleep(PAUSE_SECONDS)
                connection.send(piece)

    def __enter__(self):
        self.upstream.__enter__()
        self.gateway.start()
        self.caller = Caller(self.gateway.listening[0])
        return self

    def __exit__(self, *unused):
        try:
            self.caller.close()
            settled(self.gateway, self.asked)
        finally:
            self.gateway.stop()
            self.upstream.__exit__()

    def through(self, writes, dialect="chat"):
        """What a caller gets of an answer that is written like this."""
        self._answers.put(writes)
        self.asked += 1
        return self.caller.ask(request_bytes(PATHS[dialect], ASK[dialect], {}))


@pytest.fixture(scope="module")
def relay():
    with Fixture() as fixture:
        yield fixture


def is_same(answer, body):
    is_equal = hashlib.sha256(answer.body).digest() == hashlib.sha256(body).digest()
    return answer.status == 200 and answer.is_whole and is_equal


@pytest.mark.parametrize("line_end", LINE_ENDS)
@pytest.mark.parametrize("dialect", PATHS)
def test_a_stream_split_anywhere_arrives_as_it_was(relay, dialect, line_end):
    body = {"chat": CHAT, "responses": RESPONSES}[dialect].replace(b"\n", LINE_ENDS[line_end])
    third = len(body) // 3
    wire = event_stream([body[:third], body[third : third + 1], body[third + 1 :]])
    splits = range(1, len(wire))
    same = sum(
        is_same(relay.through([wire[:at], wire[at:]], dialect), body) for at in splits
    )

    figure(f"S-1-{dialect}-{line_end}", f"{100 * same / len(splits):.1f}", "percent-identical",
           "100", same == len(splits))


@pytest.mark.parametrize("framing", ["chunked", "length"])
@pytest.mark.parametrize("dialect", PATHS)
def test_a_stream_byte_by_byte_arrives_as_it_was(relay, dialect, framing):
    body = {"chat": CHAT, "responses": RESPONSES}[dialect]
    wire = event_stream(body, framing)

    assert is_same(relay.through([wire[i : i + 1] for i in range(len(wire))], dialect), body)


ODD_BODIES = {
    "bom": b"\xef\xbb\xbf" + WORD + DONE,
    "only comments before": b":\n\n" * 50 + WORD + DONE,
    "no blank after the colon": WORD.replace(b"data: ", b"data:") + b"data:[DONE]\n\n",
    "unknown fields": b"x: y\nfoo\n" + WORD + DONE,
    "mixed line ends": WORD[:-2] + b"\r\n\n" + WORD[:-2] + b"\n\r" + WORD[:-2] + b"\r\r\n" + DONE,
    "empty data": b"data:\n\ndata\n\n" + WORD + DONE,
    "not json": WORD + b"data: {]\n\n" + b"data: \x00\xff\xfe\n\n" + DONE,
    "more after the end": WORD + DONE + b": bye\n\n",
    "event of 1 MB": WORD.replace(b"word", b"w" * (1 << 20)) + WORD + DONE,
    "first of 70 KB": WORD.replace(b"word", b"w" * 70_000) + DONE,
    "line ends in 1 MB": WORD + b"data: x\n" * 130_000 + b"\n" + WORD + DONE,
}


@pytest.mark.parametrize("write_bytes", [1 << 24, 4096, 1021])
@pytest.mark.parametrize("name", ODD_BODIES)
def test_an_odd_stream_arrives_as_it_was(relay, name, write_bytes):
    body = ODD_BODIES[name]
    wire = event_stream([body[i : i + 30_000] for i in range(0, len(body), 30_000)])
    pieces = [wire[i : i + write_bytes] for i in range(0, len(wire), write_bytes)]

    assert is_same(relay.through(pieces), body)


def test_a_document_arrives_as_it_was(relay):
    for size in (0, 1, 65_000, 66_000, 3_000_000):
        body = b' {"a": "' + b"\xc3\xa9" * size + b'"}\n'
        wire = (
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n"
            % len(body)
        ) + body
        answer = relay.through([wire[:100], wire[100:]])
        assert is_same(answer, body), size
