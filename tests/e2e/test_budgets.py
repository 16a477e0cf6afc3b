"""What a caller may use up in a day and a month, and what survives of it (docs/budgets.md)."""

import contextlib
import json
import os
import re
import resource
import signal
import sqlite3
import subprocess
import time

import openai
import pytest
from asking import HELLO, STREAM, ask, line_of
from audit_stream import requests_of
from documents import Document, run
from gateway import Gateway
from keys import new_key
from tables import one_route, priced
from upstream import Upstream, answering, reply

KEY = new_key("agents")
KNOWN = {"authorization": "Bearer " + KEY.secret}
USED = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100,
        "prompt_tokens_details": {"cached_tokens": 400}}
COST = 0.003  # 600 of the prompt at 2.50, 400 cached ones at 1.25, 100 at 10, per million
DOCUMENT = Document("docs/budgets.md")


def answer(**more):
    return json.dumps({"id": "a1", "object": "chat.completion", "choices": [], **more}).encode()


@pytest.fixture
def upstream():
    with Upstream(answering(lambda _: reply(200, answer(usage=USED)))) as running:
        yield running


def table(upstream, directory, budget, **more):
    callers = {"agents": {"keys": [KEY.line], **({"budget": budget} if budget else {})}}
    return priced(one_route({"east": upstream.address}, callers=callers,
                            ledger={"path": str(directory / "ledger.db")}, **more))


def statuses(gateway, requests):
    return [ask(gateway, headers=KNOWN).status for _ in range(requests)]


def used(gateway, period="day"):
    [budget] = gateway.status()["budgets"]
    assert budget["caller"] == "agents"
    return budget[period]["tokens"]["used"], budget[period]["money"]["used"]


def kept(directory):
    """{(caller, period): (tokens, money in billionths)} of a file that nobody has open."""
    with contextlib.closing(sqlite3.connect(directory / "ledger.db")) as ledger:
        rows = ledger.execute("SELECT caller, period, tokens, money_billionths FROM balance").fetchall()
    return {(caller, period): (tokens, money) for caller, period, tokens, money in rows}


BUDGETS = {
    "tokens a day": ({"day": {"tokens": 3000}}, "3000 tokens a day"),
    "money a day": ({"day": {"money": 0.0075}}, "0.0075 USD a day"),
    "tokens a month": ({"month": {"tokens": 3300}}, "3300 tokens a month"),
    "money a month": ({"day": {"tokens": "1M"}, "month": {"money": 0.009}}, "0.009 USD a month"),
}


@pytest.mark.parametrize("name", BUDGETS)
def test_a_budget_is_overdrawn_by_at_most_what_runs(upstream, tmp_path, name):
    budget, words = BUDGETS[name]
    with Gateway(table(upstream, tmp_path, budget)) as gateway:
        assert statuses(gateway, 3) == [200, 200, 200]
        refused = ask(gateway, headers=KNOWN)
        assert (refused.status, refused.error["code"]) == (403, "budget_exceeded"), refused.body
        assert refused.error["type"] == "insufficient_quota" and words in refused.error["message"]
        assert re.search(r"begins on 20\d\d-\d\d-\d\d \(UTC\)", refused.error["message"])
        assert refused.field("x-should-retry") == "false"
        line = line_of(gateway, refused)
        assert (line["caller"], line["attempts"], line["detail"]) == ("agents", [], "budget_exceeded")
        assert gateway.metric("spillway_denials_total", reason="budget") == 1
        assert used(gateway) == used(gateway, "month") == (3300, pytest.approx(3 * COST))
    assert len(upstream.requests) == 3


def test_a_budget_is_no_bound_for_others(upstream, tmp_path):
    other = new_key("other")
    asked = table(upstream, tmp_path, {"day": {"tokens": 1}})
    asked["callers"]["other"] = {"keys": [other.line]}
    with Gateway(asked) as gateway:
        assert statuses(gateway, 2) == [200, 403]
        assert ask(gateway, headers={"api-key": other.secret}).status == 200


