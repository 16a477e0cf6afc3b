"""An upstream that does exactly what a script says, for what the simulator cannot do.

    def script(connection):
        while connection.request():
            connection.send(b"HTTP/1.1 200 OK\\r\\n...")

    with Scripted(script) as upstream:
        table = one_route({"east": upstream.address})

The script runs in a thread of its own for each connection, which is closed when it returns.
"""

import socket
import struct
import threading

TIMEOUT_SECONDS = 30

# A stream, piece by piece.
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
)
WORD = b'data: {"choices":[{"index":0,"delta":{"content":"word"}}]}\n\n'
DONE = b"data: [DONE]\n\n"


class Connection:
    def __init__(self, sock):
        self.sock = sock
        self._buffer = b""

    def request(self):
        """(head, body) of the next request; None when the peer has gone."""
        while b"\r\n\r\n" not in self._buffer:
            if not self._receive():
                return None
        head, _, rest = self._buffer.partition(b"\r\n\r\n")
        length = 0
        for line in head.decode().split("\r\n")[1:]:
            name, _, value = line.partition(": ")
            if name.lower() == "content-length":
                length = int(value)
        self._buffer = rest
        while len(self._buffer) < length:
            if not self._receive():
                return None
        body, self._buffer = self._buffer[:length], self._buffer[length:]
        return head, body

    def _receive(self):
        piece = self.sock.recv(65536)
        self._buffer += piece
        return piece

    def send(self, data):
        self.sock.sendall(data)

    def reset(self):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


class Scripted:
    def __init__(self, script, send_buffer=None):
        self._script = script
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        if send_buffer:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self):
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        sock.settimeout(TIMEOUT_SECONDS)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self._script(Connection(sock))
        except OSError:
            pass  # the gateway left in the middle; the caller's side shows whether it should have
        finally:
            sock.close()


def event_stream(body, framing="chunked"):
    """The bytes of a 200 answer with this event stream; `body` may be a list of chunks."""
    chunks = [body] if isinstance(body, bytes) else body
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    if framing == "length":
        data = b"".join(chunks)
        return head + b"content-length: %d\r\n\r\n" % len(data) + data
    return head + b"transfer-encoding: chunked\r\n\r\n" + b"".join(map(chunk, chunks)) + chunk(b"")


def chunk(data):
    return b"%x\r\n%s\r\n" % (len(data), data)
