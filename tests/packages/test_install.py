"""docs/install.md: its commands are run where the tests need them (test_service.py, tests/packages.sh); here, that none is forgotten."""

from documents import Document
from gateway import REPO

INSTALL = Document("docs/install.md")
RUN_BY = {
    "build": "tests/packages.sh",
    "install": "tests/packages/conftest.py",
    "start": "tests/packages/test_service.py",
    "look": "tests/packages/test_service.py",
    "restart": "tests/packages/test_service.py",
    "fault": "tests/packages/test_image.py",
}


def test_every_block_is_run_or_says_why_not():
    assert not INSTALL.unmarked()
    assert set(INSTALL.named()) == set(RUN_BY)
    for name, path in RUN_BY.items():
        if name != "build":
            assert f'["{name}"]' in (REPO / path).read_text(), name


def test_the_package_is_built_by_the_documented_commands():
    script = (REPO / "tests/packages.sh").read_text()

    for line in INSTALL.named()["build"].splitlines():
        assert line in script, line
