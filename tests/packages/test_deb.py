"""The Debian package as a file: what is in it, what lintian says, manual, completions, SBOM."""

import gzip
import json
import re
import subprocess

import pytest
import shells
from gateway import REPO
from spdx_tools.spdx.parser.parse_anything import parse_file
from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

FLAG = re.compile(r"(?:^ +|,)(--?[a-z][a-z-]*)", re.MULTILINE)
COMMAND = re.compile(r"^  ([a-z]+) ", re.MULTILINE)


def help_of(program, *path):
    return subprocess.run([program, *path, "--help"], capture_output=True, text=True, check=True).stdout


def lists(text):
    """The commands and the flags of a help text, read by other means than deploy/package/cli_help.py."""
    options = text.partition("Options:")[2].partition("\n\n")[0]
    commands = text.partition("Subcommands:")[2].partition("\n\n")[0]
    return set(COMMAND.findall(commands)), set(FLAG.findall(options))


def offers_of(program, path=()):
    """[(path, commands and flags that may follow)] of every command."""
    commands, flags = lists(help_of(program, *path))
    found = [(path, commands | flags)]
    for command in sorted(commands):
        found += offers_of(program, (*path, command))
    return found


@pytest.fixture(scope="module")
def program(contents):
    return contents / "usr/bin/spillway"


@pytest.fixture(scope="module")
def offers(program):
    found = offers_of(program)
    assert len(found) > 5 and ("serve",) in dict(found), "the help is read wrongly"
    return found


def test_lintian_finds_no_error(deb):
    done = subprocess.run(["lintian", "--allow-root", "--fail-on", "error", deb], capture_output=True, text=True)

    assert done.returncode == 0, done.stdout + done.stderr


def depends_of(deb):
    return subprocess.run(["dpkg-deb", "--field", deb, "Depends"], capture_output=True, text=True, check=True).stdout


def test_it_depends_on_the_libraries_it_loads(deb):
    depends = depends_of(deb)

    for library in ("libssl3", "libyaml-cpp", "libsqlite3-0", "libsimdjson", "libprometheus-cpp-core", "libstdc++6", "libc6"):
        assert library in depends
    assert "prometheus-cpp-pull" not in depends, "brings a web server with an open CVE"


def test_programs_are_stripped_and_hardened(contents):
    for name in ("spillway", "spillway-sim"):
        shown = subprocess.run(["readelf", "-hldS", contents / "usr/bin" / name], capture_output=True, text=True, check=True).stdout
        assert ".symtab" not in shown and "BIND_NOW" in shown and "GNU_RELRO" in shown
        assert "DYN (Position-Independent Executable file)" in shown


def test_bash_offers_every_command_and_flag(contents, offers):
    for path, expected in offers:
        assert shells.bash(contents / "usr/share", path, "") == expected, path
    assert shells.bash(contents / "usr/share", ("health",), "--re") == {"--ready"}


def test_fish_offers_every_command_and_flag(contents, offers, tmp_path):
    for path, expected in offers:
        offered = shells.fish(contents / "usr/share", path, "", tmp_path) | shells.fish(contents / "usr/share", path, "-", tmp_path)
        assert offered == expected, path


def test_zsh_offers_every_command_and_flag(contents, offers, tmp_path):
    zsh = shells.Zsh(contents / "usr/share", tmp_path)
    try:
        for path, expected in offers:
            assert zsh.ask(path, "") | zsh.ask(path, "-") == expected, path
    finally:
        zsh.close()


def page(contents, name):
    """The page's source without fonts and escaped dashes."""
    source = gzip.decompress((contents / "usr/share/man" / name).read_bytes()).decode()
    return re.sub(r"\\f[BIR]", "", source).replace("\\-", "-")


def test_the_manual_has_every_command_and_flag(contents, offers):
    text = page(contents, "man1/spillway.1.gz")

    for path, expected in offers:
        section = text if not path else text.partition(f".SS {' '.join(path)}\n")[2].partition(".SS ")[0]
        for word in expected:
            assert re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", section), (path, word)


def test_the_manual_has_every_key_of_a_table(contents):
    schema = json.loads((REPO / "config/spillway.schema.json").read_text())
    text = page(contents, "man5/spillway.yaml.5.gz")

    names = set(re.findall(r'"(\w+)": \{\s+"description"', json.dumps(schema, indent=1)))
    assert len(names) > 50
    for name in names:
        assert re.search(rf"^\.TP\n(\S+\.)?{name}$", text, re.MULTILINE), name


def test_manual_pages_are_well_formed(contents):
    for path in sorted((contents / "usr/share/man").rglob("*.gz")):
        done = subprocess.run(["mandoc", "-T", "lint", "-W", "error", path], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout


def test_the_sbom_is_valid_and_names_what_dpkg_shlibdeps_found(contents, deb):
    path = contents / "usr/share/spillway/spillway.spdx.json"
    found = {package["name"]: package for package in json.loads(path.read_text())["packages"]}

    assert not validate_full_spdx_document(parse_file(str(path)))
    libraries = {name for name in re.findall(r"[a-z][\w.+-]+(?= \()", depends_of(deb))}
    assert len(libraries) >= 8 and libraries <= set(found)
    for header_only in ("libboost", "libcli11", "nlohmann-json3"):
        assert any(name.startswith(header_only) for name in found)
    for package in found.values():
        assert package["versionInfo"] and package["licenseDeclared"]
