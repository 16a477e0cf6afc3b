"""The simulator against azure-protocol.md: the real SDK for what works, raw sockets for what fails."""

import gzip
import json
import ssl
import subprocess
import time

import openai
import pydantic
import pytest
import raw_http
from sim import Sim, two_regions

CHAT = "/openai/deployments/gpt-4o-prod/chat/completions?api-version=2024-10-21"
KEY = {"api-key": "east-key"}
HELLO = {"messages": [{"role": "user", "content": "hello"}]}
STREAM = {**HELLO, "stream": True}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


def config():
    resources = two_regions(first_token_ms=1, token_ms=1)["resources"]
    openai_like = {
        "kind": "openai",
        "key": "sk-1",
        "deployments": {"gpt-4o": {"model": "gpt-4o", "tpm": "90k", "rpm": 600}},
    }
    return {"resources": {**resources, "platform": openai_like}}


@pytest.fixture(scope="module")
def running():
    with Sim(config()) as sim:
        yield sim


@pytest.fixture
def sim(running):
    running.reset()
    running.set_limits("east", "gpt-4o-prod", tpm=0, rpm=0)
    return running


@pytest.fixture
def azure(sim):
    with openai.AzureOpenAI(
        azure_endpoint=sim.url("east"), api_key="east-key", api_version="2024-10-21", max_retries=0
    ) as client:
        yield client


@pytest.fixture
def v1(sim):
    url = sim.url("east") + "/openai/v1/"
    with openai.OpenAI(base_url=url, api_key="east-key", max_retries=0) as client:
        yield client


def ask(sim, body=STREAM, headers=KEY, path=CHAT, **options):
    return raw_http.exchange(
        sim.address("east"), raw_http.request_bytes(path, body, headers), **options
    )


def frames(text):
    return [frame for frame in text.split("\n\n") if frame]


# -- what works ------------------------------------------------------------------------------------


def test_a_stream_says_what_the_document_says(azure):
    plain = azure.chat.completions.create(model="gpt-4o-prod", **HELLO)
    chunks = list(
        azure.chat.completions.create(
            model="gpt-4o-prod", **STREAM, stream_options={"include_usage": True}
        )
    )

    assert chunks[0].choices == [] and chunks[0].id == ""
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == plain.choices[0].message.content
    assert chunks[-1].usage == plain.usage
    assert plain.model == "gpt-4o-2024-08-06"


def test_several_choices_come_interleaved(azure):
    chunks = azure.chat.completions.create(model="gpt-4o-prod", n=3, **STREAM)
    seen = [c.choices[0].index for c in chunks if c.choices]

    assert seen[:6] == [0, 1, 2, 0, 1, 2]


@pytest.mark.parametrize("stream", [False, True])
def test_a_tool_is_called_and_its_result_answered(azure, stream):
    question = {"role": "user", "content": "What is the weather?"}
    request = {"model": "gpt-4o-prod", "tools": [WEATHER], "messages": [question]}
    if stream:
        with azure.chat.completions.stream(**request) as events:
            called = events.get_final_completion()
    else:
        called = azure.chat.completions.create(**request)

    call = called.choices[0].message.tool_calls[0]
    assert called.choices[0].finish_reason == "tool_calls"
    assert call.function.name == "get_weather"
    assert list(json.loads(call.function.arguments)) == ["city"]

    result = {"role": "tool", "tool_call_id": call.id, "content": "weather: rain"}
    request["messages"] = [question, called.choices[0].message.model_dump(), result]
    answer = azure.chat.completions.create(**request)
    assert answer.choices[0].finish_reason == "stop" and answer.choices[0].message.content


class Step(pydantic.BaseModel):
    explanation: str
    cost: float


class Route(pydantic.BaseModel):
    steps: list[Step]
    is_final: bool
    mode: str | None


