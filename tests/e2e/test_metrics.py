"""What the real binary shows of itself: /metrics against promtool and against the access log, the
admin pages, and that nothing a caller sends becomes a label or brings a secret to light."""

import contextlib
import http.server
import json
import re
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
import raw_http
from gateway import BINARY, REPO, Gateway
from sim import Sim, two_regions
from tables import one_route, over_regions

CHAT = "/v1/chat/completions"
QUESTION = {"model": "gpt-4o", "messages": [{"role": "user", "content": "canary-prompt"}]}
ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "choices": [
        {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
    ],
    "usage": {
        "prompt_tokens": 11,
        "completion_tokens": 7,
        "total_tokens": 18,
        "prompt_tokens_details": {"cached_tokens": 3},
        "completion_tokens_details": {"reasoning_tokens": 2},
    },
}
BROKEN = {"error": {"message": "down", "code": "ServiceUnavailable"}}


@contextlib.contextmanager
def upstream(status, answer):
    """Gives every request the same answer; yields its host:port."""

    class Answering(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):  # the name http.server looks for
            self.rfile.read(int(self.headers["content-length"]))
            data = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *unused):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield "127.0.0.1:%d" % server.server_port
        server.shutdown()


@pytest.fixture
def gateway():
    """East answers 503, west answers."""
    with upstream(503, BROKEN) as east, upstream(200, ANSWER) as west:
        table = one_route({"east": east, "west": west})
        for credential in table["credentials"].values():
            credential["api_key"] = "canary-secret"
        with Gateway(table) as running:
            yield running


def ask(gateway, body=None, path=CHAT, **headers):
    request = raw_http.request_bytes(path, body or QUESTION, headers)
    return raw_http.exchange(gateway.listening[0], request)


