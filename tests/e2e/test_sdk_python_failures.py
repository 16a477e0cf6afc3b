"""The unmodified openai Python SDK when something fails: what it must not notice, must raise, and
how it comes back."""

import operator

import openai
import pytest
from figures import SLOW
from sdk_kinds import CHAT, CONTEXT_TOKENS, EMBED, INSTRUCT, KINDS, TINY
from sdk_python import all_sdks, directly



def said(text):
    return [{"role": "user", "content": text}]


QUESTION = said("Where does the water go? 🙂")
CHATS = {"method": "chat.completions.create", "messages": QUESTION}
RESPONDS = {"method": "responses.create", "input": QUESTION}
COMPLETES = {"method": "completions.create", "route": INSTRUCT, "prompt": "Once"}
EMBEDS = {"method": "embeddings.create", "route": EMBED, "input": "Where?"}
DOCUMENTS = {"chat": CHATS, "responses": RESPONDS, "completions": COMPLETES, "embeddings": EMBEDS}
STREAMS = {
    name + "-stream": {**call, "stream": True}
    for name, call in DOCUMENTS.items()
    if name != "embeddings"
}


@pytest.fixture(params=["v1-sync", "v1-async", "azure-sync", "azure-async"])
def sdk(kinds, request):
    return all_sdks(kinds)[request.param]


@pytest.fixture(autouse=True)
def all_are_well(kinds):
    kinds.recover()


def requests_of(kinds, function, *arguments, **body):
    """(result or openai error, times at which the SDK sent a request)."""
    known = len(kinds.sent_at)
    try:
        result = function(*arguments, **body)
    except openai.OpenAIError as error:
        result = error
    return result, kinds.sent_at[known:]


def latest_line(kinds):
    lines = kinds.gateway.access_log(len(kinds.sent_at))
    assert len(lines) == len(kinds.sent_at)
    return max(lines, key=lambda line: line["time"])


def content(answer):
    return [event.to_dict() for event in answer] if isinstance(answer, list) else answer.to_dict()


# -- what must not be noticed ----------------------------------------------------------------------

BEFORE_COMMIT = {
    "503": ({"status": 503}, "server_error"),
    "502 in HTML": ({"status": 502}, "server_error"),
    "refused": ({"refuse": "all"}, "connect"),
    "reset on arrival": ({"cut": "before_head", "ending": "rst"}, "reset"),
    "cut in the head": ({"cut": "mid_head"}, "reset"),
    "429": ({"status": 429, "retry_after_ms": 20}, "throttled_tokens"),
    "429 capacity": (
        {"status": 429, "form": "capacity", "retry_after_ms": 20},
        "throttled_capacity",
    ),
}
IN_A_STREAM = {
    "rate limit in a 200": ({"error_event": "rate_limit", "retry_after_ms": 20}, "throttled"),
    "error in a 200": ({"error_event": "server_error"}, "server_error"),
    "cut after the role": ({"cut": "mid_event", "after_events": 1}, "truncated"),
}
IN_A_DOCUMENT = {"cut document": ({"cut": "after_bytes", "after_bytes": 40}, "truncated")}


def failovers():
    for name, call in {**DOCUMENTS, **STREAMS}.items():
        more = IN_A_STREAM if "stream" in call else IN_A_DOCUMENT
        for cause, (fault, reason) in {**BEFORE_COMMIT, **more}.items():
            yield pytest.param(call, fault, reason, id=f"{name}-{cause.replace(' ', '-')}")


@pytest.mark.parametrize("call, fault, reason", list(failovers()))
def test_a_failover_shows_only_in_the_headers(kinds, sdk, call, fault, reason):
    kinds.sim.fault(fault, resource="east")

    (answer, headers), sent = requests_of(kinds, sdk.call, **call)

    assert content(answer) == content(directly(kinds, "azure_v1", **call))
    assert headers["x-spillway-deployment"] == f"west-{call.get('route', CHAT)}"
    assert (len(sent), headers["x-spillway-attempts"]) == (1, "2")
    lost, served = kinds.line(headers["x-request-id"])["attempts"]
    assert lost["reason"].startswith(reason) and "reason" not in served


# -- what must be raised ---------------------------------------------------------------------------

CALLERS_FAULT = {
    "content-filter": ("content_filter", "sim:filter-prompt"),
    "context-length": ("context_length_exceeded", "word " * CONTEXT_TOKENS),
}


