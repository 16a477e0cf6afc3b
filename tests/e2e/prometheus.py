"""A real Prometheus (Debian's package) that scrapes a gateway every second, and the dashboard's queries.

    with Prometheus([gateway.admin], rules=quick_rules()) as prometheus:
        prometheus.query("up")     # list of {"metric": {...}, "value": [at, text]}
"""

import json
import pathlib
import re
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

from figures import SLOW
from gateway import REPO

RULES = REPO / "deploy/prometheus/rules.yml"
DASHBOARD = REPO / "deploy/grafana/spillway.json"
PATIENCE_SECONDS = 60 * SLOW


def quick_rules():
    """rules.yml for a test of seconds: alerts wait for one, groups are evaluated every second."""
    text = re.sub(r"\bfor: \d+m", "for: 1s", RULES.read_text())
    return re.sub(r"\binterval: 1m", "interval: 1s", text)


def dashboard_queries():
    """(where, expression) of every panel and annotation, with the variables at All, and of a window
    that suits a scrape per second."""
    board = json.loads(DASHBOARD.read_text())
    found = [
        (panel["title"], target["expr"])
        for panel in board["panels"]
        for target in panel.get("targets", [])
    ]
    found += [(each["name"], each["expr"]) for each in board["annotations"]["list"]]
    windows = {"$__rate_interval": "1m", "$__range": "5m"}
    for where, expr in found:
        for name, value in windows.items():
            expr = expr.replace(name, value)
        yield where, re.sub(r"\$\w+", ".*", expr)


def free_port():
    """Prometheus cannot tell which port it was given, so it is told one that was free just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Prometheus:
    def __init__(self, admins, rules):
        self._directory = tempfile.TemporaryDirectory(prefix="spillway-prometheus-")
        self._root = pathlib.Path(self._directory.name)
        self.log_path = self._root / "prometheus.log"
        self._process = None
        (self._root / "rules.yml").write_text(rules)
        config = {
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": ["rules.yml"],
            "scrape_configs": [
                {
                    "job_name": "spillway",
                    "static_configs": [{"targets": [each.removeprefix("http://") for each in admins]}],
                }
            ],
        }
        (self._root / "prometheus.yml").write_text(json.dumps(config))  # JSON is YAML

    def __enter__(self):
        self.address = f"127.0.0.1:{free_port()}"
        with open(self.log_path, "wb") as log:
            self._process = subprocess.Popen(
                [
                    "prometheus",
                    f"--config.file={self._root / 'prometheus.yml'}",
                    f"--storage.tsdb.path={self._root / 'data'}",
                    f"--web.listen-address={self.address}",
                ],
                stdout=log,
                stderr=log,
            )
        try:
            self.wait_for(self._is_ready)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *unused):
        self._process.terminate()
        self._process.wait(timeout=PATIENCE_SECONDS)
        self._directory.cleanup()

    def _is_ready(self):
        assert self._process.poll() is None, self.log_path.read_text()[-2000:]
        try:
            with urllib.request.urlopen(f"http://{self.address}/-/ready", timeout=10):
                return True
        except OSError:
            return False

    def get(self, path, **parameters):
        """`data` of the API's answer; ValueError with what Prometheus says of a bad query."""
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=30) as answer:
                return json.load(answer)["data"]
        except urllib.error.HTTPError as error:
            raise ValueError(error.read().decode()) from None

    def query(self, expr):
        return self.get("query", query=expr)["result"]

    def rules(self):
        return [rule for group in self.get("rules")["groups"] for rule in group["rules"]]

    def firing(self):
        """Alert name to its alerts that fire now."""
        found = {}
        for alert in self.get("alerts")["alerts"]:
            if alert["state"] == "firing":
                found.setdefault(alert["labels"]["alertname"], []).append(alert)
        return found

    def wait_for(self, condition, seconds=PATIENCE_SECONDS):
        """The first true result of condition()."""
        deadline = time.monotonic() + seconds
        while True:
            if result := condition():
                return result
            assert time.monotonic() < deadline, f"not within {seconds} s"
            time.sleep(0.2)
