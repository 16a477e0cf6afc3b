"""1,000 concurrent streams while the primary is killed, throttled and restored: each of them ends
with a complete answer or an honest error, and everything that was taken is given back."""

import asyncio
import collections
import resource
import time

import pytest
import raw_http
import sse_body
from figures import SLOW, figure
from gateway import Gateway
from settled import settled
from sim import Sim, two_regions
from tables import one_route

STREAMS = 1000
SECONDS = 12
PACE = {"first_token_ms": 20, "token_ms": 50}
# Streams of 1 to 5 s, so that at any time some begin and some end.
TOKENS = [20, 40, 60, 80, 100]
PATHS = {"chat": "/v1/chat/completions", "responses": "/v1/responses"}
KINDS = [(dialect, tokens) for dialect in PATHS for tokens in TOKENS]


def request(dialect, tokens):
    prompt = f"sim:tokens={tokens}"
    said = {"messages": [{"role": "user", "content": prompt}]}
    body = said if dialect == "chat" else {"input": prompt}
    return raw_http.request_bytes(PATHS[dialect], {"model": "gpt-4o", "stream": True, **body}, {})


async def chunked_body(reader):
    """(data, ended as it should)."""
    data = []
    try:
        while True:
            line = await reader.readuntil(b"\r\n")
            piece = (await reader.readexactly(int(line, 16) + 2))[:-2]
            if not piece:
                return b"".join(data), True
            data.append(piece)
    except (asyncio.IncompleteReadError, ConnectionResetError):
        return b"".join(data), False


async def ask(address, wire):
    """(status, body, whole by its framing) of one request; status 0 if there was no answer."""
    reader, writer = await asyncio.open_connection(*address)
    try:
        writer.write(wire)
        head = await reader.readuntil(b"\r\n\r\n")
        fields = raw_http.fields(head.decode().rstrip())
        if "transfer-encoding" in fields:
            body, is_whole = await chunked_body(reader)
        else:
            body = await reader.readexactly(int(fields["content-length"]))
            is_whole = True
        return int(head.split(b" ", 2)[1]), body, is_whole
    except (asyncio.IncompleteReadError, ConnectionResetError):
        return 0, b"", False
    finally:
        writer.close()


def outcome(answer, dialect, text):
    """complete, honest (an error the caller can see), refused (an error instead of an answer); what
    else happened is a corruption and says what it is."""
    status, body, is_whole = answer
    if status in (429, 503):
        return "refused" if is_whole and b'"error"' in body else f"status {status} {body!r}"
    if status != 200:
        return f"status {status}"
    try:
        found = sse_body.events(body)
    except AssertionError as error:
        return str(error)
    is_honest = bool(found) and sse_body.is_error(found[-1], dialect)
    found = found[:-1] if is_honest else found
    said = sse_body.text(found, dialect)
    if len(sse_body.ids(found, dialect)) != 1 or not text.startswith(said):
        return f"mixed: {said!r}"
    if is_honest:
        return "honest" if not is_whole else "an error, then a regular end"
    is_complete = is_whole and sse_body.is_terminal(found[-1]) and said == text
    return "complete" if is_complete else f"silent: {said!r}"


class Load:
    """STREAMS callers, each asking again when its answer has ended."""

    def __init__(self, gateway, texts):
        self._address = gateway.address
        self._texts = texts
        self._until = 0.0
        self.outcomes = collections.Counter()

    async def _caller(self, number):
        kind = KINDS[number % len(KINDS)]
        await asyncio.sleep(number / STREAMS * 2)
        while time.monotonic() < self._until:
            answer = await ask(self._address, request(*kind))
            became = outcome(answer, kind[0], self._texts[kind])
            self.outcomes[became] += 1
            if became == "refused":
                await asyncio.sleep(0.5)

    async def run(self, drama):
        self._until = time.monotonic() + SECONDS
        acting = asyncio.create_task(drama)
        await asyncio.wait_for(
            asyncio.gather(*(self._caller(i) for i in range(STREAMS))), 60 * SLOW
        )
        await acting


async def drama(sim, gateway, seen):
    """East is killed, comes back, throttles, is well again."""

    def in_thread(work, *arguments, **options):
        return asyncio.to_thread(work, *arguments, **options)

    await asyncio.sleep(3)
    seen["open at the kill"] = await in_thread(gateway.metric, "spillway_requests_in_flight")
    await in_thread(sim.fault, {"refuse": "all"}, resource="east", for_s=1.5)
    await asyncio.sleep(3.5)
    await in_thread(sim.fault, {"status": 429, "retry_after": 1}, resource="east", for_s=3)
    await asyncio.sleep(SECONDS - 6.5)
    stats = (await in_thread(sim.stats))["east"]["deployments"]["gpt-4o-prod"]["by_status"]
    seen["throttled"] = stats.get("429", 0)


@pytest.fixture
def sim():
    config = two_regions(**PACE)
    deployments = config["resources"]["west"]["deployments"]
    deployments["gpt-4o-prod"] = deployments["gpt-4o-dr"]
    with Sim(config) as running:
        yield running


@pytest.mark.timeout(150 * SLOW)
def test_no_stream_is_lost_or_spoilt_while_the_primary_comes_and_goes(sim):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    addresses = {name: sim.address(name) for name in ("east", "west")}
    table = one_route(addresses, breaker={"open_base": "500ms", "open_max": "1s", "ramp": "1s"})
    seen = {}
    try:
        with Gateway(table) as gateway:
            texts = {}
            for kind in KINDS:
                answer = raw_http.exchange(gateway.listening[0], request(*kind))
                body = raw_http.dechunk(answer.body)[0]
                texts[kind] = sse_body.text(sse_body.events(body), kind[0])
            load = Load(gateway, texts)
            asyncio.run(load.run(drama(sim, gateway, seen)))
            lines = settled(gateway, load.outcomes.total() + len(KINDS))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    print(dict(load.outcomes), seen)
    good = {"complete", "honest", "refused"}
    spoilt = {what: n for what, n in load.outcomes.items() if what not in good}
    assert not spoilt
    # The test saw what it is about: open streams were cut, and new ones were throttled.
    assert seen["open at the kill"] > STREAMS / 2 and seen["throttled"] > 0
    assert load.outcomes["honest"] > 100 and load.outcomes["complete"] > STREAMS
    logged = collections.Counter(line["outcome"] for line in lines)
    assert logged["ok"] == load.outcomes["complete"] + len(KINDS)
    assert logged["upstream_error"] == load.outcomes["honest"]
    figure("MANY-STREAMS", sum(spoilt.values()), f"spoilt-of-{load.outcomes.total()}", "0",
           not spoilt)
