"""What a worker is asked and answers: an order for what to look at, a report of what was seen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

MOST = 5000
"""Secrets of one repository; of more it is said that there are more."""

MOST_PLACES = 50

MOST_NAMED = 10_000
"""Paths that are named of those left out for one reason; where more are, nothing counts as gone."""

Seen: TypeAlias = tuple[str, int, str]
"""Where a secret is: path, line, and the commit (empty: in a file of today)."""

LeftOut: TypeAlias = dict[str, tuple[int, list[str]]]
"""How many were left out by reason, and their paths as far as they have one and can be named."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to look at: files under folders, and the past of some commits.

    The first of `trees` holds the files of `commit`. `place` is the Git directory, the common one,
    and the work tree (empty: none). `seconds` is how long it may take. `memory` is the folder in
    which it is kept what of the past was read, and `recall` what was kept there at the last look
    that was recorded (empty: nothing, all is read).
    """

    key: str = field(repr=False)
    seconds: float
    trees: tuple[tuple[str, tuple[str, ...]], ...]
    place: tuple[str, str, str] | None = None
    tips: tuple[str, ...] = ()
    commit: str = ""
    memory: str = ""
    recall: str = ""


@dataclass(slots=True)
class Leak:
    """One secret: its kind, severity, keyed hash, and places."""

    kind: str
    severity: str
    hash: str
    places: list[Seen] = field(default_factory=list[Seen])
    count: int = 0

    def add(self, place: Seen) -> None:
        """It is there, too."""
        self.count += 1
        if len(self.places) < MOST_PLACES:
            self.places.append(place)


@dataclass(slots=True)
class Report:
    """What was looked at and seen. `reason`: why nothing is known.

    `given` contents were handed in, and `answered` came back. Of the past `untold` blobs were not
    come to in time, though some were read (`onward`): the next look goes on from there. `kept` is
    what to recall then.
    """

    files: int = 0
    blobs: int = 0
    size: int = 0
    given: int = 0
    answered: int = 0
    leaks: list[Leak] = field(default_factory=list[Leak])
    skipped: LeftOut = field(default_factory=LeftOut)
    reason: str = ""
    untold: int = 0
    onward: bool = False
    kept: str = ""


def leave_out(left: LeftOut, reason: str, paths: Iterable[str], count: int) -> None:
    """Count so many as left out, and name those that have a path."""
    before, named = left.get(reason, (0, []))
    named.extend(path for path in paths if path and len(named) < MOST_NAMED)
    left[reason] = (before + count, named)


def leak_of(said: Mapping[str, Any]) -> Leak:
    """A secret, from the JSON of one.

    Raises:
        ValueError, KeyError, TypeError: it is none.
    """
    return Leak(
        str(said["kind"]),
        str(said["severity"]),
        str(said["hash"]),
        [(str(path), int(line), str(commit)) for path, line, commit in said["places"]],
        int(said["count"]),
    )


def left_of(said: Mapping[str, Any]) -> LeftOut:
    """What was left out, from the JSON of it.

    Raises:
        ValueError, TypeError: it is none.
    """
    return {
        str(why): (int(count), [str(path) for path in paths][:MOST_NAMED])
        for why, (count, paths) in said.items()
    }
