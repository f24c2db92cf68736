"""What a source finds: clones with the places of their work trees, and what stood in the way."""

from dataclasses import dataclass

from opsroom.clients.git.place import Place
from opsroom.model.repository import Clone


@dataclass(frozen=True, slots=True)
class Problem:
    """A path that could not be taken for a clone, and why. Both are safe to show."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checkout:
    """One clone, as it lies on this machine.

    `place` is its Git directory with the main work tree, if it has one; `worktrees` are all places
    with a work tree, the main one first. `clone` is the same as text.
    """

    clone: Clone
    place: Place
    worktrees: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What lies under one root."""

    clones: tuple[Checkout, ...]
    problems: tuple[Problem, ...]