def test_a_structured_answer_fits_its_schema(azure, v1):
    chat = azure.chat.completions.parse(model="gpt-4o-prod", response_format=Route, **HELLO)
    response = v1.responses.parse(model="gpt-4o-prod", input="plan", text_format=Route)

    assert isinstance(chat.choices[0].message.parsed, Route)
    assert isinstance(response.output_parsed, Route)


def test_embeddings_are_equal_in_both_encodings(azure):
    by_sdk = azure.embeddings.create(model="embed", input=["a", "b"], dimensions=8)
    as_floats = azure.embeddings.create(
        model="embed", input=["a", "b"], dimensions=8, encoding_format="float"
    )
    as_tokens = azure.embeddings.create(model="embed", input=[[1, 2, 3], [4]])

    for left, right in zip(by_sdk.data, as_floats.data, strict=True):
        assert left.embedding == pytest.approx(right.embedding)
    assert len(as_tokens.data[0].embedding) == 1536 and as_tokens.usage.prompt_tokens == 4


def test_responses_stream_numbers_its_events_and_ends_with_usage(v1):
    events = list(v1.responses.create(model="gpt-4o-prod", input="hello", stream=True))
    plain = v1.responses.create(model="gpt-4o-prod", input="hello")

    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert [event.type for event in events[:2]] == ["response.created", "response.in_progress"]
    assert events[-1].type == "response.completed"
    assert events[-1].response.output_text == plain.output_text
    assert events[-1].response.usage == plain.usage


def test_responses_call_tools(v1):
    tool = {"type": "function", "strict": None, **WEATHER["function"]}
    events = list(
        v1.responses.create(model="gpt-4o-prod", input="weather?", tools=[tool], stream=True)
    )

    deltas = [e.delta for e in events if e.type == "response.function_call_arguments.delta"]
    assert "".join(deltas) == events[-1].response.output[0].arguments


def test_a_response_remembers_its_predecessor_only_here(sim, v1):
    first = v1.responses.create(model="gpt-4o-prod", input="hello")
    v1.responses.create(model="gpt-4o-prod", input="on", previous_response_id=first.id)

    west = openai.OpenAI(
        base_url=sim.url("west") + "/openai/v1/", api_key="west-key", max_retries=0
    )
    with west, pytest.raises(openai.BadRequestError) as caught:
        west.responses.create(model="gpt-4o-dr", input="on", previous_response_id=first.id)
    assert caught.value.code == "previous_response_not_found"


def test_the_plain_openai_surface_has_openai_headers(sim):
    client = openai.OpenAI(base_url=sim.url("platform") + "/v1", api_key="sk-1", max_retries=0)
    with client:
        raw = client.chat.completions.with_raw_response.create(model="gpt-4o", **HELLO)
        with pytest.raises(openai.NotFoundError) as caught:
            client.chat.completions.create(model="gpt-5", **HELLO)
        models = client.models.list().data

    assert raw.headers["x-ratelimit-reset-tokens"].endswith("s")
    assert "x-ms-region" not in raw.headers and "prompt_filter_results" not in raw.text
    assert caught.value.code == "model_not_found"
    assert [model.id for model in models] == ["gpt-4o"]


def test_a_deterministic_answer_is_the_same_bytes_twice(sim):
    headers = {**KEY, "x-sim-deterministic": "1"}

    assert ask(sim, headers=headers).body == ask(sim, headers=headers).body
    assert ask(sim).body != ask(sim).body


def test_a_repeated_long_prompt_is_cached(azure):
    messages = [{"role": "user", "content": "tide " * 1000}]
    first = azure.chat.completions.create(model="gpt-4o-prod", messages=messages)
    second = azure.chat.completions.create(model="gpt-4o-prod", messages=messages)

    assert first.usage.prompt_tokens_details.cached_tokens == 0
    assert second.usage.prompt_tokens_details.cached_tokens == 1152


# -- refusals --------------------------------------------------------------------------------------

