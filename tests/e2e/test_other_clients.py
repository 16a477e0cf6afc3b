"""What other well-known clients send that a naive gateway stumbles over, as raw requests."""

import json
import subprocess

import pytest
import raw_http
from caller import Caller
from gateway import Gateway
from settled import settled
from sim import Sim, two_regions
from tables import one_route

HELLO = {"messages": [{"role": "user", "content": "hello"}]}


@pytest.fixture(scope="module")
def sim():
    with Sim(two_regions(first_token_ms=0, token_ms=0)) as running:
        yield running


@pytest.fixture
def gateway(sim):
    sim.reset()
    with Gateway(one_route({"east": sim.address("east")})) as running:
        yield running


def exchange(gateway, request):
    answer = raw_http.exchange(gateway.listening[0], request)
    return answer, raw_http.fields(answer.head)


def test_langchain_names_no_model_of_ours_in_the_body(gateway, sim):
    """AzureChatOpenAI has the deployment in the path and gpt-3.5-turbo in the body."""
    path = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"
    request = raw_http.request_bytes(path, {"model": "gpt-3.5-turbo", **HELLO}, {"api-key": "x"})

    answer, fields = exchange(gateway, request)

    assert answer.status == 200 and fields["x-spillway-deployment"] == "east"
    assert sim.deployment("east", "gpt-4o-prod")["by_status"] == {"200": 1}
    settled(gateway, 1)


DOUBLED = ["//openai/deployments/gpt-4o//chat/completions", "//v1/chat/completions"]


@pytest.mark.parametrize("path", DOUBLED)
def test_doubled_slashes_of_old_sdks_are_one(gateway, path):
    answer, _ = exchange(gateway, raw_http.request_bytes(path, {"model": "gpt-4o", **HELLO}, {}))

    assert answer.status == 200
    settled(gateway, 1)


def test_curl_waits_for_100_continue_with_a_large_body(gateway, tmp_path):
    """It sends the Expect with more than 1 MiB."""
    body = tmp_path / "body.json"
    content = {"role": "user", "content": "x" * 400_000}
    body.write_text(json.dumps({"model": "gpt-4o", "messages": [content], "user": "y" * 700_000}))
    command = ["curl", "-sv", "--max-time", "20", "-H", "content-type: application/json"]
    command += ["--data-binary", f"@{body}", gateway.url + "/v1/chat/completions"]

    done = subprocess.run(command, capture_output=True, text=True, timeout=30)

    assert json.loads(done.stdout)["choices"][0]["message"]["content"]
    assert "> Expect: 100-continue" in done.stderr and "< HTTP/1.1 100 Continue" in done.stderr
    settled(gateway, 1)


def test_expect_is_answered_before_the_body_comes(gateway):
    request = raw_http.request_bytes(
        "/v1/chat/completions", {"model": "gpt-4o", **HELLO}, {"expect": "100-continue"}
    )
    head, mark, body = request.partition(b"\r\n\r\n")
    with Caller(gateway.listening[0]) as caller:
        caller.sock.sendall(head + mark)
        interim = caller.answer()
        answer = caller.ask(body)

    assert (interim.status, interim.body) == (100, b"")
    assert answer.status == 200 and answer.is_whole
    settled(gateway, 1)


def test_javas_upgrade_to_h2c_is_ignored(gateway, sim):
    """java.net.http.HttpClient asks so on its first request; the answer simply stays HTTP/1.1."""
    upgrade = {
        "connection": "Upgrade, HTTP2-Settings",
        "upgrade": "h2c",
        "http2-settings": "AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA",
    }
    request = raw_http.request_bytes("/v1/chat/completions", {"model": "gpt-4o", **HELLO}, upgrade)

    with Caller(gateway.listening[0]) as caller:
        answers = [caller.ask(request), caller.ask(request)]

    for answer in answers:
        assert answer.status == 200 and answer.json["choices"]
        assert "upgrade" not in answer.fields
    head = sim.deployment("east", "gpt-4o-prod")["last_head"].lower()
    assert "upgrade" not in head and "http2-settings" not in head
    settled(gateway, 2)


def test_codex_is_told_that_there_is_no_websocket(gateway):
    """It probes, and falls back to POST on 426; the connection may be used for it."""
    probe = (
        b"GET /v1/responses HTTP/1.1\r\nhost: gateway\r\nconnection: Upgrade\r\n"
        b"upgrade: websocket\r\nsec-websocket-version: 13\r\n"
        b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nopenai-beta: responses_websockets\r\n\r\n"
    )
    post = raw_http.request_bytes("/v1/responses", {"model": "gpt-4o", "input": "hello"}, {})

    with Caller(gateway.listening[0]) as caller:
        refused = caller.ask(probe)
        answer = caller.ask(post)

    assert refused.status == 426
    assert refused.json["error"]["code"] == "websocket_not_supported"
    assert "POST /v1/responses" in refused.json["error"]["message"]
    assert answer.status == 200 and answer.json["status"] == "completed"
    settled(gateway, 2)


def test_a_callers_api_version_is_its_own_affair(gateway):
    """v1 upstreams take no dated version: what a classic caller sends is not passed on to them."""
    path = "/openai/deployments/gpt-4o/chat/completions?api-version=2023-05-15"

    answer, _ = exchange(gateway, raw_http.request_bytes(path, HELLO, {}))

    assert answer.status == 200
    settled(gateway, 1)
