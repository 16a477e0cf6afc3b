"""Keys of callers, made as an operator makes them."""

import dataclasses
import subprocess

from gateway import BINARY


@dataclasses.dataclass
class Key:
    secret: str
    line: str


def new_key(name):
    made = subprocess.run([BINARY, "keys", "new", "--id", name], capture_output=True, text=True, timeout=20)
    assert made.returncode == 0, made.stderr
    return Key(*made.stdout.split())


def hashed(key):
    done = subprocess.run([BINARY, "keys", "hash"], input=key + "\n", capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    return Key(key, done.stdout.strip())
