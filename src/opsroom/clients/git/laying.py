"""Laying out the blobs of a tree as plain files: none can be run, and none leads out of its folder.

A name that can't be shown (a line end, bytes that are no text) is written with its odd bytes
escaped: such a file is looked at like any other.
"""

import errno
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from opsroom.clients.git.command import GitFailed, git
from opsroom.clients.git.place import Place, shown
from opsroom.clients.git.silencers import silences
from opsroom.model.scan import Skipped
from opsroom.model.text import plain

LARGEST_FILE = 32 << 20
LARGEST = 1 << 30
"""Bytes of one file, and of all together."""

MOST_FILES = 200_000
DEEPEST = 64
"""Folders that lie within each other."""

MOST_NAMED = 5_000
"""Paths that are named of those that were left out for one reason."""

AT_ONCE = 48 << 20
"""Bytes that git is asked for at a time."""

POINTER = b"version https://git-lfs.github.com/spec/"
LARGEST_POINTER = 1024
NOT_A_NAME = frozenset({errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL})
REGULAR = (b"100644", b"100755", b"100664")
LINK, SUBMODULE = b"120000", b"160000"
A_LINK = "a symbolic link"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much is laid out: bytes of one file, bytes of all, files, folders within each other."""

    file: int = LARGEST_FILE
    total: int = LARGEST
    files: int = MOST_FILES
    depth: int = DEEPEST


USUAL = Bounds()


@dataclass(frozen=True, slots=True)
class Blob:
    """One regular file of a tree. `size` is in bytes; None: a partial clone lacks it."""

    path: bytes
    oid: str
    size: int | None


@dataclass(slots=True)
class Left:
    """What was left out, by the reason. Of very many paths not all are named."""

    paths: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    counts: dict[str, int] = field(default_factory=dict[str, int])

    def out(self, reason: str, path: bytes) -> None:
        """Count one path."""
        self.counts[reason] = self.counts.get(reason, 0) + 1
        named = self.paths.setdefault(reason, [])
        if len(named) < MOST_NAMED:
            named.append(shown(os.fsdecode(path)))

    def say(self, reason: str) -> None:
        """Tell of something that is missing and has no path."""
        self.counts.setdefault(reason, 0)

    def skipped(self) -> tuple[Skipped, ...]:
        """All of it."""
        return tuple(
            Skipped(
                reason=reason,
                count=count,
                example=plain(next(iter(self.paths.get(reason, ())), ""), 300),
                paths=tuple(self.paths.get(reason, ())),
            )
            for reason, count in sorted(self.counts.items())
        )


def blobs(place: Place, commit: str, left: Left) -> list[Blob]:
    """The regular files of a commit, in the order of their paths.

    Raises:
        GitFailed: the commit or one of its trees is not there.
    """
    listing = git(place, ["ls-tree", "-r", "-l", "-z", "--full-tree", "--end-of-options", commit])
    found: list[Blob] = []
    for entry in listing.split(b"\0"):
        meta, tab, path = entry.partition(b"\t")
        if not tab:
            continue
        mode, _, oid, size = meta.split()
        if mode in REGULAR:
            found.append(Blob(path, oid.decode("ascii"), int(size) if size.isdigit() else None))
        elif mode == LINK:
            left.out(A_LINK, path)
        elif mode == SUBMODULE:
            left.out("a submodule", path)
        else:
            left.out("not a regular file", path)
    return found


def lay_out(
    place: Place, found: Iterable[Blob], folder: Path, left: Left, bounds: Bounds
) -> tuple[str, ...]:
    """Write blobs below `folder`, which is there and empty, and give the names of those written.

    Raises:
        GitFailed: git could not give them.
        OSError: the disk is full.
    """
    written: list[str] = []
    writer = Writer(folder)
    for batch in _batches(_wanted(found, left, bounds)):
        contents = _read(place, dict.fromkeys(blob.oid for blob in batch))
        for blob in batch:
            content = contents.get(blob.oid)
            if content is None:
                left.out("its content is not in this partial clone", blob.path)
            elif len(content) <= LARGEST_POINTER and content.startswith(POINTER):
                left.out("kept in Git LFS", blob.path)
            elif (name := writer.write(blob.path, content)) is None:
                left.out("its name can't be laid out beside the others", blob.path)
            else:
                written.append(name)
    return tuple(sorted(written))


def _wanted(found: Iterable[Blob], left: Left, bounds: Bounds) -> Iterator[Blob]:
    """Those that are laid out, within bounds."""
    total = count = 0
    for blob in found:
        if reason := refused(blob.path, bounds.depth):
            left.out(reason, blob.path)
        elif blob.size is None:
            left.out("its content is not in this partial clone", blob.path)
        elif blob.size > bounds.file:
            left.out(f"larger than {bounds.file:,} bytes", blob.path)
        elif total + blob.size > bounds.total or count >= bounds.files:
            left.out(f"more than {bounds.files:,} files or {bounds.total:,} bytes", blob.path)
        else:
            total, count = total + blob.size, count + 1
            yield blob


def refused(path: bytes, depth: int = DEEPEST) -> str:
    """Why a path is not laid out, whatever its content; empty: it is."""
    parts = path.split(b"/")
    if len(parts) > depth:
        return f"more than {depth} folders deep"
    if any(part in {b"", b".", b".."} or part.lower() == b".git" for part in parts):
        return "a name that Git refuses"
    if silences(os.fsdecode(path)):
        return "a scanner's own configuration"
    return ""


def _batches(found: Iterable[Blob]) -> Iterator[list[Blob]]:
    """As many at a time as git is asked for. The same content counts each time: it is small."""
    batch: list[Blob] = []
    size = 0
    for blob in found:
        size += blob.size or 0
        if batch and size > AT_ONCE:
            yield batch
            batch, size = [], blob.size or 0
        batch.append(blob)
    if batch:
        yield batch


def _read(place: Place, oids: Iterable[str]) -> dict[str, bytes]:
    """The contents of blobs by their ids; what is missing is left out."""
    asked = "".join(f"{oid}\n" for oid in oids).encode("ascii")
    output = memoryview(git(place, ["cat-file", "--batch", "--buffer"], stdin=asked))
    contents: dict[str, bytes] = {}
    start = 0
    while start < len(output):
        end = start + bytes(output[start : start + 200]).index(b"\n")
        oid, *rest = bytes(output[start:end]).decode("ascii").split(" ")
        start = end + 1
        if len(rest) == 2:  # otherwise "missing"
            size = int(rest[1])
            contents[oid] = bytes(output[start : start + size])
            start += size + 1
    if start != len(output):
        raise GitFailed("git cat-file: what it said is cut short")
    return contents


class Writer:
    """Writes files below a folder of ours, each once: never over another, never through a link."""

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._made: set[str] = set()

    def write(self, path: bytes, content: bytes) -> str | None:
        """The name under which it was written; None: it can't be, beside those that are there."""
        name = shown(os.fsdecode(path))
        place = f"{self._folder}/{name}"
        try:
            parent = os.path.dirname(place)
            if parent not in self._made:
                os.makedirs(parent, 0o700, exist_ok=True)
                self._made.add(parent)
            handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o400)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            if error.errno in NOT_A_NAME:
                return None
            raise
        try:
            view = memoryview(content)
            while view:
                view = view[os.write(handle, view) :]
        except BaseException:
            with suppress(OSError):
                os.unlink(place)
            raise
        finally:
            os.close(handle)
        return name
