"""The unmodified openai Node SDK against the gateway of sdk_kinds.py: sdk_node_test.mjs for what
works, sdk_node_failures_test.mjs for what fails. The SDK's version is the newest that runs on
Debian 12's Node 18."""

import json
import os
import pathlib
import subprocess

import pytest
from sdk_kinds import KINDS, NAMES
from settled import settled

HERE = pathlib.Path(__file__).resolve().parent
NODE_MODULES = os.environ.get("NODE_MODULES", str(HERE.parents[1] / "build/node"))
SECONDS_MAX = 400


def what_runs_where(kinds):
    paths = {"azure": "", "azure_v1": "/openai/v1", "openai": "/v1"}
    return {
        "gateway": kinds.gateway.url,
        "admin": kinds.gateway.admin,
        "sim": "http://" + kinds.sim.admin_address,
        "kinds": KINDS,
        "names": {kind: NAMES[name] for kind, name in KINDS.items()},
        "direct": {
            kind: {"url": kinds.sim.url(name) + paths[kind], "apiKey": name + "-key"}
            for kind, name in KINDS.items()
        },
    }


@pytest.mark.parametrize("script", ["sdk_node_test.mjs", "sdk_node_failures_test.mjs"])
def test_node(kinds, script, tmp_path):
    count = tmp_path / "requests"
    environment = {
        "NODE_MODULES": NODE_MODULES,
        "SDK_KINDS": json.dumps(what_runs_where(kinds)),
        "REQUESTS_FILE": str(count),
    }
    result = subprocess.run(
        ["node", "--test", HERE / script],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
    )
    kinds.sent_at += json.loads(count.read_text())
    assert result.returncode == 0, result.stdout[-20_000:] + result.stderr
    settled(kinds.gateway, len(kinds.sent_at))
