"""F-6: what every answer of azure-protocol.md §5.3 does, to the caller and to the breaker.

One scripted upstream plays every deployment: each has a resource of its own, told apart by the path
of its endpoint, so that no row's verdict touches another's."""

import collections

import pytest
from asking import HELLO, ask, deployment, line_of
from figures import figure
from gateway import Gateway
from settled import settled
from status_rows import RESPONSES, ROWS
from upstream import Upstream, answering, reply

GOOD = {"id": "good", "object": "chat.completion", "choices": []}
BY_NAME = {row.name: row for row in ROWS}
KEY = "planted-canary"
CONSECUTIVE, VOLUME = 3, 5
PASSED = collections.Counter()  # tests passed, by the name of their row
TESTS = 3
EACH_ROW = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def answer(request):
    row = BY_NAME.get(request.target.split("/")[1].rpartition("-")[0])
    return reply(row.status, row.body, dict(row.headers)) if row else reply(200, GOOD)


def table(address, **policies):
    """Per row the routes one-ROW (ROW-a fails, ROW-ok is well) and all-ROW (both fail)."""
    resources, deployments, routes = {}, {}, {}
    for row in ROWS:
        for side in ("a", "b", "ok"):
            name = f"{row.name}-{side}"
            path = f"good/{name}" if side == "ok" else name
            resources[name] = {
                "kind": "azure",
                "endpoint": f"http://{address}/{path}",
                "credential": "key",
            }
            deployments[name] = {"resource": name}
        routes["one-" + row.name] = {"tiers": [[row.name + "-a"], [row.name + "-ok"]]}
        routes["all-" + row.name] = {"tiers": [[row.name + "-b"], [row.name + "-a"]]}
    return {
        "credentials": {"key": {"api_key": KEY}},
        "resources": resources,
        "deployments": deployments,
        "routes": routes,
        "retry_budget": {"per_second": 1000, "cap": 10000},
        **policies,
    }


@pytest.fixture(scope="module")
def upstream():
    with Upstream(answering(answer)) as running:
        yield running


@pytest.fixture(scope="module")
def gateway(upstream):
    with Gateway(table(upstream.address)) as running:
        yield running


@pytest.fixture(scope="module")
def impatient(upstream):
    """Waits are over at once, and the three ways to open a breaker are told apart by numbers."""
    rules = {"consecutive_failures": CONSECUTIVE, "min_volume": VOLUME, "failure_rate": 1.0}
    policies = {"breaker": rules, "cooldown": {"base": "1ms", "cap": "1ms"}}
    with Gateway(table(upstream.address, **policies)) as running:
        yield running


def send(gateway, route, row):
    path = "/openai/v1/responses" if row.api == RESPONSES else "/openai/v1/chat/completions"
    said = {"input": "hello"} if row.api == RESPONSES else {"messages": HELLO["messages"]}
    return ask(gateway, {"model": route, **said, "stream": row.status == 200}, path)


def attempts(gateway, answered):
    return [
        (each["deployment"], each["status"], each.get("reason"))
        for each in line_of(gateway, answered)["attempts"]
    ]


def is_the_answer(answered, row):
    same = (answered.status, answered.reason, answered.body) == (row.status, "Said", row.body)
    return same and answered.field("content-type") == dict(row.headers)["content-type"]


@EACH_ROW
def test_another_deployment_answers_unless_the_answer_is_the_callers(gateway, upstream, row):
    known = len(upstream.requests)
    answered = send(gateway, "one-" + row.name, row)
    asked = [request.target.split("/openai/")[0] for request in upstream.requests[known:]]
    state = deployment(gateway, row.name + "-a")

    first = (row.name + "-a", row.status, row.reason)
    if row.reason is None:
        assert is_the_answer(answered, row)
        assert asked == [f"/{row.name}-a"] and attempts(gateway, answered) == [first]
    else:
        assert answered.status == 200 and b'"good"' in answered.body
        assert asked == [f"/{row.name}-a", f"/good/{row.name}-ok"]
        assert attempts(gateway, answered) == [first, (row.name + "-ok", 200, None)]
        assert answered.attempts == 2 and answered.deployment == row.name + "-ok"
    expected = "open" if row.effect == "misconfigured" else "closed"
    assert (state["breaker"]["state"], state["region_breaker"]["state"]) == (expected, "closed")
    assert row.cools - 1 <= state["cools_for_seconds"] <= row.cools
    assert row.cools == 0 or state["cools_for_seconds"] > 0
    PASSED[row.name] += 1


@EACH_ROW
def test_when_all_answer_so_the_caller_gets_a_true_answer(gateway, row):
    answered = send(gateway, "all-" + row.name, row)

    if row.all_code is None:
        assert is_the_answer(answered, row)
    else:
        is_our_own(answered, row)
    PASSED[row.name] += 1


def is_our_own(answered, row):
    assert (answered.status, answered.error["code"]) == (row.all_fail, row.all_code)
    assert answered.field("content-type") == "application/json"
    assert answered.field("x-should-retry") == "true"
    wait_ms = int(answered.field("retry-after-ms"))
    wait_max = 30_000 if row.all_fail == 503 else max(1, row.cools) * 1000
    assert 1 <= wait_ms <= wait_max
    assert int(answered.field("retry-after")) == -(-wait_ms // 1000)
    assert not row.body or row.body not in answered.body


OPENED = {
    "ok": (None, None),
    "neutral": (None, None),
    "soft": (VOLUME, "rate"),
    "hard": (CONSECUTIVE, "consecutive"),
    "misconfigured": (1, "misconfigured"),
}


@EACH_ROW
def test_the_breaker_learns_what_the_answer_means(impatient, row):
    opened = (None, None)
    for count in range(1, VOLUME + 3):
        send(impatient, "one-" + row.name, row)
        breaker = deployment(impatient, row.name + "-a")["breaker"]
        if breaker["state"] == "open":
            opened = (count, breaker["reason"])
            break

    assert opened == OPENED[row.effect]
    loud = row.effect == "misconfigured" or row.status == 431
    alerts = impatient.metric("spillway_deployment_alerts_total", deployment=row.name + "-a")
    assert (alerts > 0) == loud
    PASSED[row.name] += 1


def test_no_answer_in_the_whole_table_was_an_upstreams_401_403_404_or_3xx(gateway, impatient):
    for each in (gateway, impatient):
        lines = settled(each, len(each.access_log()))
        statuses = {line["status"] for line in lines}
        missing = [line for line in lines if line["status"] == 404]
        assert statuses.isdisjoint([401, 403, *range(300, 400)])
        assert {line["route"].partition("-")[2] for line in missing} <= {"unknown-item"}
        assert KEY not in each.access_path.read_text() + each.events_path.read_text()
        assert KEY not in each.fetch("/status.json").decode() + each.fetch("/metrics").decode()
    in_their_class = sum(count == TESTS for count in PASSED.values())
    figure("F-6", in_their_class, "rows", len(PASSED), in_their_class == len(PASSED) > 0)
