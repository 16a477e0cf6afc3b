"""docs/explain.md: its commands do what it says, and print what it shows."""

import json

import pytest
from documents import Document, run
from gateway import BINARY, Gateway
from sim import Sim, two_regions
from tables import over_regions

EXPLAIN = Document("docs/explain.md")
NAMED = EXPLAIN.named()
PROGRAM = {"build/release/spillway": BINARY}
USUAL_ADMIN = "http://127.0.0.1:9091"


@pytest.fixture(scope="module")
def gateway():
    with Sim(two_regions()) as sim:
        sims = {"east": sim, "west": sim}
        tiers = [["east/gpt-4o-prod"], ["west/gpt-4o-dr"]]
        with Gateway(over_regions(sims, tiers)) as running:
            yield running


def test_every_block_is_run():
    assert set(NAMED) == {"table", "gateway", "curl", "cases"}
    assert EXPLAIN.unmarked() == []


def test_the_answer_is_the_one_shown(tmp_path):
    [shown] = [text for _, language, text in EXPLAIN.blocks if language == ""]

    assert run(NAMED["table"], PROGRAM, tmp_path) == shown


def test_a_running_gateway_answers(gateway, tmp_path):
    here = {**PROGRAM, USUAL_ADMIN: gateway.admin}

    printed = run(NAMED["gateway"], here, tmp_path)

    assert "  1.  east-gpt-4o-prod" in printed and "2,000" in printed


def test_curl_gets_the_document(gateway, tmp_path):
    document = json.loads(run(NAMED["curl"], {USUAL_ADMIN: gateway.admin}, tmp_path))

    keys = set(document) | set(document["deployments"][0]) | set(document["tries"][0])
    assert {key for key in keys if f"`{key}" not in EXPLAIN.text} == set()
    assert document["tries"][0]["deployment"] == "west-gpt-4o-dr"


def test_the_example_of_cases_holds(tmp_path):
    printed = run(NAMED["cases"], PROGRAM, tmp_path)

    assert printed == "config/routing-cases.yaml: ok (7 cases)\n"
