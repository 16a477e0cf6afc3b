#!/usr/bin/env python3
"""Writes the manual pages: manual.py PROGRAM VERSION FOLDER

spillway.1 from the program's --help, spillway.yaml.5 from the JSON Schema that the program prints."""

import json
import pathlib
import subprocess
import sys

import cli_help

EXIT_STATUS = [("0", "Fine."), ("1", "The input is wrong, or the gateway is not healthy."), ("2", "Wrong usage.")]

FILES = [
    ("/etc/spillway/spillway.yaml", "The routing table that the service serves; see spillway.yaml(5)."),
    ("/etc/spillway/environment", "Variables of the service, NAME=value a line: keys for `api_key: {env: NAME}`."),
    ("/etc/spillway/keys/", "Keys for `api_key: {file: PATH}`, read again when they change."),
    ("/usr/share/spillway/", "JSON Schema, examples, dashboard, alerting rules and the list of what is inside."),
]


def plain(text):
    """The text as roff shows it unchanged."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line[:1] in (".", "'") else line for line in text.split("\n"))


def tagged(what, text):
    return [".TP", f"\\fB{plain(what)}\\fR", plain(text)]


def verbatim(text):
    return [".PP", ".nf", plain(text), ".fi"]


def listed(entry):
    names = ", ".join(entry.names)
    return tagged(f"{names} {entry.value}".strip(), entry.text)


def command_section(command):
    lines = [f".SS {' '.join(command.path)}", plain(command.summary) + "."]
    for entry in command.positionals + command.options:
        lines += listed(entry)
    for below in command.commands:
        lines += tagged(below.path[-1], below.summary + ".")
    if command.footer:
        lines += verbatim(command.footer)
    return lines


def program_page(program, version):
    lines = [f'.TH SPILLWAY 1 "" "spillway {version}" "Spillway"',
             ".SH NAME", f"spillway \\- {plain(program.summary[0].lower() + program.summary[1:])}",
             ".SH SYNOPSIS", ".B spillway", "\\fICOMMAND\\fR [\\fIOPTION\\fR ...]",
             ".SH DESCRIPTION",
             "One URL in front of several deployments: each request is answered by one that can, and",
             "the caller sees an honest error when none can. Data goes to standard output, messages to",
             "standard error.", ".SH OPTIONS"]
    for option in program.options:
        lines += listed(option)
    lines.append(".SH COMMANDS")
    for command in program.all_below():
        lines += command_section(command)
    lines.append(".SH EXIT STATUS")
    for code, meaning in EXIT_STATUS:
        lines += tagged(code, meaning)
    lines.append(".SH FILES")
    for path, meaning in FILES:
        lines += tagged(path, meaning)
    lines += [".SH SEE ALSO", ".BR spillway.yaml (5),", ".BR systemctl (1)"]
    return "\n".join(lines) + "\n"


def below(schema):
    """The maps that may stand where this schema stands: itself, what a list holds, or one of several."""
    for part in schema.get("anyOf", []) + [schema]:
        if "properties" in part:
            yield "", part["properties"]
        if isinstance(part.get("additionalProperties"), dict):
            yield ".NAME", {"": part["additionalProperties"]}
        if part is not schema or "anyOf" not in part:
            if "items" in part:
                for suffix, found in below(part["items"]):
                    yield "[]" + suffix, found


def keys(path, schema):
    """(dotted path, its schema) of every key of a routing table."""
    for suffix, properties in below(schema):
        for name, inner in properties.items():
            here = path + suffix + (f".{name}" if name else "")
            if name:
                yield here.removeprefix("."), inner
            yield from keys(here, inner)


def remarks(schema):
    said = [schema["description"] + "."] if "description" in schema else []
    if "default" in schema:
        said.append(f"Default: {json.dumps(schema['default'])}.")
    if "enum" in schema:
        said.append("One of: " + ", ".join(str(word) for word in schema["enum"]) + ".")
    return " ".join(said)


def table_page(schema, version):
    lines = [f'.TH SPILLWAY.YAML 5 "" "spillway {version}" "Spillway"',
             ".SH NAME", "spillway.yaml \\- routing table of spillway(1)",
             ".SH DESCRIPTION",
             "A YAML file: listeners, resources with their credentials, deployments with their limits, and",
             "routes from the model names that callers use to tiers of deployments. ",
             ".B spillway check", "\\fIFILE\\fR finds every mistake in one.",
             ".PP", "Amounts may be written as 100k or 2M, sizes as 1MiB, times as 500ms, 20s or 10m.",
             "${NAME} and ${NAME:\\-default} in a value are replaced from the environment.",
             ".SH KEYS"]
    for path, inner in keys("", schema):
        lines += tagged(path, remarks(inner))
    lines.append(".SH FILES")
    lines += tagged("/usr/share/doc/spillway/examples/", "Tables to start from.")
    lines += tagged("/usr/share/spillway/spillway.schema.json", "The schema, for editors.")
    lines += [".SH SEE ALSO", ".BR spillway (1)"]
    return "\n".join(lines) + "\n"


def main():
    program, version, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    schema = subprocess.run([program, "schema"], check=True, capture_output=True, text=True).stdout
    (folder / "spillway.1").write_text(program_page(cli_help.read(program), version))
    (folder / "spillway.yaml.5").write_text(table_page(json.loads(schema), version))


if __name__ == "__main__":
    main()
