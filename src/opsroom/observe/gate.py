"""The gate: did anything move since the last look? Told from stat calls alone.

It sees commits, fetches, staging, checkouts, operations, configuration, and files that appear or
vanish at the top of a work tree. It does not see an edit deep in a work tree: that takes a look.
"""

import os
from collections.abc import Hashable, Iterator

from opsroom.clients.git.place import Place
from opsroom.observe.checkout import Checkout

Signature = Hashable
"""Equal for two moments between which nothing moved, as far as the gate can see."""

SHARED = ("packed-refs", "config", "logs/refs/stash", "worktrees", "shallow", "refs")
PRIVATE = (
    "HEAD",
    "index",
    "FETCH_HEAD",
    "logs/HEAD",
    "config.worktree",
    "MERGE_HEAD",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "BISECT_LOG",
    "rebase-merge",
    "rebase-apply",
    "sequencer",
)
REF_FOLDERS = ("refs/heads", "refs/remotes", "refs/tags")
MAX_REF_FOLDERS = 300
"""Of a repository with more, the rest is left to the next look."""

Stat = tuple[int, int, int] | None


def signature(checkout: Checkout) -> Signature:
    """A value that changes when the clone does. Missing files are part of it; nothing raises."""
    common = str(checkout.place.common_dir)
    places = checkout.worktrees or (checkout.place,)
    return (
        *(_stat(f"{common}/{name}") for name in SHARED),
        *_refs(common),
        *(stat for place in places for stat in _private(place)),
    )


def _private(place: Place) -> Iterator[Stat]:
    git_dir = str(place.git_dir)
    for name in PRIVATE:
        yield _stat(f"{git_dir}/{name}")
    if place.worktree is not None:
        yield _stat(str(place.worktree))


def _refs(common: str) -> Iterator[Stat]:
    """A loose ref is replaced by renaming, so its folder's time moves with it."""
    waiting = [f"{common}/{folder}" for folder in REF_FOLDERS]
    for _ in range(MAX_REF_FOLDERS):
        if not waiting:
            return
        folder = waiting.pop()
        yield _stat(folder)
        try:
            with os.scandir(folder) as entries:
                waiting += sorted(
                    entry.path for entry in entries if entry.is_dir(follow_symlinks=False)
                )
        except OSError:
            continue


def _stat(path: str) -> Stat:
    try:
        status = os.stat(path, follow_symlinks=False)
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_ino, status.st_size
