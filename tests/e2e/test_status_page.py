"""The status page in a real browser, over a gateway that is failing over."""

import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.request

import pytest
from asking import STREAM, ask, ask_many
from browser import NODE_MODULES, axe, chromium, opened
from gateway import Gateway
from keys import new_key
from sim import Sim, two_regions
from tables import over_regions

SHOT_FOLDER = os.environ.get("SPILLWAY_IMAGES")
WIDTHS = {1440: ("light", 1000), 768: ("dark", 1024), 360: ("light", 740)}
# What is shown has to be what is: no number may move while it is compared.
SLOW_BREAKER = {"open_base": "10m", "open_max": "10m"}
TIERS = [["east/gpt-4o-prod"], ["west/gpt-4o-dr"]]
LIMITS = {"tpm": "100k", "rpm": 600}


def eventually(question, seconds=30):
    """Asks until the answer is none, which is what was hoped for; fails with the last one."""
    deadline = time.monotonic() + seconds
    while (answer := question()) is not None:
        assert time.monotonic() < deadline, answer
        time.sleep(0.1)


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def failing():
    """The first tier is down and its breaker open; the second one serves, streams among others."""
    with Sim(two_regions()) as sim:
        for resource, deployment in [("east", "gpt-4o-prod"), ("west", "gpt-4o-dr")]:
            sim.set_limits(resource, deployment, tpm=100_000, rpm=600)
        table = over_regions({"east": sim, "west": sim}, TIERS, limits=LIMITS, breaker=SLOW_BREAKER)
        table["routes"]["gpt-4o"]["aliases"] = ["gpt-4o-2024-11-20"]
        with Gateway(table) as gateway:
            ask_many(gateway, 6, STREAM)
            sim.fault({"status": 503}, resource="east")
            ask_many(gateway, 20, STREAM)
            assert gateway.status()["deployments"][0]["breaker"]["state"] == "open"
            yield gateway


SHOWN = """() => [...document.querySelectorAll(".route")].map((route) => ({
    name: route.querySelector("h3").textContent,
    tiers: [...route.querySelectorAll(".tier")].map((tier) =>
        [...tier.querySelectorAll(".card")].map((card) => {
            const meters = [...card.querySelectorAll(".meter")];
            const facts = [...card.querySelectorAll("dl div")].map((row) =>
                [row.querySelector("dt").textContent, row.querySelector("dd").textContent]);
            return {
                name: card.querySelector("h5").textContent,
                word: card.querySelector(".word").textContent,
                why: card.querySelector(".why").textContent,
                used: meters.map((meter) => +meter.ariaValueNow),
                limits: meters.map((meter) => +meter.ariaValueMax),
                notes: [...card.querySelectorAll(".note")].map((note) => note.textContent),
                ...Object.fromEntries(facts),
            };
        })),
}))"""


def difference(page, status):
    """What the page shows otherwise than `status` says, in words; None when all is the same."""
    deployments = {each["name"]: each for each in status["deployments"]}
    shown = page.evaluate(SHOWN)
    expected = [(r["name"], [[m["deployment"] for m in t] for t in r["tiers"]])
                for r in status["routes"]]
    names = [(r["name"], [[c["name"] for c in t] for t in r["tiers"]]) for r in shown]
    if names != expected:
        return f"shows {names}, is {expected}"
    for card in (card for route in shown for tier in route["tiers"] for card in tier):
        found = card_difference(card, deployments[card["name"]])
        if found:
            return f"{card['name']}: {found}"
    return None


def card_difference(card, is_):
    gauges = [is_["tokens_per_minute"], is_["requests_per_minute"]]
    left = [each["upstream_remaining"] for each in gauges]
    reason = f" ({is_['breaker']['reason']})" if is_["breaker"]["reason"] else ""
    error = is_["last_error"]
    said = f"{error['reason'].replace('_', ' ')} ({error['status']})," if error else "none"
    for what, shown, truth in [
        ("used", card["used"], [each["used"] for each in gauges]),
        ("limits", card["limits"], [each["limit"] for each in gauges]),
        ("provider", [bool(note) for note in card["notes"]], [each is not None for each in left]),
        ("breaker", card["Breaker"], is_["breaker"]["state"] + reason),
        ("resource", card["Its resource"], is_["region_breaker"]["state"]),
        ("in flight", card["In flight"], str(is_["in_flight"])),
        ("weight", card["Weight"], str(is_["weight"])),
        ("last error", card["Last error"][: len(said)], said),
    ]:
        if shown != truth:
            return f"{what} shown as {shown}, is {truth}"
    return None


