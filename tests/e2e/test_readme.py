"""The README's commands do what it says (documents.py: how they are found)."""

import json
import os
import subprocess

import pytest
from documents import Document, run
from gateway import BINARY, REPO, Gateway
from sim import Sim, two_regions
from tables import over_regions

README = Document("README.md")
NAMED = README.named()
KEYS = {"AOAI_EAST_KEY": "key-of-east", "AOAI_WEST_KEY": "key-of-west"}


@pytest.fixture(scope="module")
def gateway():
    with Sim(two_regions()) as sim:
        sims = {"east": sim, "west": sim}
        tiers = [["east/gpt-4o-prod"], ["west/gpt-4o-dr"]]
        with Gateway(over_regions(sims, tiers)) as running:
            yield running


def test_every_block_is_run_or_says_why_not():
    assert set(NAMED) == {"quickstart", "check", "curl", "on-call"}, "a block without its test"
    assert README.unmarked() == []
    assert {language for _, language, _ in README.blocks} == {"", "sh", "yaml"}
    assert README.text.count("```") == 2 * len(README.blocks)


def test_quickstart_is_the_step_of_the_test_script():
    steps = (REPO / "tests/run.sh").read_text()

    assert f"step_quickstart() {{ {NAMED['quickstart']}; }}" in steps


def test_what_says_how_it_is_run_can_be_run():
    folders = (".ci", "bench", "config", "deploy", "docker", "src", "tests")
    files = [file for folder in folders for file in (REPO / folder).rglob("*")
             if "node_modules" not in file.parts]
    scripts = [file for file in files if file.is_file() and file.read_bytes()[:2] == b"#!"]

    assert len(scripts) > 10 and [file for file in scripts if not os.access(file, os.X_OK)] == []


def test_check_finds_nothing_wrong(tmp_path):
    run(NAMED["check"], {"build/release/spillway": BINARY}, tmp_path)


def test_the_first_table_is_right(tmp_path):
    [table] = [text for _, language, text in README.blocks if language == "yaml"]
    path = tmp_path / "spillway.yaml"
    path.write_text(table)

    done = subprocess.run([BINARY, "check", path], env=KEYS, capture_output=True, text=True)

    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_curl_gets_an_answer(gateway, tmp_path):
    printed = run(NAMED["curl"], {"127.0.0.1:8080": gateway.listening[0]}, tmp_path)

    head, _, body = printed.partition("\n\n")
    assert head.startswith("HTTP/1.1 200 ") and "x-spillway-deployment: east-gpt-4o-prod" in head
    assert json.loads(body)["choices"][0]["message"]["content"]


def test_on_call_pages_answer(gateway, tmp_path):
    here = {"http://127.0.0.1:9091": gateway.admin}

    printed = run(NAMED["on-call"], here, tmp_path)

    assert '"deployments"' in printed and "# TYPE spillway_requests_total counter" in printed
