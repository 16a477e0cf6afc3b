"""The openai Python SDK in bulk: many requests at once, many on one connection, large ones."""

import asyncio

import openai
import pytest
from sdk_kinds import CHAT, KINDS
from sdk_python import all_sdks, directly

AT_ONCE = 50
MIB = 1024 * 1024


def said(text):
    return [{"role": "user", "content": text}]


@pytest.fixture(autouse=True)
def all_are_well(kinds):
    kinds.recover()


def test_fifty_at_once_get_each_its_own_answer(kinds):
    client = kinds.client(openai.AsyncOpenAI, base_url=kinds.gateway.url + "/v1")

    async def ask(number):
        body = {"model": CHAT, "messages": said(f"number {number}")}
        if number % 2:
            return (await client.chat.completions.create(**body)).choices[0].message.content
        stream = await client.chat.completions.create(**body, stream=True)
        chunks = [chunk async for chunk in stream]
        return "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)

    async def ask_all():
        return await asyncio.gather(*map(ask, range(AT_ONCE)))

    answers = kinds.run(ask_all())

    for number, answer in enumerate(answers):
        body = {"messages": said(f"number {number}")}
        expected = directly(kinds, "azure", "chat.completions.create", **body)
        assert answer == expected.choices[0].message.content
    assert len(set(answers)) == AT_ONCE


@pytest.mark.parametrize("name", ["v1-sync", "v1-async"])
def test_a_hundred_requests_on_one_connection(kinds, name):
    sdk = all_sdks(kinds)[name]
    ids = []
    for number in range(100):
        stream = {"stream": True} if number % 3 == 0 else {}
        body = {"messages": said(f"again {number}"), **stream}
        answer, headers = sdk.call("chat.completions.create", **body)
        assert answer
        ids.append(headers["x-request-id"])

    lines = kinds.gateway.access_log(len(kinds.sent_at))
    peers = [line["peer"] for line in lines if line["request_id"] in ids]
    assert (len(set(ids)), len(peers), len(set(peers))) == (100, 100, 1)
    # One, if the worker had none idle.
    assert kinds.sim.stats()["east"]["connections"]["accepted"] <= 1


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["v1-sync", "v1-async", "azure-sync"])
def test_a_prompt_of_a_mebibyte(kinds, name, kind):
    kinds.serve_by(kind)
    text = ("東京 → Zürich 🙂\\\"\n" * MIB)[:600_000]  # a little more than 1 MiB in JSON
    body = {"messages": said(text)}

    answer, headers = all_sdks(kinds)[name].call("chat.completions.create", **body)

    expected = directly(kinds, kind, "chat.completions.create", **body)
    assert answer.choices == expected.choices
    assert answer.usage.prompt_tokens == expected.usage.prompt_tokens > MIB // 8
    line = kinds.line(headers["x-request-id"])
    assert line["bytes_in"] > MIB and line["input_tokens"] == answer.usage.prompt_tokens
