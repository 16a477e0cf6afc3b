"""One request over a raw socket, and everything that comes back, bytes and manner of ending."""

import dataclasses
import json
import socket
import ssl

TIMEOUT_SECONDS = 10


@dataclasses.dataclass
class Answer:
    """What arrived until the peer ended or fell silent."""

    data: bytes
    ending: str  # "fin", "rst", "truncated" (TLS without close_notify), "open"

    @property
    def status(self):
        return int(self.data.split(b" ", 2)[1])

    @property
    def head(self):
        return self.data.partition(b"\r\n\r\n")[0].decode()

    @property
    def body(self):
        return self.data.partition(b"\r\n\r\n")[2]


def connect(address, tls=None):
    """`tls`: an ssl.SSLContext."""
    host, port = address.rsplit(":", 1)
    sock = socket.create_connection((host, int(port)), timeout=TIMEOUT_SECONDS)
    return tls.wrap_socket(sock, suppress_ragged_eofs=False) if tls else sock


def request_bytes(path, body, headers):
    data = json.dumps(body).encode()
    fields = {"host": "sim", "content-type": "application/json", **headers}
    head = f"POST {path} HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in fields.items())
    return head.encode() + f"content-length: {len(data)}\r\n\r\n".encode() + data


def read_all(sock, silence_seconds=TIMEOUT_SECONDS, after_seconds=0.05):
    """Reads until the peer ends, is silent for so long, or for `after_seconds` after the framing of
    the first message says that it is complete."""
    data = b""
    try:
        while True:
            sock.settimeout(after_seconds if is_complete(data) else silence_seconds)
            piece = sock.recv(65536)
            if not piece:
                return Answer(data, "fin")
            data += piece
    except ConnectionResetError:
        return Answer(data, "rst")
    except ssl.SSLEOFError:
        return Answer(data, "truncated")
    except TimeoutError:
        return Answer(data, "open")


def exchange(address, request, tls=None, **patience):
    """`patience`: as in read_all."""
    with connect(address, tls) as sock:
        sock.sendall(request)
        return read_all(sock, **patience)


def fields(head):
    """The header fields of a head, names in lower case."""
    pairs = (line.split(": ", 1) for line in head.split("\r\n")[1:])
    return {name.lower(): value for name, value in pairs}


def is_complete(data):
    """Whether the first message ends here by its own framing; never where only a close ends it."""
    head, mark, body = data.partition(b"\r\n\r\n")
    framing = fields(head.decode()) if mark else {}
    if "transfer-encoding" in framing:
        return dechunk(body)[1]
    return "content-length" in framing and len(body) >= int(framing["content-length"])


def dechunk(body):
    """The data of a chunked body and whether its last chunk has come."""
    data = b""
    while True:
        line, found, rest = body.partition(b"\r\n")
        if not found:
            return data, False
        size = int(line, 16)
        if size == 0:
            return data, rest.startswith(b"\r\n")
        data += rest[:size]
        if len(rest) < size + 2:
            return data, False
        body = rest[size + 2 :]
