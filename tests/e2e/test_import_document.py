"""docs/import.md: its commands do what it says, print what it shows, and what they write is a table."""

import json
import os
import re
import subprocess

from asking import ask
from documents import Document, run
from gateway import BINARY, REPO, Gateway
from sim import Sim

IMPORT = Document("docs/import.md")
NAMED = IMPORT.named()
PROGRAM = {"build/release/spillway": BINARY}


def here(tmp_path):
    return {**PROGRAM, "spillway.yaml": str(tmp_path / "spillway.yaml")}


def variables(table):
    """Every variable that the table names, as an environment."""
    keys = re.findall(r"env: (\w+)", table)
    endpoints = re.findall(r"\$\{(\w+)\}", table)
    return {**dict.fromkeys(keys, "a-key"), **dict.fromkeys(endpoints, "https://named.test")}


def check(path):
    environment = {**os.environ, **variables(path.read_text())}
    return subprocess.run([BINARY, "check", path], env=environment, capture_output=True, text=True, timeout=20)


def test_every_block_is_run():
    assert set(NAMED) == {"azure", "azure-check", "litellm", "init"}
    assert IMPORT.unmarked() == []


def test_what_azure_has_becomes_a_table(tmp_path):
    printed = run(NAMED["azure"], here(tmp_path), tmp_path)
    checked = run(NAMED["azure-check"], here(tmp_path), tmp_path)

    assert printed.count("az cognitiveservices account keys list --name ") == 3
    assert checked.endswith("spillway.yaml: ok (3 routes, 6 deployments, 3 resources)\n")


def test_what_litellm_has_becomes_a_table(tmp_path):
    run(NAMED["litellm"], here(tmp_path), tmp_path)
    checked = check(tmp_path / "spillway.yaml")

    assert (checked.returncode, checked.stderr) == (0, "")


def test_what_has_no_place_is_named_as_shown(tmp_path):
    [shown] = [text for _, language, text in IMPORT.blocks if language == ""]
    command = [BINARY, "import", "litellm", "config/import/litellm.yaml"]
    done = subprocess.run(command, cwd=REPO, capture_output=True, text=True, timeout=20)

    assert set(shown.splitlines()) <= set(done.stderr.splitlines())
    for line in done.stderr.splitlines():
        assert "# - " + line.split(": not imported: ")[1] in done.stdout


def test_the_first_table_is_one_and_stays_what_it_is(tmp_path):
    run(NAMED["init"], here(tmp_path), tmp_path)
    path = tmp_path / "spillway.yaml"
    checked = check(path)
    assert (checked.returncode, checked.stderr) == (0, "")

    path.write_text("mine")
    again = subprocess.run([BINARY, "init", tmp_path], capture_output=True, text=True, timeout=20)
    assert again.returncode == 1 and "--force" in again.stderr and path.read_text() == "mine"
    forced = subprocess.run([BINARY, "init", "--force", tmp_path], capture_output=True, text=True, timeout=20)
    assert forced.returncode == 0 and check(path).returncode == 0


def test_an_imported_table_serves(tmp_path):
    """Accounts whose endpoints are the simulator's: imported, checked, and served unchanged but for the
    addresses to listen on. Provisioned throughput serves; when it cannot, pay-as-you-go does."""
    resources = {
        "ptu": {"key": "a-key", "deployments": {"chat-ptu": {"model": "gpt-4o"}}},
        "paygo": {"key": "a-key", "deployments": {"chat": {"model": "gpt-4o"}}},
    }
    with Sim({"resources": resources}) as sim:
        path = tmp_path / "inventory.json"
        path.write_text(json.dumps([
            account("ptu", sim), deployment("ptu", "chat-ptu", "ProvisionedManaged"),
            account("paygo", sim), deployment("paygo", "chat", "Standard"),
        ]))
        done = subprocess.run([BINARY, "import", "azure", path], capture_output=True, text=True, timeout=20)
        assert (done.returncode, done.stderr) == (0, "")
        table = re.sub(r"127\.0\.0\.1:(8080|9091)\"", '127.0.0.1:0"', done.stdout)
        gateway = Gateway({}, variables(done.stdout))
        gateway.write_text(table + f"\nlog: {{access: {gateway.access_path}, level: debug}}\n")
        with gateway:
            first = ask(gateway)
            by_alias = ask(gateway, path="/openai/deployments/chat/chat/completions?api-version=2024-10-21")
            sim.fault({"status": 503}, resource="ptu")
            second = ask(gateway)

    assert [each.status for each in (first, by_alias, second)] == [200] * 3
    assert [each.deployment for each in (first, by_alias, second)] == ["ptu.chat-ptu", "ptu.chat-ptu", "paygo.chat"]


ACCOUNTS = "/subscriptions/1/resourceGroups/ai/providers/Microsoft.CognitiveServices/accounts/"


def account(name, sim):
    return {
        "id": ACCOUNTS + name,
        "name": name,
        "type": "Microsoft.CognitiveServices/accounts",
        "kind": "OpenAI",
        "location": "eastus",
        "properties": {"endpoint": sim.url(name) + "/"},
    }


def deployment(of, name, sku):
    return {
        "id": ACCOUNTS + of + "/deployments/" + name,
        "name": name,
        "type": "Microsoft.CognitiveServices/accounts/deployments",
        "sku": {"name": sku, "capacity": 100},
        "properties": {
            "model": {"format": "OpenAI", "name": "gpt-4o", "version": "2024-08-06"},
            "provisioningState": "Succeeded",
        },
    }
