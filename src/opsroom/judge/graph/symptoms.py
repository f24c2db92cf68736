"""Symptoms, changes and causes: what root causes are asked with, and what they answer.

Nodes are numbers: repositories by their ids, what is outside the fleet by negative ones that the
caller gave out, as in `opsroom.model.link.Edge`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from opsroom.model.link import Edge, Phase

ChangeKind = Literal["commit", "release", "finding", "failing", "unseen"]
"""What happened to a target: a new commit on the branch that others follow; a release, or a tag
that moved; a finding was opened; it fails itself; nobody saw anything, though it may have changed
(an external target that several symptoms share)."""


@dataclass(frozen=True, slots=True)
class Symptom:
    """Something of one repository hurts. `id` tells symptoms of one repository apart."""

    repository: int
    since: datetime
    id: str = ""
    phase: Phase = Phase.CI
    """In which phase it hurts: failing CI is `ci`, an outage `runtime`."""
    signature: str = ""
    """Equal for equal failures anywhere; empty: unknown."""
    error: str = ""
    """What it says: data, in which names of targets are looked for."""
    well_until: datetime | None = None
    """When it was last seen well before `since`; None: unknown."""
    flaky: bool = False
    """It fails now and then with nothing changed."""
    path: str = ""
    """The file of the workflow that fails: what others call is no way to it; empty: unknown."""

    @property
    def known(self) -> bool:
        """Whether anything is known of how it fails."""
        return bool(self.signature or self.error)


@dataclass(frozen=True, slots=True)
class Change:
    """Something happened to what others may need."""

    target: int
    kind: ChangeKind
    at: datetime | None
    """None: nobody knows when, see `unseen`."""
    reference: str = ""
    """What names it: a commit, a tag, the id of an event, a run or a finding."""
    until: datetime | None = None
    """When another change took its place; None: it still stands."""
    parts: tuple[str, ...] = ()
    """The files that it touched; empty: unknown."""
    versions: tuple[str, ...] = ()
    """The branches and tags that lead to it; empty: unknown."""
    words: tuple[str, ...] = ()
    """Names of the target that the error of who breaks by it may hold."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A symptom that a cause explains. `edges` lead from its repository to the target; none: the
    change is its own."""

    symptom: Symptom
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """A change that explains symptoms, all of which use `parts` and `versions` of it."""

    change: Change
    confidence: float
    """Of 1, how sure: as good as the next best explanation without this target is worse."""
    reasons: tuple[str, ...]
    """For and against it, in words."""
    symptoms: tuple[Explained, ...]
    parts: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    well: int = 0
    """Who is exposed to it too, ran since, and is well."""
    untried: int = 0
    """Who is exposed to it and didn't run since."""
    unknown: int = 0
    """Who is exposed to it and isn't observed."""

    @property
    def own(self) -> bool:
        """Whether it is the change of the very repository that hurts, and of no other."""
        return all(each.symptom.repository == self.change.target for each in self.symptoms)


@dataclass(frozen=True, slots=True)
class Unexplained:
    """A symptom that nothing explains well, and why not."""

    symptom: Symptom
    reason: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The fewest changes that explain the symptoms, those that explain most first."""

    causes: tuple[Cause, ...]
    unexplained: tuple[Unexplained, ...]
    limits: tuple[str, ...] = ()
    """What was not looked at in full, in words."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around the symptoms.

    `needs` gives the edges from a node, `users` those to one. `well` says when repositories were
    seen well lately; who is in it with no time, or not at all, is unknown. `unlooked` are
    repositories whose links were never looked at.
    """

    needs: Callable[[int], Sequence[Edge]]
    users: Callable[[int], Sequence[Edge]]
    well: Mapping[int, Sequence[datetime]]
    unlooked: frozenset[int] = frozenset()