def test_promtool_finds_nothing_to_say(gateway):
    ask(gateway)
    said = subprocess.run(
        ["promtool", "check", "metrics"],
        input=gateway.fetch("/metrics"),
        capture_output=True,
        timeout=30,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    assert said.stdout + said.stderr == b""


def test_the_content_type_is_the_one_prometheus_insists_on(gateway):
    with urllib.request.urlopen(gateway.admin + "/metrics", timeout=10) as answer:
        assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"


def test_as_many_series_as_published(gateway):
    document = (REPO / "docs/metrics.md").read_text()
    formula = re.search(
        r"routes x (\d+) \+ deployments x (\d+) \+ callers x (\d+) \+ workers x (\d+) \+ (\d+)", document
    )
    route, deployment, caller, worker, fixed = map(int, formula.groups())
    with_other, deployments, anonymous, workers = 2, 2, 1, 2
    # A histogram's buckets, sum and count are samples of one family; each is a series.
    expected = with_other * route + deployments * deployment + anonymous * caller + fixed
    expected += workers * worker
    assert len(gateway.metrics()) == expected


def test_a_failover_is_told_alike_by_metrics_log_and_headers(gateway):
    answer = ask(gateway)
    (line,) = gateway.access_log(at_least=1)

    assert answer.status == 200
    fields = raw_http.fields(answer.head)
    assert fields["x-spillway-attempts"] == "2"
    assert fields["x-spillway-deployment"] == "west"
    assert fields["x-request-id"] == line["request_id"]
    assert [(a["deployment"], a["status"]) for a in line["attempts"]] == [
        ("east", 503),
        ("west", 200),
    ]
    reason = line["attempts"][0]["reason"]
    tokens = {key: line[key] for key in line if key.endswith("put_tokens")}
    assert tokens == {
        "input_tokens": 11,
        "output_tokens": 7,
        "cached_input_tokens": 3,
        "reasoning_output_tokens": 2,
    }
    for expected, name, labels in [
        (1, "requests_total", {"route": "gpt-4o", "code": "200", "outcome": "ok"}),
        (1, "request_attempts_total", {"route": "gpt-4o", "attempts": "2"}),
        (1, "failovers_total", {"route": "gpt-4o", "reason": reason}),
        (1, "upstream_requests_total", {"deployment": "east", "code": "503"}),
        (1, "upstream_failures_total", {"deployment": "east", "reason": reason}),
        (1, "upstream_requests_total", {"deployment": "west", "code": "200"}),
        (0, "upstream_failures_total", {"deployment": "west"}),
        (1, "request_duration_seconds_count", {"route": "gpt-4o", "stream": "false"}),
        (1, "overhead_seconds_count", {"phase": "request"}),
        (11, "input_tokens_total", {"deployment": "west"}),
        (7, "output_tokens_total", {"deployment": "west"}),
        (0, "requests_in_flight", {}),
        (0, "upstream_requests_in_flight", {}),
    ]:
        assert gateway.metric("spillway_" + name, **labels) == expected, (name, labels)


def test_usage_that_was_due_is_told_apart_from_usage_nobody_asked_for():
    silent = {key: value for key, value in ANSWER.items() if key != "usage"}
    with Sim(two_regions()) as sim, upstream(200, silent) as mute:
        with Gateway(one_route({"mute": mute})) as gateway:
            ask(gateway)
            assert missing_usage(gateway, "mute", 1) == {"absent": 1, "not_asked": 0}
        with Gateway(over_regions({"east": sim}, [["east/gpt-4o-prod"]])) as gateway:
            ask(gateway)
            ask(gateway, QUESTION | {"stream": True, "stream_options": {"include_usage": True}})
            assert missing_usage(gateway, "east-gpt-4o-prod", 2) == {"absent": 0, "not_asked": 0}
            ask(gateway, QUESTION | {"stream": True})
            assert missing_usage(gateway, "east-gpt-4o-prod", 3) == {"absent": 0, "not_asked": 1}


def missing_usage(gateway, deployment, requests):
    """Once that many requests are settled."""
    gateway.access_log(at_least=requests)
    name = "spillway_usage_missing_total"
    return {
        reason: gateway.metric(name, deployment=deployment, reason=reason)
        for reason in ("absent", "not_asked")
    }


def test_nothing_a_caller_sends_becomes_a_label(gateway):
    ask(gateway)
    before = set(gateway.metrics())
    for i in range(30):
        ask(gateway, {**QUESTION, "model": f"canary-model-{i}"})
        ask(gateway, path=f"/canary-path-{i}")
        ask(gateway, **{"user-agent": f"canary-agent-{i}", "x-request-id": f"canary-id-{i}"})
    grown = set(gateway.metrics()) - before

    assert not [name for name in grown if "canary" in name]
    assert len(grown) <= 5, grown


def test_no_secret_and_no_prompt_in_anything_it_says(gateway):
    ask(gateway, authorization="Bearer canary-caller", **{"api-key": "canary-key"})
    ask(gateway, path=CHAT + "?api-key=canary-query")
    gateway.access_log(at_least=2)
    said = b"".join(gateway.fetch(path) for path in ("/metrics", "/status.json", "/version"))
    said += gateway.access_path.read_bytes() + gateway.events_path.read_bytes()

    assert b"canary" not in said


def test_a_hostile_field_leaves_one_valid_bounded_line(gateway):
    hostile = b'"\\\xff\xe2\x80\xa8' * 800
    request = raw_http.request_bytes(CHAT, QUESTION, {})
    request = request.replace(b"\r\n", b"\r\nuser-agent: " + hostile + b"\r\n", 1)
    assert raw_http.exchange(gateway.listening[0], request).status == 200

    (line,) = gateway.access_log(at_least=1)
    assert line["user_agent"].startswith('"\\\ufffd\u2028')
    assert len(gateway.access_path.read_bytes()) < 8192


def test_health_is_the_binary_s_own_client(gateway):
    admin = gateway.admin.removeprefix("http://")
    for question in ([], ["--ready"]):
        said = subprocess.run(
            [BINARY, "health", "--admin", admin, *question], capture_output=True, timeout=20
        )
        assert (said.returncode, said.stdout) == (0, b"ok\n"), said.stderr


def test_ready_ends_when_the_drain_begins():
    with upstream(200, ANSWER) as east:
        table = one_route({"east": east}, drain={"delay": "3s", "timeout": "5s"})
        with Gateway(table) as gateway:
            assert gateway.fetch("/readyz") == b"ok\n"
            gateway.terminate()
            deadline = time.monotonic() + 2
            with pytest.raises(urllib.error.HTTPError) as refused:
                while time.monotonic() < deadline:
                    gateway.fetch("/readyz")
            assert refused.value.code == 503
            assert b"draining" in refused.value.read()
            assert gateway.fetch("/livez") == b"ok\n"
            assert ask(gateway).status == 200, "it still takes requests during drain.delay"
