"""Asks the gateway as an HTTP library does: connections are kept, every header field is seen,
nothing is retried. (caller.py is for tests about the bytes of the answer.)"""

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
SHORT = {"model": "gpt-4o", "messages": [{"role": "user", "content": "sim:tokens=1"}]}
"""Answered with one token, however slow the simulator's tokens come."""


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


class Asker:
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
    with Asker(gateway) as asker:
        return asker.post(body, path, headers)


def ask_many(gateway, count, body=HELLO, askers=4, pause=0.0, headers=None):
    """`count` requests by `askers` connections at once; the replies in no order. `pause`: seconds
    each waits between its requests."""

    def work(share):
        replies = []
        with Asker(gateway) as asker:
            for _ in range(share):
                replies.append(asker.post(body, headers=headers))
                time.sleep(pause)
        return replies

    shares = [count // askers + (n < count % askers) for n in range(askers)]
    with concurrent.futures.ThreadPoolExecutor(askers) as pool:
        return [reply for replies in pool.map(work, shares) for reply in replies]


def line_of(gateway, answered, within=5):
    """The access-log line of an answered request: a Reply, or its x-request-id."""
    wanted = answered if isinstance(answered, str) else answered.field("x-request-id")
    deadline = time.monotonic() + within
    while True:
        found = [line for line in gateway.access_log() if line["request_id"] == wanted]
        assert len(found) <= 1, found
        if found:
            return found[0]
        assert time.monotonic() < deadline, f"no line for {wanted}"
        time.sleep(0.01)


def deployment(gateway, name):
    """What /status.json says of a deployment."""
    return next(each for each in gateway.status()["deployments"] if each["name"] == name)


@contextlib.contextmanager
def in_background(function, *arguments):
    """Runs function(*arguments) in a thread meanwhile; yields its future, done at the end."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        yield pool.submit(function, *arguments)


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
