"""Clones for scanning: one commit of a repository as files, cached under one disk budget.

    checkouts/<digest of the URL>/
        git/     a bare repository of our own, with one commit
        tree/    its files, written without filters, hooks or links: not where the past is kept
        used     when it was last asked for (its mtime), and its size in bytes
        lock     held shared by who reads, exclusively by who writes or removes

Whoever was killed in between leaves no `used`: what is found so is begun anew. Links are written as
plain files that say where they led, so that no reader is led out of the tree.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from opsroom.clients.git.command import GitFailed, git
from opsroom.clients.git.fetching import FETCHED, fetch, fetch_past, prepare
from opsroom.clients.git.place import Place
from opsroom.errors import ObservationError

BUDGET = 5 << 30
"""Bytes of all checkouts together."""

LARGEST = 1 << 30
"""Bytes of the files of one checkout."""

MOST_FILES = 200_000
MOST_PACKS = 12
"""After so many fetches a clone is begun anew: what is no longer wanted goes."""

UNTOLD = "opsroom-untold"
"""The file that says why the past is not there."""

WRITING = (
    ("core.symlinks", "false"),
    ("core.protectHFS", "true"),
    ("core.protectNTFS", "true"),
    ("core.autocrlf", "false"),
    ("core.bare", "false"),
)


@dataclass(frozen=True, slots=True)
class Checkouts:
    """All of them, in one folder. `budget` and `largest` are in bytes; several processes share."""

    folder: Path
    budget: int = BUDGET
    largest: int = LARGEST

    @contextmanager
    def checkout(self, url: str, commit: str, token: str | None = None) -> Generator[Path]:
        """The files of `commit`, which stay as they are for as long as the block lasts.

        Raises:
            GitFailed: it could not be fetched.
            ObservationError: it is too large, or there is no room for it.
        """
        with self._entry(url, commit, partial(self._fill_tree, url, commit, token)) as entry:
            yield entry / "tree"

    @contextmanager
    def objects(
        self, url: str, commit: str, past: str, token: str | None = None
    ) -> Generator[tuple[Place, str]]:
        """A bare repository that holds `commit` and the past of every branch and tag.

        `past` changes when any of them moves. Where their past can't be had (it is too large, the
        remote breaks off) there is the commit alone, and why is said; otherwise that is empty.

        Raises:
            GitFailed: the commit could not be fetched.
            ObservationError: it is too large, or there is no room for it.
        """
        fill = partial(self._fill_past, url, commit, token)
        with self._entry(f"past {url}", f"{commit} {past}", fill) as entry:
            git_dir = entry / "git"
            untold = (git_dir / UNTOLD).read_text(encoding="utf-8")
            yield Place(git_dir, git_dir, None), untold

    @contextmanager
    def _entry(
        self, name: str, content: str, fill: Callable[[Path, Place], None]
    ) -> Generator[Path]:
        """The folder of an entry that holds `content`, filled where it does not yet."""
        entry = self.folder / hashlib.sha256(name.encode()).hexdigest()[:32]
        entry.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _lock(entry) as lock:
            if not _holds(entry, content):
                # Kept for the whole block: given back to shared, another could write before it is.
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not _holds(entry, content):
                    self._write(entry, content, fill)
            os.utime(entry / "used")
            yield entry

    def size(self) -> int:
        """Bytes of all checkouts that are whole."""
        return sum(size for _, size, _ in self._entries())

    def _write(self, entry: Path, content: str, fill: Callable[[Path, Place], None]) -> None:
        try:
            self._try_to_write(entry, content, fill)
        except (GitFailed, OSError):
            _empty(entry)  # half of it may lie there, and the disk may be full of what nobody uses
            if not self._make_room(but=entry, budget=0):
                raise
            self._try_to_write(entry, content, fill)

    def _try_to_write(self, entry: Path, content: str, fill: Callable[[Path, Place], None]) -> None:
        if not (entry / "used").exists() or len(list((entry / "git").glob("**/*.pack"))) > (
            MOST_PACKS
        ):
            _empty(entry)
        (entry / "used").unlink(missing_ok=True)
        fill(entry, prepare(entry / "git"))
        size = sum(path.lstat().st_size for path in entry.rglob("*"))
        if not self._make_room(but=entry, budget=self.budget - size):
            _empty(entry)
            raise ObservationError(
                f"a checkout of {size:,} bytes doesn't fit in {self.budget:,}", "raise the budget"
            )
        (entry / "commit").write_text(content, encoding="ascii")
        (entry / "used").write_text(str(size), encoding="ascii")

    def _fill_tree(
        self, url: str, commit: str, token: str | None, entry: Path, place: Place
    ) -> None:
        fetch(place, url, commit, token, largest=self.largest)
        self._refuse_large(place)
        tree = entry / "tree"
        tree.mkdir(exist_ok=True)
        git(
            Place(place.git_dir, place.common_dir, tree),
            ["read-tree", "--reset", "-u", "--no-recurse-submodules", FETCHED],
            overrides=WRITING,
        )

    def _fill_past(
        self, url: str, commit: str, token: str | None, entry: Path, place: Place
    ) -> None:
        untold = ""
        try:
            fetch_past(place, url, token, largest=self.largest)
            git(place, ["cat-file", "-e", f"{commit}^{{commit}}"])
        except GitFailed as error:
            untold = f"its past could not be fetched: {error.message}"
            for half in place.git_dir.glob("objects/pack/tmp_*"):
                half.unlink(missing_ok=True)
            fetch(place, url, commit, token, largest=self.largest)
        (entry / "git" / UNTOLD).write_text(untold, encoding="utf-8")

    def _refuse_large(self, place: Place) -> None:
        """Before a file is written: the same blob can be listed a million times."""
        listed = git(place, ["ls-tree", "-r", "-l", "-z", "--full-tree", FETCHED])
        sizes = [entry.split(b"\t", 1)[0].split()[-1] for entry in listed.split(b"\0") if entry]
        total = sum(int(size) for size in sizes if size != b"-")
        if total > self.largest or len(sizes) > MOST_FILES:
            raise ObservationError(
                f"too large to be looked into: {len(sizes):,} files of {total:,} bytes",
                f"at most {MOST_FILES:,} files of {self.largest:,} bytes are",
            )

    def _make_room(self, *, but: Path, budget: int) -> bool:
        """Remove what was left half done, and checkouts that nobody reads, longest unused first.

        Whether the others fit now.
        """
        for entry in self._halves():
            if entry != but:
                with suppress(BlockingIOError), _lock(entry, fcntl.LOCK_EX | fcntl.LOCK_NB):
                    _empty(entry)
        others = sorted(each for each in self._entries() if each[2] != but)
        total = sum(size for _, size, _ in others)
        for _, size, entry in others:
            if total <= max(budget, 0):
                break
            with suppress(BlockingIOError), _lock(entry, fcntl.LOCK_EX | fcntl.LOCK_NB):
                _empty(entry)
                total -= size
        return total <= budget

    def _halves(self) -> list[Path]:
        """What somebody works on now, or was killed at: no word that it is whole, but files."""
        folders = self.folder.iterdir() if self.folder.is_dir() else ()
        return [
            entry
            for entry in folders
            if not (entry / "used").exists()
            and ((entry / "git").exists() or (entry / "tree").exists())
        ]

    def _entries(self) -> Iterator[tuple[float, int, Path]]:
        """When each was last used, its size, its folder."""
        for entry in self.folder.iterdir() if self.folder.is_dir() else ():
            try:
                used = entry / "used"
                yield used.stat().st_mtime, int(used.read_text(encoding="ascii") or 0), entry
            except (OSError, ValueError):
                continue


@contextmanager
def _lock(entry: Path, how: int = fcntl.LOCK_SH) -> Generator[int]:
    """The entry's lock, held shared or as `how` says.

    Raises:
        BlockingIOError: `how` doesn't wait, and another holds it.
    """
    handle = os.open(entry / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, how)
        yield handle
    finally:
        os.close(handle)


def _holds(entry: Path, commit: str) -> bool:
    try:
        return (entry / "used").exists() and (entry / "commit").read_text("ascii") == commit
    except OSError:
        return False


def _empty(entry: Path) -> None:
    """Remove all but the lock, the word that it is whole first."""
    for name in ("used", "commit"):
        (entry / name).unlink(missing_ok=True)
    for name in ("git", "tree"):
        shutil.rmtree(entry / name, ignore_errors=True)
