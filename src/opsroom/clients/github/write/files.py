"""Files that a commit shall hold, and what a commit holds now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha1, sha256
from typing import Literal

from opsroom.clients.github.write.errors import WriteRefused
from opsroom.clients.github.write.place import Place
from opsroom.clients.github.write.wire import Wire
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.host import HostError

Mode = Literal["100644", "100755", "120000"]
"""An ordinary file, an executable one, a symbolic link (its content is where it leads)."""

ORDINARY: Mode = "100644"
FOLDER = "040000"


@dataclass(frozen=True, slots=True)
class File:
    """What `path` shall be. `content` None: not there. `mode` None: as it is, or ordinary."""

    path: str
    content: bytes | None
    mode: Mode | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What a tree holds under a path: its mode and the id of its blob."""

    mode: str
    oid: str


def check_files(files: Sequence[File]) -> None:
    """Refuse paths that Git, or somebody's checkout, would stumble over.

    Raises:
        WriteRefused: a path is not one, or comes twice.
    """
    if not files:
        raise WriteRefused("invalid", "a commit needs at least one file")
    seen: set[str] = set()
    for file in files:
        parts = file.path.split("/")
        if (
            any(part in {"", ".", ".."} or part.lower() == ".git" for part in parts)
            or not file.path.isprintable()
            or "\\" in file.path
        ):
            raise WriteRefused("invalid", f"{file.path!r} is not a path in a repository")
        if file.path in seen or any(path.startswith(f"{file.path}/") for path in seen):
            raise WriteRefused("invalid", f"{file.path} comes twice")
        if any("/".join(parts[:depth]) in seen for depth in range(1, len(parts))):
            raise WriteRefused("invalid", f"{file.path} is inside of another file")
        seen.add(file.path)


def blob_oid(content: bytes, length: int) -> str:
    """The id that Git gives to a content, as many digits as ids have in that repository."""
    whole = b"blob %d\0" % len(content) + content
    if length == 64:
        return sha256(whole).hexdigest()
    return sha1(whole, usedforsecurity=False).hexdigest()


def change_digest(parent: str, changes: Mapping[str, Entry | None]) -> str:
    """What a commit of ours is recognised by: its parent, and what it makes of each path."""
    digest = sha256(parent.encode())
    for path, entry in sorted(changes.items()):
        made = f"{entry.mode} {entry.oid}" if entry else "-"
        digest.update(f"\0{path}\0{made}".encode())
    return digest.hexdigest()[:32]


class Tree:
    """The tree of one commit, read folder by folder as far as it is asked for."""

    def __init__(self, writer: Writer, place: Place, oid: str) -> None:
        self._writer = writer
        self._place = place
        self.oid = oid
        self._folders: dict[str, Mapping[str, Entry]] = {}

    async def entry(self, path: str) -> Entry | None:
        """What is at `path`; None when nothing is.

        Raises:
            HostError: it could not be read.
        """
        oid = self.oid
        *folders, name = path.split("/")
        for folder in folders:
            inside = (await self.folder(oid)).get(folder)
            if inside is None or inside.mode != FOLDER:
                return None
            oid = inside.oid
        return (await self.folder(oid)).get(name)

    async def folder(self, oid: str) -> Mapping[str, Entry]:
        """The entries of one folder by name.

        Raises:
            HostError: it could not be read whole.
        """
        if oid not in self._folders:
            found = Wire(await self._writer.read(f"{self._place.path}/git/trees/{oid}") or {})
            if not found.has("tree") or found.flag("truncated"):
                raise HostError(f"the host doesn't show the whole folder {oid[:7]}")
            self._folders[oid] = {
                entry.text("path"): Entry(entry.text("mode"), entry.text("sha"))
                for entry in found.parts("tree")
            }
        return self._folders[oid]


async def tree_of(writer: Writer, place: Place, commit: str) -> Tree:
    """The tree of a commit.

    Raises:
        WriteRefused: there is no such commit.
        HostError: it could not be read.
    """
    return Tree(writer, place, (await commit_at(writer, place, commit)).text("tree.sha"))


async def commit_at(writer: Writer, place: Place, oid: str) -> Wire:
    """A commit as the host's database of Git shows it.

    Raises:
        WriteRefused: there is no such commit.
        HostError: it could not be read.
    """
    return await writer.existing(place, f"git/commits/{oid}", f"commit {oid[:7]}")
