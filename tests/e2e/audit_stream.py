"""Reads an audit stream as docs/audit.md describes it, with nothing of the gateway's own code."""

import hashlib
import json
import time

FIRST = "0" * 64


def lines_of(text):
    """Whole lines as dicts, after checking that each is tied to the one before."""
    found, previous = [], None
    for line in text.rpartition("\n")[0].splitlines():
        entry = json.loads(line)
        hashed, _, seal = line.rpartition(',"hash":')
        assert hashlib.sha256(hashed.encode()).hexdigest() == entry["hash"] == seal[1:65]
        if previous:
            assert (entry["seq"], entry["prev"]) == (previous["seq"] + 1, previous["hash"])
        elif entry["seq"] == 1:
            assert entry["prev"] == FIRST
        found.append(entry)
        previous = entry
    return found


def requests_of(path, at_least=0, within=5.0):
    """The `request` lines of the file; waits until there are `at_least` that many."""
    deadline = time.monotonic() + within
    while True:
        text = path.read_text() if path.exists() else ""
        found = [line for line in lines_of(text) if line["kind"] == "request"]
        if len(found) >= at_least or time.monotonic() > deadline:
            return found
        time.sleep(0.02)
