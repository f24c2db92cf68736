"""Git objects of one repository: in memory first, on disk as soon as Git itself is needed.

A repository begins as ids and bytes in a `Shelf` that all repositories share. Its bare repository
is laid down at the first access that needs Git; from then on what is written goes to both.
"""

import contextlib
import os
import zlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from opsroom.demo.git import Author, Git
from opsroom.demo.github.encoding import (
    GitCommit,
    Kind,
    Raw,
    TreeEntry,
    object_id,
    parse_commit,
    parse_tree,
)
from opsroom.errors import OpsroomError

Reader = Callable[[str], Raw | None]
"""Where objects come from that nobody put on the shelf: an id to kind and body, or None."""

CONFIG = """[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
[http]
\treceivepack = true
[receive]
\tadvertisePushOptions = false
[uploadpack]
\tallowFilter = true
\tallowAnySHA1InWant = true
[gc]
\tauto = 0
"""

KINDS: dict[str, Kind] = {"blob": "blob", "tree": "tree", "commit": "commit", "tag": "tag"}

ROBOT = Author("Opsroom demo", "demo@home.arpa")


class MissingObject(OpsroomError):
    """The repository has no such object."""


class Shelf:
    """Objects by id, shared by all repositories. `reader` is asked for what is not on it."""

    def __init__(self, reader: Reader | None = None) -> None:
        self._objects: dict[str, Raw] = {}
        self._reader = reader

    def get(self, oid: str) -> Raw | None:
        """Kind and body of an object, if it is known without Git."""
        return self._objects.get(oid) or (self._reader(oid) if self._reader else None)

    def put(self, kind: Kind, body: bytes) -> str:
        """Keep an object and return its id."""
        oid = object_id(kind, body)
        self._objects[oid] = (kind, body)
        return oid


@lru_cache(maxsize=8192)
def _tree(body: bytes) -> tuple[TreeEntry, ...]:
    return parse_tree(body)


