"""`POST /explain` and `spillway explain --admin` say what the next request then does."""

import json
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from asking import HELLO, V1_CHAT, ask, ask_many
from figures import SLOW
from gateway import BINARY, Gateway
from sim import Sim, two_regions
from tables import over_regions

TIERS = [["east/gpt-4o-prod"], ["west/gpt-4o-dr"]]
EAST, WEST = "east-gpt-4o-prod", "west-gpt-4o-dr"
LONG_OPEN = {"open_base": "60s"}


@pytest.fixture
def sim():
    with Sim(two_regions()) as running:
        yield running


def over(sim, **more):
    return Gateway(over_regions({"east": sim, "west": sim}, TIERS, **more))


def post(gateway, body, headers=None):
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    fields = {"content-type": "application/json", "x-spillway-admin": "1", **(headers or {})}
    request = urllib.request.Request(gateway.admin + "/explain", data, fields)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def explained(gateway, **question):
    return post(gateway, {"path": V1_CHAT, "body": HELLO, **question})


def of(explanation, deployment):
    [one] = [each for each in explanation["deployments"] if each["deployment"] == deployment]
    return one


def said_and_done(gateway):
    """(the explanation, the answer to the very next request), which have to agree."""
    said = explained(gateway)
    done = ask(gateway)
    assert done.deployment == said["tries"][0]["deployment"]
    return said, done


def eventually(condition):
    deadline = time.monotonic() + 10 * SLOW
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_healthy(sim):
    with over(sim) as gateway:
        said, done = said_and_done(gateway)

    assert done.status == 200 and done.attempts == 1
    assert [each["deployment"] for each in said["tries"]] == [EAST, WEST]
    assert of(said, EAST)["url"].startswith(sim.url("east") + "/openai/deployments/gpt-4o-prod/")


def test_the_order_is_that_of_a_failover(sim):
    sim.fault({"status": 500}, resource="east", count=1)
    with over(sim) as gateway:
        said = explained(gateway)
        done = ask(gateway)

    assert done.attempts == 2 and done.deployment == said["tries"][1]["deployment"] == WEST


def test_open_breaker(sim):
    sim.fault({"status": 500}, resource="east")
    with over(sim, breaker=LONG_OPEN) as gateway:
        eventually(lambda: ask(gateway).attempts == 1)
        said, done = said_and_done(gateway)

    assert done.deployment == WEST and done.attempts == 1
    assert of(said, EAST)["skip"] == "open" and of(said, EAST)["ready_in_seconds"] > 0
    assert said["tries"][-1] == {
        "deployment": EAST,
        "last_resort": True,
        "chances": [{"deployment": EAST, "share": 1.0}],
    }


def test_throttled(sim):
    fault = {"status": 429, "headers": {"retry-after": "30"}}
    sim.fault(fault, resource="east", count=1)
    with over(sim) as gateway:
        assert ask(gateway).deployment == WEST
        said, done = said_and_done(gateway)

    assert done.deployment == WEST and done.attempts == 1
    assert of(said, EAST)["skip"] == "cooling" and 0 < of(said, EAST)["ready_in_seconds"] <= 30


def test_used_up_limits(sim):
    with over(sim, limits={"tpm": 100_000, "rpm": 18}) as gateway:
        eventually(lambda: ask(gateway).deployment == WEST)
        said, done = said_and_done(gateway)
        assert done.deployment == WEST and of(said, EAST)["skip"] == "requests_full"
        assert of(said, EAST)["tokens_per_minute"]["used"] > 0

        eventually(lambda: ask(gateway).status == 429)
        refused = explained(gateway)["refusal"]
        assert refused["code"] == ask(gateway).error["code"] == "rate_limit_exceeded"
        assert refused["status"] == 429 and refused["retry_in_seconds"] > 0


def test_what_the_data_path_refuses(sim):
    cases = [
        (V1_CHAT, {**HELLO, "model": "gpt-5"}),
        (V1_CHAT, b'{"model": "a", "model": "b"}'),
        (V1_CHAT, b"{"),
        ("/v2/chat", HELLO),
    ]
    with over(sim) as gateway:
        for path, body in cases:
            asked = body.decode() if isinstance(body, bytes) else body
            refusal = explained(gateway, path=path, body=asked)["refusal"]
            done = ask(gateway, body, path)
            assert (refusal["status"], refusal["code"]) == (done.status, done.error["code"]), path


def test_asking_changes_nothing(sim):
    with over(sim, limits={"tpm": 100_000, "rpm": 600}) as gateway:
        for _ in range(20):
            explained(gateway, suppose={"down": ["east"], "throttled": [WEST], "full": []})
        said = explained(gateway)

    assert of(said, EAST)["requests_per_minute"]["used"] == 0
    assert all(each["eligible"] for each in said["deployments"])
    assert sim.deployment("east", "gpt-4o-prod")["requests"] == 0


def test_shares_are_those_of_many_requests(sim):
    one_tier = [["east/gpt-4o-prod", "west/gpt-4o-dr"]]
    table = over_regions({"east": sim, "west": sim}, one_tier)
    table["deployments"][EAST]["weight"] = 3
    with Gateway(table) as gateway:
        chances = explained(gateway)["tries"][0]["chances"]
        replies = ask_many(gateway, 400)

    share = sum(each.deployment == EAST for each in replies) / 400
    assert chances[0] == {"deployment": EAST, "share": pytest.approx(0.75, abs=0.02)}
    assert share == pytest.approx(0.75, abs=0.12)


def test_only_whoever_means_it_may_ask(sim):
    with over(sim) as gateway:
        for headers, status in [
            ({"x-spillway-admin": "0"}, 403),
            ({"content-type": "text/plain"}, 415),
            ({"host": "evil.example"}, 421),
        ]:
            with pytest.raises(urllib.error.HTTPError) as refused:
                post(gateway, {"model": "gpt-4o"}, headers)
            assert refused.value.code == status
        for question in (b"[" * 60_000, b"{}", b'{"model": 3}', b"\xff"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                post(gateway, question)
            assert refused.value.code == 400
            assert json.load(refused.value)["error"]["code"] == "bad_question"


def test_the_command_asks_a_running_gateway(sim, tmp_path):
    body = tmp_path / "body.json"
    body.write_text(json.dumps(HELLO))
    with over(sim) as gateway:
        asked = [BINARY, "explain", "--admin", gateway.admin, "--path", V1_CHAT, "--request", body]
        text = subprocess.run(asked, capture_output=True, text=True, timeout=30)
        document = subprocess.run([*asked, "--json"], capture_output=True, text=True, timeout=30)
        lost = subprocess.run(
            [BINARY, "explain", "--admin", gateway.admin, "--model", "gpt-5"],
            capture_output=True, text=True, timeout=30,
        )

    assert (text.returncode, text.stderr) == (0, "")
    assert f"1.  {EAST}" in text.stdout and "can serve" in text.stdout
    assert json.loads(document.stdout)["tries"][0]["deployment"] == EAST
    assert lost.returncode == 1 and "404 model_not_found" in lost.stdout