def test_shows_what_status_json_says_at_that_moment(browser, failing):
    with opened(browser, failing) as page:
        eventually(lambda: difference(page, failing.status()))

        first = failing.status()["deployments"][0]
        card = page.locator(".card").first
        assert card.locator(".word").inner_text() == "open"
        assert "failed several times in a row" in card.locator(".why").inner_text()
        minutes = int(first["breaker"]["reopens_in_seconds"] / 60)
        assert f"Next probe in {minutes} min" in card.locator(".why").inner_text()
        left = first["tokens_per_minute"]["upstream_remaining"]
        assert left is not None and "left" in card.locator(".note").first.inner_text()


def test_says_first_what_is_wrong(browser, failing):
    with opened(browser, failing) as page:
        headline = page.locator("#headline")
        headline.get_by_text("Callers are served, but gpt-4o runs on reserves").wait_for()
        assert page.title().startswith("⚠ Callers are served")
        assert page.locator("#announcement").inner_text() == headline.inner_text()
        problems = page.locator("#problems li").all_inner_texts()
        assert problems[0].startswith("east-gpt-4o-prod: open.")
        assert "gpt-4o: served by tier 2" in problems
        # Above everything else that can be read.
        assert headline.bounding_box()["y"] < page.locator(".route").bounding_box()["y"]


def test_says_who_is_out_of_budget_and_whose_tokens_cannot_be_verified(browser, tmp_path):
    key = new_key("agents")
    issuer = {"issuer": "https://id.example", "audiences": ["a"], "jwks_uri": "https://127.0.0.1:1/keys"}
    with Sim(two_regions()) as sim:
        table = over_regions(
            {"east": sim}, [["east/gpt-4o-prod"]], ledger={"path": str(tmp_path / "ledger.db")},
            callers={"agents": {"keys": [key.line], "budget": {"day": {"tokens": 1}}}})
        with Gateway({**table, "token_issuers": {"acme": issuer}}) as gateway, opened(browser, gateway) as page:
            headline = page.locator("#headline")
            headline.get_by_text("Callers with tokens of acme get errors").wait_for()
            gateway.reload(table)
            headline.get_by_text("All is well").wait_for()
            assert ask(gateway, headers={"api-key": key.secret}).status == 200
            headline.get_by_text("Callers are served; something needs a look").wait_for()
            problem = page.locator("#problems li").inner_text()
            assert problem == "agents: its tokens for the day are used up: its requests get 403"


