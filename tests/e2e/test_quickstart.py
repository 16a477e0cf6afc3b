"""What `deploy/quickstart.sh --once` runs when it has built. (tests/run.sh runs the whole of it.)"""

import os
import pathlib
import subprocess
import sys

from figures import SLOW
from gateway import BINARY, REPO
from sim import sim_binary


def run_once(build):
    return subprocess.run(
        [sys.executable, REPO / "deploy/quickstart/run.py", "--once"],
        env={**os.environ, "SPILLWAY_BUILD": str(build)},
        capture_output=True,
        text=True,
        timeout=60 * SLOW,
    )


def build_folder(folder, gateway):
    (folder / "spillway").symlink_to(gateway)
    (folder / "spillway-sim").symlink_to(pathlib.Path(sim_binary()).resolve())
    return folder


def program(path, script):
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(0o755)
    return path


def test_it_shows_a_failover(tmp_path):
    done = run_once(build_folder(tmp_path, pathlib.Path(BINARY).resolve()))

    assert done.returncode == 0, done.stdout + done.stderr
    both_up, _, east_lost = done.stdout.partition("The primary region is gone")
    for what in ("chat", "tool call", "stream", "embedding"):
        assert any(what in line and "-east" in line for line in both_up.splitlines())
        assert any(what in line and "-west" in line for line in east_lost.splitlines())
    assert "spillway_failovers_total" in east_lost and "everything worked" in east_lost


def test_it_fails_loudly_when_the_gateway_does_not_start(tmp_path):
    broken = program(tmp_path / "broken", "echo 'no such table' >&2; exit 1\n")
    (tmp_path / "build").mkdir()

    done = run_once(build_folder(tmp_path / "build", broken))

    assert done.returncode != 0
    assert "the gateway did not start" in done.stderr and "no such table" in done.stderr


def test_it_fails_loudly_when_nothing_fails_over(tmp_path):
    """The same program with a table that has lost its second tier."""
    one_tier = "s/, \\[[a-z0-9-]*west\\]\\]/]/"
    script = f"sed -i '{one_tier}' \"$3\"\nexec {pathlib.Path(BINARY).resolve()} \"$@\"\n"
    (tmp_path / "build").mkdir()

    done = run_once(build_folder(tmp_path / "build", program(tmp_path / "lame", script)))

    assert done.returncode != 0
    assert "The primary region is gone" in done.stdout and "everything worked" not in done.stdout
