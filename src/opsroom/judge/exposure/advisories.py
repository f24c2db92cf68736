"""Exposure: which advisories hold for the packages that are in use.

The answer has three values. What can't be told is `unknown` with the reason: a version that is
none, a range without a lockfile, a package that comes from somewhere else than its name says.

An advisory holds for a version when one of its entries names it, or when it lies in an interval by
the rules of its ecosystem (the schema of OSV, "evaluation"). Entries of one package are one: what
any of them says counts.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from opsroom.judge.matching import key, schemes, span
from opsroom.model.advisory import Advisory, Affected, Interval
from opsroom.model.check import Verdict
from opsroom.model.purl import package_key
from opsroom.model.text import plain

ELSEWHERE = ("git+", "path:", "workspace:", "url:")
"""Where a package comes from when its version is not one of the registry: the number may be the
same, the code need not be. A package of another registry (`registry:`) keeps its versions."""

START = ("", "0")
"""How an interval begins that has no beginning."""


class Answer(NamedTuple):
    """Whether an advisory holds; `reason` says why that can't be told."""

    verdict: Verdict
    reason: str = ""


YES, NO = Answer(Verdict.YES), Answer(Verdict.NO)


@dataclass(frozen=True, slots=True)
class Match:
    """An advisory that holds. `fixed` is the lowest version above the one in use for which it
    doesn't; None: there is none yet, or the version in use is not known."""

    advisory: Advisory
    fixed: str | None = None


@dataclass(frozen=True, slots=True)
class Exposure:
    """What advisories say of one package: those that hold, and `(id, reason)` of those that may.

    `version` is the one that was asked about: the pinned one, where only a constraint is known.
    """

    version: str = ""
    matches: tuple[Match, ...] = ()
    unknown: tuple[tuple[str, str], ...] = ()


class Advisories:
    """Advisories made ready to be asked about many packages. Each interval is read once."""

    def __init__(self, advisories: Iterable[Advisory]) -> None:
        self._reaches: dict[str, list[_Reach]] = {}
        self._known: dict[tuple[str, str], Exposure] = {}
        spelled: dict[str, _Spelled] = {}
        for advisory in advisories:
            entries: dict[str, list[Affected]] = {}
            for each in advisory.affected:
                entries.setdefault(_key(each.purl), []).append(each)
            for package, affected in entries.items():
                spellings = spelled.setdefault(package, _Spelled(_kind(package)))
                reach = _Reach(affected, advisory, spellings)
                self._reaches.setdefault(package, []).append(reach)

    def of(self, purl: str, version: str, constraint: str = "", origin: str = "") -> Exposure:
        """Return what is known of one package; the arguments are those of a Package."""
        package = _key(purl)
        reaches = self._reaches.get(package)
        if reaches is None:
            return Exposure(version)
        if origin.startswith(ELSEWHERE):
            reason = f"it comes from {plain(origin, 80)}, where versions are not the registry's"
            return Exposure(version, (), tuple((each.advisory.id, reason) for each in reaches))
        if not version:
            pin = pinned(purl, constraint)
            return self._at(package, pin, reaches) if pin else _unlocked(constraint, reaches)
        found = self._at(package, version, reaches)
        if found.unknown and constraint and span(_kind(package), version) is None:
            pin = pinned(purl, constraint)
            return _said(found, self._at(package, pin, reaches)) if pin else found
        return found

    def _at(self, package: str, version: str, reaches: Sequence["_Reach"]) -> Exposure:
        found = self._known.get((package, version))
        if found is None:
            found = self._known[package, version] = _exposure(version, reaches)
        return found


def match(purl: str, version: str, advisories: Iterable[Advisory]) -> Exposure:
    """Return what `advisories` say of one version. For many packages, make `Advisories` once."""
    return Advisories(advisories).of(purl, version)


def verdict(version: str, affected: Affected) -> Answer:
    """Return whether one entry of an advisory holds for a version."""
    spelled = _Spelled(_kind(_key(affected.purl)))
    return _Reach([affected], Advisory(id=""), spelled).holds(version)


def pinned(purl: str, constraint: str) -> str:
    """Return the one version that a constraint allows; empty: it allows others, too."""
    scheme = schemes().get(_kind(_key(purl)))
    if scheme is None or not scheme.pin:
        return ""
    found = re.fullmatch(scheme.pin, constraint.strip())
    return found[1] if found else ""


class _Bounds(NamedTuple):
    """An interval whose ends are keys. None: it has no such end, or one that can't be read, which
    `unread` quotes."""

    low: Any
    fixed: Any
    last: Any
    unread: str


class _Spelled:
    """How the advisories of one package spell its versions: `1.0` is `1.0.0` in most places."""

    __slots__ = ("_by_key", "kind", "names")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.names: set[str] = set()
        self._by_key: dict[Any, list[str]] | None = None

    def same(self, at: Any) -> Sequence[str]:
        """Return every spelling of the version that a key is of."""
        if self._by_key is None:
            self._by_key = {}
            for name in sorted(self.names):
                self._by_key.setdefault(key(self.kind, name), []).append(name)
        return self._by_key.get(at, ())


