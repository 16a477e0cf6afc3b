"""C++ text as the rules need it: code without comments and literals, statements, functions.

Not a parser: it knows brackets, and which `{` opens a block, a lambda or an initialiser. That is
enough for rules about the shape of statements, and it cannot be fooled by line breaks.
"""

import re
from dataclasses import dataclass, field

_LITERALS = re.compile(
    r"""//[^\n]*|/\*.*?\*/|R"(?P<d>[^()\\\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'""",
    re.S)
_LAMBDA = re.compile(
    r"\[(?P<captures>[^\[\]]*)\]\s*(?:<[^<>]*>\s*)?(?:\((?:[^()]|\([^()]*\))*\)\s*)?"
    r"(?:(?:mutable|noexcept|constexpr)\s*)*(?:->\s*[\w:<>,&*\s]+?)?\s*$")
_BLOCK = re.compile(
    r"(?:[):}]|\belse|\bdo|\btry|\bconst|\bnoexcept|\boverride|\bfinal|\bmutable"
    r"|\)\s*->\s*[\w:<>,&*\s]+)\s*$")
_SCOPE = re.compile(r"\b(?:namespace|struct|class|enum|union|extern)\b")


def strip(text):
    """Blanks comments and the insides of literals; line numbers and columns stay."""
    def blank(match):
        piece = match.group(0)
        inside = re.sub(r"[^\n]", " ", piece)
        if piece[0] in "\"'R" and len(piece) > 1:
            return piece[0] + inside[1:-1] + piece[-1]
        return inside
    return _LITERALS.sub(blank, text)


@dataclass
class Statement:
    text: str           # nested blocks replaced by {}
    line: int


@dataclass
class Function:
    header: str
    line: int
    lines: int


@dataclass
class Lambda:
    captures: str
    line: int
    is_coroutine: bool


@dataclass
class Shape:
    statements: list = field(default_factory=list)
    functions: list = field(default_factory=list)
    lambdas: list = field(default_factory=list)


@dataclass
class _Frame:
    kind: str           # "scope", "function", "block", "lambda", "bracket"
    header: str
    line: int
    captures: str = ""
    awaits: bool = False
    text: str = ""      # of the statement being read
    start: int = 0      # its first line


def _kind_of_brace(frame):
    """What the `{` after frame.text opens, and the lambda's captures."""
    before = frame.text.strip()
    found = _LAMBDA.search(before)
    if found and not re.search(r"(?:\bauto\s*[&]*|[\w\])])\s*$", before[:found.start()]):
        return "lambda", found.group("captures").strip()
    if frame.kind == "bracket":
        return "bracket", ""
    if _SCOPE.search(before) and "(" not in before:
        return "scope", ""
    if not before or _BLOCK.search(before):
        is_function = frame.kind == "scope" and "(" in before
        return ("function" if is_function else "block"), ""
    return "bracket", ""


class _Reader:
    def __init__(self):
        self.shape = Shape()
        self.stack = [_Frame("scope", "", 1)]
        self.line = 1

    def end_statement(self):
        frame = self.stack[-1]
        if frame.text.strip():
            self.shape.statements.append(Statement(" ".join(frame.text.split()), frame.start))
        frame.text = ""

    def open(self, char):
        frame = self.stack[-1]
        kind, captures = _kind_of_brace(frame) if char == "{" else ("bracket", "")
        child = _Frame(kind, frame.text.strip(), frame.start or self.line, captures)
        if kind == "bracket":
            child.text = char
        elif kind == "lambda":
            child.line = self.line
        else:
            self.end_statement()
        self.stack.append(child)

    def close(self, char):
        frame = self.stack[-1]
        if len(self.stack) == 1:
            return
        if frame.kind == "bracket":
            self.stack.pop()
            self.stack[-1].text += frame.text + char
            self.stack[-1].awaits |= frame.awaits
            return
        self.end_statement()
        self.stack.pop()
        parent = self.stack[-1]
        if frame.kind == "lambda":
            parent.text += "{}"
            self.shape.lambdas.append(Lambda(frame.captures, frame.line, frame.awaits))
            return
        if frame.kind == "function":
            self.shape.functions.append(
                Function(frame.header, frame.line, self.line - frame.line + 1))
        parent.awaits |= frame.awaits
        parent.text = ""

    def feed(self, piece):
        frame = self.stack[-1]
        if not frame.text.strip():
            frame.start = self.line
        frame.text += piece
        if piece in ("co_await", "co_return", "co_yield"):
            frame.awaits = True

    def read(self, code):
        for piece in re.findall(r"\w+|\n|[ \t]+|.", code):
            if piece == "\n":
                self.line += 1
                self.stack[-1].text += " "
            elif piece in "([{" and piece.strip():
                if not self.stack[-1].text.strip():
                    self.stack[-1].start = self.line
                self.open(piece)
            elif piece in ")]}" and piece.strip():
                self.close(piece)
            elif piece == ";" and self.stack[-1].kind != "bracket":
                self.end_statement()
            else:
                self.feed(piece)
        return self.shape


def read(code):
    """Statements, functions and lambdas of stripped code; preprocessor lines are left out."""
    directive = re.compile(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", re.M)
    blanked = directive.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), code)
    return _Reader().read(blanked)
