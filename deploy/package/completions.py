#!/usr/bin/env python3
"""Writes the completions of bash, zsh and fish: completions.py PROGRAM FOLDER

Commands and flags are offered by name; what follows a flag or stands alone is completed as a file name."""

import pathlib
import sys

import cli_help

BASH = """\
# bash completion for spillway; made from its --help.
_spillway() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} path= index
    for ((index = 1; index < COMP_CWORD; index++)); do
        case "$path ${{COMP_WORDS[index]}}" in
            {known}) path+=" ${{COMP_WORDS[index]}}" ;;
        esac
    done
    local words=
    case $path in
{cases}
    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
}}
complete -o default -F _spillway spillway
"""

ZSH = """\
#compdef spillway
# zsh completion for spillway; made from its --help.
_spillway() {{
    local cmd= index
    for ((index = 2; index < CURRENT; index++)); do
        case "$cmd $words[index]" in
            {known}) cmd+=" $words[index]" ;;
        esac
    done
    local -a offered
    case $cmd in
{cases}
    esac
    _describe spillway offered
    [[ $PREFIX == -* ]] || _files
}}
if [[ $funcstack[1] == _spillway ]]; then _spillway "$@"; else compdef _spillway spillway; fi
"""


def flags(command):
    return [(name, option.text) for option in command.options for name in option.names]


def words(command):
    """(what is typed, what it does) of everything that may follow the command."""
    return [(below.path[-1], below.summary) for below in command.commands] + flags(command)


def every(program):
    return [program, *program.all_below()]


def call(command):
    return "".join(" " + word for word in command.path)


def known(program):
    return " | ".join(f'"{call(command)}"' for command in program.all_below())


def bash(program):
    cases = [f'        "{call(command)}") words="{" ".join(word for word, _ in words(command))}" ;;'
             for command in every(program)]
    return BASH.format(known=known(program), cases="\n".join(cases))


def zsh_word(word, text):
    plain = text.replace("'", "").replace(":", "\\:")
    return f"'{word}:{plain}'"


def zsh(program):
    cases = []
    for command in every(program):
        offered = " ".join(zsh_word(*pair) for pair in words(command))
        cases.append(f'        "{call(command)}") offered=({offered}) ;;')
    return ZSH.format(known=known(program), cases="\n".join(cases))


def fish_quoted(text):
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def fish_condition(command):
    """True where the command's own words may follow: it was said, and none of the commands below it."""
    said = " && ".join(f"__fish_seen_subcommand_from {word}" for word in command.path)
    below = " ".join(child.path[-1] for child in command.commands)
    unsaid = f"not __fish_seen_subcommand_from {below}" if below else ""
    return " && ".join(part for part in (said, unsaid) if part)


def fish(program):
    lines = ["# fish completion for spillway; made from its --help."]
    for command in every(program):
        start = f"complete -c spillway -n {fish_quoted(fish_condition(command))}"
        for child in command.commands:
            lines.append(f"{start} -f -a {child.path[-1]} -d {fish_quoted(child.summary)}")
        for option in command.options:
            names = " ".join(f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
                             for name in option.names)
            wants = " -r" if option.value else ""
            lines.append(f"{start} {names}{wants} -d {fish_quoted(option.text)}")
    return "\n".join(lines) + "\n"


def main():
    program = cli_help.read(sys.argv[1])
    folder = pathlib.Path(sys.argv[2])
    (folder / "spillway.bash").write_text(bash(program))
    (folder / "_spillway").write_text(zsh(program))
    (folder / "spillway.fish").write_text(fish(program))


if __name__ == "__main__":
    main()
