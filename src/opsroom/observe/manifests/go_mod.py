"""go.mod: the modules that a Go module requires, as `pkg:golang/github.com/owner/name`.

Since Go 1.17 it lists every module that its packages are built from, so it is the lock as well;
older ones leave the others to go.sum. go.sum itself holds hashes, also of versions that aren't
used, and is not read. A replaced module is what it is replaced with. Which Go builds it, and so
which standard library is in it, the file doesn't say.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package, Published
from opsroom.model.text import plain
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.plain_text import text_of
from opsroom.observe.reading.purls import path_purl
from opsroom.observe.reading.values import LONGEST

WORD = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|//.*|[()]|[^\s"`()]+')
DIRECTIVES = frozenset(
    {
        *("module", "go", "toolchain", "require", "replace", "exclude", "retract", "tool"),
        *("godebug", "ignore", "use"),
    }
)
PRUNED = (1, 17)
"""The version of Go from which on go.mod is complete."""


@dataclass(frozen=True, slots=True)
class Directive:
    """One line: its verb (also when that stands before the bracket), words and comment."""

    verb: str
    words: tuple[str, ...]
    comment: str
    line: int


def directives(content: bytes) -> Iterator[Directive]:
    """The lines of a go.mod or go.work.

    Raises:
        NotUnderstood: a line is not of this format.
    """
    block = ""
    for number, line in enumerate(text_of(content).split("\n"), 1):
        if len(line) > LONGEST:
            raise NotUnderstood(f"line {number} is too long to be read")
        words = WORD.findall(line)
        comment = words.pop()[2:].strip() if words and words[-1].startswith("//") else ""
        if not words:
            continue
        if block and words == [")"]:
            block = ""
            continue
        verb = block or words.pop(0)
        if verb not in DIRECTIVES:
            raise NotUnderstood(f"no directive of go.mod in line {number}: {plain(verb, 40)}")
        if not block and words == ["("]:
            block = verb
            continue
        yield Directive(verb, tuple(word.strip('"`') for word in words), comment, number)
    if block:
        raise NotUnderstood(f"{block} ( is not closed: the file is cut off")


def replacements(found: Iterator[Directive]) -> dict[tuple[str, str], tuple[str, str]]:
    """What replaces a (module, version or empty): (module or path, version or empty)."""
    replaced: dict[tuple[str, str], tuple[str, str]] = {}
    for directive in found:
        if directive.verb == "replace":
            left, arrow, right = _split(directive)
            if not arrow or len(left) not in (1, 2) or len(right) not in (1, 2):
                raise NotUnderstood(f"no replacement in line {directive.line}")
            replaced[left[0], "".join(left[1:])] = right[0], "".join(right[1:])
    return replaced


def _split(directive: Directive) -> tuple[tuple[str, ...], bool, tuple[str, ...]]:
    words = directive.words
    if "=>" not in words:
        return words, False, ()
    at = words.index("=>")
    return words[:at], True, words[at + 1 :]


def _required(directive: Directive, replaced: dict[tuple[str, str], tuple[str, str]]) -> Package:
    if len(directive.words) != 2:
        raise NotUnderstood(f"a requirement without version in line {directive.line}")
    name, version = directive.words
    package = Package(
        purl=path_purl("golang", name),
        version=version,
        constraint=version,
        direct=not re.match(r"indirect\b", directive.comment),
        line=directive.line,
    )
    new = replaced.get((name, version)) or replaced.get((name, ""))
    if new is None:
        return package
    target, new_version = new
    if not new_version or target.startswith(("./", "../", "/")):
        return replace(package, origin=f"path:{target}")
    return replace(package, purl=path_purl("golang", target), version=new_version)


def parse(path: str, content: bytes) -> Manifest:
    """Read a go.mod."""
    found = Contents()
    lines = list(directives(content))
    replaced = replacements(iter(lines))
    go: tuple[int, ...] = ()
    for directive in lines:
        if directive.verb == "module" and len(directive.words) == 1:
            found.put(Published(path_purl("golang", directive.words[0]), line=directive.line))
        elif directive.verb == "go" and directive.words:
            go = tuple(int(part) for part in re.findall(r"\d{1,4}", directive.words[0])[:2])
        elif directive.verb == "require":
            found.put(_required(directive, replaced))
    if not found.publishes:
        raise NotUnderstood("no module directive: the file is cut off or of another kind")
    if found.packages and go < PRUNED:
        found.unread("before Go 1.17 a go.mod doesn't list what its requirements require")
    return found.manifest()


FORMAT = Format(names=("go.mod",), kind="go", parse=parse, locked=True)
