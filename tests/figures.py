#!/usr/bin/env python3
"""Collects the rows of the test plan that the last run of tests/run.sh printed, and writes docs/reliability.md.

    tests/figures.py            prints the table
    tests/figures.py --write    writes docs/reliability.md

Rows come from the unit tests (ctest's log of the release build) and from the end-to-end tests (build/results/figures.txt); each is a line
`ID value unit target PASS|FAIL`.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
SOURCES = {"unit": ROOT / "build/release/Testing/Temporary/LastTest.log", "end to end": ROOT / "build/results/figures.txt"}
ROW = re.compile(r"^(?:\d+: )?((?:[A-Z]{1,2})-\d+\S*) (.+) (PASS|FAIL)$")

HEADER = """\
# What is promised, and what was measured

Every row is a test of the test plan that prints its figure; `tests/run.sh` runs them all and `tests/figures.py --write` made this page
from the last run. Unit rows drive a policy with hand-held time; end-to-end rows drive the real program over sockets, against the simulator or a
scripted upstream. The columns of a figure are its value, its unit and its target.

| Row | Figure | Level | |
|---|---|---|---|
"""


def rows() -> list[tuple[str, str, str, str]]:
    found = {}
    for level, path in SOURCES.items():
        if not path.exists():
            sys.exit(f"figures: {path} is missing: run tests/run.sh first")
        for line in path.read_text(errors="replace").splitlines():
            if match := ROW.match(line.strip()):
                row, figure, verdict = match.groups()
                found[(row, level, re.sub(r"[\d.]+", "#", figure))] = (row, figure, level, verdict)

    def order(entry):
        letter, _, number = entry[0].partition("-")
        return letter, int(re.match(r"\d+", number).group()), entry[2], entry[1]

    return sorted(found.values(), key=order)


def main() -> None:
    text = HEADER + "".join(f"| {row} | {figure} | {level} | {verdict} |\n" for row, figure, level, verdict in rows())
    if "--write" in sys.argv:
        (ROOT / "docs/reliability.md").write_text(text)
    else:
        print(text, end="")


if __name__ == "__main__":
    main()
