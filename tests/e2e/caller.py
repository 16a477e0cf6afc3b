"""A caller that keeps its connection, sees every byte of an answer, and never retries."""

import concurrent.futures
import contextlib
import dataclasses
import http.client
import json
import time

TIMEOUT_SECONDS = 60
V1_CHAT = "/v1/chat/completions"
HELLO = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}
STREAM = {**HELLO, "stream": True}


@dataclasses.dataclass
class Reply:
    status: int
    reason: str
    headers: list  # of (name, value), in order
    body: bytes
    seconds: float

    def field(self, name):
        """The value of a header field that occurs at most once; None when absent."""
        values = [value for each, value in self.headers if each.lower() == name]
        assert len(values) <= 1, f"{name} occurs {len(values)} times"
        return values[0] if values else None

    @property
    def error(self):
        return json.loads(self.body)["error"]

    @property
    def deployment(self):
        return self.field("x-spillway-deployment")

    @property
    def attempts(self):
        return int(self.field("x-spillway-attempts"))


class Caller:
    """One connection to the gateway, made again when the gateway closed it."""

    def __init__(self, gateway):
        self._connection = http.client.HTTPConnection(*gateway.address, timeout=TIMEOUT_SECONDS)
        self._connection.connect()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self._connection.close()

    def post(self, body=HELLO, path=V1_CHAT, headers=None):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        fields = {"content-type": "application/json", **(headers or {})}
        started = time.monotonic()
        self._connection.request("POST", path, data, fields)
        answer = self._connection.getresponse()
        read = answer.read()
        took = time.monotonic() - started
        return Reply(answer.status, answer.reason, answer.getheaders(), read, took)


def ask(gateway, body=HELLO, path=V1_CHAT, headers=None):
    """One request on a connection of its own."""
    with Caller(gateway) as caller:
        return caller.post(body, path, headers)


def ask_many(gateway, count, body=HELLO, callers=4, pause=0.0):
    """`count` requests by `callers` connections at once; the replies in no order. `pause`: seconds
    each caller waits between its requests."""

    def work(share):
        replies = []
        with Caller(gateway) as caller:
            for _ in range(share):
                replies.append(caller.post(body))
                time.sleep(pause)
        return replies

    shares = [count // callers + (n < count % callers) for n in range(callers)]
    with concurrent.futures.ThreadPoolExecutor(callers) as pool:
        return [reply for replies in pool.map(work, shares) for reply in replies]


@contextlib.contextmanager
def in_background(function, *arguments):
    """Runs function(*arguments) in a thread meanwhile; yields its future, which is done at the end."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        yield pool.submit(function, *arguments)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
