"""A-1: secrets that stand nowhere else are put wherever a secret can be; then everything the gateway and its commands ever say is
searched for them. Prompts count as secrets of every output but the answer to their own caller."""

import json
import pathlib
import signal
import subprocess

import pytest
from asking import HELLO, V1_CHAT, Asker
from figures import figure
from gateway import BINARY, Gateway
from keys import new_key
from raw_http import exchange
from sim import Sim, two_regions

IN_TABLE = "canary-key-in-the-table-5d1f"
IN_ENV = "canary-key-in-a-variable-77ab"
IN_FILE = "canary-key-in-a-file-90cc"
PRINCIPAL = "canary-of-a-principal-61d0"
AT_PROXY = "canary-at-the-proxy-2f9b"
OPERATOR = "canary-of-the-operator-1b2e"
STRANGER = {
    "authorization": "Bearer canary-authorization-44c1",
    "api-key": "canary-api-key-field-02bd",
    "x-api-key": "canary-x-api-key-63fe",
    "ocp-apim-subscription-key": "canary-apim-key-8e0a",
    "cookie": "session=canary-cookie-a6f3",
    "x-custom-secret": "canary-custom-field-31d7",
}
TEAM = new_key("team")
KNOWN = {"authorization": "Bearer " + TEAM.secret, "cookie": STRANGER["cookie"], "x-custom-secret": STRANGER["x-custom-secret"]}
IN_QUERY = "canary-in-the-query-f00d"
PROMPT = "canary-prompt-of-a-person-c4c4"
CANARIES = [IN_TABLE, IN_ENV, IN_FILE, PRINCIPAL, AT_PROXY, OPERATOR, TEAM.secret, IN_QUERY, PROMPT,
            *(value.split("canary")[1] for value in STRANGER.values())]
SAID = {**HELLO, "user": PROMPT, "messages": [{"role": "user", "content": PROMPT}]}
FAULTS = [None, *({"status": status} for status in (401, 403, 404, 429, 500, 503)), {"refuse": "all"}, {"cut": "mid_event"}]
PAGES = ["/", "/config", "/status.json", "/events", "/history.json", "/metrics", "/version", "/livez?verbose", "/readyz?verbose",
         "/nothing-here"]


@pytest.fixture(scope="module")
def sim():
    config = two_regions(tokens=3, first_token_ms=1, token_ms=1)
    config["resources"]["east"]["key"] = IN_TABLE
    config["resources"]["west"]["key"] = IN_ENV
    with Sim(config) as running:
        yield running


def table_over(sim, folder):
    (folder / "key").write_text(IN_FILE + "\n")
    (folder / "token").write_text(OPERATOR + "\n")
    azure = {"kind": "azure", "credential": "in-table"}
    return {
        "admin": {"listen": "127.0.0.1:0", "token": {"file": str(folder / "token")}},
        "audit": {"to": str(folder / "audit.jsonl")},
        "callers": {"team": {"keys": [TEAM.line]}},
        "credentials": {"in-table": {"api_key": IN_TABLE}, "in-env": {"api_key": {"env": "CANARY_KEY"}},
                        "in-file": {"api_key": {"file": str(folder / "key")}},
                        "principal": {"client_secret": {"tenant": "contoso.example", "client_id": "66666666-7777-8888-9999-000000000000",
                                                        "authority": "https://127.0.0.1:9", "secret": PRINCIPAL}}},
        "resources": {"east": {**azure, "endpoint": sim.url("east")},
                      "west": {**azure, "endpoint": sim.url("west"), "credential": "in-env"},
                      "signed": {**azure, "endpoint": sim.url("west"), "credential": "principal"},
                      "beyond": {**azure, "endpoint": "http://beyond.example", "proxy": f"http://user:{AT_PROXY}@127.0.0.1:9"},
                      "stray": {**azure, "endpoint": sim.url("west"), "credential": "in-file"}},
        "deployments": {"east": {"resource": "east", "name": "gpt-4o-prod"},
                        "stray": {"resource": "stray", "name": "gpt-4o-dr"},
                        "signed": {"resource": "signed", "name": "gpt-4o-dr"},
                        "beyond": {"resource": "beyond", "name": "gpt-4o-dr"},
                        "west": {"resource": "west", "name": "gpt-4o-dr"}},
        "routes": {"gpt-4o": {"tiers": [["east"], ["stray"], ["west"]]}, "spare": {"tiers": [["signed"], ["beyond"]]}},
    }


class Heard:
    """Everything that was said, by who said it."""

    def __init__(self):
        self.bytes = 0
        self.hits = []

    def take(self, who, data, but=()):
        data = data.encode() if isinstance(data, str) else data
        self.bytes += len(data)
        self.hits += [(who, each) for each in CANARIES if each not in but and each.encode() in data]

    def run(self, *arguments, env, accept=(0, 1)):
        done = subprocess.run([BINARY, *map(str, arguments)], env=env, capture_output=True, timeout=60)
        assert done.returncode in accept, done.stderr.decode()
        self.take(f"spillway {arguments[0]}", done.stdout + done.stderr)