class _Reach:
    """Which versions of one package an advisory holds for."""

    __slots__ = ("_bounds", "_ends", "_names", "_spelled", "advisory", "affected", "always", "kind")

    def __init__(self, affected: Sequence[Affected], advisory: Advisory, spelled: _Spelled) -> None:
        self.advisory = advisory
        self.affected = affected
        self.kind = spelled.kind
        self.always = any(_everything(each) for entry in affected for each in entry.intervals)
        """Every version is affected, whatever it is called."""
        self._names = frozenset[str]().union(*(entry.versions for entry in affected))
        self._spelled = spelled
        spelled.names |= self._names
        self._bounds: tuple[_Bounds, ...] | None = None
        self._ends: list[tuple[Any, str]] | None = None

    def holds(self, version: str) -> Answer:
        """Return whether it holds for a version, as its ecosystem writes it."""
        if self.always or version in self._names:
            return YES
        bounds = self._read() if self._bounds is None else self._bounds
        if not bounds and not self._names:
            return Answer(Verdict.UNKNOWN, self._says_nothing())
        stands_for = span(self.kind, version)
        if stands_for is None:
            return Answer(Verdict.UNKNOWN, self._no_version(version)) if bounds else NO
        low, high = stands_for
        doubt = ""
        for each in bounds:
            if _outside(each, low, high):
                continue
            if each.unread:
                doubt = f"the advisory names {plain(each.unread, 40)}, which is no version there"
            elif _inside(each, low, high):
                return YES
            else:
                doubt = _moves(version)
        if self._names and low is high and not self._names.isdisjoint(self._spelled.same(low)):
            return YES
        if self._names and low is not high and not doubt:
            doubt = _moves(version) if self._names_any(low, high) else ""
        return Answer(Verdict.UNKNOWN, doubt) if doubt else NO

    def fixed(self, version: str) -> str | None:
        """Return the lowest version above `version` that ends an interval and lies in none."""
        stands_for = span(self.kind, version)
        if stands_for is None:
            return None
        if self._ends is None:
            self._ends = self._safe_ends()
        return next((name for end, name in self._ends if end > stands_for[0]), None)

    def _safe_ends(self) -> list[tuple[Any, str]]:
        """Return the versions that end an interval and are not affected themselves, in order."""
        names = {each.fixed for entry in self.affected for each in entry.intervals if each.fixed}
        ends = [(key(self.kind, name), name) for name in sorted(names)]
        safe = [
            (end, name)
            for end, name in ends
            if end is not None and self.holds(name).verdict is Verdict.NO
        ]
        return sorted(safe, key=lambda pair: pair[0])

    def _read(self) -> tuple[_Bounds, ...]:
        intervals = (each for entry in self.affected for each in entry.intervals)
        self._bounds = tuple(_bounds(self.kind, each) for each in intervals)
        return self._bounds

    def _names_any(self, low: Any, high: Any) -> bool:
        found = (key(self.kind, name) for name in self._names)
        return any(low <= each <= high for each in found if each is not None)

    def _no_version(self, version: str) -> str:
        if self.kind not in schemes():
            return f"how versions of {plain(self.kind, 40)} are ordered is not known"
        return f"{plain(version, 50)} is no version that {self.kind} orders"

    def _says_nothing(self) -> str:
        if any(entry.commits for entry in self.affected):
            return "the advisory tells commits alone, no versions"
        return "the advisory doesn't tell which versions"


_key = lru_cache(maxsize=1 << 18)(package_key)


def _kind(package: str) -> str:
    """Return the type of a purl that was made a key."""
    return package.removeprefix("pkg:").partition("/")[0]


def _everything(interval: Interval) -> bool:
    return interval.introduced in START and not (interval.fixed or interval.last_affected)


def _bounds(kind: str, interval: Interval) -> _Bounds:
    low = "" if interval.introduced in START else interval.introduced
    ends = (low, interval.fixed or "", interval.last_affected or "")
    first, fixed, last = (key(kind, end) if end else None for end in ends)
    read = zip(ends, (first, fixed, last), strict=True)
    unread = next((end for end, found in read if end and found is None), "")
    return _Bounds(first, fixed, last, unread)


def _outside(bounds: _Bounds, low: Any, high: Any) -> bool:
    return (
        (bounds.fixed is not None and bool(bounds.fixed <= low))
        or (bounds.low is not None and bool(high < bounds.low))
        or (bounds.last is not None and bool(bounds.last < low))
    )


def _inside(bounds: _Bounds, low: Any, high: Any) -> bool:
    """Return whether all from low to high is in it; it isn't outside."""
    if low is high:
        return True
    return (
        (bounds.fixed is None or bool(high < bounds.fixed))
        and (bounds.low is None or bool(bounds.low <= low))
        and (bounds.last is None or bool(high <= bounds.last))
    )


def _moves(version: str) -> str:
    return f"{plain(version, 40)} moves, and not all that it may be is affected"


def _exposure(version: str, reaches: Iterable[_Reach]) -> Exposure:
    matches: list[Match] = []
    unknown: list[tuple[str, str]] = []
    for reach in reaches:
        found, reason = reach.holds(version)
        if found is Verdict.YES:
            matches.append(Match(reach.advisory, reach.fixed(version)))
        elif found is Verdict.UNKNOWN:
            unknown.append((reach.advisory.id, reason))
    return Exposure(version, tuple(matches), tuple(unknown))


def _said(found: Exposure, said: Exposure) -> Exposure:
    """Return what holds for a commit beside which a version is written: nobody keeps that true, so
    what is affected by it is told, and what is not stays unknown.
    """
    if not said.matches:
        return found
    told = {each.advisory.id for each in said.matches}
    return replace(said, unknown=tuple(pair for pair in found.unknown if pair[0] not in told))


def _unlocked(constraint: str, reaches: Sequence[_Reach]) -> Exposure:
    """Return what holds whatever the version is."""
    asked = f"{plain(constraint, 60)} is asked for" if constraint else "no version is asked for"
    reason = f"{asked}, and no lockfile tells which one that is"
    matches = tuple(Match(each.advisory) for each in reaches if each.always)
    unknown = tuple((each.advisory.id, reason) for each in reaches if not each.always)
    return Exposure("", matches, unknown)
