"""Ranges of versions as OSV writes them, as events on a line, made into intervals.

The rules are those of the OSV schema, 1.7: events may come in any order, and a version is affected
when the last event at or below it is an `introduced`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from packaging.version import InvalidVersion, Version

from opsroom.model.advisory import Interval
from opsroom.model.shapes import objects, string

MOST_EVENTS = 4_000
LONGEST_VERSION = 200
KINDS = ("introduced", "fixed", "last_affected", "limit")
Order = Callable[[str], Any]


class BadRange(ValueError):
    """A range that says nothing that can be understood; the message says why."""


def intervals_of(found: Mapping[str, Any], ecosystem: str) -> tuple[Interval, ...]:
    """The intervals of one range of versions.

    Raises:
        BadRange: it has no events, or none that begins it, or they are no versions.
    """
    events = list(_events(found))
    if not any(kind == "introduced" for kind, _ in events):
        raise BadRange("a range without a beginning")
    limits = [version for kind, version in events if kind == "limit" and version != "*"]
    events = [event for event in events if event[0] != "limit"]
    order = _order(ecosystem, [version for _, version in events] + limits)
    intervals = _as_written(events, order) or _in_order(events, order)
    if limits:
        end = max(limits, key=order)
        intervals = [each for each in (_cut(one, end, order) for one in intervals) if each]
    if not intervals:
        raise BadRange("a range without versions")
    return tuple(dict.fromkeys(intervals))


def _events(found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    told = objects(found.get("events"))
    if not told:
        raise BadRange("a range without events")
    if len(told) > MOST_EVENTS:
        raise BadRange("a range with too many events")
    for each in told:
        for kind in KINDS:
            if kind not in each:
                continue
            version = string(each[kind]).strip()
            if not version or len(version) > LONGEST_VERSION or not version.isprintable():
                raise BadRange("a range with an event that is no version")
            yield kind, version


def _as_written(events: Sequence[tuple[str, str]], order: Order) -> list[Interval]:
    """Pairs of a beginning and an end, as most databases write them; nothing when they aren't.

    So a wrong idea of the order of an ecosystem's versions does no harm where none is needed.
    """
    intervals: list[Interval] = []
    begun: str | None = None
    for kind, version in events:
        if (kind == "introduced") != (begun is None):
            return []
        if begun is None:
            begun = version
            continue
        if order(version) < order(begun):
            return []
        intervals.append(_interval(begun, kind, version))
        begun = None
    return intervals if begun is None else [*intervals, Interval(introduced=begun)]


def _in_order(events: Sequence[tuple[str, str]], order: Order) -> list[Interval]:
    """Walk the line of versions. At one version `fixed` comes first: what follows begins anew."""
    rank = {"fixed": 0, "introduced": 1, "last_affected": 2}
    intervals: list[Interval] = []
    begun: str | None = None
    for kind, version in sorted(events, key=lambda event: (order(event[1]), rank[event[0]])):
        if kind == "introduced":
            begun = version if begun is None else begun
        elif begun is not None:
            intervals.append(_interval(begun, kind, version))
            begun = None
    return intervals if begun is None else [*intervals, Interval(introduced=begun)]


def _interval(begun: str, kind: str, version: str) -> Interval:
    if kind == "fixed":
        return Interval(introduced=begun, fixed=version)
    return Interval(introduced=begun, last_affected=version)


def _cut(interval: Interval, limit: str, order: Order) -> Interval | None:
    """What of an interval is below a limit."""
    if order(interval.introduced) >= order(limit):
        return None
    end = interval.fixed or interval.last_affected
    if end is not None and order(end) < order(limit):
        return interval
    return Interval(introduced=interval.introduced, fixed=limit)


def _order(ecosystem: str, versions: Sequence[str]) -> Order:
    """How to sort events: by PEP 440 where all of them follow it, else as people read numbers."""
    if ecosystem == "PyPI":
        try:
            known = {version: Version(version) for version in versions}
        except InvalidVersion:
            return _natural
        return known.__getitem__
    return _natural


def _natural(version: str) -> tuple[tuple[int, int, str], ...]:
    """Numbers by value; words before the end of a version, as of `1.0-rc.1` and `1.0`.

    Good enough to sort the few events of a range: what a version is compared with is judged later,
    by the rules of its ecosystem.
    """
    parts = re.findall(r"\d+|[A-Za-z]+", version.partition("+")[0].removeprefix("v"))
    key = [(2, int(part), "") if part.isdigit() else (0, 0, part.lower()) for part in parts]
    while key and key[-1] == (2, 0, ""):
        key.pop()
    return (*key, (1, 0, ""))