def ask_everything(gateway, sim, heard):
    with Asker(gateway) as asker:
        for fault in FAULTS:
            for where in ("east", None):
                sim.clear_faults()
                if fault:
                    sim.fault(fault, **({"resource": where} if where else {}))
                for body in (SAID, {**SAID, "stream": True}):
                    reply = asker.post(body, V1_CHAT, KNOWN)
                    heard.take("an answer", repr(reply.headers).encode() + reply.body, but=[PROMPT])
        sim.clear_faults()
        spare = asker.post({**SAID, "model": "spare"}, V1_CHAT, KNOWN)
        heard.take("an answer", repr(spare.headers).encode() + spare.body)
        assert spare.status == 503
        refused = asker.post(SAID, f"{V1_CHAT}?api-key={IN_QUERY}", STRANGER)
        heard.take("a refusal", repr(refused.headers).encode() + refused.body)
        for body in (b'{"model": "gpt-4o", "messages": "' + PROMPT.encode(), json.dumps({**SAID, "model": 5}).encode(),
                     json.dumps({**SAID, "max_tokens": PROMPT}).encode()):
            heard.take("a refusal", asker.post(body, V1_CHAT, KNOWN).body)
        heard.take("a wrong path", asker.post(SAID, f"/v2/nothing?api-key={IN_QUERY}", STRANGER).body)
    for raw in (f"GET /v1/models HTTP/1.1\r\nhost: x\r\napi-key: {STRANGER['api-key']}\x01\r\n\r\n", f"{PROMPT} / HTTP/9.9\r\n\r\n",
                f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: {STRANGER['authorization']}\r\ncontent-length: x\r\n\r\n"):
        heard.take("a refused head", exchange(gateway.listening[0].removeprefix("http://"), raw.encode()).data)


def look_at_admin(gateway, heard):
    host, port = gateway.admin.removeprefix("http://").split(":")
    for token in (f"Bearer {OPERATOR}", "Bearer canary-of-nobody"):
        for page in PAGES:
            raw = f"GET {page} HTTP/1.1\r\nhost: localhost\r\nauthorization: {token}\r\nconnection: close\r\n\r\n"
            heard.take("admin " + page, exchange(f"{host}:{port}", raw.encode()).data)
    for path, body in (("/explain", {"model": "gpt-4o", "body": SAID}), ("/explain", {"model": PROMPT[:6]}), ("/reload", {})):
        text = json.dumps(body)
        raw = (f"POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {OPERATOR}\r\nx-spillway-admin: 1\r\n"
               f"content-type: application/json\r\ncontent-length: {len(text)}\r\nconnection: close\r\n\r\n{text}")
        heard.take("admin POST " + path, exchange(f"{host}:{port}", raw.encode()).data)


def run_commands(gateway, heard, folder, env):
    table = gateway.config_path
    broken = folder / "broken.yaml"
    broken.write_text(table.read_text().replace('"kind": "azure"', '"kind": "azurre"').replace('"api_key": "', '"api_kee": "'))
    litellm = folder / "litellm.yaml"
    litellm.write_text(f"model_list:\n- model_name: gpt-4o\n  litellm_params: {{model: azure/gpt-4o, api_base: 'https://a.example', "
                       f"api_key: {IN_TABLE}, api_version: '2024-10-21'}}\ngeneral_settings: {{master_key: {OPERATOR}}}\n")
    body = folder / "body.json"
    body.write_text(json.dumps(SAID))
    heard.run("check", table, env=env)
    heard.run("check", broken, env=env)
    heard.run("doctor", "--config", table, env=env)
    heard.run("explain", "--config", table, "--request", body, env=env)
    heard.run("explain", "--admin", gateway.admin, "--model", "gpt-4o", env={**env, "SPILLWAY_ADMIN_TOKEN": OPERATOR})
    heard.run("health", "--admin", gateway.admin, env={**env, "SPILLWAY_ADMIN_TOKEN": OPERATOR})
    heard.run("import", "litellm", litellm, env=env)
    heard.run("audit", "verify", folder / "audit.jsonl", env=env)
    heard.run("usage", folder / "audit.jsonl", env=env)


def test_no_secret_is_ever_said(sim, tmp_path):
    heard = Heard()
    gateway = Gateway(table_over(sim, tmp_path), env={"CANARY_KEY": IN_ENV})
    with gateway:
        ask_everything(gateway, sim, heard)
        look_at_admin(gateway, heard)
        run_commands(gateway, heard, tmp_path, gateway.env)
        good = gateway.config_path.read_bytes()
        gateway.write_text(good.replace(b'"kind": "azure"', b'"kind": "azurre"'))
        look_at_admin(gateway, heard)
        answered = len(gateway.access_log(at_least=30))
    heard.take("the access log", gateway.access_path.read_bytes())
    heard.take("the audit stream", (tmp_path / "audit.jsonl").read_bytes())
    heard.take("what it told operators", gateway.events_path.read_bytes())

    assert answered >= 30 and heard.bytes > 100_000
    print(sorted(set(heard.hits)))
    figure("A-1", f"{len(heard.hits)}", f"hits over {heard.bytes / 1e6:.1f} MB, {len(CANARIES)} secrets".replace(" ", "-"), 0,
           heard.hits == [])


@pytest.mark.skipif(pathlib.Path("/proc/sys/kernel/core_pattern").read_text().strip() != "core", reason="cores go elsewhere here")
@pytest.mark.parametrize("allowed", [False, True], ids=["as it is", "as asked for"])
def test_a_core_dump_is_made_on_request_only(sim, tmp_path, allowed):
    """A core holds every key: a crash leaves none behind, though the system would write one."""
    program = tmp_path / "spillway"
    program.write_text(f'#!/bin/sh\ncd "{tmp_path}"\nulimit -c unlimited\nexec "{BINARY}" "$@"\n')
    program.chmod(0o755)
    env = {"CANARY_KEY": IN_ENV, **({"SPILLWAY_ALLOW_CORE_DUMPS": "1"} if allowed else {})}
    gateway = Gateway(table_over(sim, tmp_path), env=env, program=str(program)).start()
    process, gateway.process = gateway.process, None
    process.send_signal(signal.SIGABRT)
    process.wait(30)
    assert bool(list(tmp_path.glob("core*"))) == allowed
