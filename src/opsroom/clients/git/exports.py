"""Exports: the files of one commit, laid out for scanners, with what could mislead them left out.

    a clone's objects, or a checkout of a host's repository
      -> regular files only, in a folder of their own that is removed afterwards

Links, submodules, Git LFS pointers, files that are too large or missing (partial clones) and the
configuration of scanners themselves are not laid out; each is counted in `skipped` with a reason.
"""

import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from opsroom.clients.git.borrowing import borrow, name_tips
from opsroom.clients.git.config import read_config
from opsroom.clients.git.dirty import lay_out_dirty
from opsroom.clients.git.laying import USUAL, Bounds, Left, blobs, lay_out
from opsroom.clients.git.ownership import refuse_strangers
from opsroom.clients.git.place import Place
from opsroom.clients.git.refs import read_tips
from opsroom.errors import ObservationError
from opsroom.model.scan import Skipped

SUFFIX = ".lock"
COPY = "opsroom-"


@dataclass(frozen=True, slots=True)
class Export:
    """The files of `commit` in `folder`, read-only for whoever looks.

    `files` are relative, in the order of names, and all of them are there. `place` holds the
    history, when there is one to read, and `tips` are the commits of all its refs; `history_untold`
    says why the past can't be looked at, `unfetched` what of it is not here though its host has it.
    `dirty` are paths that differ from the commit in a work tree, or are not tracked there: their
    present content lies in `working`.

    `home` is the folder of the centre, where scanners keep what is worth keeping between looks.
    `recall` is what a scanner kept at its last look by the same rules (empty: it kept nothing).
    """

    folder: Path
    commit: str
    files: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()
    place: Place | None = None
    tips: tuple[str, ...] = ()
    history_untold: str = ""
    unfetched: str = ""
    working: Path | None = None
    dirty: tuple[str, ...] = ()
    home: Path | None = None
    recall: str = ""


@contextmanager
def export_clone(
    places: Sequence[Place],
    commit: str,
    under: Path,
    *,
    worktrees: Sequence[Place] = (),
    home: Path | None = None,
    bounds: Bounds = USUAL,
) -> Generator[Export]:
    """The files of `commit`, which one of the clones at `places` has, and the past of all of them.

    They lie in a folder of ours below `under`, for as long as the block lasts. Of the first of
    `worktrees` that is dirty, what is dirty is laid out too.

    Raises:
        ObservationError: a clone is a stranger's, or what is asked for is not there.
        OSError: the disk is full, or a clone is no longer there.
    """
    for place in places:
        refuse_strangers(place)
    with private_folder(under) as folder:
        left = Left()
        borrowed = borrow(folder / "git", places)
        files = lay_out(
            borrowed, blobs(borrowed, commit, left), _made(folder / "files"), left, bounds
        )
        if (borrowed.git_dir / "shallow").exists():
            left.say("older commits: the clone is shallow")
        tips, untold = _past(borrowed, commit, places)
        working, dirty = _working(worktrees, folder / "working", left)
        yield Export(
            folder=folder / "files",
            commit=commit,
            files=files,
            skipped=left.skipped(),
            place=None if untold else borrowed,
            tips=tips,
            history_untold=untold,
            working=working,
            dirty=dirty,
            home=home,
        )


def _past(borrowed: Place, commit: str, places: Sequence[Place]) -> tuple[tuple[str, ...], str]:
    """Every tip of the clones; else why their past can't be read."""
    try:
        oids = {oid for place in places for oid in read_tips(place, read_config(place))}
        return name_tips(borrowed, commit, oids), ""
    except ObservationError as error:
        return (), error.message


def _working(
    worktrees: Sequence[Place], folder: Path, left: Left
) -> tuple[Path | None, tuple[str, ...]]:
    """What is dirty in the first work tree where anything is."""
    for place in worktrees:
        try:
            dirty = lay_out_dirty(place, _made(folder), left)
        except ObservationError as error:
            left.say(f"changes of a work tree can't be told: {error.message}")
            continue
        if dirty:
            return folder, dirty
    return None, ()


def _made(folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextmanager
def private_folder(under: Path) -> Generator[Path]:
    """An empty folder below `under` that is ours alone, and is removed afterwards.

    What a killed process left is removed at the next call.
    """
    under.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(under)
    lock, folder = _claim(under)
    try:
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            _remove(folder)
    finally:
        os.close(lock)


@contextmanager
def copy_folder(export: Export) -> Generator[Path]:
    """An empty folder for a copy of files of an export; it is removed afterwards.

    It lies where temporary files do: in no home and no work tree, whose configuration a scanner
    could find. It is noted beside the export, so that what a killed process left is removed with
    its export.
    """
    folder = Path(tempfile.gettempdir()).resolve() / f"{COPY}{secrets.token_hex(8)}"
    note = export.folder.parent / folder.name
    noted = export.folder.parent.with_suffix(SUFFIX).exists()
    if noted:
        note.symlink_to(folder)
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if noted and not folder.exists():
            note.unlink(missing_ok=True)


def _claim(under: Path) -> tuple[int, Path]:
    """A name that nobody has, and its lock, which we hold."""
    while True:
        folder = under / secrets.token_hex(8)
        path = folder.with_suffix(SUFFIX)
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():  # it was not taken for a left-over in between
            return lock, folder
        os.close(lock)


def _sweep(under: Path) -> None:
    """Remove folders whose lock nobody holds any more."""
    for path in under.glob(f"*{SUFFIX}"):
        with suppress(OSError):
            lock = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _remove(path.with_suffix(""))
            finally:
                os.close(lock)


def _remove(folder: Path) -> None:
    """The folder first: while its lock is there, somebody removes it. Its copies before that."""
    temporary = os.path.realpath(tempfile.gettempdir())
    for note in folder.glob(f"{COPY}*"):
        if note.is_symlink() and os.readlink(note) == f"{temporary}/{note.name}":
            shutil.rmtree(os.readlink(note), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    if not folder.exists():
        folder.with_suffix(SUFFIX).unlink(missing_ok=True)