def test_tells_what_happened_before_it_was_opened(browser, failing):
    with opened(browser, failing) as page:
        page.get_by_text("Breaker of east-gpt-4o-prod: closed to open: consecutive").wait_for()
        page.get_by_text(
            "gpt-4o: left east-gpt-4o-prod for west-gpt-4o-dr: server error (503)"
        ).wait_for()
        errors = page.get_by_label("errors in the last 15 minutes").first
        first_token = page.get_by_label("first token in the last 15 minutes").nth(1)
        eventually(lambda: None if errors.locator("path").get_attribute("d") else "no bar")
        eventually(lambda: None if first_token.locator("path").get_attribute("d") else "no line")
        failures = failing.metric("spillway_upstream_failures_total", deployment="east-gpt-4o-prod")
        assert errors.get_attribute("aria-label").startswith(f"east-gpt-4o-prod: {failures:.0f} ")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_is_accessible_and_fits(browser, failing, width, scheme, tmp_path):
    drawn, height = WIDTHS[width]
    with opened(browser, failing, width, height, scheme) as page:
        page.locator("#feed li").first.wait_for()
        assert axe(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.complaints == []
        if scheme == drawn:
            folder = pathlib.Path(SHOT_FOLDER or tmp_path)
            page.screenshot(path=folder / f"status-page-{width}.png")


def focused(page):
    return page.evaluate("document.activeElement.id || document.activeElement.name || ''")


def test_works_with_the_keyboard_alone(browser, failing):
    with opened(browser, failing) as page:
        page.locator("#feed li").first.wait_for()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the routes"
        page.keyboard.press("Enter")
        assert focused(page) == "routes"
        reached = []
        while "snippet" not in reached and len(reached) < 20:
            page.keyboard.press("Tab")
            reached.append(focused(page))
            if reached[-1] == "client":
                page.keyboard.press("ArrowDown")
        assert [each for each in reached if each] == [
            "feed", "model", "operation", "tokens", "client", "model", "copy", "snippet"
        ]
        assert "base_url=" in page.locator("#snippet").inner_text()
        page.locator("#copy").focus()
        page.keyboard.press("Enter")
        page.locator("#copied").get_by_text("Cop").or_(page.get_by_text("Selected")).wait_for()


def test_explains_where_the_next_request_goes(browser, failing):
    with opened(browser, failing) as page:
        model = page.locator("#explain select[name=model]")
        assert model.locator("option").all_inner_texts() == ["gpt-4o", "gpt-4o-2024-11-20"]
        model.select_option("gpt-4o-2024-11-20")
        page.locator("#explain input").fill("50")
        page.keyboard.press("Enter")
        steps = page.locator("#explained li")
        steps.first.wait_for()
        assert steps.all_inner_texts() == [
            "First: west-gpt-4o-dr",
            "If that fails: east-gpt-4o-prod, as a last resort",
        ]
        east, west = page.locator("#explained tbody tr").all()
        assert "Its breaker is open. Again in" in east.inner_text()
        assert "Can serve." in west.inner_text()
        assert axe(page) == []
    assert ask(failing).deployment == "west-gpt-4o-dr"


def run(command, snippet):
    return subprocess.run(
        command, input=snippet, capture_output=True, text=True, timeout=300, cwd=NODE_MODULES
    )


def test_its_snippets_reach_the_gateway(browser, failing):
    python = [sys.executable, "-"]
    commands = {
        "curl": ["bash", "-e"],
        "Python, openai": python,
        "Python, AzureOpenAI": python,
        "Node.js, openai": ["node", "--input-type=module", "-"],
    }
    with opened(browser, failing) as page:
        client = page.locator("#snippet-form select[name=client]")
        assert client.locator("option").all_inner_texts() == list(commands)
        before = len(failing.access_log())
        for name, command in commands.items():
            client.select_option(name)
            snippet = page.locator("#snippet").inner_text()
            assert failing.url in snippet
            ran = run(command, snippet)
            assert ran.returncode == 0 and ran.stdout.strip(), (name, snippet, ran)
        lines = failing.access_log(at_least=before + len(commands))[before:]
        assert [line["status"] for line in lines] == [200] * len(commands)


MARKUP = """<img src=x onerror="document.title='gone'">'"&<script>document.title='gone'</script>"""


POISONED = """(markup) => {
    const words = ["open", "closed", "ready", "failover", "breaker"];
    const poisoned = (value) => {
        if (Array.isArray(value)) return value.map(poisoned);
        if (value instanceof Object) {
            return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, poisoned(v)]));
        }
        const isText = typeof value === "string" && !words.includes(value) && !value.includes(":");
        return isText ? value + markup : value;
    };
    const ask = window.fetch;
    window.fetch = async (...request) => {
        const answer = await ask(...request);
        return Response.json(poisoned(await answer.json()), { status: answer.status });
    };
}"""


def test_no_text_is_ever_markup(browser, failing):
    """The routing table allows no such names; the page does not rely on it."""
    with opened(browser, failing) as page:
        page.add_init_script(f"({POISONED})({json.dumps(MARKUP)})")
        page.reload()
        page.locator("h3").get_by_text(MARKUP).wait_for()
        page.locator("#explain button").click()
        page.locator("#explained p").wait_for()  # a refusal: no route has that name
        page.locator("#feed").get_by_text(MARKUP[:12]).first.wait_for()
        for part in ("h5", ".where", "#explained", "#snippet"):
            assert MARKUP[:12] in page.locator(part).first.inner_text(), part
        assert page.locator("main img, main script").count() == 0
        assert page.complaints == [] and page.title() != "gone"


def test_says_that_it_drains_and_that_it_does_not_answer(browser):
    with Sim(two_regions()) as sim:
        table = over_regions({"east": sim, "west": sim}, TIERS, drain={"delay": "1m"})
        with Gateway(table) as gateway, opened(browser, gateway) as page:
            headline = page.locator("#headline")
            headline.get_by_text("All is well: every route is served by its first tier").wait_for()
            gateway.terminate()
            headline.get_by_text("This gateway is draining").wait_for()
            assert page.locator("#state").inner_text() == "draining"
            gateway.stop()
            headline.get_by_text("The gateway does not answer").wait_for()
            assert "Last answer" in page.locator("#problems li").inner_text()
            assert page.locator("body.stale").count() == 1


def test_is_small_and_may_do_nothing_but_ask_its_own_gateway(failing):
    with urllib.request.urlopen(failing.admin + "/", timeout=10) as answer:
        policy = answer.headers["content-security-policy"]
        html = answer.read().decode()
    assert policy.startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in policy and "unsafe" not in policy
    files = [f"/page/{name}" for name in os.listdir(PAGE_FOLDER) if name != "index.html"]
    size = len(html) + sum(len(failing.fetch(path)) for path in files)
    assert "/page/page.js" in html and size < 60_000


PAGE_FOLDER = pathlib.Path(__file__).resolve().parents[2] / "src/admin/page"


def test_connections_to_upstreams_are_counted(failing):
    """Idle ones wait in a pool; active ones carry an attempt."""
    assert failing.metric("spillway_upstream_connections", state="idle") >= 1
    assert failing.metric("spillway_upstream_connections", state="active") == 0
