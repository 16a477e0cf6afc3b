"""What crosses the gateway in a head, in both directions, and that no key ever leaves it."""

import json
import time

import raw_http
from asking import HELLO, Asker, ask, line_of
from figures import SLOW
from gateway import Gateway
from settled import settled
from tables import one_route
from upstream import Upstream, answering, reply

GOOD = {"id": "good", "choices": []}
BODY = json.dumps(HELLO).encode()
SENT = [
    ("Host", "gateway.example"),
    ("Authorization", "Bearer canary-bearer"),
    ("api-key", "canary-key"),
    ("x-api-key", "canary-x"),
    ("Ocp-Apim-Subscription-Key", "canary-apim"),
    ("Cookie", "session=canary-cookie"),
    ("Proxy-Authorization", "Basic canary-x"),
    ("Accept", "application/json"),
    ("Accept-Encoding", "gzip, deflate"),
    ("Accept-Language", "*"),
    ("Content-Type", "application/json"),
    ("User-Agent", "AzureOpenAI/Python 2.8.0"),
    ("X-Stainless-Lang", "python"),
    ("X-Stainless-Package-Version", "2.8.0"),
    ("X-Stainless-OS", "Linux"),
    ("X-Stainless-Arch", "x64"),
    ("X-Stainless-Runtime", "CPython"),
    ("X-Stainless-Runtime-Version", "3.12"),
    ("X-Stainless-Retry-Count", "0"),
    ("X-Forwarded-For", "10.0.0.1"),
    ("X-Forwarded-Proto", "https"),
    ("Via", "1.1 edge"),
    ("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ("OpenAI-Beta", "assistants=v2"),
    ("OpenAI-Organization", "org-1"),
    ("X-Custom", "1"),
    ("X-Dropped", "1"),
    ("X-Spillway-Deployment", "west"),
    ("X-Request-Id", "caller-1"),
    ("Connection", "x-dropped, keep-alive"),
    ("Keep-Alive", "timeout=5"),
]


OURS = "canary-ours"


def one(upstream, kind="azure", api_key=OURS):
    """A route over one resource, whose credential is `api_key`."""
    table = one_route({"east": upstream.address})
    path = "/v1" if kind == "openai" else ""
    endpoint = f"http://{upstream.address}{path}"
    table["credentials"] = {"key": {"api_key": api_key}}
    table["resources"]["east"] = {"kind": kind, "endpoint": endpoint, "credential": "key"}
    return table


def send(gateway):
    head = "POST /v1/chat/completions?api-key=canary-query HTTP/1.1\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in SENT)
    whole = f"{head}Content-Length: {len(BODY)}\r\n\r\n".encode() + BODY
    return raw_http.exchange("%s:%d" % gateway.address, whole)


def good(_):
    return reply(200, GOOD)


def names(head):
    return sorted(raw_http.fields(head))


def everything_told(gateway):
    """Every output of the gateway but its answers."""
    pages = ["/status.json", "/metrics", "/readyz?verbose", "/version"]
    files = [gateway.access_path, gateway.events_path]
    texts = [gateway.fetch(page).decode() for page in pages]
    return "".join(texts + [file.read_text() for file in files])


def test_of_thirty_fields_few_arrive_and_no_credential():
    arrived = {}
    for kind in ("azure", "azure_v1", "openai"):
        with Upstream(answering(good)) as upstream, Gateway(one(upstream, kind)) as gateway:
            answered = send(gateway)
            settled(gateway, 1)
            told = everything_told(gateway) + answered.data.decode()
        arrived[kind] = upstream.requests[0]
        assert answered.status == 200
        assert "canary" not in told

    common = ["accept", "accept-encoding", "content-length", "content-type", "host"]
    common += ["openai-beta", "user-agent", "x-request-id"]
    azure = sorted([*common, "api-key", "x-ms-client-request-id"])
    assert names(arrived["azure"].head) == names(arrived["azure_v1"].head) == azure
    expected = sorted([*common, "authorization", "openai-organization"])
    assert names(arrived["openai"].head) == expected
    for request in arrived.values():
        assert request.fields["accept-encoding"] == "identity"
        assert request.fields["x-request-id"] == "caller-1"
        assert request.fields["user-agent"] == "AzureOpenAI/Python 2.8.0"
        assert request.head.count("canary") == request.head.count(OURS) == 1


def test_no_key_is_told_when_everything_goes_wrong():
    """Refusals, failures, unreadable requests and an upstream that repeats the key it was sent."""
    said = {"error": {"code": "401", "message": "Access denied"}}
    with Upstream(answering(lambda _: reply(401, said))) as east:
        with Gateway(one(east)) as gateway:
            answers = [send(gateway), send(gateway)]
            for broken in (b"{", b'{"model":"gpt-4o","model":"canary-b"}', b'"canary-c"'):
                whole = raw_http.request_bytes("/v1/chat/completions", {}, dict(SENT))
                whole = whole.replace(b"content-length: 2", b"content-length: %d" % len(broken))
                whole = whole.removesuffix(b"{}") + broken
                answers.append(raw_http.exchange("%s:%d" % gateway.address, whole))
            settled(gateway, 5)
            told = everything_told(gateway)

    assert [each.status for each in answers] == [503, 503, 400, 400, 400]
    assert "canary" not in told
    assert not any(b"canary" in each.data for each in answers)


FROM_UPSTREAM = {
    "x-ms-region": "East US",
    "apim-request-id": "apim-1",
    "x-request-id": "upstream-1",
    "openai-processing-ms": "12",
    "azure-openai-deployment-utilization": "12.5%",
    "X-Odd": "kept",
    "x-ratelimit-remaining-tokens": "10",
    "x-ratelimit-limit-requests": "20",
    "x-rate-limit-reset-tokens": "5",
    "retry-after": "86400",
    "retry-after-ms": "0",
    "set-cookie": "a=b",
    "strict-transport-security": "max-age=1",
    "alt-svc": "h3",
    "keep-alive": "timeout=5",
    "x-spillway-deployment": "forged",
    "x-listed": "1",
    "connection": "x-listed",
}


def test_the_answers_fields_come_back_but_for_those_that_speak_of_one_upstream():
    said = reply(200, GOOD, FROM_UPSTREAM)
    with Upstream(answering(lambda _: said)) as upstream, Gateway(one(upstream)) as gateway:
        answered = ask(gateway, headers={"x-request-id": "caller-1"})
        line = line_of(gateway, answered)

    seen = {name.lower(): value for name, value in answered.headers}
    assert len(seen) == len(answered.headers)
    assert seen == {
        "content-type": "application/json",
        "content-length": str(len(answered.body)),
        "x-ms-region": "East US",
        "apim-request-id": "apim-1",
        "x-request-id": "caller-1",
        "x-upstream-request-id": "upstream-1",
        "openai-processing-ms": "12",
        "azure-openai-deployment-utilization": "12.5%",
        "x-odd": "kept",
        "retry-after": "60",
        "x-spillway-deployment": "east",
        "x-spillway-attempts": "1",
    }
    assert line["upstream_request_id"] == "apim-1"
    assert ("X-Odd", "kept") in answered.headers


def test_a_request_without_an_id_is_given_one_of_its_own():
    with Upstream(answering(good)) as upstream, Gateway(one(upstream)) as gateway:
        ids = [ask(gateway).field("x-request-id") for _ in range(20)]
        odd = ask(gateway, headers={"x-request-id": "a" * 300}).field("x-request-id")
        lines = settled(gateway, 21)

    assert len(set(ids)) == 20 and odd != "a" * 300
    assert {line["request_id"] for line in lines} == {*ids, odd}
    assert [each.fields["x-request-id"] for each in upstream.requests] == [*ids, odd]


def test_a_key_comes_from_the_environment():
    with Upstream(answering(good)) as upstream:
        table = one(upstream, api_key={"env": "SPILLWAY_TEST_KEY"})
        with Gateway(table, env={"SPILLWAY_TEST_KEY": OURS}) as gateway:
            assert ask(gateway).status == 200
            assert "canary" not in everything_told(gateway)
    assert upstream.requests[0].fields["api-key"] == OURS


def test_a_key_file_is_read_again_when_it_changes(tmp_path):
    file = tmp_path / "key"
    file.write_text("canary-first\n")
    with Upstream(answering(good)) as upstream:
        with Gateway(one(upstream, api_key={"file": str(file)})) as gateway:
            replies = [ask(gateway)]
            renewed = tmp_path / "renewed"
            renewed.write_text("canary-second\n")
            renewed.rename(file)
            deadline = time.monotonic() + 30 * SLOW
            with Asker(gateway) as asker:
                while upstream.requests[-1].fields["api-key"] == "canary-first":
                    assert time.monotonic() < deadline
                    replies.append(asker.post())
                    time.sleep(0.1)
            told = everything_told(gateway)

    assert {each.status for each in replies} == {200}
    keys = [each.fields["api-key"] for each in upstream.requests]
    assert keys[0] == "canary-first" and keys[-1] == "canary-second"
    assert "canary" not in told and "credential_changed" in told
