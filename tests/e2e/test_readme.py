"""The README's commands do what it says. Before every ```sh block there is `<!-- test: NAME -->`, and
this file runs it under that name, or `<!-- not run: REASON -->`."""

import json
import os
import re
import subprocess

import pytest
from gateway import BINARY, REPO, Gateway
from sim import Sim, two_regions
from tables import over_regions

README = (REPO / "README.md").read_text()
BLOCK = re.compile(r"^([^\n]*)\n```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall(README)
"""(the line before, the language, the text) of every fenced block."""

KEYS = {"AOAI_EAST_KEY": "key-of-east", "AOAI_WEST_KEY": "key-of-west"}


def commands():
    return [(mark, text) for mark, language, text in BLOCKS if language == "sh"]


def named_blocks():
    marks = [(re.fullmatch(r"<!-- test: (.+) -->", mark), text) for mark, text in commands()]
    return {mark[1]: text.strip() for mark, text in marks if mark}


NAMED = named_blocks()


@pytest.fixture(scope="module")
def gateway():
    with Sim(two_regions()) as sim:
        sims = {"east": sim, "west": sim}
        tiers = [["east/gpt-4o-prod"], ["west/gpt-4o-dr"]]
        with Gateway(over_regions(sims, tiers)) as running:
            yield running


def run(text, replaced, home):
    """The block in a clean environment, with `replaced` (what the README says: what is here)."""
    for said, here in replaced.items():
        assert said in text, f"{said} is not in the block"
        text = text.replace(said, here)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", text],
        cwd=REPO,
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_block_is_run_or_says_why_not():
    excused = [mark for mark, _ in commands() if re.fullmatch(r"<!-- not run: .+ -->", mark)]

    assert set(NAMED) == {"quickstart", "check", "curl", "on-call"}, "a block without its test"
    assert len(commands()) == len(NAMED) + len(excused), "a block that is not marked"
    assert {language for _, language, _ in BLOCKS} == {"", "sh", "yaml"}
    assert README.count("```") == 2 * len(BLOCKS)


def test_quickstart_is_the_step_of_the_test_script():
    steps = (REPO / "tests/run.sh").read_text()

    assert f"step_quickstart() {{ {NAMED['quickstart']}; }}" in steps


def test_check_finds_nothing_wrong(tmp_path):
    run(NAMED["check"], {"build/release/spillway": BINARY}, tmp_path)


def test_the_first_table_is_right(tmp_path):
    [table] = [text for _, language, text in BLOCKS if language == "yaml"]
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
