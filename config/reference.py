#!/usr/bin/env python3
"""Writes the reference of all keys from the schema, which the program makes from its field table:

    spillway schema > config/spillway.schema.json
    config/reference.py > docs/configuration.md
"""

import json
import pathlib

SCHEMA = pathlib.Path(__file__).with_name("spillway.schema.json")
# How a value is written, recognised by a part of its pattern. The first that is found holds.
FORMS = [
    ("(ms|s|m|h)", "duration"),
    ("[KMG]iB", "size"),
    ("[kM]?", "count"),
    ("[0-9]{1,5}", "`ADDRESS:PORT`"),
    ("none|", "`http://HOST:PORT` or `none`"),
    ("https?://", "URL"),
    ("https://[^?", "URL"),
    ("[A-Z]{3}", "three letters"),
    ("https://", "`https://` URL"),
    ("[0-9a-fA-F]{8}", "GUID"),
    ("[xX]-", "name of a header"),
    ("default", "scope"),
    ("[0-9A-Fa-f]{8}", "id"),
    ("[A-Za-z0-9.-]*", "id or domain"),
    ("[A-Za-z_]", "name of a variable"),
    ("/:-]{1,64}", "model name"),
    ("{1,64}", "name"),
]
HEAD = """# Configuration

Every key of the routing table. `config/reference.py` writes this page from the program's own field table; a test proves that it is
current. `spillway check FILE` finds every mistake at once, editors find them while you type
(`# yaml-language-server: $schema=./spillway.schema.json`). Complete tables are in `config/examples`.

- `*` stands for a name you choose, `[]` for each element of a list. Keys in **bold** are required where their map is.
- A duration is `500ms`, `20s`, `10m` or `24h`; a size `65536`, `64KiB` or `32MiB`; a count `600`, `100k` or `2M`.
- Any value may come from the environment: `${VAR}`, `${VAR:-default}`; `$$` is a dollar sign. One
  that is not set and has no default is an error.
- An unknown key, a key that occurs twice, and YAML's merge keys are errors.
- What ends in ↻ needs a restart to change; everything else is followed while the gateway runs ([reload.md](reload.md)).
- `defaults` takes the keys of a route and holds for all routes.

| Key | Value | Default | Meaning |
|---|---|---|---|
"""


def scalar(form):
    """How a value of this form is written; nothing for maps, lists and the variable alone."""
    if "enum" in form:
        return ", ".join(f"`{each}`" for each in form["enum"])
    if form.get("type") == "boolean":
        return "`true`, `false`"
    if form.get("type") in ("integer", "number"):
        bounds = [form[each] for each in ("minimum", "maximum") if each in form]
        return "number" + (" from {:g} to {:g}".format(*bounds) if bounds else "")
    if form.get("type") == "string":
        pattern = form.get("pattern", "")
        alternatives = [words for part, words in FORMS if part in pattern]
        if alternatives:
            return alternatives[0]
        return "" if pattern else "text"
    return ""


def written(schema):
    forms = schema.get("anyOf", [schema])
    words = [scalar(form) for form in forms]
    # `100k` is the same number in a handier spelling.
    if any(each.startswith(("size", "count")) for each in words):
        words = [each for each in words if not each.startswith("number")]
    words += ["list" for form in forms if form.get("type") == "array"]
    words += ["map" for form in forms if is_map(form)]
    return " or ".join(dict.fromkeys(each for each in words if each))


def is_map(form):
    return "properties" in form or "propertyNames" in form


def default(schema):
    if "default" not in schema:
        return ""
    value = schema["default"]
    return f"`{value if isinstance(value, str) else json.dumps(value)}`"


def meaning(schema):
    return schema["description"] + (" ↻" if "$comment" in schema else "")


def inner(path, schema):
    """(path, schema, whether it is required) of what stands directly below."""
    for form in schema.get("anyOf", [schema]):
        for key, value in form.get("properties", {}).items():
            yield f"{path}.{key}".lstrip("."), value, key in form.get("required", [])
        if isinstance(form.get("additionalProperties"), dict):
            yield f"{path}.*", form["additionalProperties"], False
        if "items" in form:
            yield f"{path}[]", form["items"], False


def rows(path, schema):
    for below, value, required in inner(path, schema):
        if "description" in value:
            key = f"**`{below}`**" if required else f"`{below}`"
            yield f"| {key} | {written(value)} | {default(value)} | {meaning(value)} |"
        # The keys below `defaults` are those of a route.
        if below != "defaults":
            yield from rows(below, value)


if __name__ == "__main__":
    print(HEAD + "\n".join(rows("", json.loads(SCHEMA.read_text()))))
