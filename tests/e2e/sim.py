"""Starts spillway-sim for a test and talks to its admin listener.

    with Sim(two_regions()) as sim:
        sim.fault({"status": 503}, resource="east", count=1)
        ...requests to sim.address("east")...
        assert sim.deployment("east", "gpt-4o-prod")["by_status"] == {"503": 1}

The configuration is the JSON of `spillway-sim --config` (src/sim/README.md), faults and statistics are
those of src/sim/FAULTS.md. Only the process started here is ever ended.
"""

import json
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_SECONDS_MAX = 20


def sim_binary():
    """$SPILLWAY_SIM, or the release build."""
    return os.environ.get("SPILLWAY_SIM", str(ROOT / "build/release/spillway-sim"))


def two_regions(**options):
    """Azure in two regions as design.md §1.2 draws it; `options` are added to both resources."""
    east = {
        "key": "east-key",
        "region": "eastus",
        "deployments": {
            "gpt-4o-prod": {"model": "gpt-4o"},
            "embed": {"model": "text-embedding-3-small"},
        },
    }
    west = {
        "key": "west-key",
        "region": "westus3",
        "deployments": {
            "gpt-4o-dr": {"model": "gpt-4o"},
            "embed-dr": {"model": "text-embedding-3-small"},
        },
    }
    return {"resources": {"east": {**east, **options}, "west": {**west, **options}}}


class Sim:
    """One running simulator. Use as a context manager, or start() and stop()."""

    def __init__(self, config):
        self.config = config
        self.admin_address = None
        self._process = None
        self._addresses = {}

    def start(self):
        """Returns self once every listener is up; raises if the simulator ends first."""
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(self.config, file)
            file.flush()
            self._process = subprocess.Popen(
                [sim_binary(), "--config", file.name], stdout=subprocess.PIPE, text=True
            )
            line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"spillway-sim ended with {self._process.wait()}")
        told = json.loads(line)
        self.admin_address = told["admin"]
        self._addresses = {name: facts["address"] for name, facts in told["resources"].items()}
        return self

    def stop(self):
        """Ends the process; harmless if it is gone already."""
        if self._process.poll() is None:
            self._process.terminate()
        self._process.wait(timeout=START_SECONDS_MAX)
        self._process.stdout.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *unused):
        self.stop()

    @property
    def pid(self):
        return self._process.pid

    def address(self, resource):
        """"127.0.0.1:PORT" of a resource."""
        return self._addresses[resource]

    def url(self, resource, scheme="http"):
        return f"{scheme}://{self.address(resource)}"

    def fault(self, fault, **rule):
        """Adds a fault rule (resource=, deployment=, op=, after_s=, for_s=, count=, every=,
        probability=); returns its id."""
        return self._call("POST", "/faults", {**rule, "fault": fault})["id"]

    def faults(self):
        """The rules in force, each with `applied`."""
        return self._call("GET", "/faults")

    def clear_faults(self):
        self._call("DELETE", "/faults")

    def set_limits(self, resource, deployment, **limits):
        """tpm= and rpm=, from the next request on."""
        self._call("POST", "/limits", {"resource": resource, "deployment": deployment, **limits})

    def reset(self):
        """Removes faults and forgets everything counted and charged."""
        self._call("POST", "/reset")

    def stats(self):
        """Statistics of all resources, by name."""
        return self._call("GET", "/stats")["resources"]

    def deployment(self, resource, deployment):
        """Statistics of one deployment."""
        return self.stats()[resource]["deployments"][deployment]

    def wait_for(self, condition, seconds=5):
        """Polls stats() until condition(stats) holds; returns those stats."""
        deadline = time.monotonic() + seconds
        while True:
            stats = self.stats()
            if condition(stats):
                return stats
            assert time.monotonic() < deadline, f"not within {seconds} s; last seen: {stats}"
            time.sleep(0.005)

    def _call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            f"http://{self.admin_address}{path}", data=data, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=START_SECONDS_MAX) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise ValueError(error.read().decode()) from None
