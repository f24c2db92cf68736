"""Branches, tags and remote-tracking branches, read from their files.

Reading them costs a tenth of a millisecond; a process costs ten times that. Where the files are not
the classic ones (reftable), git lists them.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from opsroom.clients.git.command import git
from opsroom.clients.git.config import Config
from opsroom.clients.git.place import Corrupt, Place, shown
from opsroom.clients.git.regular import read_regular

OID = re.compile(rb"[0-9a-f]{40}(?:[0-9a-f]{24})?")
SPACES = (b"refs/heads", b"refs/tags", b"refs/remotes")
MAX_PACKED = 64 << 20
MAX_LOOSE = 200_000
HEADS = b"refs/heads/"
REMOTES = b"refs/remotes/"
TAGS = b"refs/tags/"


@dataclass(frozen=True, slots=True)
class Head:
    """HEAD: either a branch (full name, perhaps not born yet) or a commit."""

    branch: bytes | None
    oid: str | None


@dataclass(frozen=True, slots=True)
class RefStore:
    """Every branch, tag and remote-tracking branch. `peeled`: commits of annotated tags.

    `symbolic` maps a symbolic ref to the one it names.
    """

    oids: Mapping[bytes, str]
    symbolic: Mapping[bytes, bytes]
    peeled: frozenset[str]

    def names(self, prefix: bytes) -> list[bytes]:
        """Full names below `prefix`, sorted."""
        return sorted(name for name in self.oids if name.startswith(prefix))

    def resolve(self, head: Head) -> str | None:
        """The commit of HEAD, None before the first one."""
        return self.oids.get(head.branch) if head.branch is not None else head.oid

    def holds(self, oid: str) -> bool:
        """Whether a ref points right at this commit."""
        return oid in self.peeled or oid in self.oids.values()


def read_head(place: Place) -> Head:
    """Where HEAD points.

    Raises:
        Corrupt: it is missing, or not what Git would write.
    """
    path = place.git_dir / "HEAD"
    if path.is_symlink():
        target = os.fsencode(os.readlink(path))
        content: bytes | None = b"ref: " + target
    else:
        content = read_regular(path, 4096)
    if content is None:
        raise Corrupt("it has no HEAD")
    content = content.strip()
    if content.startswith(b"ref:"):
        name = content[4:].strip()
        if name.startswith(b"refs/") and b".." not in name:
            return Head(name, None)
    elif OID.fullmatch(content):
        return Head(None, content.decode("ascii"))
    raise Corrupt("its HEAD names neither a branch nor a commit")


def read_refs(place: Place, config: Config) -> RefStore:
    """Every branch, tag and remote-tracking branch of the repository at `place`.

    Raises:
        ObservationError: one of them is broken, or they can't be read.
    """
    if (config.last("extensions.refstorage") or "files").startswith("files"):
        return _from_files(place.common_dir)
    return list_refs(place)


def read_tips(place: Place, config: Config) -> frozenset[str]:
    """The object of every ref, whatever its space, of every stash, and of every HEAD.

    Not all of them need be commits, or be there.

    Raises:
        ObservationError: one of them is broken, or they can't be read.
    """
    oids: dict[bytes, str] = {}
    if (config.last("extensions.refstorage") or "files").startswith("files"):
        _packed(place.common_dir, oids, set(), (b"refs/",))
        for name, content in _read_loose(place.common_dir, (b"refs",)):
            if OID.fullmatch(content):
                oids[name] = content.decode("ascii")
    else:
        listed = git(place, ["for-each-ref", "--format=%(objectname) %(refname)"]).splitlines()
        oids = {name: oid.decode("ascii") for oid, _, name in (s.partition(b" ") for s in listed)}
    return frozenset({*oids.values(), *_stashed(place), *_heads(place)})


def _stashed(place: Place) -> Iterator[str]:
    """Of every stash but the newest only the log of the ref knows."""
    for line in (read_regular(place.common_dir / "logs/refs/stash", MAX_PACKED) or b"").split(
        b"\n"
    ):
        oid = line.split(b" ", 2)[1:2]
        if oid and OID.fullmatch(oid[0]):
            yield oid[0].decode("ascii")


def _heads(place: Place) -> Iterator[str]:
    """Commits that a HEAD names by itself, of the main and of every linked work tree."""
    root = os.fsencode(place.common_dir)
    linked = [os.fsdecode(root + b"/" + name) for name in _loose(root, (b"worktrees",))]
    for path in [str(place.common_dir / "HEAD"), *(n for n in linked if n.endswith("/HEAD"))]:
        content = (read_regular(path, 4096) or b"").strip()
        if OID.fullmatch(content):
            yield content.decode("ascii")


def list_refs(place: Place) -> RefStore:
    """The same, from git."""
    form = "--format=%(refname)%00%(objectname)%00%(*objectname)%00%(symref)"
    spaces = [space.decode() for space in SPACES]
    oids: dict[bytes, str] = {}
    symbolic: dict[bytes, bytes] = {}
    peeled: set[str] = set()
    for line in git(place, ["for-each-ref", form, *spaces]).splitlines():
        name, oid, commit, target = line.split(b"\0")
        if target:
            symbolic[name] = target
        else:
            oids[name] = oid.decode("ascii")
        if commit:
            peeled.add(commit.decode("ascii"))
    return RefStore(oids, symbolic, frozenset(peeled))


def _from_files(common_dir: Path) -> RefStore:
    oids: dict[bytes, str] = {}
    peeled: set[str] = set()
    _packed(common_dir, oids, peeled)
    symbolic: dict[bytes, bytes] = {}
    for name, content in _read_loose(common_dir, SPACES):
        if OID.fullmatch(content):
            oids[name] = content.decode("ascii")
        elif content.startswith(b"ref:"):
            symbolic[name] = content[4:].strip()
            oids.pop(name, None)
        else:
            raise Corrupt(f"{shown(os.fsdecode(name))} is broken")
    return RefStore(oids, symbolic, frozenset(peeled))


def _read_loose(common_dir: Path, spaces: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    root = os.fsencode(common_dir)
    for number, name in enumerate(_loose(root, spaces)):
        if number >= MAX_LOOSE:
            raise Corrupt(f"it has more than {MAX_LOOSE:,} loose refs")
        content = read_regular(os.fsdecode(root + b"/" + name), 4096)
        if content is not None:
            yield name, content.strip()


def _packed(
    common_dir: Path,
    oids: dict[bytes, str],
    peeled: set[str],
    spaces: tuple[bytes, ...] = (HEADS, TAGS, REMOTES),
) -> None:
    content = read_regular(common_dir / "packed-refs", MAX_PACKED)
    if not content:
        return
    if not content.endswith(b"\n"):
        raise Corrupt("packed-refs is cut short")
    for line in content.split(b"\n")[:-1]:
        oid, space, name = line.partition(b" ")
        if OID.fullmatch(oid) and space:
            if name.startswith(spaces):
                oids[name] = oid.decode("ascii")
        elif line.startswith(b"^"):
            peeled.add(line[1:].decode("ascii", "replace"))
        elif not line.startswith(b"#"):
            raise Corrupt("packed-refs has a broken line")


def _loose(root: bytes, spaces: Iterable[bytes]) -> Iterator[bytes]:
    """Names of loose refs. Lock files and names that Git itself would ignore are left out."""
    waiting: list[bytes] = list(spaces)
    while waiting:
        folder = waiting.pop()
        try:
            entries = os.scandir(root + b"/" + folder)
        except (FileNotFoundError, NotADirectoryError):
            continue
        with entries:
            for entry in entries:
                if entry.name.startswith(b".") or entry.name.endswith(b".lock"):
                    continue
                name = folder + b"/" + entry.name
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(name)
                else:
                    yield name
