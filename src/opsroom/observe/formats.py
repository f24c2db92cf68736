"""Which formats read a file, by its path alone; asked for every file of a tree.

Names without a glob, which most are, are looked up. Globs that end in a plain ending (`*.tf`) are
looked up by it, and the few others are one regular expression.
"""

import re
from functools import cache
from posixpath import basename
from typing import NamedTuple

from opsroom.discover import discover
from opsroom.observe.manifests import Format

Named = tuple[str, Format]
"""A format, and its id: the name of its file with hyphens."""

GLOB = re.compile(r"[*?\[]")


class _Globs(NamedTuple):
    """Globs whose last characters are the same: one look says that none matches."""

    pattern: re.Pattern[str]
    formats: tuple[tuple[re.Pattern[str], Named], ...]


class _Selection(NamedTuple):
    by_name: dict[str, tuple[Named, ...]]
    by_ending: dict[str, _Globs]
    others: _Globs


def formats_for(path: str) -> list[Named]:
    """The formats that read the file at `path`, a path from the top of the repository.

    In the order of their names; usually none. A name that a format has without a glob is that
    format's, and of those that read beside others: `pnpm-lock.yaml` is not offered to what reads
    `*.yaml`. What stands in locks is no word of the repository's: only their formats read them.
    """
    selection = _selection()
    name = basename(path)
    found = list(selection.by_name.get(name, ()))
    taken = not all(each.beside for _, each in found)
    ending = selection.by_ending.get(name[name.rfind(".") + 1 :])
    for globs in (ending, selection.others):
        if globs and globs.pattern.fullmatch(path):
            found += [
                named
                for glob, named in globs.formats
                if (named[1].beside or not taken) and glob.fullmatch(path)
            ]
    if len(found) > 1:
        found = sorted({each[0]: each for each in found}.values(), key=lambda each: each[0])
        if any(each.locked for _, each in found):
            return [named for named in found if not named[1].beside]
    return found


@cache
def formats() -> dict[str, Format]:
    """Every format, by its id."""
    return {
        name.replace("_", "-"): declared
        for name, declared in discover("opsroom.observe.manifests", Format)
    }


@cache
def _selection() -> _Selection:
    by_name: dict[str, list[Named]] = {}
    by_ending: dict[str, list[tuple[str, Named]]] = {}
    others: list[tuple[str, Named]] = []
    for named in formats().items():
        for glob in named[1].names:
            ending = basename(glob).rpartition(".")[2]
            if not GLOB.search(glob) and "/" not in glob:
                by_name.setdefault(glob, []).append(named)
            elif "." in basename(glob) and not GLOB.search(ending):
                by_ending.setdefault(ending, []).append((glob, named))
            else:
                others.append((glob, named))
    return _Selection(
        {name: tuple(found) for name, found in by_name.items()},
        {ending: _globs(found) for ending, found in by_ending.items()},
        _globs(others),
    )


def _globs(globs: list[tuple[str, Named]]) -> _Globs:
    patterns = [_pattern(glob) for glob, _ in globs] or ["(?!)"]
    return _Globs(
        re.compile("|".join(patterns), re.DOTALL),
        tuple((re.compile(_pattern(glob), re.DOTALL), named) for glob, named in globs),
    )


def _pattern(glob: str) -> str:
    """A glob as a regular expression over a whole path."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    spans = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    written = "".join(spans.get(part, re.escape(part)) for part in parts)
    return f"(?:{written})" if "/" in glob else f"(?:(?:.*/)?{written})"


def key_name(name: str, format_: Format) -> str:
    """How a format and its revision are named where manifests are kept."""
    return f"{name}@{format_.revision}"
