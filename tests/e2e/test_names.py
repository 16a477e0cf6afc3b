"""Whatever names a metric, an alert or a key of the routing table names one that exists; and every
metric that the program has is shown or explained somewhere."""

import json
import re

import pytest
from asking import ask
from gateway import REPO, Gateway
from identity_services import Imds, Issuer
from prometheus import DASHBOARD, RULES, dashboard_queries
from sim import Sim, two_regions
from tables import over_regions, priced

DOCUMENTS = sorted(
    path
    for folder in ("docs", "deploy", "docker", "config")
    for path in (REPO / folder).rglob("*")
    if path.suffix in (".md", ".yml", ".yaml", ".json", ".tpl", ".txt")
) + [REPO / "README.md", REPO / "CHANGELOG.md"]
METRIC = re.compile(r"(?<![\w/.:-])(?:spillway|process)_[a-z0-9_]+(?![\w(*./-])")
HISTOGRAM_PARTS = re.compile(r"_(bucket|sum|count)$")
SELECTOR = re.compile(r"((?:spillway|process)_[a-z0-9_]+)\{([^}]*)\}")
MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
OF_PROMETHEUS = {"job", "instance"}
RECORDED = {"spillway_streams", "spillway_streams_in_time"} | {
    f"spillway_requests_{what}" for what in ("judged", "failed")
}
RULE_GROUPS = {
    f"spillway_{group}" for group in ("recorded", "objectives", "routes", "deployments", "gateway")
}
NO_METRICS = RECORDED | RULE_GROUPS
NOT_SHOWN = {
    "process_virtual_memory_bytes": "says nothing about trouble; resident memory does",
    "spillway_ledger_write_failures_total": "spillway_ledger_writable says whether it goes on",
    "process_threads": "constant: workers and a few more",
}
"""Metrics in no panel and no rule, and why."""


@pytest.fixture(scope="module")
def exposed(tmp_path_factory):
    """(metric families: name to (type, help), the values of each label of each family) of a gateway that has
    answered one request: what upstreams say is left of their limits is not known before. One of its
    credentials is a token, which keys are not."""
    with Sim(two_regions()) as sim, Imds(Issuer()) as imds:
        sim.set_limits("east", "gpt-4o-prod", tpm=100000, rpm=600)
        table = over_regions({"east": sim, "west": sim}, [["east/gpt-4o-prod"], ["west/gpt-4o-dr"]])
        table["credentials"]["west-key"] = {"managed_identity": {}}
        budget = {"day": {"tokens": "1M"}, "month": {"money": 100}}
        table["token_issuers"] = {"acme": {"issuer": "https://id.example", "audiences": ["a"],
                                           "jwks_uri": "https://127.0.0.1:1/keys"}}
        priced(table).update(allow_anonymous=True, callers={"_anonymous": {"budget": budget, "tags": {"team": "x"}}},
                             ledger={"path": str(tmp_path_factory.mktemp("ledger") / "ledger.db")})
        with Gateway(table, env=imds.environment) as gateway:
            assert ask(gateway).status == 200
            text = gateway.fetch("/metrics").decode()
    helps = dict(re.findall(r"^# HELP (\S+) (.*)$", text, re.MULTILINE))
    types = dict(re.findall(r"^# TYPE (\S+) (.*)$", text, re.MULTILINE))
    labels = {name: {} for name in types}
    for name, inside in re.findall(r"^(\w+)\{([^}]*)\}", text, re.MULTILINE):
        family = name if name in types else HISTOGRAM_PARTS.sub("", name)
        for label, _, value in MATCHER.findall(inside):
            labels[family].setdefault(label, set()).add(value)
    return {name: (types[name], helps[name]) for name in types}, labels


def family_of(name, families):
    return name if name in families else HISTOGRAM_PARTS.sub("", name)


def expressions():
    """(where, PromQL) of the dashboard and of the rules."""
    yield from dashboard_queries()
    for alert in re.split(r"\n(?=      - )", RULES.read_text()):
        if "expr:" in alert:
            yield alert.split("\n")[0], alert.split("expr:")[1].split("labels: {")[0]


def test_every_metric_named_anywhere_exists(exposed):
    families, _ = exposed
    unknown = {
        (path.relative_to(REPO).as_posix(), name)
        for path in DOCUMENTS
        for name in METRIC.findall(path.read_text())
        if family_of(name, families) not in families and name not in NO_METRICS
    }

    assert unknown == set()


