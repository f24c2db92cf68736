"""Ranges as GitHub and Snyk write them (`>= 1.0, < 2.0`, `[1.0,2.0)`), made into intervals."""

import re
from dataclasses import dataclass

from opsroom.clients.advisories.ranges import LONGEST_VERSION, BadRange
from opsroom.model.advisory import Interval

COMPARISON = re.compile(r"(>=|<=|>|<|==|=)?\s*(v?\d[^\s,<>=]*)")
BRACKETS = re.compile(r"([\[(])\s*([^,\])]*?)\s*(?:(,)\s*([^,\])]*?)\s*)?([\])])")
EVERYTHING = frozenset({"*", "all", ">= 0", ">=0"})


@dataclass(frozen=True, slots=True)
class Ranges:
    """Intervals, and the versions that were named one by one."""

    intervals: tuple[Interval, ...] = ()
    versions: tuple[str, ...] = ()


def read_ranges(text: str, patched: str | None = None) -> Ranges:
    """One range, or several with `||` between them.

    `patched` is the first version without the flaw; it ends a range that only says which version
    is the last one with it. An interval can't begin after a version, so `> 1.0` is taken for
    `>= 1.0`: one version too many is better than one too few.

    Raises:
        BadRange: it can't be understood.
    """
    intervals: list[Interval] = []
    versions: list[str] = []
    if len(text) > 20_000:
        raise BadRange("a range that is too long")
    for alternative in text.split("||"):
        each = alternative.strip()
        if each.lower() in EVERYTHING:
            intervals.append(Interval(fixed=patched))
        elif each[:1] in ("[", "("):
            _brackets(each, intervals, versions)
        else:
            _comparisons(each, patched, intervals, versions)
    return Ranges(tuple(dict.fromkeys(intervals)), tuple(dict.fromkeys(versions)))


def _comparisons(
    text: str, patched: str | None, intervals: list[Interval], versions: list[str]
) -> None:
    found = COMPARISON.findall(text)
    if not found or COMPARISON.sub("", text).strip(" ,"):
        raise BadRange("a range that can't be understood")
    bounds: dict[str, str] = {}
    for sign, version in found:
        key = ">=" if sign == ">" else str(sign)
        if len(version) > LONGEST_VERSION or key in bounds:
            raise BadRange("a range that can't be understood")
        bounds[key] = version
    exact = bounds.get("=") or bounds.get("==") or bounds.get("")
    if exact:
        if len(bounds) > 1:
            raise BadRange("a range that can't be understood")
        versions.append(exact)
        return
    begin, below, last = bounds.get(">=", "0"), bounds.get("<"), bounds.get("<=")
    if below is None and last is not None and patched:
        below = patched
    if below is not None:
        intervals.append(Interval(introduced=begin, fixed=below))
    else:
        intervals.append(Interval(introduced=begin, last_affected=last))


def _brackets(text: str, intervals: list[Interval], versions: list[str]) -> None:
    """Ranges of Maven and NuGet; several stand side by side, with or without a comma."""
    if BRACKETS.sub("", text).strip(" ,"):
        raise BadRange("a range that can't be understood")
    for _, begin, comma, end, closing in BRACKETS.findall(text):
        if max(len(begin), len(end)) > LONGEST_VERSION:
            raise BadRange("a range that can't be understood")
        if not comma:
            versions.append(begin)
        elif end and closing == "]":
            intervals.append(Interval(introduced=begin or "0", last_affected=end))
        else:
            intervals.append(Interval(introduced=begin or "0", fixed=end or None))
