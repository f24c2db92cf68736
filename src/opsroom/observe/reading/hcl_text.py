"""The blocks and attributes of HCL (Terraform) with their lines: the structure, not the values.

    bytes -> tokens -> blocks within blocks, attributes that are literal texts or objects of them

Which module or provider is asked for is always written as literal text (Terraform allows nothing
else there), so expressions are passed over, not evaluated. This is linear in the size of the file
and needs no grammar: tens of times as fast as a full parser, which the tests compare it with.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from opsroom.model.text import plain
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.reading.plain_text import text_of

MOST_BYTES = 4 << 20
DEEPEST = 60
TOKEN = re.compile(
    r"""
    [ \t]*(?:
      (?P<newline>\n)
    | (?P<comment>(?:\#|//)[^\n]*)
    | (?P<remark>/\*)
    | "(?P<string>[^"\\$%\n]*)"
    | (?P<quote>")
    | (?P<heredoc><<-?(?P<mark>[^\W\d][\w-]*)[ \t]*\n)
    | (?P<word>[^\W\d][\w-]*)
    | (?P<open>[{(\[])
    | (?P<close>[})\]])
    | (?P<equals>=(?![=>]))
    | (?P<colon>:)
    | (?P<comma>,)
    | (?P<other>=[=>]|[0-9.]+|.)
    | (?P<nothing>\Z)
    )
    """,
    re.VERBOSE,
)
STRING = re.compile(r'(?:[^"\\$%\n]|\\[^\n]|\$\$\{|%%\{|[$%](?!\{))*')
ESCAPE = re.compile(r'\\(["\\nrt])')
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
PAIRS = {"{": "}", "(": ")", "[": "]"}


@dataclass(slots=True)
class Attribute:
    """`name = ...`: a literal text (`text`), an object (`entries`), or any other expression."""

    line: int
    text: str | None = None
    entries: "dict[str, Attribute]" = field(default_factory=lambda: dict[str, Attribute]())


@dataclass(slots=True)
class Block:
    """`kind "label" { ... }`. The file itself is a block without kind."""

    kind: str = ""
    labels: tuple[str, ...] = ()
    line: int = 1
    attributes: dict[str, Attribute] = field(default_factory=lambda: dict[str, Attribute]())
    blocks: "list[Block]" = field(default_factory=lambda: list[Block]())


@dataclass(frozen=True, slots=True)
class _Token:
    """One token. Of a string `text` is what it says; None: it has an expression in it."""

    kind: str
    text: str | None
    line: int


def blocks_of(content: bytes) -> Block:
    """The blocks of an HCL file.

    Raises:
        NotUnderstood: it isn't HCL, or over a bound; with the line.
    """
    return _Parsing(text_of(content, MOST_BYTES)).file()


def _tokens(text: str) -> Iterator[_Token]:
    at, line, end = 0, 1, len(text)
    while at < end:
        match = TOKEN.match(text, at)
        kind = match.lastgroup if match else None
        if match is None or kind is None:
            raise NotUnderstood(f"not HCL in line {line}")
        begin, at = at, match.end()
        if kind == "string":
            yield _Token(kind, match[kind], line)
            continue
        if kind == "quote":
            at, said = _string(text, at, line)
            yield _Token("string", said, line)
        elif kind == "heredoc":
            closing = re.compile(rf"^[ \t]*{re.escape(match['mark'])}[ \t]*$", re.MULTILINE)
            ended = closing.search(text, at)
            if not ended:
                raise NotUnderstood(f"a heredoc without end in line {line}")
            at = ended.end()
            yield _Token("other", None, line)
        elif kind == "remark":
            at = text.find("*/", at) + 2
            if at == 1:
                raise NotUnderstood(f"a comment without end in line {line}")
        elif kind == "newline":
            yield _Token(kind, None, line)
            line += 1
            continue
        elif kind not in ("comment", "nothing"):
            yield _Token(kind, match[kind], line)
            continue
        line += text.count("\n", begin, at)
    yield _Token("newline", None, line)
    yield _Token("end", None, line)


def _string(text: str, at: int, line: int) -> tuple[int, str | None]:
    """Where a string ends whose first quote stands before `at`, and what it says."""
    begin = at
    literal = True
    inside: list[str] = ['"']
    while inside:
        if len(inside) > DEEPEST:
            raise NotUnderstood(f"nested more than {DEEPEST} deep in line {line}")
        if inside[-1] == '"':
            run = STRING.match(text, at)
            at = run.end() if run else at
            if text.startswith('"', at):
                inside.pop()
                at += 1
            elif text.startswith(("${", "%{"), at):
                literal = False
                inside.append("}")
                at += 2
            else:
                raise NotUnderstood(f"a text without end in line {line}")
            continue
        token = TOKEN.match(text, at)
        if token is None or token.end() == at:
            raise NotUnderstood(f"a text without end in line {line}")
        at = token.end()
        if token["quote"]:
            inside.append('"')
        elif token["open"] == "{":
            inside.append("}")
        elif token["close"] == "}":
            inside.pop()
    if not literal:
        return at, None
    said = text[begin : at - 1].replace("$${", "${").replace("%%{", "%{")
    return at, ESCAPE.sub(lambda escape: ESCAPES[escape[1]], said)


class _Parsing:
    """One file on its way; the depth of blocks and objects is counted."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._token = next(self._tokens)
        self._depth = 0

    def file(self) -> Block:
        """All of it."""
        top = Block()
        self._body(top)
        if not self._at("end"):
            raise self._wrong()
        return top

    def _at(self, kind: str, text: str | None = None) -> bool:
        """Whether this is the next token; with `text`: whether it is this one of its kind."""
        return self._token.kind == kind and text in (None, self._token.text)

    def _next(self) -> _Token:
        token = self._token
        if token.kind != "end":
            self._token = next(self._tokens)
        return token

    def _wrong(self) -> NotUnderstood:
        what = "its end" if self._token.kind == "end" else plain(self._token.text or "", 20)
        return NotUnderstood(f"not HCL in line {self._token.line}: {what!r} is out of place")

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise NotUnderstood(f"nested more than {DEEPEST} deep in line {self._token.line}")

    def _body(self, block: Block) -> None:
        self._deeper()
        while self._token.kind not in ("close", "end"):
            if self._at("newline"):
                self._next()
                continue
            if not self._at("word"):
                raise self._wrong()
            name = self._next()
            if self._at("equals"):
                self._next()
                block.attributes[name.text or ""] = self._expression(name.line, frozenset())
            else:
                block.blocks.append(self._block(name))
        self._depth -= 1

    def _block(self, name: _Token) -> Block:
        labels: list[str] = []
        while self._token.kind in ("string", "word"):
            labels.append(self._next().text or "")
        if not self._at("open", "{"):
            raise self._wrong()
        self._next()
        block = Block(name.text or "", tuple(labels), name.line)
        self._body(block)
        if not self._at("close", "}"):
            raise self._wrong()
        self._next()
        return block

    def _expression(self, line: int, stops: frozenset[str]) -> Attribute:
        """Pass over an expression: to the end of its line, or to a token of `stops`."""
        first = self._token
        if first.kind == "open" and first.text == "{":
            attribute = Attribute(line, entries=self._object())
        elif first.kind == "string":
            attribute = Attribute(line, self._next().text)
        else:
            attribute = Attribute(line)
        expected: list[str] = []
        while expected or self._token.kind not in ("newline", "end", "close", *stops):
            token = self._next()
            attribute.text = None
            if token.kind == "open":
                expected.append(PAIRS[token.text or ""])
                if len(expected) > DEEPEST:
                    raise NotUnderstood(f"nested more than {DEEPEST} deep in line {token.line}")
            elif token.kind == "end" or (token.kind == "close" and token.text != expected.pop()):
                raise self._wrong()
        return attribute

    def _object(self) -> dict[str, Attribute]:
        """`{ name = ..., "name" : ... }`; what isn't of that shape is passed over."""
        self._deeper()
        self._next()
        entries: dict[str, Attribute] = {}
        while not self._at("close", "}"):
            token = self._token
            if token.kind in ("newline", "comma"):
                self._next()
            elif token.kind in ("word", "string"):
                self._next()
                if self._at("equals") or self._at("colon"):
                    self._next()
                    entries[token.text or ""] = self._expression(token.line, frozenset({"comma"}))
                else:
                    self._expression(token.line, frozenset({"comma"}))
            elif token.kind in ("end", "close"):
                raise self._wrong()
            else:
                self._expression(token.line, frozenset({"comma"}))
        self._next()
        self._depth -= 1
        return entries