@pytest.mark.parametrize("code, text", CALLERS_FAULT.values(), ids=CALLERS_FAULT)
@pytest.mark.parametrize("stream", [False, True], ids=["document", "stream"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_callers_error_comes_back_untouched(kinds, sdk, kind, stream, code, text):
    kinds.serve_by(kind)
    call = {**CHATS, "messages": said(text), "stream": stream}
    with pytest.raises(openai.BadRequestError) as expected:
        directly(kinds, kind, **call)

    error, sent = requests_of(kinds, sdk.call, **call)

    assert isinstance(error, openai.BadRequestError) and error.code == code
    assert error.response.content == expected.value.response.content
    assert error.response.headers["x-spillway-deployment"] == f"{KINDS[kind]}-{CHAT}"
    line = kinds.line(error.request_id)
    assert (len(sent), line["outcome"]) == (1, "client_error")
    assert len(line["attempts"]) == 1 + list(KINDS).index(kind)


def test_a_filtered_answer_is_an_answer(kinds, sdk):
    answer, _ = sdk.call(**{**CHATS, "messages": said("sim:filter-output")})

    assert answer.choices[0].finish_reason == "content_filter"


def test_an_unknown_model_says_where_to_look(kinds, sdk):
    error, sent = requests_of(kinds, sdk.call, **CHATS, route="gpt-9")

    assert isinstance(error, openai.NotFoundError) and len(sent) == 1
    assert (error.code, error.param) == ("model_not_found", "model")
    assert "GET /v1/models" in error.message
    assert kinds.line(error.request_id)["route"] == "_other"


def test_a_wrong_base_url_says_the_right_one(kinds):
    client = kinds.client(openai.OpenAI, base_url=kinds.gateway.url + "/api/v2")

    error, _ = requests_of(kinds, client.chat.completions.create, model=CHAT, messages=QUESTION)

    assert isinstance(error, openai.NotFoundError) and error.code == "unknown_url"
    assert "base_url" in error.message and "/v1/chat/completions" in error.message


ENDINGS = ["fin", "rst", "clean"]


def broken_streams():
    for name, call in STREAMS.items():
        for ending in ENDINGS:
            yield pytest.param(call, ending, id=f"{name}-{ending}")


def read_until_it_ends(sdk, method, route=CHAT, **body):
    """(the events, the openai error that ended them or None)."""
    create = operator.attrgetter(method)(sdk.client(route))
    stream = sdk.wait(create(model=sdk.body_model(method, route), **body))
    events = []

    def step():
        events.append(sdk.wait(anext(stream)) if sdk.is_async else next(stream))

    try:
        while True:
            step()
    except (StopIteration, StopAsyncIteration):
        return events, None
    except openai.APIError as error:
        return events, error


@pytest.mark.parametrize("call, ending", list(broken_streams()))
@pytest.mark.parametrize("cut", ["mid_data", "mid_event"])
def test_a_stream_that_dies_is_never_a_silent_end(kinds, sdk, call, cut, ending):
    kinds.sim.fault({"cut": cut, "after_events": 9, "ending": ending}, resource="east", count=1)

    events, error = read_until_it_ends(sdk, **call)

    whole = content(directly(kinds, "azure", **call))
    assert isinstance(error, openai.APIError) and error.code == "upstream_stream_interrupted"
    assert content(events) == whole[: len(events)] and 5 <= len(events) < len(whole)
    line = latest_line(kinds)
    assert (line["outcome"], len(line["attempts"])) == ("upstream_error", 1)


@pytest.mark.parametrize("name", STREAMS)
def test_an_error_event_in_mid_stream_is_passed_on(kinds, sdk, name):
    fault = {"error_event": "rate_limit", "after_events": 9}
    kinds.sim.fault(fault, resource="east", count=1)

    events, error = read_until_it_ends(sdk, **STREAMS[name])

    assert isinstance(error, openai.APIError) and error.code == "rate_limit_exceeded"
    assert len(events) >= 5


def test_a_document_that_dies_is_never_taken_for_complete(kinds, sdk):
    """Longer than what is held back, so that its head has gone to the caller. It ends with a FIN:
    what a reset overtakes the gateway never sees, and may rightly ask another deployment."""
    fault = {"cut": "after_bytes", "after_bytes": 150_000, "ending": "fin"}
    kinds.sim.fault(fault, resource="east")
    body = {**CHATS, "messages": said("sim:tokens=40000")}

    error, sent = requests_of(kinds, sdk.call, **body)

    assert isinstance(error, openai.APIConnectionError) and len(sent) == 1


# -- how it comes back -----------------------------------------------------------------------------


def fail_everywhere(kinds, fault, **rule):
    for name in KINDS.values():
        kinds.sim.fault(fault, resource=name, **rule)


def patient(sdk, retries):
    return sdk.client().with_options(max_retries=retries)


def ask(sdk, client, model=CHAT, **body):
    model = sdk.body_model("chat.completions.create", model)
    body = {"messages": QUESTION, **body}
    return sdk.wait(client.chat.completions.with_raw_response.create(model=model, **body))


def test_a_throttled_sdk_waits_as_long_as_it_was_told(kinds, sdk):
    """Its own back-off would be at most 0.5 s, `retry-after` in whole seconds 2 s."""
    fail_everywhere(kinds, {"status": 429, "retry_after_ms": 1200}, count=1)
    retries = kinds.gateway.metric("spillway_sdk_retries_total")

    answer, sent = requests_of(kinds, ask, sdk, patient(sdk, 2))

    first, second = sent
    assert answer.headers["x-spillway-attempts"] == "1"
    assert answer.retries_taken == 1
    assert kinds.gateway.metric("spillway_sdk_retries_total") == retries + 1
    assert 1.1 <= second - first <= 1.9 * SLOW


def test_without_retries_a_throttled_sdk_raises_at_once(kinds, sdk):
    fail_everywhere(kinds, {"status": 429, "retry_after_ms": 300}, count=1)

    error, sent = requests_of(kinds, ask, sdk, sdk.client())

    assert isinstance(error, openai.RateLimitError) and len(sent) == 1
    assert (error.code, error.type) == ("rate_limit_exceeded", "rate_limit_error")
    headers = error.response.headers
    assert 1 <= int(headers["retry-after-ms"]) <= 300 and headers["retry-after"] == "1"
    assert headers["x-spillway-attempts"] == "3" and headers["x-should-retry"] == "true"
    line = kinds.line(error.request_id)
    assert [each["status"] for each in line["attempts"]] == [429] * 3
    assert line["outcome"] == "exhausted"


def test_an_sdk_that_is_told_not_to_retry_does_not(kinds, sdk):
    if sdk.form.names_deployment:
        pytest.skip("the deployment is in the URL")

    error, sent = requests_of(kinds, ask, sdk, patient(sdk, 5), model=TINY, max_tokens=5000)

    assert isinstance(error, openai.RateLimitError) and error.code == "request_too_large"
    assert error.response.headers["x-should-retry"] == "false"
    assert len(sent) == 1 and kinds.line(error.request_id)["attempts"] == []


def test_when_all_are_down_the_sdk_is_told_when_to_come_back(kinds, sdk):
    fail_everywhere(kinds, {"status": 503}, count=1)

    answer, sent = requests_of(kinds, ask, sdk, patient(sdk, 1))

    first, second = sent
    assert answer.headers["x-spillway-deployment"] == f"east-{CHAT}"
    assert 0.95 <= second - first <= 2 * SLOW


def test_when_all_stay_down_the_error_says_so(kinds, sdk):
    fail_everywhere(kinds, {"status": 503})

    error, sent = requests_of(kinds, ask, sdk, sdk.client())

    assert isinstance(error, openai.InternalServerError) and error.status_code == 503
    assert error.code == "upstream_unavailable" and len(sent) == 1
    assert 1000 <= int(error.response.headers["retry-after-ms"]) <= 30_000


@pytest.mark.parametrize("dialect", ["chat-stream", "responses-stream"])
def test_a_caller_that_stops_reading_stops_the_upstream(kinds, sdk, dialect):
    kinds.sim.fault({"token_ms": 50}, resource="east")
    call = dict(STREAMS[dialect])
    create = operator.attrgetter(call.pop("method"))(sdk.client())

    stream = sdk.wait(create(model=CHAT, **call))
    for _ in range(4):
        sdk.wait(anext(stream)) if sdk.is_async else next(stream)
    sdk.wait(stream.close())

    east = "gpt-4o-prod"
    kinds.sim.wait_for(lambda s: s["east"]["deployments"][east]["cancelled"] == 1, 5 * SLOW)
    assert latest_line(kinds)["outcome"] == "aborted"
