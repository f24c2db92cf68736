"""Who is behind: the version on a link against the releases of what it leads to.

Days are those between the release in use and the newest one. A pre-release counts for whoever uses
one, and for nobody else.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from opsroom.judge import matching
from opsroom.judge.graph.versions import (
    MOVED_ON,
    Released,
    Releases,
    begins,
    in_use,
    is_early,
    order,
    stem,
)

State = Literal["current", "behind", "ahead", "floating", "unknown"]

COMMIT = re.compile(r"[0-9a-f]{7,64}")
PSEUDO = re.compile(r"v?\d+\.\d+\.\d+-(?:[\w.-]*\.)?(?:0\.)?(\d{14})-([0-9a-f]{12})(?:\+\w+)?")
"""A commit as Go names it: go.dev/ref/mod, pseudo-versions."""
DIGEST = "sha256:"
LONGEST_WORD = 60


@dataclass(frozen=True, slots=True)
class Behind:
    """How far a version is behind the newest one. `releases` are those that were missed.

    `floating`: it moves on by itself (a branch, `latest`, a range, `v4` while that is the newest).
    `at_least`: older releases may be missing, so that it may be more. None: that can't be told.
    """

    state: State
    newest: str = ""
    releases: int | None = None
    days: int | None = None
    at_least: bool = False
    reason: str = ""


class Use(NamedTuple):
    """One repository that asks for something, in a version or by a constraint."""

    repository: int
    version: str
    constraint: str = ""


class Skew(NamedTuple):
    """One version that is in use, by which repositories, and how far it is behind."""

    version: str
    repositories: tuple[int, ...]
    behind: Behind


def behind(
    known: Releases, version: str, constraint: str = "", committed: datetime | None = None
) -> Behind:
    """Return how far a version, a branch, a commit or a constraint is behind the releases.

    `committed` is when a commit was made that is asked for, where that is known.
    """
    version = version or _pinned(known.kind, constraint)
    if not version and constraint and ":" not in constraint:
        return Behind("floating", _newest(known), reason="a range")
    if not version:
        return Behind("unknown", _newest(known), reason="no version is told")
    if version.startswith(DIGEST):
        return Behind("unknown", _newest(known), reason="a digest, which names no release")
    if not known.found:
        return Behind("unknown", reason=known.reason)
    pseudo = PSEUDO.fullmatch(version) if known.kind == "golang" else None
    if pseudo:
        return _of_commit(known, pseudo[2], committed or _moment(pseudo[1]))
    if _is_commit(version):
        return _of_commit(known, version, committed)
    numbers = stem(version)
    if numbers and known.kind in MOVED_ON:
        return _of_stem(known, version, numbers)
    key = order(known.kind, version)
    if key is None:
        return Behind("floating", _newest(known), reason=f"{version[:LONGEST_WORD]} moves")
    used = next((each for each in known.found if each.key == key), None)
    return _since(known, used or Released(version, key, is_early(known.kind, version)))


def skew(uses: Iterable[Use], known: Releases) -> tuple[Skew, ...]:
    """Return every version that is in use, the newest first, what is no version last.

    Where no release is known (a package from elsewhere) the versions in use are all there is to
    be behind.
    """
    by_version: dict[str, set[int]] = {}
    told: dict[str, tuple[str, str]] = {}
    for use in uses:
        shown = use.version or use.constraint
        by_version.setdefault(shown, set()).add(use.repository)
        told.setdefault(shown, (use.version, use.constraint))
    if not known.found:
        pinned = (version or _pinned(known.kind, said) for version, said in told.values())
        known = in_use(known.kind, pinned)
    rows = [
        Skew(shown, tuple(sorted(by_version[shown])), behind(known, version, constraint))
        for shown, (version, constraint) in told.items()
    ]
    placed = [(order(known.kind, row.version), row) for row in rows]
    named = sorted((row.version, row) for place, row in placed if place is None)
    ordered = sorted(
        (pair for pair in placed if pair[0] is not None), key=lambda pair: pair[0], reverse=True
    )
    return (*(row for _, row in ordered), *(row for _, row in named))


def said(behind: Behind) -> str:
    """Return it in words: `3 releases and 40 days behind v1.4.0`."""
    match behind.state:
        case "behind":
            more = "at least " if behind.at_least else ""
            many = f"{more}{behind.releases} release{'s' if behind.releases != 1 else ''}"
            days = "" if behind.days is None else f" and {behind.days} days"
            return f"{many}{days} behind {behind.newest}"
        case "floating" | "unknown" if behind.reason:
            return f"{behind.state}: {behind.reason}"
        case _:
            return behind.state


def _newest(known: Releases, *, early: bool = False) -> str:
    return next((each.version for each in known.found if early or not each.early), "")


def _pinned(kind: str, constraint: str) -> str:
    """The one version that a constraint allows; empty: it allows more."""
    scheme = matching.schemes().get(kind)
    found = re.fullmatch(scheme.pin, constraint.strip()) if scheme and scheme.pin else None
    return found[1] if found else ""


def _is_commit(version: str) -> bool:
    """Whether it is a commit: as long as one, or hexadecimal with a letter and no dot."""
    found = COMMIT.fullmatch(version.lower())
    return found is not None and (len(version) >= 40 or not version.isdigit())


def _of_commit(known: Releases, commit: str, committed: datetime | None) -> Behind:
    used = next((each for each in known.found if each.commit.startswith(commit.lower())), None)
    if used is not None:
        return _since(known, used)
    newest = _newest(known)
    if committed is None:
        return Behind("unknown", newest, reason=f"{commit[:12]} is the commit of no release")
    later = [each for each in known.found if not each.early and each.at and each.at > committed]
    if not later:
        return Behind("current", newest, 0, 0)
    days = max((each.at - committed).days for each in later if each.at)
    return Behind("behind", newest, len(later), days, not known.whole)


def _of_stem(known: Releases, version: str, numbers: tuple[int, ...]) -> Behind:
    """A tag that is moved on is the release that it leads to, else the newest under it."""
    exact = next((each for each in known.found if stem(each.version) == numbers), None)
    if exact is not None:
        return _since(known, exact)
    below = [each for each in known.found if begins(numbers, each.version) and not each.early]
    moved = known.moved or {}
    commit = next((at for tag, at in moved.items() if stem(tag) == numbers), None)
    used = next((each for each in below if each.commit == commit), None) or next(iter(below), None)
    if used is None:
        return Behind("unknown", _newest(known), reason=f"no release under {version} is known")
    found = _since(known, used)
    if found.state != "current":
        return found
    return Behind("floating", found.newest, 0, 0, reason=f"{version} moves, and is the newest")


def _since(known: Releases, used: Released) -> Behind:
    """How far a release is behind: by those that come after it."""
    among = [each for each in known.found if used.early or not each.early]
    later = [each for each in among if each.key > used.key]
    if not among:
        return Behind("unknown", reason="no release is known, only what came before one")
    newest = among[0]
    if not later:
        state: State = "current" if used.key == newest.key else "ahead"
        return Behind(state, newest.version, 0, 0)
    days = max(0, (newest.at - used.at).days) if newest.at and used.at else None
    oldest = known.found[-1]
    return Behind("behind", newest.version, len(later), days, _cut(known, used, oldest))


def _cut(known: Releases, used: Released, oldest: Released) -> bool:
    """Whether releases between may be missing: it is older than all that are known."""
    return not known.whole and bool(oldest.at) and used.key < oldest.key


def _moment(digits: str) -> datetime | None:
    try:
        return datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
