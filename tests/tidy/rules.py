"""What a reviewer would say twice: banned words with their replacement, coroutine shapes, sizes."""

import re
from dataclasses import dataclass

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
COLUMNS_MAX = 100

_DATA_PATH = "base policy wire config telemetry net fleet proxy".split()
_OURS = _DATA_PATH + ["admin", "app"]


@dataclass
class Ban:
    pattern: str
    layers: list
    instead: str


BANS = [
    # Telemetry stamps its own log lines, and locks where no request passes (creating cells, the
    # event log).
    Ban(r"::now\s*\(", "base policy wire config fleet".split(),
        "take `now` as an argument; clocks are read in net, proxy, admin and app"),
    Ban(r"\bstd::(?:\w+_)?mutex\b|#\s*include\s*<(?:shared_)?mutex>",
        "base policy wire config net fleet proxy".split(),
        "a worker owns its state; reach another thread with post"),
    Ban(r"\bstd::atomic|#\s*include\s*<atomic>", "base policy wire config net proxy".split(),
        "only fleet (and telemetry's cells) hold what workers share"),
    Ban(r"\b(?:enable_)?shared_from_this\b", _OURS,
        "the coroutine frame owns; children take values or in-place references"),
    Ban(r"\bdetached\b", _OURS, "start coroutines with spawn(), whose handler counts what escapes"),
    Ban(r"\bstd::regex\b|#\s*include\s*<regex>", _OURS, "write the few comparisons, or a scanner"),
    Ban(r"#\s*include\s*<iostream>", _DATA_PATH + ["admin"],
        "<ostream> and an argument (app/main.cpp has the streams), or telemetry's log"),
    Ban(r"\bvolatile\b", _OURS + ["sim"], "std::atomic in fleet, or nothing"),
    Ban(r"#\s*define\s+(?!SW_ASSERT\b)", _OURS + ["sim"], "constexpr, an enum or a function"),
    Ban(r"^using\s+namespace\b(?!\s+std::(?:\w+_)?literals;)", _OURS,
        "name what you use, inside functions; only std's literals may be opened"),
    Ban(r"[(,]\s*(?:const\s+)?bool\s+\w+\s*[,)=]", _OURS, "an enum says at the call what it means"),
]
_BAD_NAME = re.compile(r"(?:util|helper|common|misc|manager)\w*\.[ch]pp$")
_TODO = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b(?!.{0,3}#\d)")


def bans(layer, code):
    for ban in BANS:
        if layer not in ban.layers:
            continue
        for found in re.finditer(ban.pattern, code, re.M):
            yield code.count("\n", 0, found.start()) + 1, (
                f"`{' '.join(found.group(0).split())}` is not for {layer}: {ban.instead}")


def text(path, raw):
    """Rules about the file as text: names, lengths, open ends."""
    if _BAD_NAME.search(path):
        yield 1, "name the file after what it decides, not after a drawer"
    lines = raw.split("\n")
    if len(lines) - 1 > FILE_LINES_MAX:
        yield FILE_LINES_MAX, f"{len(lines) - 1} lines, at most {FILE_LINES_MAX}: split by reason"
    if path.endswith(".hpp") and "#pragma once" not in raw:
        yield 1, "#pragma once is missing"
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS_MAX:
            yield number, f"{len(line)} columns, at most {COLUMNS_MAX}"
        if _TODO.search(line):
            yield number, "an open end needs an issue: TODO #n"


def functions(shape):
    for function in shape.functions:
        if function.lines > FUNCTION_LINES_MAX:
            yield function.line, f"function of {function.lines} lines, at most {FUNCTION_LINES_MAX}"


_LABEL = re.compile(r"^(?:(?:case\b.*?[^:]|default)\s*:(?!:)\s*)+")
_SHAPE = re.compile(r"^(?:co_return\s+|[^()]*?[^=!<>+\-*/%&|^(){}?]=\s*|\(void\)\s*)?co_await\b")


def coroutines(shape, is_test):
    """The spellings of co_await that GCC 12 compiles right: style.md B.4, docs/decisions/0001."""
    for statement in shape.statements:
        body = _LABEL.sub("", statement.text)
        if not re.search(r"\bco_await\b", body):
            continue
        message = _misshapen(body)
        if message:
            yield statement.line, message + " (GCC 12 miscompiles it, docs/decisions/0001)"
    for closure in shape.lambdas:
        by_reference = re.fullmatch(r"&\w*(?:\s*,\s*&\w+)*", closure.captures)
        if closure.is_coroutine and closure.captures and not (is_test and by_reference):
            yield closure.line, "a coroutine must not be a capturing lambda: write a named function"


def _misshapen(body):
    if re.match(r"(?:else\s+)?(?:if|while|for|switch)\b", body):
        return "co_await in a condition: await into a named value first"
    if "{" in body:
        return "a brace (initialiser or lambda) beside co_await: name it first"
    if "?" in body:
        return "co_await beside ?: write if and else"
    if len(re.findall(r"\bco_await\b", body)) > 1:
        return "one co_await per statement"
    if not _SHAPE.match(body):
        return "co_await stands alone on the right-hand side"
    return None
