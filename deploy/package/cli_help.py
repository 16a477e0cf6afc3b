"""What the program's own `--help` says, as values. The man page and the completions are made from it at build time, so that they
cannot promise a command or a flag that the program does not have."""

import dataclasses
import re
import subprocess

TEXT_COLUMN = 30
"""Where CLI11 begins to say what an entry does; on the next line if the name reaches that far."""
SECTION = re.compile(r"^(?P<indent> *)(?P<title>Options|Positionals|Subcommands):$")
"""Indented inside an option group, whose own lines stand in brackets."""


@dataclasses.dataclass
class Entry:
    """One line of a list in a help text. `names` holds the spellings of a flag, or the one name of a command or positional."""

    names: list[str]
    value: str
    """What a flag wants after it, e.g. "TEXT"; empty for none."""
    text: str


@dataclasses.dataclass
class Command:
    path: list[str]
    """The words that call it; empty for the program itself."""
    summary: str
    usage: str
    options: list[Entry]
    positionals: list[Entry]
    footer: str
    commands: list["Command"]

    def all_below(self):
        for command in self.commands:
            yield command
            yield from command.all_below()


def entry(line: str) -> Entry:
    fits = line[TEXT_COLUMN - 1 : TEXT_COLUMN] in (" ", "")
    called, text = (line[:TEXT_COLUMN], line[TEXT_COLUMN:]) if fits else (line, "")
    names, _, value = called.strip().partition(" ")
    return Entry(names.split(","), value.removesuffix("REQUIRED").strip(), text.strip())


def sections(text: str) -> tuple[str, dict[str, list[Entry]], str]:
    """The lines before the lists, the lists by title, and what follows them."""
    head: list[str] = []
    footer: list[str] = []
    lists: dict[str, list[Entry]] = {}
    current, indent = [], ""
    for line in map(str.rstrip, text.splitlines()):
        if title := SECTION.match(line):
            current, indent = lists.setdefault(title["title"], []), title["indent"]
        elif not lists:
            head.append(line)
        elif footer:
            footer.append(line)
        elif line.startswith(indent + "   "):
            current[-1].text = f"{current[-1].text} {line.strip()}".strip()
        elif line.startswith(indent + "  ") and "[" not in line[:3]:
            current.append(entry(line.removeprefix(indent)))
        elif line and "[" not in line[:3]:
            footer.append(line)
    return "\n".join(head).strip(), lists, "\n".join(footer).strip()


def read(program: str, path: tuple[str, ...] = ()) -> Command:
    """Asks `program` for the help of the command `path`, and of everything below it."""
    shown = subprocess.run([program, *path, "--help"], check=True, capture_output=True, text=True)
    head, lists, footer = sections(shown.stdout)
    summary, _, usage = head.partition("Usage: ")
    below = [read(program, (*path, item.names[0])) for item in lists.get("Subcommands", [])]
    return Command(list(path), summary.strip(), usage.strip(), lists.get("Options", []),
                   lists.get("Positionals", []), footer, below)
