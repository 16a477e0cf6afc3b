"""A scripted upstream (scripted.py) that remembers what it was sent, with TLS if wanted, and the
answers it may give.

    with Upstream(answering(lambda request: reply(503, b"no healthy upstream"))) as upstream:
        ...requests to upstream.address...
        assert upstream.requests[0].target == "/openai/v1/chat/completions"
"""

import contextlib
import dataclasses
import json
import ssl

import raw_http
from scripted import Scripted


@dataclasses.dataclass
class Request:
    """A request exactly as it arrived."""

    head: str  # without the blank line
    body: bytes

    @property
    def target(self):
        return self.head.split(" ", 2)[1]

    @property
    def fields(self):
        """Header fields, names in lower case."""
        return raw_http.fields(self.head)


class Served:
    """One accepted connection, as its script sees it."""

    def __init__(self, connection, upstream, number):
        self._connection = connection
        self._upstream = upstream
        self.number = number  # of this connection at its upstream, from 0

    def request(self):
        """The next whole request; None when the peer has left."""
        with contextlib.suppress(ConnectionError):
            if arrived := self._connection.request():
                self._upstream.requests.append(Request(arrived[0].decode(), arrived[1]))
                return self._upstream.requests[-1]
        return None

    def send(self, data):
        self._connection.send(data)

    def reset(self):
        """Ends the connection with a RST."""
        self._connection.reset()

    def wait_for_end(self):
        """Returns when the peer has closed its side."""
        with contextlib.suppress(OSError):
            while self._connection.sock.recv(65536):
                pass


class Upstream(Scripted):
    """Runs `script(Served)` in a thread for every connection. `tls`: a server's ssl.SSLContext."""

    def __init__(self, script, tls=None):
        self.requests = []
        self.connections = 0
        self.sessions_resumed = 0
        self.refused_handshakes = []

        def serve(connection):
            number, self.connections = self.connections, self.connections + 1
            with self._secured(connection, tls):
                script(Served(connection, self, number))

        super().__init__(serve)

    @contextlib.contextmanager
    def _secured(self, connection, tls):
        if tls is None:
            yield
            return
        try:
            connection.sock = tls.wrap_socket(connection.sock, server_side=True)
        except ssl.SSLError as error:
            self.refused_handshakes.append(str(error))
            raise
        self.sessions_resumed += connection.sock.session_reused
        with connection.sock:
            yield


def reply(status, body, headers=None, reason="Said"):
    """The bytes of a whole answer; `body` is bytes, or a value to write as JSON."""
    fields = {"content-type": "application/json", **(headers or {})}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} {reason}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{head}content-length: {len(data)}\r\n\r\n".encode() + data


def answering(answer):
    """A script that answers every request of a connection with answer(request): bytes."""

    def script(connection):
        while request := connection.request():
            connection.send(answer(request))

    return script
