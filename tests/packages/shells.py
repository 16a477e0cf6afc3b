"""What the real shells offer after `spillway ...` with the package's completions."""

import os
import pty
import select
import subprocess
import time

BASH = """
source {share}/bash-completion/completions/spillway
COMP_WORDS=({words}) COMP_CWORD={last}
_spillway
printf '%s\\n' "${{COMPREPLY[@]}}"
"""

# zsh completes only in an interactive shell: inside, every candidate is written to the file instead of shown.
ZSH = """
fpath=({share}/zsh/vendor-completions $fpath)
autoload -Uz compinit && compinit -u -d {folder}/dump
compadd() {{
    local -a given kept; local index
    builtin compadd -O kept "$@"; print -l -- $kept >> {folder}/offered
    builtin compadd "$@"
}}
_files() {{ : }}
TRAPEXIT() {{ : }}
"""

EDITING = b"\x1b[?2004h"
"""The line editor takes keys from here on (it asks for bracketed paste); before, a Tab is only a Tab."""


def bash(share, before, start):
    words = ["spillway", *before, start]
    quoted = " ".join(f"'{word}'" for word in words)
    script = BASH.format(share=share, words=quoted, last=len(words) - 1)
    done = subprocess.run(["bash", "--norc", "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def fish(share, before, start, home):
    line = " ".join(["spillway", *before, start])
    script = f"source {share}/fish/vendor_completions.d/spillway.fish; complete -C '{line}'"
    done = subprocess.run(["fish", "--no-config", "-c", script], capture_output=True, text=True, check=True,
                          cwd=home, env={"PATH": os.environ["PATH"], "HOME": str(home)})
    return {line.split("\t")[0] for line in done.stdout.splitlines()}


class Zsh:
    """One interactive zsh on a terminal of its own, asked by typing and pressing Tab."""

    def __init__(self, share, folder):
        self.offered = folder / "offered"
        (folder / ".zshrc").write_text(ZSH.format(share=share, folder=folder) + "print READY\n")
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            os.execvpe("zsh", ["zsh", "-i"], {"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "dumb", "ZDOTDIR": str(folder)})
        self.unread = b""
        self.read_until(b"READY")
        self.read_until(EDITING)

    def read_until(self, word, seconds=30):
        deadline = time.monotonic() + seconds
        while word not in self.unread:
            assert time.monotonic() < deadline, self.unread
            if select.select([self.terminal], [], [], 0.2)[0]:
                self.unread += os.read(self.terminal, 65536)
        self.unread = self.unread.partition(word)[2]

    def ask(self, before, start):
        self.offered.write_text("")
        line = " ".join(["spillway", *before, start])
        # ^U forgets the line afterwards; the comment comes back when the completion is done.
        os.write(self.terminal, line.encode() + b"\t\x15print DO''NE\r")
        self.read_until(b"DONE\r")
        self.read_until(EDITING)
        return set(self.offered.read_text().split())

    def close(self):
        os.write(self.terminal, b"exit\r")
        os.close(self.terminal)
        os.waitpid(self.pid, 0)
