"""The commands in documents. Before every ```sh block there is `<!-- test: NAME -->`, and a test runs
it under that name, or `<!-- not run: REASON -->`."""

import os
import re
import subprocess

from gateway import REPO

BLOCK = re.compile(r"^([^\n]*)\n```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"<!-- (?:test: (?P<name>.+)|not run: .+) -->")


class Document:
    def __init__(self, path):
        self.text = (REPO / path).read_text()
        self.blocks = BLOCK.findall(self.text)
        """(the line before, the language, the text) of every fenced block."""

    def named(self):
        """The commands that a test runs, by name."""
        marks = [(MARK.fullmatch(mark), text) for mark, text in self._commands()]
        return {mark["name"]: text.strip() for mark, text in marks if mark and mark["name"]}

    def unmarked(self):
        """Commands that nobody has decided about."""
        return [text for mark, text in self._commands() if not MARK.fullmatch(mark)]

    def _commands(self):
        return [(mark, text) for mark, language, text in self.blocks if language == "sh"]


def run(text, replaced, home):
    """The block in a clean environment, with `replaced` (what the document says: what is here)."""
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
