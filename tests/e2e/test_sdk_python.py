"""The unmodified openai Python SDK: every form of base URL, blocking and async, served by every
kind of upstream. Each cell compares with what the SDK gets from that upstream directly."""

import json

import pydantic
import pytest
from sdk_kinds import CHAT, EMBED, INSTRUCT, KINDS, TINY
from sdk_python import SDK_NAMES, all_sdks, directly

QUESTION = [{"role": "user", "content": "Was kostet 東京 → Zürich? 🙂\u2028\n\t\"\\"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
TOOLS = {"tools": [WEATHER], "tool_choice": "auto"}
ASKS_FOR_WEATHER = [{"role": "user", "content": "What is the weather in 東京?"}]


class Step(pydantic.BaseModel):
    explanation: str
    cost: float


class Journey(pydantic.BaseModel):
    steps: list[Step]
    is_final: bool


@pytest.fixture(params=SDK_NAMES)
def sdk(kinds, request):
    return all_sdks(kinds)[request.param]


@pytest.fixture(params=list(KINDS))
def kind(kinds, request):
    kinds.serve_by(request.param)
    return request.param


def check_served(sdk, kind, headers, route=CHAT, usage=None):
    """Who served, by the headers and by the access log; returns its line."""
    name = f"{KINDS[kind]}-{route}"
    attempts = 1 + list(KINDS).index(kind)
    line = sdk.kinds.line(headers["x-request-id"])
    assert headers["x-spillway-deployment"] == name
    assert headers["x-spillway-attempts"] == str(attempts)
    assert (line["outcome"], line["status"], line["route"]) == ("ok", 200, route)
    assert [each["status"] for each in line["attempts"]] == [503] * (attempts - 1) + [200]
    assert line["attempts"][-1]["deployment"] == name
    assert "api-key" not in headers and "authorization" not in headers
    if usage is not None:
        assert line["input_tokens"] == usage
    return line


def dumped(events):
    return [event.to_dict() for event in events]


def said(chunks, index=0):
    deltas = (choice for chunk in chunks for choice in chunk.choices)
    return "".join(each.delta.content or "" for each in deltas if each.index == index)


def test_chat(kinds, sdk, kind):
    body = {"messages": QUESTION, "seed": 3, "max_tokens": 12}

    answer, headers = sdk.call("chat.completions.create", **body)

    expected = directly(kinds, kind, "chat.completions.create", **body)
    assert answer.to_dict() == expected.to_dict()
    assert answer._request_id == headers["x-request-id"]
    assert answer.usage.completion_tokens == 12 and answer.choices[0].finish_reason == "length"
    line = check_served(sdk, kind, headers, usage=answer.usage.prompt_tokens)
    assert line["output_tokens"] == 12 and not line["stream"]


@pytest.mark.parametrize("usage", [True, False, None], ids=["usage", "no-usage", "unsaid"])
def test_a_stream(kinds, sdk, kind, usage):
    body = {"messages": QUESTION, "stream": True}
    if usage is not None:
        body["stream_options"] = {"include_usage": usage}

    chunks, headers = sdk.call("chat.completions.create", **body)

    whole = directly(kinds, kind, "chat.completions.create", messages=QUESTION)
    assert dumped(chunks) == dumped(directly(kinds, kind, "chat.completions.create", **body))
    assert said(chunks) == whole.choices[0].message.content
    counted = whole.usage if usage else None
    assert chunks[-1].usage == counted
    line = check_served(sdk, kind, headers, usage=counted and counted.prompt_tokens)
    assert line["stream"] and "first_token_ms" in line


def test_a_stream_of_several_choices(kinds, sdk, kind):
    body = {"messages": QUESTION, "n": 3}

    whole, _ = sdk.call("chat.completions.create", **body)
    chunks, headers = sdk.call("chat.completions.create", **body, stream=True)

    assert len({choice.message.content for choice in whole.choices}) == 3
    for choice in whole.choices:
        assert said(chunks, choice.index) == choice.message.content
    check_served(sdk, kind, headers)


def test_a_tool_is_called_and_told_its_result(kinds, sdk, kind):
    asked = {"messages": ASKS_FOR_WEATHER, **TOOLS}

    called, _ = sdk.call("chat.completions.create", **asked)
    message = called.choices[0].message
    call = message.tool_calls[0]
    result = {"role": "tool", "tool_call_id": call.id, "content": "weather: rain"}
    history = [*ASKS_FOR_WEATHER, message.to_dict(), result]
    answer, headers = sdk.call("chat.completions.create", messages=history, **TOOLS)

    assert called.to_dict() == directly(kinds, kind, "chat.completions.create", **asked).to_dict()
    assert (call.function.name, called.choices[0].finish_reason) == ("get_weather", "tool_calls")
    assert list(json.loads(call.function.arguments)) == ["city"]
    expected = directly(kinds, kind, "chat.completions.create", messages=history, **TOOLS)
    assert answer.to_dict() == expected.to_dict()
    assert answer.choices[0].finish_reason == "stop" and answer.choices[0].message.content
    check_served(sdk, kind, headers, usage=answer.usage.prompt_tokens)


def test_a_tool_call_comes_in_pieces(kinds, sdk, kind):
    asked = {"messages": ASKS_FOR_WEATHER, **TOOLS}

    whole, _ = sdk.call("chat.completions.create", **asked)
    chunks, headers = sdk.call("chat.completions.create", **asked, stream=True)

    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    pieces = [call for delta in deltas for call in delta.tool_calls or []]
    call = whole.choices[0].message.tool_calls[0]
    assert len(pieces) > 2 and (pieces[0].id, pieces[0].function.name) == (call.id, "get_weather")
    assert "".join(piece.function.arguments for piece in pieces) == call.function.arguments
    check_served(sdk, kind, headers)


def test_a_structured_answer_is_parsed(kinds, sdk, kind):
    body = {"messages": QUESTION, "response_format": Journey}

    answer, headers = sdk.call("chat.completions.parse", **body)

    expected = directly(kinds, kind, "chat.completions.parse", **body)
    assert isinstance(answer.choices[0].message.parsed, Journey)
    assert answer.choices[0].message.parsed == expected.choices[0].message.parsed
    check_served(sdk, kind, headers, usage=answer.usage.prompt_tokens)


def test_the_stream_helper_puts_the_answer_together(kinds, sdk, kind):
    asked = {"messages": ASKS_FOR_WEATHER, "tools": [{**WEATHER, "function": strict_weather()}]}
    plain = directly(kinds, kind, "chat.completions.create", messages=QUESTION)
    tool = directly(kinds, kind, "chat.completions.create", **asked)

    answer = sdk.finish("chat.completions.stream", "get_final_completion", messages=QUESTION)
    called = sdk.finish("chat.completions.stream", "get_final_completion", **asked)

    assert answer.choices[0].message.content == plain.choices[0].message.content
    assert (answer.id, answer.choices[0].finish_reason) == (plain.id, "stop")
    function = called.choices[0].message.tool_calls[0].function
    assert function.arguments == tool.choices[0].message.tool_calls[0].function.arguments
    assert list(function.parsed_arguments) == ["city"]


def strict_weather():
    parameters = {**WEATHER["function"]["parameters"], "required": ["city"]}
    parameters["additionalProperties"] = False
    return {"name": "get_weather", "strict": True, "parameters": parameters}


def test_embeddings(kinds, sdk, kind):
    """The SDK asks for base64 by itself and decodes it."""
    body = {"input": ["naïve", "東京 🙂"], "dimensions": 64}

    usual, headers = sdk.call("embeddings.create", EMBED, **body)
    floats, _ = sdk.call("embeddings.create", EMBED, **body, encoding_format="float")

    assert usual.to_dict() == directly(kinds, kind, "embeddings.create", EMBED, **body).to_dict()
    assert [len(each.embedding) for each in usual.data] == [64, 64]
    for mine, theirs in zip(usual.data, floats.data, strict=True):
        assert mine.embedding == pytest.approx(theirs.embedding)
    check_served(sdk, kind, headers, EMBED, usage=usual.usage.prompt_tokens)


def test_legacy_completions(kinds, sdk, kind):
    body = {"prompt": "Once upon a time in 東京", "max_tokens": 9}
    counted = {"stream": True, "stream_options": {"include_usage": True}}

    whole, _ = sdk.call("completions.create", INSTRUCT, **body)
    chunks, headers = sdk.call("completions.create", INSTRUCT, **body, **counted)

    expected = directly(kinds, kind, "completions.create", INSTRUCT, **body)
    assert whole.to_dict() == expected.to_dict()
    assert "".join(c.choices[0].text for c in chunks if c.choices) == whole.choices[0].text
    assert chunks[-1].usage == whole.usage
    check_served(sdk, kind, headers, INSTRUCT, usage=whole.usage.prompt_tokens)


def test_responses(kinds, sdk, kind):
    body = {"input": QUESTION, "instructions": "be brief", "max_output_tokens": 50}

    answer, headers = sdk.call("responses.create", **body)

    expected = directly(kinds, kind, "responses.create", **body)
    assert answer.to_dict() == expected.to_dict()
    assert answer.output_text and answer.status == "completed"
    line = check_served(sdk, kind, headers, usage=answer.usage.input_tokens)
    assert line["output_tokens"] == answer.usage.output_tokens


def test_a_stream_of_response_events(kinds, sdk, kind):
    body = {"input": QUESTION, "stream": True}

    events, headers = sdk.call("responses.create", **body)

    assert dumped(events) == dumped(directly(kinds, kind, "responses.create", **body))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    deltas = (e.delta for e in events if e.type == "response.output_text.delta")
    assert events[-1].type == "response.completed"
    assert "".join(deltas) == events[-1].response.output_text
    check_served(sdk, kind, headers, usage=events[-1].response.usage.input_tokens)


def test_the_helpers_of_responses(kinds, sdk, kind):
    body = {"input": ASKS_FOR_WEATHER, "tools": [{"type": "function", **strict_weather()}]}

    parsed, headers = sdk.call("responses.parse", input=QUESTION, text_format=Journey)
    final = sdk.finish("responses.stream", "get_final_response", **body)

    assert isinstance(parsed.output_parsed, Journey)
    assert headers["x-spillway-deployment"] == f"{KINDS[kind]}-{CHAT}"
    expected = directly(kinds, kind, "responses.create", **body)
    assert final.output[0].arguments == expected.output[0].arguments
    assert (final.output[0].name, final.id) == ("get_weather", expected.id)


def test_models_are_the_routes(kinds, sdk):
    kinds.sim.reset()

    raw = sdk.wait(sdk.client().with_raw_response.models.list())
    models = raw.parse().data

    assert [model.id for model in models] == [CHAT, EMBED, INSTRUCT, TINY]
    assert all(model.object == "model" for model in models)
    assert "x-spillway-deployment" not in raw.headers
    assert kinds.line(raw.headers["x-request-id"])["attempts"] == []
