"""Rows of the test plan (reliability.md §7): a measured figure is shown, kept and asserted here."""

import os

SLOW = float(os.environ.get("SPILLWAY_SLOW", "1"))
"""Multiply bounds of time by it: sanitizers and loaded machines are slower."""


def figure(row, value, unit, target, ok):
    """Prints `ROW value unit target PASS|FAIL`, appends it to $SPILLWAY_FIGURES, asserts `ok`."""
    line = f"{row} {value} {unit} {target} {'PASS' if ok else 'FAIL'}"
    print(line)
    if path := os.environ.get("SPILLWAY_FIGURES"):
        with open(path, "a", encoding="utf-8") as file:
            file.write(line + "\n")
    assert ok, line


def best_round(measure, good, rounds=3):
    """The lowest of up to `rounds` results of `measure()`, stopping at the first that is `good`: what
    else runs on the machine only ever adds time."""
    values = []
    while len(values) < rounds and not any(value <= good for value in values):
        values.append(measure())
    return min(values)
