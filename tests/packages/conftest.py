"""What tests/packages.sh has made: the package, a clean Debian root, the tools. One machine with the package installed serves all tests
that need a running systemd."""

import os
import pathlib
import shutil
import subprocess

import pytest
from documents import Document
from gateway import REPO
from machine import Machine

MADE = pathlib.Path(os.environ.get("SPILLWAY_PACKAGES", REPO / "build/packages"))
"""Holds package/*.deb and root/, a Debian with apt, systemd and nothing of ours."""
INSTALL = Document("docs/install.md").named()
"""The commands a reader is told to run, by name."""


@pytest.fixture(scope="session")
def deb() -> pathlib.Path:
    [found] = (MADE / "package").glob("spillway_*.deb")
    return found


@pytest.fixture(scope="session")
def clean_root() -> pathlib.Path:
    return MADE / "root"


@pytest.fixture(scope="session")
def contents(deb, tmp_path_factory) -> pathlib.Path:
    """The package's files, unpacked."""
    folder = tmp_path_factory.mktemp("contents")
    subprocess.run(["dpkg-deb", "--extract", deb, folder], check=True)
    return folder


@pytest.fixture(scope="session")
def machine(deb, clean_root):
    """A booted Debian in which apt has installed the package and what it depends on."""
    root = MADE / "machine"
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["cp", "--archive", "--reflink=auto", clean_root, root], check=True)
    (root / "build/release").mkdir(parents=True)
    shutil.copy(deb, root / "build/release")
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(["chroot", root, "bash", "-euc", INSTALL["install"]], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    with Machine(root) as running:
        yield running
    shutil.rmtree(root)
