"""The subject of a scan: which process looks at a repository, and what there is to look at now."""

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from opsroom.model.host import Remote
from opsroom.model.snapshot import Worktree
from opsroom.observe.sight import Sight, sight
from opsroom.operations.fleet import Row

if TYPE_CHECKING:
    from opsroom.operations.hosts.watch import HostWatch
    from opsroom.operations.room import Room


def is_for_us(room: "Room", row: Row) -> bool:
    """Whether it is for this process to look at a repository."""
    return room.owner if row.snapshot.clones else watch_of(room, row) is not None


def watch_of(room: "Room", row: Row) -> "HostWatch | None":
    """Who in this process can ask the host of a repository for its files."""
    found = (room.watching.get(key) for key in row.repository.sources)
    return next((watch for watch in found if watch is not None), None)


def in_sight(room: "Room", row: Row) -> Sight | None:
    """What a look at a repository would see; None: it is not for this process, or nothing is told.

    Reads a few small files: call it in a thread.
    """
    if not is_for_us(room, row):
        return None
    if not row.snapshot.clones:
        return host_in_sight(row)
    here = clones_in_sight(row)
    there = host_in_sight(row) if watch_of(room, row) is not None else None
    if there is None or not there.commit or there.commit == here.commit:
        return here
    # The clones lag behind their host: its head is what counts, and what is here is looked at too.
    past = _digest(f"{there.past} {here.past}")
    return replace(there, places=here.places, worktrees=here.worktrees, past=past, dirty=here.dirty)


def clones_in_sight(row: Row) -> Sight:
    """What a look at the clones of a repository would see."""
    remote = row.snapshot.remote
    told = remote if isinstance(remote, Remote) else None
    head, branch = (told.head, told.default_branch) if told else (None, None)
    trees = [tree for tree in row.snapshot.worktrees if isinstance(tree, Worktree)]
    dirty = any(tree.dirty or tree.untracked for tree in trees)
    return sight([facts.clone for facts in row.snapshot.clones], head, branch or "", dirty=dirty)


def host_in_sight(row: Row) -> Sight | None:
    """What a look at its host would see, as far as its host has told; None: it has not."""
    remote = row.snapshot.remote
    if not isinstance(remote, Remote):
        return None
    if remote.empty or remote.head is None:
        return Sight()
    past = _digest(f"{remote.head} {remote.pushed_at}")
    return Sight(commit=remote.head, branch=remote.default_branch or "", past=past, far=True)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