def test_what_it_cost_is_said_the_same_everywhere(upstream, tmp_path):
    audit = tmp_path / "audit.jsonl"
    budget = {"month": {"money": 10}}
    with Gateway(table(upstream, tmp_path, budget, audit={"to": str(audit)})) as gateway:
        reply_ = ask(gateway, headers=KNOWN)
        assert line_of(gateway, reply_)["cost"] == COST
        assert requests_of(audit, at_least=1)[0]["cost"] == COST
        assert gateway.metric("spillway_caller_cost_total", caller="agents") == COST
        labels = {"caller": "agents", "period": "month", "unit": "money"}
        assert gateway.metric("spillway_caller_budget_used", **labels) == COST
        assert gateway.metric("spillway_caller_budget_limit", **labels) == 10
    assert kept(tmp_path) == {("agents", period): (1100, 3_000_000) for period in ("day", "month")}


def test_what_no_upstream_says_is_estimated(tmp_path):
    def silent(request):
        if b'"stream": true' not in request.body and b'"stream":true' not in request.body:
            return reply(200, answer())
        events = b"".join(
            b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": "word "}}]}).encode() + b"\n\n"
            for _ in range(7)
        )
        return reply(200, events + b"data: [DONE]\n\n", {"content-type": "text/event-stream"})

    audit = tmp_path / "audit.jsonl"
    with Upstream(answering(silent)) as upstream:
        made = table(upstream, tmp_path, {"day": {"tokens": "1M"}}, audit={"to": str(audit)})
        with Gateway(made) as gateway:
            assert ask(gateway, STREAM, headers=KNOWN).status == 200
            [line] = requests_of(audit, at_least=1)
            prompt = line["estimated_tokens"] - 7
            assert 1 <= prompt <= 20 and used(gateway)[0] == line["estimated_tokens"]
            assert ask(gateway, {**HELLO, "max_tokens": 50}, headers=KNOWN).status == 200
            line = requests_of(audit, at_least=2)[1]
            assert 51 <= line["estimated_tokens"] <= 70 and line["cost"] > 0


def test_a_failure_is_charged_to_nobody(tmp_path):
    answers = iter([reply(503, b"{}"), reply(200, answer(usage=USED)), reply(400, answer(error={"message": "no"}))])
    with Upstream(answering(lambda _: reply(503, b"{}"))) as east, Upstream(answering(lambda _: next(answers))) as west:
        made = table(east, tmp_path, {"day": {"tokens": "1M"}})
        both = one_route({"east": east.address, "west": west.address})
        made.update({key: both[key] for key in ("credentials", "resources", "deployments", "routes")})
        with Gateway(priced(made)) as gateway:
            assert statuses(gateway, 3) == [503, 200, 400]
            assert used(gateway) == (1100, pytest.approx(COST))


def test_a_restart_and_a_reload_forget_nothing(upstream, tmp_path):
    small = table(upstream, tmp_path, {"day": {"tokens": 2000}})
    with Gateway(small) as gateway:
        assert statuses(gateway, 3) == [200, 200, 403]
    assert kept(tmp_path)["agents", "day"] == (2200, 6_000_000)

    with Gateway(small) as gateway:
        assert statuses(gateway, 1) == [403]
        larger = gateway.reload(table(upstream, tmp_path, {"day": {"tokens": 3000}}))
        assert larger["last_error"] is None and statuses(gateway, 2) == [200, 403]
        gateway.reload(table(upstream, tmp_path, None))
        assert statuses(gateway, 1) == [200] and gateway.status()["budgets"] == []
        gateway.reload(small)
        assert statuses(gateway, 1) == [403] and used(gateway)[0] == 4400


def test_a_kill_forgets_at_most_a_second(upstream, tmp_path):
    """Requests all the time; the process is killed; what the file has is what had been answered a
    second before, or more."""
    made = table(upstream, tmp_path, {"month": {"tokens": "1000M"}})
    gateway = Gateway(made).start()
    answered = []
    begin = time.monotonic()
    while time.monotonic() < begin + 3.5:
        assert ask(gateway, headers=KNOWN).status == 200
        answered.append(time.monotonic())
    killed = time.monotonic()
    gateway.process.send_signal(signal.SIGKILL)
    gateway.process.wait()
    gateway.process = None

    found = kept(tmp_path)["agents", "month"][0] // 1100
    owed = sum(at < killed - 1.1 for at in answered)  # a tenth for the write itself
    print(f"{len(answered) - found} of {len(answered)} requests forgotten, {len(answered) - owed} in the last second")
    assert owed <= found <= len(answered)
    with Gateway(made) as again:
        assert used(again, "month")[0] == found * 1100


