"""What a scan of clones would look at: which commit, and whether anything of its past moved.

It is told from a few small files, so that a repository that has not moved costs no process; only
a work tree that is known to be dirty takes a `git status`.
"""

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from opsroom.clients.git.config import Config, read_config
from opsroom.clients.git.dirty import dirty_digest
from opsroom.clients.git.layout import is_git_dir, linked_worktrees
from opsroom.clients.git.ownership import refuse_strangers
from opsroom.clients.git.place import Place
from opsroom.clients.git.refs import REMOTES, RefStore, read_head, read_refs, read_tips
from opsroom.errors import ObservationError
from opsroom.model.repository import Clone
from opsroom.model.text import readable


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to look at. `commit` is empty in a repository without commits.

    `branch` is the remote's default branch that the commit is the head of; empty where only what is
    checked out here tells the commit. `past` and `dirty` are digests of every tip, and of what is
    changed in work trees (empty: nothing is). `far`: no clone has the commit, it has to be fetched.
    `reason` says why nothing can be looked at at all; empty: something can.
    """

    places: tuple[Place, ...] = ()
    worktrees: tuple[Place, ...] = ()
    commit: str = ""
    branch: str = ""
    past: str = ""
    dirty: str = ""
    far: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Seen:
    place: Place
    refs: RefStore
    tips: frozenset[str]


def sight(
    clones: Sequence[Clone], head: str | None = None, branch: str = "", *, dirty: bool = True
) -> Sight:
    """What a look at these clones of one repository would see; nothing raises.

    `head` is the commit that the host has of its default branch `branch`, if it told one: it counts
    where a clone has it. Otherwise it is what the first clone knows of the default branch. `dirty`:
    look whether work trees hold changes.
    """
    seen: list[_Seen] = []
    reasons: list[str] = []
    for clone in clones:
        try:
            seen.append(_look(clone))
        except ObservationError as error:
            reasons.append(error.message)
        except OSError as error:
            reasons.append((error.strerror or str(error)).lower())
    if not seen:
        return Sight(reason=reasons[0] if reasons else "there is no clone of it here")
    places = tuple(each.place for each in seen)
    worktrees = tuple(tree for place in places for tree in _worktrees(place))
    tips = frozenset[str]().union(*(each.tips for each in seen))
    commit, branch = (head, branch) if head and head in tips else _commit(seen)
    return Sight(
        places=places,
        worktrees=worktrees,
        commit=commit,
        branch=branch,
        past=_digest(tips),
        dirty=_dirty(worktrees) if dirty else "",
    )


def _look(clone: Clone) -> _Seen:
    git_dir = Path(clone.git_dir)
    if not is_git_dir(git_dir):
        raise ObservationError("its Git directory is no longer there")
    place = Place(git_dir, git_dir, None if clone.bare else Path(clone.path))
    refuse_strangers(place)
    config: Config = read_config(place)
    return _Seen(place, read_refs(place, config), read_tips(place, config))


def _commit(seen: Sequence[_Seen]) -> tuple[str, str]:
    """The head and name of the default branch, of the first clone that knows a remote's; else the
    HEAD of the first that has one, without a name."""
    for each in seen:
        followed = each.refs.symbolic.get(REMOTES + b"origin/HEAD")
        if followed and (found := each.refs.oids.get(followed)):
            return found, readable(followed.removeprefix(REMOTES + b"origin/"))
    heads = (each.refs.resolve(read_head(each.place)) for each in seen)
    return next((head for head in heads if head), ""), ""


def _worktrees(place: Place) -> list[Place]:
    main = [] if place.worktree is None else [place]
    return [*main, *linked_worktrees(place.common_dir)]


def _dirty(worktrees: Iterable[Place]) -> str:
    """A digest of every dirty file; a work tree that can't tell is as good as clean."""
    digests: list[str] = []
    for place in worktrees:
        try:
            digests.append(dirty_digest(place))
        except (ObservationError, OSError):
            continue
    return _digest(digests) if any(digests) else ""


def _digest(texts: Iterable[str]) -> str:
    joined = "\0".join(sorted(texts))
    return hashlib.sha256(os.fsencode(joined)).hexdigest()[:32]
