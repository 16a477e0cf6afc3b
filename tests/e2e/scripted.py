"""An upstream that does what a test says, for what the simulator cannot: one script per connection.

    def script(connection):
        connection.request()
        connection.send(reply(503, b"no healthy upstream"))

    with Upstream(script) as upstream:
        ...requests to upstream.address...
        assert upstream.requests[0].target == "/openai/v1/chat/completions"

A script runs in a thread of its own and ends its connection by returning.
"""

import contextlib
import dataclasses
import json
import socket
import ssl
import struct
import threading

import raw_http

PATIENCE_SECONDS = 30


@dataclasses.dataclass
class Request:
    """A request exactly as it arrived."""

    raw_head: bytes
    body: bytes

    @property
    def target(self):
        return self.raw_head.split(b" ", 2)[1].decode()

    @property
    def fields(self):
        """Header fields, names in lower case."""
        return raw_http.fields(self.raw_head.decode().removesuffix("\r\n\r\n"))


def reply(status, body, headers=None, reason="Said"):
    """The bytes of a whole answer; `body` is bytes, or a value to write as JSON."""
    fields = {"content-type": "application/json", **(headers or {})}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status} {reason}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{head}content-length: {len(data)}\r\n\r\n".encode() + data


class Connection:
    """One accepted connection, as its script sees it."""

    def __init__(self, sock, upstream, number):
        self.sock = sock
        self.number = number  # of this connection at its upstream, from 0
        self._upstream = upstream
        self._received = b""

    def request(self):
        """The next whole request, which the upstream remembers; None when the peer has left."""
        with contextlib.suppress(OSError):
            while b"\r\n\r\n" not in self._received:
                self._receive()
            head, mark, _ = self._received.partition(b"\r\n\r\n")
            size = int(raw_http.fields(head.decode()).get("content-length", 0))
            end = len(head + mark) + size
            while len(self._received) < end:
                self._receive()
            request = Request(head + mark, self._received[len(head + mark) : end])
            self._received = self._received[end:]
            self._upstream.requests.append(request)
            return request
        return None

    def send(self, data):
        self.sock.sendall(data)

    def reset(self):
        """Ends the connection with a RST."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def wait_for_end(self):
        """Returns when the peer has closed its side."""
        with contextlib.suppress(OSError):
            while self.sock.recv(65536):
                pass

    def _receive(self):
        data = self.sock.recv(65536)
        if not data:
            raise ConnectionError("the peer has left")
        self._received += data


class Upstream:
    """Listens on a port of its own and runs `script` for every connection."""

    def __init__(self, script, tls=None):
        """`tls`: an ssl.SSLContext of a server."""
        self.requests = []
        self.connections = 0
        self.refused_handshakes = []
        self._script = script
        self._tls = tls
        self._open = set()
        self._listener = None

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *unused):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in list(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    @property
    def address(self):
        return "127.0.0.1:%d" % self._listener.getsockname()[1]

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                number, self.connections = self.connections, self.connections + 1
                threading.Thread(target=self._serve, args=(sock, number), daemon=True).start()

    def _serve(self, sock, number):
        sock.settimeout(PATIENCE_SECONDS)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            if self._tls:
                sock = self._tls.wrap_socket(sock, server_side=True)
            self._open.add(sock)
            self._script(Connection(sock, self, number))
        except ssl.SSLError as error:
            self.refused_handshakes.append(str(error))
        except OSError:
            pass  # the peer ended first, which is its business
        finally:
            self._open.discard(sock)
            sock.close()


def answering(answer):
    """A script that answers every request of a connection with answer(request): bytes."""

    def script(connection):
        while request := connection.request():
            connection.send(answer(request))

    return script
