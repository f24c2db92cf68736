"""Seeing changes as they happen, with few watches: at most four folders a clone, none recursive.

What is seen: commits, staging, checkouts, fetches, operations, and files that come, go or change at
the top of a work tree. An edit deeper down is not: that takes a look from time to time. A commit
on a branch in a folder (`feature/x`) is seen through the log of HEAD.
"""

import os
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import anyio

from opsroom.clients.git.place import Place
from opsroom.errors import ObservationError
from opsroom.observe.checkout import Checkout

if TYPE_CHECKING:
    from watchfiles._rust_notify import RustNotify

SOURCE = ""
"""Stands, among the paths that changed, for a root in which a folder came or went.

Also for a change that could not be told because its name is not UTF-8: a pass finds whose it was.
"""

GIT_DIR_NAMES = frozenset(
    {
        "HEAD",
        "index",
        "packed-refs",
        "config",
        "FETCH_HEAD",
        "ORIG_HEAD",
        "MERGE_HEAD",
        "CHERRY_PICK_HEAD",
        "REVERT_HEAD",
        "BISECT_LOG",
        "rebase-merge",
        "rebase-apply",
        "sequencer",
        "shallow",
        "worktrees",
    }
)
DEBOUNCE = 50
"""Milliseconds in which changes are gathered at most."""

UNREADABLE = "Unable to decode path"
"""How watchfiles begins what it says of a name that is not UTF-8; it tells nothing from then on."""

STEP = 20
"""Milliseconds without a further change after which they are told; also how soon a stop is seen."""


class Stop(Protocol):
    """An `asyncio.Event` or an `anyio.Event`."""

    def is_set(self) -> bool:
        """Whether watching is to end."""
        ...


@dataclass(frozen=True, slots=True)
class _Folder:
    """A watched folder: whose it is, and which names in it count (None: all but `.git`)."""

    clone: str
    names: frozenset[str] | None


async def watch(
    checkouts: Iterable[Checkout], roots: Iterable[Path | str] = (), stop: Stop | None = None
) -> AsyncIterator[set[str]]:
    """Yield the paths (`clone.path`) of clones that changed, with `SOURCE` when a root did.

    Ends when `stop` is set. A watched folder that vanishes is a change of its clone; call again
    with what `find` gives then. A folder whose path is not UTF-8 can't be watched and is left out.

    Raises:
        ObservationError: the system allows no more watches (or has no room for them); poll the
            gate instead.
    """
    folders = _folders(checkouts, roots)
    missed = False
    try:
        while not (stop and stop.is_set()):
            watcher = await anyio.to_thread.run_sync(_watcher, folders)
            with watcher:
                if missed:
                    yield {SOURCE}
                while (changes := await _changes(watcher, stop)) is not None:
                    clones = (_clone_of(folders, path) for path in changes)
                    if changed := {clone for clone in clones if clone is not None}:
                        yield changed
                    if stop and stop.is_set():
                        return
            missed = True
    except (OSError, RuntimeError) as error:
        raise ObservationError(
            f"folders can't be watched ({error})", "changes are seen by polling instead"
        ) from error


def _watcher(folders: Iterable[str]) -> "RustNotify":
    """Watches on those folders that are there and may be read.

    watchfiles is not asked to ignore what may not be read: it would ignore a lack of watches too.
    """
    from watchfiles._rust_notify import RustNotify

    while True:
        present = [folder for folder in folders if os.access(folder, os.R_OK | os.X_OK)]
        try:
            return RustNotify(present, False, False, 0, False, False)
        except FileNotFoundError:
            continue


async def _changes(watcher: "RustNotify", stop: Stop | None) -> set[str] | None:
    """Wait in a thread for the next changes; when this is cancelled, the thread is told to end.

    None where one has a name that is not UTF-8: it takes a new watcher to go on.
    """
    ending = _Ending(stop)
    raw: set[tuple[int, str]] | str = ""
    failure: RuntimeError | None = None
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ending.when_cancelled)
        try:
            raw = await anyio.to_thread.run_sync(watcher.watch, DEBOUNCE, STEP, 0, ending)
        except RuntimeError as error:
            failure = error
        tasks.cancel_scope.cancel()
    if failure is None:
        return {path for _, path in raw} if isinstance(raw, set) else set()
    if UNREADABLE in str(failure):
        return None
    raise failure


class _Ending:
    """Set when the caller's event is, or when the wait is cancelled."""

    def __init__(self, stop: Stop | None) -> None:
        self._stop = stop
        self._cancelled = False

    async def when_cancelled(self) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            self._cancelled = True

    def is_set(self) -> bool:
        return self._cancelled or (self._stop is not None and self._stop.is_set())


def _folders(checkouts: Iterable[Checkout], roots: Iterable[Path | str]) -> dict[str, _Folder]:
    folders = {os.path.realpath(root): _Folder(SOURCE, None) for root in roots}
    for checkout in checkouts:
        clone = checkout.clone.path
        common = str(checkout.place.common_dir)
        folders[common] = _Folder(clone, GIT_DIR_NAMES)
        folders[f"{common}/refs/heads"] = _Folder(clone, None)
        folders[f"{common}/logs"] = _Folder(clone, frozenset({"HEAD"}))
        for place in checkout.worktrees:
            folders |= _of_worktree(clone, place)
    return {path: folder for path, folder in folders.items() if _is_utf_8(path)}


def _is_utf_8(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _of_worktree(clone: str, place: Place) -> Mapping[str, _Folder]:
    return {
        str(place.git_dir): _Folder(clone, GIT_DIR_NAMES),
        str(place.worktree): _Folder(clone, None),
    }


def _clone_of(folders: Mapping[str, _Folder], path: str) -> str | None:
    """Whose change it is, None where it doesn't count."""
    parent, name = os.path.split(path)
    if name.endswith(".lock") or name == ".git":
        return None
    folder = folders.get(parent)
    if folder is not None and (folder.names is None or name in folder.names):
        return folder.clone
    vanished = folders.get(path)
    return vanished.clone if vanished is not None and not os.path.isdir(path) else None
