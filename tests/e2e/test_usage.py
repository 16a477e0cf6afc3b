"""`spillway usage` (docs/budgets.md): what it adds up out of the audit stream of a real gateway."""

import csv
import datetime
import io
import json
import subprocess

import pytest
from asking import Asker
from audit_stream import requests_of
from documents import Document, run
from gateway import BINARY, Gateway
from tables import one_route
from upstream import Upstream, answering, reply

DOCUMENT = Document("docs/budgets.md")
COMMANDS = DOCUMENT.named()
TOKENS = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}
ANSWER = {"id": "a1", "object": "chat.completion", "choices": [], "usage": TOKENS}
REQUESTS = 30


def usage(*arguments):
    command = [BINARY, "usage", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20)


def rows(*arguments):
    done = usage("--format", "csv", *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return list(csv.DictReader(io.StringIO(done.stdout)))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Of a stream that was rotated several times."""
    stream = tmp_path_factory.mktemp("usage") / "audit.jsonl"
    with Upstream(answering(lambda _: reply(200, ANSWER))) as east:
        audit = {"to": str(stream), "rotate_bytes": 4096, "rotate_keep": 50}
        with Gateway(one_route({"east": east.address}, audit=audit)) as gateway:
            with Asker(gateway) as asker:
                for _ in range(REQUESTS):
                    assert asker.post().status == 200
    found = sorted(stream.parent.glob("audit.jsonl*"))
    assert len(found) > 2
    return found


def test_a_report_says_what_the_lines_say(files):
    lines = [line for file in files for line in requests_of(file)]
    by_day = {}
    for line in lines:
        by_day.setdefault(line["at"][:10], []).append(line)

    found = rows("--by", "model", *files)

    assert [(row["day"], row["model"], row["requests"]) for row in found] == [
        (day, "gpt-4o", str(len(each))) for day, each in sorted(by_day.items())
    ]
    assert sum(int(row["input_tokens"]) for row in found) == REQUESTS * 12
    assert sum(int(row["output_tokens"]) for row in found) == REQUESTS * 5


def test_days_are_included_and_others_are_not(files):
    [first, *_] = requests_of(files[0])
    day = datetime.date.fromisoformat(first["at"][:10])
    assert rows("--from", day, "--to", day, *files)
    assert rows("--from", day + datetime.timedelta(2), *files) == []
    assert rows("--to", day - datetime.timedelta(1), *files) == []


def test_the_formats_say_the_same(files):
    from_json = json.loads(usage("--format", "json", "--by", "route,outcome", *files).stdout)
    from_csv = rows("--by", "route,outcome", *files)
    for row in (*from_json, *from_csv):
        row["cost"] = float(row["cost"])
    assert [{key: str(value) for key, value in row.items()} for row in from_json] == [
        {key: str(value) for key, value in row.items()} for row in from_csv
    ]
    for_people = usage("--by", "route,outcome", *files).stdout.splitlines()
    assert for_people[0].split() == list(from_csv[0])
    assert for_people[-1].split()[:4] == ["all", "-", "-", str(REQUESTS)]


def test_what_cannot_be_added_up_is_refused(files, tmp_path):
    twice = usage(files[0], files[0])
    assert twice.returncode == 1 and "counted twice" in twice.stderr
    other = tmp_path / "access.log"
    other.write_text(files[0].read_text() + '{"time":"2026-11-26T00:00:00Z"}\n')
    wrong = usage(other)
    lines = files[0].read_text().count("\n") + 1
    assert wrong.returncode == 1 and wrong.stdout == ""
    assert wrong.stderr.startswith(f"{other}:{lines}: error: is not a line of an audit stream")
    assert usage(tmp_path).returncode == 1
    for option in (["--from", "today"], ["--by", "colour"], ["--from", "2026-02-02", "--to", "2026-02-01"]):
        assert usage(*option, files[0]).returncode == 2


def test_the_end_of_a_file_may_still_be_written(files, tmp_path):
    whole = rows("--by", "model", files[0])
    growing = tmp_path / "audit.jsonl"
    growing.write_text(files[0].read_text() + '{"kind":"request","at":"20')
    assert rows("--by", "model", growing) == whole


def test_every_command_of_the_document_is_run(files, tmp_path):
    assert not DOCUMENT.unmarked()
    here = {"spillway usage": f"{BINARY} usage", "/var/log/spillway/audit.jsonl": str(files[0].parent / "audit.jsonl")}
    dated = {**here, "--from 2026-11-01 --to 2026-11-30": "--from 2000-01-01 --to 2099-12-31"}
    assert f" {REQUESTS} " in run(COMMANDS["month"], dated, tmp_path)
    chargeback = {name: str(tmp_path / name) for name in ("chargeback.csv", "callers.json")}
    run(COMMANDS["chargeback"], {**here, **chargeback}, tmp_path)
    assert (tmp_path / "chargeback.csv").read_text().startswith("day,cost_center,tag:team,model,requests,")
    assert json.loads((tmp_path / "callers.json").read_text())[0]["input_tokens"] > 0