REFUSALS = {
    "wrong key": (CHAT, HELLO, {"api-key": "no"}, 401, "401"),
    "no api-version": (CHAT.partition("?")[0], HELLO, KEY, 404, "404"),
    "unknown api-version": (CHAT[:-10] + "2024-10-22", HELLO, KEY, 404, "404"),
    "unknown path": ("/openai/v2/chat/completions", HELLO, KEY, 404, "404"),
    "unknown deployment": (CHAT.replace("prod", "x"), HELLO, KEY, 404, "DeploymentNotFound"),
    "wrong operation": (
        CHAT.replace("chat/completions", "embeddings"),
        {"input": "a"},
        KEY,
        400,
        "OperationNotSupported",
    ),
    "no messages": (CHAT, {}, KEY, 400, "missing_required_parameter"),
    "wrong type": (CHAT, {**HELLO, "n": "two"}, KEY, 400, "invalid_type"),
    "content filter": (
        CHAT,
        {"messages": [{"role": "user", "content": "sim:filter-prompt"}]},
        KEY,
        400,
        "content_filter",
    ),
    "too long": (
        CHAT,
        {"messages": [{"role": "user", "content": "x" * 600_000}]},
        KEY,
        400,
        "context_length_exceeded",
    ),
    "11 custom headers": (CHAT, HELLO, KEY | {f"x-{n}": "1" for n in range(11)}, 431, "431"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refuses_like_azure(sim, case):
    path, body, headers, status, code = REFUSALS[case]
    answer = ask(sim, body, headers, path)

    assert answer.status == status
    assert json.loads(answer.body)["error"]["code"] == code


def test_ten_custom_headers_and_those_of_sdks_are_welcome(sim):
    headers = {f"x-{n}": "1" for n in range(10)} | {f"x-stainless-{n}": "1" for n in range(11)}

    assert ask(sim, HELLO, KEY | headers).status == 200


def test_malformed_json_is_a_bad_request(sim):
    request = raw_http.request_bytes(CHAT, HELLO, KEY).replace(b'{"messages"', b'{"messages ')
    answer = raw_http.exchange(sim.address("east"), request)

    assert answer.status == 400


# -- limits ----------------------------------------------------------------------------------------


def test_tokens_beyond_the_minute_are_refused_with_hints(sim, azure):
    sim.set_limits("east", "gpt-4o-prod", tpm=40)
    first = azure.chat.completions.with_raw_response.create(
        model="gpt-4o-prod", max_tokens=20, **HELLO
    )
    with pytest.raises(openai.RateLimitError) as caught:
        azure.chat.completions.create(model="gpt-4o-prod", max_tokens=20, **HELLO)

    assert first.headers["x-ratelimit-remaining-tokens"] == "18"
    assert "token rate limit" in caught.value.message
    assert 0 < int(caught.value.response.headers["retry-after"]) <= 60
    assert 0 < int(caught.value.response.headers["retry-after-ms"]) <= 60_000
    assert sim.deployment("east", "gpt-4o-prod")["tokens_admitted"] == 22


def test_a_request_that_never_fits_is_told_to_wait_a_day(sim, azure):
    sim.set_limits("east", "gpt-4o-prod", tpm=40)
    with pytest.raises(openai.RateLimitError) as caught:
        azure.chat.completions.create(model="gpt-4o-prod", max_tokens=50, **HELLO)

    assert caught.value.response.headers["retry-after"] == "86400"


def test_requests_are_judged_over_ten_seconds(sim):
    sim.set_limits("east", "gpt-4o-prod", rpm=12)
    statuses = [ask(sim, HELLO).status for _ in range(3)]

    assert statuses == [200, 200, 429]


# -- faults ----------------------------------------------------------------------------------------

POSITIONS = ["before_head", "mid_head", "mid_chunk_size", "mid_data", "mid_event", "before_done"]
FRAMINGS = ["chunked", "length", "close"]
ENDINGS = ["fin", "rst", "clean"]


def framed_body(answer, framing):
    """The body without its framing, and whether the framing says that it is complete."""
    if framing == "chunked":
        return raw_http.dechunk(answer.body)
    if framing == "close":
        return answer.body, answer.ending == "fin"
    return answer.body, raw_http.is_complete(answer.data)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("at", POSITIONS)
def test_a_cut_stream_is_cut_there_and_ends_so(sim, at, framing, ending):
    whole = raw_http.dechunk(ask(sim, headers=KEY | {"x-sim-deterministic": "1"}).body)[0]
    fault = {"cut": at, "framing": framing, "ending": ending}
    headers = KEY | {"x-sim-deterministic": "1", "x-sim-fault": json.dumps(fault)}
    answer = ask(sim, headers=headers)

    expected_ending = {"fin": "fin", "rst": "rst", "clean": "open"}[ending]
    if ending == "clean" and (framing == "close" or at in ("before_head", "mid_head")):
        expected_ending = "fin"
    assert answer.ending == expected_ending
    if at == "before_head":
        assert answer.data == b""
    elif at == "mid_head":
        assert answer.data.startswith(b"HTTP/1.1 200") and b"\r\n\r\n" not in answer.data
    else:
        body, is_complete = framed_body(answer, framing)
        events = whole.split(b"\n\n")
        assert whole.startswith(body) and b"[DONE]" not in body and len(body) < len(whole)
        assert body.count(b"\n\n") == (len(events) - 2 if at == "before_done" else 3)
        assert is_complete == (ending == "clean" or (framing, ending) == ("close", "fin"))


def test_an_error_event_stands_inside_a_200(sim, azure, v1):
    sim.fault({"error_event": "overloaded", "after_events": 2}, op="chat")
    sim.fault({"error_event": "rate_limit", "retry_after": 9}, op="responses")

    chat = azure.chat.completions.create(model="gpt-4o-prod", **STREAM)
    with pytest.raises(openai.APIError, match="overloaded"):
        list(chat)
    stream = v1.responses.create(model="gpt-4o-prod", input="hello", stream=True)
    assert stream.response.headers["retry-after"] == "9"
    seen = []
    with pytest.raises(openai.APIError, match="exceeded rate limit"):
        seen.extend(event.type for event in stream)
    assert sim.deployment("east", "gpt-4o-prod")["by_status"] == {"200": 2}


def test_a_limit_can_show_itself_inside_the_stream():
    options = two_regions(throttle_form="stream")
    options["resources"]["east"]["deployments"]["gpt-4o-prod"]["tpm"] = 1
    body = {"model": "gpt-4o-prod", "input": "hello", "stream": True}
    with Sim(options) as sim:
        answer = ask(sim, body, path="/openai/v1/responses")
        plain = ask(sim, {**body, "stream": False}, path="/openai/v1/responses")

    assert answer.status == 200 and "retry-after: 86400" in answer.head
    assert [f.split("\n")[0] for f in frames(raw_http.dechunk(answer.body)[0].decode())] == [
        "event: response.failed",
        "event: error",
    ]
    assert json.loads(plain.body)["error"]["code"] == "rate_limit_exceeded"


def test_a_fault_is_armed_for_so_many_requests(sim):
    sim.fault({"status": 429, "form": "capacity", "hint": "none"}, resource="east", count=1)
    sim.fault({"status": 503}, resource="west")
    first, second = ask(sim, HELLO), ask(sim, HELLO)

    assert (first.status, second.status) == (429, 200)
    assert "high demand" in first.body.decode() and "retry-after" not in first.head
    assert [rule["applied"] for rule in sim.faults()] == [1, 0]


HINTS = {
    "both": {"retry-after-ms": "1500", "retry-after": "2"},
    "ms": {"retry-after-ms": "1500"},
    "ms_azure": {"x-ms-retry-after-ms": "1500"},
    "seconds": {"retry-after": "2"},
    "reset": {"x-rate-limit-reset-tokens": "2", "policy-id": "DeploymentRatelimit-Token"},
    "none": {},
}


@pytest.mark.parametrize("hint", HINTS)
def test_a_hint_is_spelt_as_asked(sim, hint):
    sim.fault({"status": 429, "retry_after_ms": 1500, "hint": hint})
    head = raw_http.fields(ask(sim).head)
    spellings = set().union(*HINTS.values())

    assert {name: head[name] for name in spellings & head.keys()} == HINTS[hint]


def test_a_stream_hangs_where_told_until_its_peer_leaves(sim):
    sim.fault({"hang": "stream", "after_events": 3})
    with raw_http.connect(sim.address("east")) as sock:
        sock.sendall(raw_http.request_bytes(CHAT, STREAM, KEY))
        answer = raw_http.read_all(sock, 0.3)
        left = time.monotonic()
    stats = sim.wait_for(lambda s: s["east"]["deployments"]["gpt-4o-prod"]["cancelled"] == 1)

    counts = stats["east"]["deployments"]["gpt-4o-prod"]
    assert len(frames(raw_http.dechunk(answer.body)[0].decode())) == 3
    assert counts["open_streams"] == 0 and counts["complete"] == 0
    assert counts["latest_cancelled"][0]["events_sent"] == 3
    assert -5 < counts["latest_cancelled"][0]["at_ms"] - left * 1000 < 50


def test_a_hang_before_the_head_sends_nothing(sim):
    sim.fault({"hang": "head"}, count=1)
    assert ask(sim, HELLO, silence_seconds=0.3) == raw_http.Answer(b"", "open")
    sim.wait_for(lambda s: s["east"]["deployments"]["gpt-4o-prod"]["cancelled"] == 1)

    sim.fault({"hang": "head", "hang_ms": 100})
    assert ask(sim, HELLO).status == 200


def test_a_refusing_resource_comes_back_on_the_same_port(sim):
    with raw_http.connect(sim.address("east")) as kept:
        sim.fault({"refuse": "all"}, resource="east", for_s=0.3)
        assert raw_http.read_all(kept, 1).ending == "rst"
        with pytest.raises(ConnectionRefusedError):
            raw_http.connect(sim.address("east"))
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            assert ask(sim, HELLO).status == 200
            return
        except ConnectionRefusedError:
            time.sleep(0.02)
    pytest.fail("the listener did not come back")


def test_a_connection_is_reset_on_arrival(sim):
    sim.fault({"reset": True}, resource="east", count=1)
    with pytest.raises(ConnectionResetError):
        with raw_http.connect(sim.address("east")) as sock:
            sock.settimeout(5)
            sock.sendall(b"GET / HTTP/1.1\r\n\r\n")
            assert sock.recv(1) or pytest.fail("a FIN is no reset")

    assert sim.stats()["east"]["connections"]["reset"] == 1


def test_an_idle_connection_is_closed_when_told(sim):
    sim.fault({"idle_close_ms": 50})
    answer = ask(sim, HELLO, after_seconds=2)

    assert answer.status == 200 and answer.ending == "fin"


BYTES = {
    "crlf": ({"line_end": "crlf"}, lambda body, plain: body == plain.replace(b"\n", b"\r\n")),
    "cr": ({"line_end": "cr"}, lambda body, plain: body == plain.replace(b"\n", b"\r")),
    "bom": ({"bom": True}, lambda body, plain: body == b"\xef\xbb\xbf" + plain),
    "split": ({"split_bytes": 1000}, lambda body, plain: body == plain),
    "comments": (
        {"comments": True},
        lambda body, plain: body.replace(b": keep-alive\n\n", b"") == plain and body != plain,
    ),
    "big event": (
        {"event_bytes": 1 << 20},
        lambda body, plain: len(body) > 1 << 20 and body.endswith(b"data: [DONE]\n\n"),
    ),
}


@pytest.mark.parametrize("case", BYTES)
def test_a_stream_can_be_written_in_odd_ways(sim, case):
    fault, holds = BYTES[case]
    headers = KEY | {"x-sim-deterministic": "1"}
    plain = raw_http.dechunk(ask(sim, headers=headers).body)[0]
    sim.fault(fault)
    body, is_complete = raw_http.dechunk(ask(sim, headers=headers).body)

    assert is_complete and holds(body, plain)


def test_a_document_can_come_compressed(sim):
    sim.fault({"gzip": True})
    answer = ask(sim, HELLO)

    assert "content-encoding: gzip" in answer.head
    assert json.loads(gzip.decompress(answer.body))["object"] == "chat.completion"


def test_more_than_one_answer_can_come(sim):
    sim.fault({"twice": True}, count=1)
    sim.fault({"trailing": "HTTP/1.1 200 OK\r\n\r\n"}, count=1)
    sim.fault({"length_and_chunked": True}, count=1)
    twice, trailing, both = (ask(sim, HELLO, after_seconds=0.3) for _ in range(3))

    assert twice.data.count(b"HTTP/1.1 200 OK") == 2
    assert trailing.data.endswith(b"}HTTP/1.1 200 OK\r\n\r\n")
    assert "content-length: " in both.head and "transfer-encoding: chunked" in both.head


def test_a_misspelt_fault_is_refused(sim):
    with pytest.raises(ValueError, match="unknown key"):
        sim.fault({"stauts": 503})
    assert ask(sim, headers=KEY | {"x-sim-fault": '{"cut": "somewhere"}'}).status == 400


# -- connections -----------------------------------------------------------------------------------


def test_pipelined_requests_are_answered_in_order(sim):
    first = raw_http.request_bytes(CHAT, HELLO, KEY | {"x-sim-fault": '{"status": 500}'})
    second = raw_http.request_bytes(CHAT, HELLO, KEY)
    answer = raw_http.exchange(sim.address("east"), first + second, after_seconds=1)

    assert answer.data.index(b"HTTP/1.1 500") < answer.data.index(b"HTTP/1.1 200")


def test_a_body_is_waited_for_with_100_continue(sim):
    request = raw_http.request_bytes(CHAT, HELLO, KEY | {"expect": "100-continue"})
    head, mark, body = request.partition(b"\r\n\r\n")
    with raw_http.connect(sim.address("east")) as sock:
        sock.sendall(head + mark)
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(body)
        assert raw_http.read_all(sock).status == 200


def test_statistics_show_the_last_request_as_it_came(sim):
    ask(sim, HELLO, KEY | {"X-Odd-Case": "Kept"})
    counts = sim.deployment("east", "gpt-4o-prod")

    assert "\r\nX-Odd-Case: Kept\r\n" in counts["last_head"]
    assert counts["complete"] == counts["requests"] == 1


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    files = {"certificate": str(folder / "cert.pem"), "key": str(folder / "key.pem")}
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    subprocess.run(
        [*command.split(), "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
        + ["-keyout", files["key"], "-out", files["certificate"]],
        check=True,
        capture_output=True,
    )
    return files


TLS_ENDINGS = {"fin": "fin", "tls_no_close_notify": "truncated"}


@pytest.mark.parametrize("ending", TLS_ENDINGS)
def test_tls_streams_end_as_told(certificate, ending):
    trusting = ssl.create_default_context(cafile=certificate["certificate"])
    trusting.check_hostname = False
    with Sim(two_regions(tls=certificate)) as sim:
        whole = ask(sim, tls=trusting)
        sim.fault({"cut": "mid_data", "ending": ending})
        cut = ask(sim, tls=trusting)

    assert whole.ending == "open" and whole.body.endswith(b"0\r\n\r\n")
    assert cut.ending == TLS_ENDINGS[ending]


def test_a_signal_ends_it_in_the_middle_of_a_stream():
    with Sim(two_regions()) as sim:
        sim.fault({"hang": "stream"})
        with raw_http.connect(sim.address("east")) as sock:
            sock.sendall(raw_http.request_bytes(CHAT, STREAM, KEY))
            assert sock.recv(100)
            started = time.monotonic()
            sim.stop()
        assert time.monotonic() - started < 1
