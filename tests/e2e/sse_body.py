"""Reads event streams the slow and obvious way, to check what the gateway made of them."""

import json

DONE = "[DONE]"


def events(body):
    """(type, data) of each event of a body whose lines end in LF; the body has to end at an event."""
    text = body.decode()
    assert text == "" or text.endswith("\n\n"), f"ends inside an event: {text[-200:]!r}"
    found = []
    for block in text.split("\n\n")[:-1]:
        lines = [line.partition(": ") for line in block.split("\n")]
        kind = "".join(value for name, _, value in lines if name == "event")
        data = "\n".join(value for name, _, value in lines if name == "data")
        found.append((kind, data))
    return found


def is_terminal(event):
    kind, data = event
    return data == DONE or kind in ("response.completed", "response.incomplete", "response.failed")


def is_error(event, dialect):
    """A well-formed error event of the gateway's own, as SDKs of that dialect understand it."""
    kind, data = event
    if data == DONE:
        return False
    said = json.loads(data)
    if dialect == "chat":
        return kind == "" and code_of(said.get("error")) == "upstream_stream_interrupted"
    return (
        kind == said["type"] == "error"
        and said["code"] == code_of(said.get("error")) == "upstream_stream_interrupted"
        and isinstance(said["sequence_number"], int)
    )


def code_of(error):
    return error["code"] if error else None


def text(found, dialect):
    """What the model has said in these events."""
    said = [json.loads(data) for _, data in found if data != DONE]
    if dialect == "chat":
        pieces = [c["delta"].get("content") for e in said for c in e.get("choices", [])]
        return "".join(piece or "" for piece in pieces)
    return "".join(e["delta"] for e in said if e["type"] == "response.output_text.delta")


def ids(found, dialect):
    """The identities of the answers that these events belong to: one, unless answers were mixed."""
    said = [json.loads(data) for _, data in found if data != DONE]
    if dialect == "chat":
        return {e["id"] for e in said if e.get("id")}
    return {e["response"]["id"] for e in said if "response" in e}
