"""The gateway under test: the real binary with a routing table made for one test.

    with Gateway(table) as gateway:
        httpx.post(gateway.url + "/v1/chat/completions", ...)
        gateway.access_log()      # list of dicts, one per finished request
        gateway.metrics()         # {'name{label="value"}': number}

`table` is a dict; `listen` and `admin` are filled in (port 0), the log goes to a file of its own. The binary is taken from
SPILLWAY_BIN (default: build/release/spillway).
"""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import urllib.request

REPO = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("SPILLWAY_BIN", str(REPO / "build/release/spillway"))
START_SECONDS = float(os.environ.get("SPILLWAY_START_SECONDS", "20"))


class Gateway:
    def __init__(self, table: dict, env: dict[str, str] | None = None, program: str = BINARY):
        self.program = program
        self.directory = tempfile.TemporaryDirectory(prefix="spillway-test-")
        root = pathlib.Path(self.directory.name)
        self.access_path = root / "access.log"
        self.events_path = root / "events.log"
        self.config_path = root / "spillway.yaml"
        self.write_table(table)
        self.env = {**os.environ, **(env or {})}
        self.process: subprocess.Popen | None = None
        self.listening: list[str] = []
        self.admin = ""

    def start(self) -> "Gateway":
        with open(self.events_path, "wb") as events:
            self.process = self.launch(events)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            for event in self.events():
                if event.get("event") == "started":
                    self.listening = event["listening"].split(" ")
                    self.admin = "http://" + event["admin"]
                    return self
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        self.stop()
        raise RuntimeError("the gateway did not start:\n" + self.events_path.read_text())

    def launch(self, events) -> subprocess.Popen:
        return subprocess.Popen(
            [self.program, "serve", "--config", str(self.config_path)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=events, env=self.env)

    def write_table(self, table: dict) -> None:
        """Puts it in the place of the file, as a whole; what tests leave out is filled in."""
        table = {"listen": "127.0.0.1:0", "admin": {"listen": "127.0.0.1:0"}, "workers": 2, **table}
        table["log"] = {"access": str(self.access_path), "level": "debug"}
        table.setdefault("drain", {"delay": "0s", "timeout": "20s"})
        # JSON is YAML: what a test writes as a dict needs no second spelling.
        self.write_text(json.dumps(table, indent=1))

    def write_text(self, text: str | bytes) -> None:
        new = self.config_path.with_suffix(".new")
        new.write_bytes(text.encode() if isinstance(text, str) else text)
        new.rename(self.config_path)

    def reload(self, table: dict | None = None, within: float = 20.0) -> dict:
        """SIGHUP, after writing `table`; what /status.json says of the table once it was tried."""
        before = self.status()["config"]
        if table is not None:
            self.write_table(table)
        self.process.send_signal(signal.SIGHUP)
        return self.wait_for_reload(before, within)

    def wait_for_reload(self, before: dict, within: float = 20.0) -> dict:
        """Until an attempt was made after /status.json said `before` of the table."""
        deadline = time.monotonic() + within
        while True:
            now = self.status()["config"]
            if (now["reloads"], now["failures"]) != (before["reloads"], before["failures"]):
                return now
            assert time.monotonic() < deadline, "the table was not read again"
            time.sleep(0.01)

    __enter__ = start

    def __exit__(self, *exc) -> None:
        self.stop()

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.listening[0].rpartition(":")
        return host, int(port)

    @property
    def url(self) -> str:
        return "http://" + self.listening[0]

    @property
    def pid(self) -> int:
        return self.process.pid

    def terminate(self) -> None:
        """SIGTERM: drains."""
        self.process.send_signal(signal.SIGTERM)

    def stop(self, patience: float = 30.0) -> int:
        """Ends it; the exit status. Fails when it does not end by itself or not well."""
        if self.process is None:
            return 0
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            time.sleep(0.02)
            process.send_signal(signal.SIGTERM)
        try:
            status = process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError("the gateway did not end after two SIGTERMs") from None
        assert status == 0, f"exit status {status}:\n" + self.events_path.read_text()[-4000:]
        return status

    def events(self) -> list[dict]:
        """What it told the operator so far (whole JSON lines of stderr)."""
        found = []
        for line in self.events_path.read_text(errors="replace").splitlines():
            try:
                event = json.loads(line)
            except ValueError:
                continue  # a line in the making, or a configuration message
            if isinstance(event, dict):  # a quoted line of the table may be JSON, too
                found.append(event)
        return found

    def access_log(self, at_least: int = 0, within: float = 5.0) -> list[dict]:
        """One dict per request that has ended; waits until there are `at_least` that many."""
        deadline = time.monotonic() + within
        while True:
            text = self.access_path.read_text() if self.access_path.exists() else ""
            lines = text.rpartition("\n")[0].splitlines()  # not a line in the making
            if len(lines) >= at_least or time.monotonic() > deadline:
                return [json.loads(line) for line in lines]
            time.sleep(0.02)

    def fetch(self, path: str) -> bytes:
        with urllib.request.urlopen(self.admin + path, timeout=10) as answer:
            return answer.read()

    def status(self) -> dict:
        return json.loads(self.fetch("/status.json"))

    def metrics(self) -> dict[str, float]:
        samples = {}
        for line in self.fetch("/metrics").decode().splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                samples[name] = float(value)
        return samples

    def metric(self, name: str, **labels: str) -> float:
        """Sum of the samples of `name` that have these labels."""
        total = 0.0
        for sample, value in self.metrics().items():
            family, _, rest = sample.partition("{")
            if family == name and all(f'{k}="{v}"' in rest for k, v in labels.items()):
                total += value
        return total
