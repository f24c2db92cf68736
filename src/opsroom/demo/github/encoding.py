"""How Git writes objects down, and their ids: the same bytes, so the same ids."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from opsroom.demo.git import Author

Kind = Literal["blob", "tree", "commit", "tag"]
Raw = tuple[Kind, bytes]
"""Kind and body of an object."""


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """One line of a tree. `mode` is octal without leading zeros, as Git writes it."""

    mode: str
    name: str
    oid: str

    @property
    def kind(self) -> Literal["blob", "tree", "commit"]:
        """What the id is of; a submodule is a commit."""
        if self.mode == "40000":
            return "tree"
        return "commit" if self.mode == "160000" else "blob"


@dataclass(frozen=True, slots=True)
class Signature:
    """Who did something in Git, and when."""

    author: Author
    at: datetime

    def line(self) -> str:
        """As a commit holds it."""
        return f"{self.author.name} <{self.author.email}> {int(self.at.timestamp())} +0000"


@dataclass(frozen=True, slots=True)
class GitCommit:
    """A commit. `message` keeps its trailing newline."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str

    @property
    def headline(self) -> str:
        """The first line of its message."""
        return self.message.partition("\n")[0]


def object_id(kind: Kind, body: bytes) -> str:
    """The id of an object."""
    header = b"%s %d\0" % (kind.encode(), len(body))
    return hashlib.sha1(header + body, usedforsecurity=False).hexdigest()


def tree_body(entries: Iterable[TreeEntry]) -> bytes:
    """The body of a tree. Git sorts a folder as if its name ended with a slash."""
    ordered = sorted(entries, key=lambda each: (each.name + "/" * (each.mode == "40000")).encode())
    return b"".join(
        f"{each.mode} {each.name}".encode() + b"\0" + bytes.fromhex(each.oid) for each in ordered
    )


def parse_tree(body: bytes) -> tuple[TreeEntry, ...]:
    """The entries of a tree, in Git's order."""
    entries: list[TreeEntry] = []
    at = 0
    while at < len(body):
        end = body.index(b"\0", at)
        mode, _, name = body[at:end].decode(errors="replace").partition(" ")
        entries.append(TreeEntry(mode, name, body[end + 1 : end + 21].hex()))
        at = end + 21
    return tuple(entries)


def commit_body(
    tree: str, parents: Sequence[str], author: Signature, committer: Signature, message: str
) -> bytes:
    """The body of a commit."""
    lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
    lines += [f"author {author.line()}", f"committer {committer.line()}"]
    text = message if message.endswith("\n") else f"{message}\n"
    return ("\n".join(lines) + f"\n\n{text}").encode()


def parse_commit(oid: str, body: bytes) -> GitCommit:
    """A commit out of its body."""
    head, _, message = body.decode(errors="replace").partition("\n\n")
    tree, author, committer = "", "", ""
    parents: list[str] = []
    for line in head.splitlines():
        word, _, rest = line.partition(" ")
        if word == "parent":
            parents.append(rest)
        elif word == "tree":
            tree = rest
        elif word == "author":
            author = rest
        elif word == "committer":
            committer = rest
    return GitCommit(oid, tree, tuple(parents), _signature(author), _signature(committer), message)


def _signature(line: str) -> Signature:
    who, _, when = line.rpartition("> ")
    name, _, email = who.partition(" <")
    seconds = int(when.partition(" ")[0] or 0)
    return Signature(Author(name, email), datetime.fromtimestamp(seconds, UTC))
