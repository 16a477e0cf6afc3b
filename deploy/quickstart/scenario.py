"""What `quickstart.sh --once` shows: a chat, a tool call, a stream and an embedding through the unmodified openai SDK, the primary region lost in
mid-run, and the same four calls again. Every step is checked; the first thing that is wrong ends it with a message and exit 1."""

import json
import pathlib
import sys
import time
import urllib.request

from openai import OpenAI

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def check(condition: bool, what: str) -> None:
    if not condition:
        sys.exit(f"quickstart: FAILED: {what}")


def show(what: str, deployment: str, attempts: str, detail: str) -> None:
    print(f"  {what:<10} served by {deployment:<12} attempts {attempts}   {detail}", flush=True)


def four_calls(client: OpenAI, region: str) -> None:
    """Chat, tool call, stream, embedding; each has to be served by a deployment whose name ends with `region`."""

    def served(answer, what: str, detail: str) -> None:
        deployment = answer.headers["x-spillway-deployment"]
        show(what, deployment, answer.headers["x-spillway-attempts"], detail)
        check(deployment.endswith(region), f"{what} came from {deployment}, expected the {region} region")

    question = [{"role": "user", "content": "Say hello."}]
    raw = client.chat.completions.with_raw_response.create(model="gpt-4o", messages=question)
    chat = raw.parse()
    check(bool(chat.choices[0].message.content), "the chat answer is empty")
    served(raw, "chat", repr(chat.choices[0].message.content[:32]))

    raw = client.chat.completions.with_raw_response.create(
        model="gpt-4o", messages=[{"role": "user", "content": "What is the weather in Oslo?"}], tools=[WEATHER],
        tool_choice={"type": "function", "function": {"name": "get_weather"}})
    calls = raw.parse().choices[0].message.tool_calls
    check(bool(calls) and calls[0].function.name == "get_weather", "no tool call in the answer")
    json.loads(calls[0].function.arguments)
    served(raw, "tool call", f"get_weather({calls[0].function.arguments})")

    raw = client.chat.completions.with_raw_response.create(
        model="gpt-4o", messages=question, stream=True, stream_options={"include_usage": True})
    pieces, usage = 0, None
    for chunk in raw.parse():
        pieces += bool(chunk.choices and chunk.choices[0].delta.content)
        usage = chunk.usage or usage
    check(pieces > 0 and usage is not None, "the stream had no text or no usage")
    served(raw, "stream", f"{pieces} pieces, {usage.total_tokens} tokens")

    raw = client.embeddings.with_raw_response.create(model="text-embedding-3-small", input="hello")
    vector = raw.parse().data[0].embedding
    check(len(vector) > 0, "the embedding is empty")
    served(raw, "embedding", f"{len(vector)} dimensions")


def lose_primary(sim: str) -> None:
    fault = json.dumps({"resource": "east", "fault": {"refuse": "all"}}).encode()
    urllib.request.urlopen(urllib.request.Request(sim + "/faults", data=fault, method="POST"), timeout=5).close()


def logged_requests(access: pathlib.Path, expected: int) -> list[dict]:
    """The access log's inference requests; it is written a moment after the answers."""
    for _ in range(100):
        lines = [json.loads(line) for line in access.read_text().splitlines()]
        requests = [line for line in lines if line["api"] != "models"]
        if len(requests) >= expected:
            break
        time.sleep(0.05)
    return requests


def run_scenario(url: str, admin: str, sim: str, access: pathlib.Path) -> None:
    # No SDK retries: whatever goes wrong upstream has to be handled by the gateway.
    client = OpenAI(base_url=url + "/v1", api_key="unused", max_retries=0, timeout=30)
    print("\nBoth regions are up:")
    four_calls(client, "east")
    lose_primary(sim)
    print("\nThe primary region is gone; the application does not notice:")
    four_calls(client, "west")

    inference = logged_requests(access, 8)
    check(len(inference) == 8, f"{len(inference)} requests in the access log, expected 8")
    check(all(line["outcome"] == "ok" for line in inference), "a request did not end well")
    moved = [line for line in inference if len(line["attempts"]) > 1]
    check(bool(moved), "no request shows an attempt at the lost region")
    print("\nThe first failover as the access log tells it:")
    for attempt in moved[0]["attempts"]:
        became = attempt.get("reason") or f"answered {attempt['status']}"
        print(f"  {attempt['deployment']:<12} {became:<14} {attempt['ms']:.1f} ms")
    with urllib.request.urlopen(admin + "/metrics", timeout=5) as answer:
        failovers = [line for line in answer.read().decode().splitlines()
                     if line.startswith("spillway_failovers_total") and not line.endswith(" 0")]
    check(bool(failovers), "the metrics count no failover")
    print("\n" + "\n".join(failovers))
    print("\nquickstart: everything worked")
