"""A caller's connection over a raw socket that reads exactly one answer at a time."""

import dataclasses
import json
import socket

TIMEOUT_SECONDS = 20


@dataclasses.dataclass
class Answer:
    status: int
    fields: dict  # names in lower case
    body: bytes  # without its framing
    is_whole: bool  # by its framing

    @property
    def json(self):
        return json.loads(self.body)


class Caller:
    """Use as a context manager. `address` is "host:port"; `tls` an ssl.SSLContext."""

    def __init__(self, address, tls=None, receive_buffer=None):
        host, port = address.rsplit(":", 1)
        self.sock = socket.socket()
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(TIMEOUT_SECONDS)
        self.sock.connect((host, int(port)))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls:
            self.sock = tls.wrap_socket(self.sock, server_hostname="localhost")
        self._input = self.sock.makefile("rb")

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def close(self):
        self._input.close()
        self.sock.close()

    def ask(self, request):
        self.sock.sendall(request)
        return self.answer()

    def head(self):
        """(status, fields) of the next answer, or None if the connection ended before it."""
        try:
            line = self._input.readline()
        except ConnectionResetError:
            return None
        if not line:
            return None
        version, status, _ = line.decode().split(" ", 2)
        assert version == "HTTP/1.1", line
        fields = {}
        while (line := self._input.readline()) != b"\r\n":
            assert line.endswith(b"\r\n"), line
            name, _, value = line.decode().rstrip("\r\n").partition(": ")
            assert name.lower() not in fields, f"{name} twice"
            fields[name.lower()] = value
        return int(status), fields

    def chunk(self):
        """The next chunk's data: empty for the last one; None if the body ended before it."""
        try:
            line = self._input.readline()
            if not line.endswith(b"\r\n"):
                return None
            size = int(line, 16)
            data = self._input.read(size + 2)
        except ConnectionResetError:
            return None
        return data[:-2] if len(data) == size + 2 else None

    def answer(self, is_for_head=False):
        """The next answer whole; None if the connection ended instead."""
        began = self.head()
        if began is None:
            return None
        status, fields = began
        if is_for_head or status < 200 or status in (204, 304):
            return Answer(status, fields, b"", True)
        if fields.get("transfer-encoding") == "chunked":
            assert "content-length" not in fields
            pieces = []
            while piece := self.chunk():
                pieces.append(piece)
            return Answer(status, fields, b"".join(pieces), piece is not None)
        length = int(fields["content-length"])
        try:
            body = self._input.read(length)
        except ConnectionResetError:
            body = b""
        return Answer(status, fields, body, len(body) == length)

    def has_ended(self):
        """Waits for the end of the connection; False if bytes come instead."""
        try:
            return self._input.read(1) == b""
        except ConnectionResetError:
            return True