def test_every_metric_is_shown_or_there_is_a_reason(exposed):
    families, _ = exposed
    shown = {family_of(n, families) for _, expr in expressions() for n in METRIC.findall(expr)}

    assert set(families) - shown == set(NOT_SHOWN)


def test_the_catalogue_of_the_docs_is_what_is_exposed(exposed):
    families, labels = exposed
    rows = re.findall(
        r"^\| `(\w+)` \| (\w+) \| ([^|]*) \| ([^|]*) \| [^|]* \|$",
        (REPO / "docs/metrics.md").read_text(),
        re.MULTILINE,
    )

    assert {name: (kind, text) for name, kind, _, text in rows} == families
    for name, _, said, _ in rows:
        assert set(re.findall(r"`(\w+)`", said)) >= set(labels[name]) - {"le"}, name


def test_every_label_and_every_word_of_a_closed_set_exists(exposed):
    families, labels = exposed
    for where, expr in expressions():
        for name, inside in SELECTOR.findall(expr):
            known = labels[family_of(name, families)]
            for label, operator, value in MATCHER.findall(inside):
                assert label in known or label in OF_PROMETHEUS, (where, name, label)
                if label in OF_PROMETHEUS or value == ".*":
                    continue
                words = value.replace("\\\\", "\\") if "~" in operator else re.escape(value)
                matched = [each for each in known[label] if re.fullmatch(words, each)]
                alternatives = value.count("|") + 1 if "~" in operator else 1
                assert len(matched) >= alternatives, (where, name, label, value, known[label])


def test_every_alert_has_a_runbook_a_test_and_a_severity():
    rules = RULES.read_text()
    blocks = dict(re.findall(r"- alert: (\w+)\n(.*?)(?=\n      - |\n  - |\Z)", rules, re.DOTALL))
    runbooks = re.findall(r"^## (Spillway\w+)$", (REPO / "docs/runbooks.md").read_text(), re.MULTILINE)
    tests = "".join(path.read_text() for path in RULES.parent.glob("rules_*test.yml"))

    assert list(blocks) == runbooks, "in the order of the rules"
    for name, block in blocks.items():
        assert f"runbook_url: docs/runbooks.md#{name.lower()}" in block, name
        assert re.search(r"severity: (page|ticket)", block), name
        assert "summary: " in block and "description: " in block, name
        assert f'alertname="{name}"' in tests, name


def test_links_to_sections_of_the_docs_lead_somewhere():
    for path in (REPO / "docs").glob("*.md"):
        for target, anchor in re.findall(r"\]\(([\w./-]*)#([\w-]+)\)", path.read_text()):
            text = ((path.parent / target) if target else path).read_text()
            titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
            anchors = {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in titles}
            assert anchor in anchors, (path.name, target, anchor)


def test_panels_say_what_they_show_and_do_not_overlap():
    board = json.loads(DASHBOARD.read_text())
    taken = set()
    for panel in board["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken and place["x"] + place["w"] <= 24, panel["title"]
        taken |= cells
        if panel["type"] != "row":
            assert panel["title"] and panel["description"], panel
            assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
            assert all(each["datasource"]["uid"] == "${datasource}" for each in panel["targets"])


def test_every_error_code_and_reason_is_in_troubleshooting():
    document = (REPO / "docs/troubleshooting.md").read_text()
    code = re.compile(
        r'(?:code = |code = error\.status == 408 \? "request_timeout" : |refuse\(\d{3}, |\{\d{3}, |'
        r'error_ = \{|error_event\(\s*)"([a-z]+(?:_[a-z]+)+)"'
    )
    sources = [p for f in ("policy", "proxy", "wire") for p in sorted((REPO / "src" / f).glob("*.cpp"))]
    codes = {found for path in sources for found in code.findall(path.read_text())}
    reasons = set(
        re.findall(
            r'case Reason::\w+: return "(\w+)"', (REPO / "src/policy/classify.cpp").read_text()
        )
    ) - {"none"}
    errors = document.partition("## The caller got an error")[2]
    of_callers, of_attempts = errors.split("## An attempt failed")

    assert set(re.findall(r"^\| `(\w+)` \|", of_callers, re.MULTILINE)) == codes
    assert set(re.findall(r"^\| `(\w+)` \|", of_attempts, re.MULTILINE)) == reasons
