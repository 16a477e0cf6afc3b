#!/usr/bin/env python3
"""Fails on what style.md forbids and the compiler cannot see. Usage: check.py [repository]

Prints file:line: message for each finding and exits 1 if there is any. What counts as a finding is
in layers.txt (arrows between folders) and rules.py (bans, coroutine shapes, sizes).
"""

import pathlib
import sys

import layers
import rules
import source

_CODE = (".hpp", ".cpp")
_README_HEADINGS = ("What is it for", "What belongs here, what doesn't")
_README_LINES_MAX = 25


def sources(root):
    for folder in ("include", "src", "tests"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in _CODE and path.is_file():
                yield path.relative_to(root).as_posix()


def check_file(root, table, path):
    raw = (root / path).read_text(encoding="utf-8")
    code = source.strip(raw)
    shape = source.read(code)
    is_test = path.startswith("tests/")
    yield from rules.text(path, raw)
    yield from rules.functions(shape)
    # The probe holds the forbidden spellings on purpose.
    if not path.startswith("tests/coroutines/"):
        yield from rules.coroutines(shape, is_test)
    if is_test:
        return
    yield from table.check(path, raw)
    yield from rules.bans(table.layer(path), code)
    yield from layers.own_header_first(path, raw, lambda name: (root / name).exists())


def check_readme(root, folder):
    readme = root / folder / "README.md"
    if not readme.exists():
        yield 1, "README.md is missing: what is it for, what belongs here"
        return
    lines = readme.read_text(encoding="utf-8").splitlines()
    for heading in _README_HEADINGS:
        if not any(line.startswith("#") and heading in line for line in lines):
            yield 1, f"heading `{heading}` is missing"
    if len(lines) > _README_LINES_MAX:
        yield len(lines), f"{len(lines)} lines, at most {_README_LINES_MAX}"


def check(root):
    table = layers.Layers((pathlib.Path(__file__).parent / "layers.txt").read_text())
    for path in sources(root):
        for line, message in check_file(root, table, path):
            yield f"{path}:{line}: {message}"
    for folder in sorted(path for path in (root / "src").iterdir() if path.is_dir()):
        name = folder.relative_to(root).as_posix()
        for line, message in check_readme(root, name):
            yield f"{name}/README.md:{line}: {message}"


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    findings = list(check(root))
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