class Objects:
    """The objects of one repository.

    `folder` is where its bare repository is, or will be. `alternates` are object folders that it
    borrows from. What is on the shelf and in no alternate is written when it is laid down, as
    far as it came through `write`.
    """

    def __init__(
        self, folder: Path, shelf: Shelf, *, alternates: Iterable[Path] = (), head: str = "main"
    ) -> None:
        self.folder = folder
        self._shelf = shelf
        self._alternates = tuple(alternates)
        self._pending: list[str] = []
        self._refs: Mapping[str, str] = {}
        self._head = head
        self._laid = (folder / "HEAD").is_file()

    @property
    def on_disk(self) -> bool:
        """Whether the bare repository was laid down."""
        return self._laid

    def follow(self, refs: Mapping[str, str]) -> None:
        """Say which refs the bare repository will begin with: a live view."""
        self._refs = refs

    def read(self, oid: str) -> Raw:
        """Kind and body of an object.

        Raises:
            MissingObject: there is none.
        """
        found = self._shelf.get(oid)
        if found is None:
            self.load((oid,))
            found = self._shelf.get(oid)
        if found is None:
            raise MissingObject(f"no object {oid}")
        return found

    def load(self, oids: Iterable[str]) -> None:
        """Bring what is not on the shelf there, with one Git process for all of it."""
        wanted = [oid for oid in dict.fromkeys(oids) if self._shelf.get(oid) is None]
        if not wanted or not (self._laid or self._alternates or self._pending):
            return
        self.materialise()
        for kind, body in self._batch(wanted):
            self._shelf.put(kind, body)

    def known(self, oid: str) -> bool:
        """Whether an object is in memory."""
        return self._shelf.get(oid) is not None

    def has(self, oid: str) -> bool:
        """Whether there is such an object."""
        try:
            self.read(oid)
        except MissingObject:
            return False
        return True

    def tree(self, oid: str) -> tuple[TreeEntry, ...]:
        """The entries of a tree; a commit's id stands for its tree."""
        kind, body = self.read(oid)
        if kind == "commit":
            return self.tree(parse_commit(oid, body).tree)
        if kind != "tree":
            raise MissingObject(f"{oid} is a {kind}, not a tree")
        return _tree(body)

    def blob(self, oid: str) -> bytes:
        """The bytes of a blob."""
        kind, body = self.read(oid)
        if kind != "blob":
            raise MissingObject(f"{oid} is a {kind}, not a blob")
        return body

    def commit(self, oid: str) -> GitCommit:
        """A commit, parsed."""
        kind, body = self.read(oid)
        if kind != "commit":
            raise MissingObject(f"{oid} is a {kind}, not a commit")
        return parse_commit(oid, body)

    def at(self, commit: str, path: str) -> TreeEntry | None:
        """What is at a path in a commit; None when nothing is."""
        entry = TreeEntry("40000", "", self.commit(commit).tree)
        for part in filter(None, path.split("/")):
            if entry.kind != "tree":
                return None
            found = next((each for each in self.tree(entry.oid) if each.name == part), None)
            if found is None:
                return None
            entry = found
        return entry

    def write(self, kind: Kind, body: bytes) -> str:
        """Add an object and return its id."""
        oid = self._shelf.put(kind, body)
        if self._laid:
            self._loose(oid, kind, body)
        else:
            self._pending.append(oid)
        return oid

    def set_ref(self, ref: str, oid: str | None) -> None:
        """Tell the bare repository, if there is one yet, of a ref that moved or went (None)."""
        if not self._laid:
            return
        command = ("update-ref", "-d", ref) if oid is None else ("update-ref", ref, oid)
        self.git(*command)

    def set_head(self, branch: str) -> None:
        """Let HEAD point at another branch."""
        self._head = branch
        if self._laid:
            (self.folder / "HEAD").write_text(f"ref: refs/heads/{branch}\n")

    def read_refs(self) -> dict[str, str]:
        """The refs as the bare repository has them now."""
        told = self.git("for-each-ref", "--format=%(objectname) %(refname)")
        return {ref: oid for oid, _, ref in (line.partition(" ") for line in told.splitlines())}

    def git(self, *arguments: str, stdin: bytes = b"", allowed: tuple[int, ...] = (0,)) -> str:
        """Run Git in the bare repository, which is laid down first."""
        git = Git(self.materialise(), ROBOT, datetime.fromtimestamp(0).astimezone())
        return git(*arguments, stdin=stdin, allowed=allowed)

    def materialise(self) -> Path:
        """Lay the bare repository down, unless it is there, and return its folder."""
        if self._laid:
            return self.folder
        for name in ("objects/info", "objects/pack", "refs/heads", "refs/tags", "info"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "config").write_text(CONFIG)
        if self._alternates:
            lines = "".join(f"{path}\n" for path in self._alternates)
            (self.folder / "objects/info/alternates").write_text(lines)
        for oid in dict.fromkeys(self._pending):
            kind, body = self.read_pending(oid)
            self._loose(oid, kind, body)
        self._pending.clear()
        packed = "".join(f"{oid} {ref}\n" for ref, oid in sorted(self._refs.items()))
        (self.folder / "packed-refs").write_text("# pack-refs with: sorted \n" + packed)
        (self.folder / "HEAD").write_text(f"ref: refs/heads/{self._head}\n")
        self._laid = True
        return self.folder

    def read_pending(self, oid: str) -> Raw:
        """An object that was written before the bare repository was laid down."""
        found = self._shelf.get(oid)
        if found is None:
            raise MissingObject(f"no object {oid}")
        return found

    def _loose(self, oid: str, kind: Kind, body: bytes) -> None:
        target = self.folder / "objects" / oid[:2] / oid[2:]
        if target.exists():
            return
        target.parent.mkdir(exist_ok=True)
        rough = target.with_name(f"{target.name}.new")
        rough.write_bytes(zlib.compress(b"%s %d\0" % (kind.encode(), len(body)) + body, 1))
        with contextlib.suppress(FileExistsError):
            os.replace(rough, target)

    def _batch(self, oids: list[str]) -> Iterable[Raw]:
        asked = "".join(f"{oid}\n" for oid in oids).encode()
        git = Git(self.folder, ROBOT, datetime.fromtimestamp(0).astimezone())
        yield from _answers(git.raw("cat-file", "--batch", stdin=asked))


def _answers(told: bytes) -> Iterable[Raw]:
    """What `git cat-file --batch` printed: `<oid> <kind> <size>` LF body LF, or `<oid> missing`."""
    at = 0
    while at < len(told):
        end = told.index(b"\n", at)
        words = told[at:end].decode().split(" ")
        at = end + 1
        if len(words) != 3:
            continue
        size = int(words[2])
        yield KINDS[words[1]], told[at : at + size]
        at += size + 1
