"""The running part of deploy/quickstart.sh: starts the simulator and the gateway, and either waits or runs the scenario."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

from scenario import run_scenario

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("SPILLWAY_BUILD", ROOT / "build/release"))
START_SECONDS = 20

SIMULATED = {
    "resources": {
        "east": {"key": "east-key", "region": "eastus", "deployments": {
            "gpt-4o-prod": {"model": "gpt-4o", "tpm": 100000, "rpm": 600},
            "embed-prod": {"model": "text-embedding-3-small", "tpm": 200000}}},
        "west": {"key": "west-key", "region": "westus3", "deployments": {
            "gpt-4o-dr": {"model": "gpt-4o", "tpm": 50000, "rpm": 300},
            "embed-dr": {"model": "text-embedding-3-small", "tpm": 200000}}},
    },
}

TABLE = """\
listen: 127.0.0.1:{port}
admin: {{listen: "127.0.0.1:{admin_port}"}}
credentials:
  east-key: {{api_key: {{env: AOAI_EAST_KEY}}}}
  west-key: {{api_key: {{env: AOAI_WEST_KEY}}}}
resources:
  east: {{kind: azure, endpoint: "http://{east}", region: eastus, geography: us, credential: east-key}}
  west: {{kind: azure_v1, endpoint: "http://{west}", region: westus3, geography: us, credential: west-key}}
deployments:
  gpt-4o-east: {{resource: east, name: gpt-4o-prod, tpm: 100k, rpm: 600}}
  gpt-4o-west: {{resource: west, name: gpt-4o-dr, tpm: 50k, rpm: 300}}
  embed-east: {{resource: east, name: embed-prod, tpm: 200k}}
  embed-west: {{resource: west, name: embed-dr, tpm: 200k}}
routes:
  gpt-4o: {{residency: us, tiers: [[gpt-4o-east], [gpt-4o-west]]}}
  text-embedding-3-small: {{residency: us, tiers: [[embed-east], [embed-west]]}}
log: {{access: "{access}"}}
drain: {{delay: 0s, timeout: 10s}}
"""

HINTS = """
Two simulated Azure regions, and Spillway in front of them:

  curl -s {url}/v1/chat/completions -H 'content-type: application/json' \\
       -d '{{"model":"gpt-4o","messages":[{{"role":"user","content":"Hello"}}]}}' -i

  python:   OpenAI(base_url="{url}/v1", api_key="unused").chat.completions.create(model="gpt-4o", messages=[...])
            AzureOpenAI(azure_endpoint="{url}", api_version="2024-10-21", api_key="unused")   works as well

  metrics:  {admin}/metrics        state:  {admin}/status.json        access log:  {access}
  routing table: {table}

Take the primary region away and send the curl again (x-spillway-deployment changes, the caller sees a 200):

  curl -s {sim}/faults -d '{{"resource":"east","fault":{{"refuse":"all"}}}}'        back: curl -s -X DELETE {sim}/faults

Ctrl-C ends everything.
"""


def started_gateway(table: pathlib.Path, events: pathlib.Path) -> tuple[subprocess.Popen, dict]:
    keys = {"AOAI_EAST_KEY": "east-key", "AOAI_WEST_KEY": "west-key"}
    with open(events, "wb") as stderr:
        process = subprocess.Popen([BUILD / "spillway", "serve", "--config", table], stderr=stderr, env={**os.environ, **keys})
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        for line in events.read_text().splitlines():
            if '"event":"started"' in line:
                return process, json.loads(line)
        time.sleep(0.05)
    process.kill()
    raise SystemExit("quickstart: the gateway did not start:\n" + events.read_text())


def started_simulator(config: pathlib.Path) -> tuple[subprocess.Popen, dict]:
    process = subprocess.Popen([BUILD / "spillway-sim", "--config", config], stdout=subprocess.PIPE, text=True)
    line = process.stdout.readline()
    if not line:
        raise SystemExit("quickstart: the simulator did not start")
    return process, json.loads(line)


def check_answers(url: str) -> None:
    with urllib.request.urlopen(url + "/v1/models", timeout=5) as answer:
        json.load(answer)


def main() -> None:
    once = "--once" in sys.argv
    running: list[subprocess.Popen] = []
    # Ports of their own for the scenario, so that it also runs beside another gateway.
    port, admin_port = (0, 0) if once else (8080, 9091)
    with tempfile.TemporaryDirectory(prefix="spillway-quickstart-") as directory:
        root = pathlib.Path(directory)
        try:
            (root / "sim.json").write_text(json.dumps(SIMULATED))
            simulator, told = started_simulator(root / "sim.json")
            running.append(simulator)
            sim = "http://" + told["admin"]
            access = root / "access.log"
            table = root / "spillway.yaml"
            table.write_text(TABLE.format(port=port, admin_port=admin_port, access=access,
                                          east=told["resources"]["east"]["address"], west=told["resources"]["west"]["address"]))
            gateway, event = started_gateway(table, root / "events.log")
            running.insert(0, gateway)
            url, admin = "http://" + event["listening"], "http://" + event["admin"]
            check_answers(url)
            if once:
                run_scenario(url, admin, sim, access)
            else:
                print(HINTS.format(url=url, admin=admin, sim=sim, access=access, table=table), flush=True)
                gateway.wait()
        except KeyboardInterrupt:
            pass
        finally:
            for process in running:
                process.send_signal(signal.SIGTERM)
            for process in running:
                process.wait(20)


if __name__ == "__main__":
    main()