@pytest.mark.parametrize("damage, said", [
    (lambda path: path.write_bytes(b"no database at all, but longer than its head " * 40), "it is not a ledger"),
    (lambda path: path.mkdir(), "cannot be opened"),
    (lambda path: sqlite3.connect(path).execute("CREATE TABLE other (x)").connection.commit(), "another program"),
], ids=["other bytes", "a folder", "another database"])
def test_a_file_that_is_no_ledger_refuses_the_table(upstream, tmp_path, damage, said):
    damage(tmp_path / "ledger.db")
    with pytest.raises(AssertionError, match=said):
        Gateway(table(upstream, tmp_path, {"day": {"tokens": 1}})).start()

    # Without budgets it is not looked at; a reload that brings one changes nothing.
    with Gateway(table(upstream, tmp_path, None)) as gateway:
        now = gateway.reload(table(upstream, tmp_path, {"day": {"tokens": 1}}))
        assert said in now["last_error"]["message"] and statuses(gateway, 2) == [200, 200]


def test_two_gateways_do_not_share_a_ledger(upstream, tmp_path):
    made = table(upstream, tmp_path, {"day": {"tokens": 1}})
    with Gateway(made):
        with pytest.raises(AssertionError, match="another process uses it"):
            Gateway(made).start()


def test_a_full_disk_stops_nobody(upstream, tmp_path):
    """The file may not grow any more (RLIMIT_FSIZE), as on a full disk, and then it may again."""
    with Gateway(table(upstream, tmp_path, {"day": {"tokens": "1M"}})) as gateway:
        path = tmp_path / "ledger.db-wal"
        _, most = resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE)
        assert statuses(gateway, 1) == [200]
        wait_until(lambda: path.stat().st_size > 0)
        resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, (path.stat().st_size, most))
        # The access log is cut off, too; what counts here is the ledger.
        wait_until(lambda: statuses(gateway, 1) == [200] and gateway.metric("spillway_ledger_writable") == 0)
        assert not gateway.status()["ledger"]["writable"]
        assert gateway.metric("spillway_ledger_write_failures_total") > 0
        resource.prlimit(gateway.pid, resource.RLIMIT_FSIZE, (most, most))
        wait_until(lambda: gateway.metric("spillway_ledger_writable") == 1)
        told = [event["event"] for event in gateway.events() if event["event"].startswith("ledger")]
        assert told[0] == "ledger_not_written" and told[-1] == "ledger_written_again"
        tokens = used(gateway)[0]
    assert kept(tmp_path)["agents", "day"][0] == tokens


def wait_until(done, within=15.0):
    deadline = time.monotonic() + within
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_ledger_is_where_systemd_says_and_nobody_elses_to_read(upstream, tmp_path):
    made = table(upstream, tmp_path, {"day": {"tokens": 1}})
    del made["ledger"]
    state = tmp_path / "state"
    state.mkdir()
    with Gateway(made, env={"STATE_DIRECTORY": str(state)}) as gateway:
        assert gateway.status()["ledger"] == {"kept": True, "writable": True, "failed_writes": 0}
        assert os.stat(state / "ledger.db").st_mode & 0o007 == 0


def test_the_sdk_gives_up_at_once(upstream, tmp_path):
    with Gateway(table(upstream, tmp_path, {"day": {"tokens": 1}})) as gateway:
        with openai.OpenAI(base_url=gateway.url + "/v1", api_key=KEY.secret) as sdk:
            sdk.chat.completions.create(model="gpt-4o", messages=HELLO["messages"])
            begin = time.monotonic()
            with pytest.raises(openai.PermissionDeniedError) as refused:
                sdk.chat.completions.create(model="gpt-4o", messages=HELLO["messages"])
        assert refused.value.code == "budget_exceeded" and time.monotonic() - begin < 0.4
        assert gateway.metric("spillway_denials_total", reason="budget") == 1


def test_the_ledger_is_read_as_documented(upstream, tmp_path):
    with Gateway(table(upstream, tmp_path, {"day": {"tokens": 1}})) as gateway:
        assert statuses(gateway, 1) == [200]
    said = run(DOCUMENT.named()["ledger"], {"ledger.db": str(tmp_path / "ledger.db")}, tmp_path)
    assert f"agents|day|{time.strftime('%Y-%m-%d', time.gmtime())}|1100|0.003" in said
    assert subprocess.run(["sqlite3", "ledger.db", "PRAGMA integrity_check"], cwd=tmp_path, check=True,
                          capture_output=True, text=True).stdout == "ok\n"
