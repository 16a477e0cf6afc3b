#!/usr/bin/env python3
"""Compiles every header that no source includes first. Usage: headers.py repository compiler [flag...]

A source includes its own header first (check.py insists), so the build proves those already. What
is left is compiled here by itself.
"""

import concurrent.futures
import pathlib
import subprocess
import sys


def without_source(root):
    """The headers of include/ and src/ that have no .cpp of their own, as they are included."""
    for top in ("include", "src"):
        for header in sorted((root / top).rglob("*.hpp")):
            name = header.relative_to(root / top).as_posix()
            unit = name.removeprefix("spillway/").removesuffix(".hpp") + ".cpp"
            if not any((root / "src" / folder / unit).exists() for folder in ("", "base", "app")):
                yield name


def compile_alone(command, name):
    run = subprocess.run(command, input=f'#include "{name}"\n', capture_output=True, text=True,
                         timeout=120, check=False)
    return name, run.returncode, run.stderr


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    command = [*sys.argv[2:], "-std=c++20", f"-I{root}/include", f"-I{root}/src", "-Wall",
               "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror", "-fsyntax-only",
               "-x", "c++", "-"]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for name, code, errors in pool.map(lambda n: compile_alone(command, n),
                                           without_source(root)):
            print("ok  " if code == 0 else "FAIL", name)
            if code != 0:
                failed += 1
                print(errors)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
