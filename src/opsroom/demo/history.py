"""The past of a demo repository, as one stream for `git fast-import`."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsroom.demo.catalogue import KIM, SAM, Plot
from opsroom.demo.contents import Tree, contents, message
from opsroom.demo.git import Author

LARGE = 11 * 1024 * 1024
"""Bytes of the one file that should not be tracked."""

LEFT_OUT = {
    "missing-readme": ("README.md",),
    "missing-license": ("LICENSE",),
    "missing-gitignore": (".gitignore",),
    "missing-security-policy": ("SECURITY.md",),
    "missing-codeowners": (".github/CODEOWNERS",),
    "missing-ci": (".github/workflows/ci.yml",),
    "missing-update-bot": (".github/dependabot.yml",),
    "missing-lockfile": ("uv.lock", "package-lock.json", ".terraform.lock.hcl"),
}
"""What a fault of a repository's contents leaves out of it."""


@dataclass(frozen=True)
class Commit:
    """One step of a history."""

    author: Author
    at: datetime
    message: str
    tree: Tree


def commits(plot: Plot, chance: random.Random, now: datetime) -> Iterator[Commit]:
    """Yield the history of a repository, the oldest commit first; the newest is days old."""
    steps = chance.randint(6, 14)
    newest = now - timedelta(hours=chance.randint(5, 21 * 24))
    if "inactive" in plot.faults:
        newest -= timedelta(days=500)
    for step in range(steps):
        age = (steps - 1 - step) * timedelta(days=4, hours=chance.randint(0, 60))
        author = SAM if plot.team and step % 3 == 1 else KIM
        yield Commit(author, newest - age, message(plot, step), kept(plot, step))


def kept(plot: Plot, step: int) -> Tree:
    """Return the files of a step, with the faults of the contents."""
    absent = {path for fault in plot.faults for path in LEFT_OUT.get(fault, ())}
    tree = {path: text for path, text in contents(plot, step).items() if path not in absent}
    if "vendored-dependencies" in plot.faults:
        tree["node_modules/left-pad/package.json"] = '{"name": "left-pad", "version": "1.3.0"}\n'
        tree["node_modules/left-pad/index.js"] = "module.exports = (text) => text;\n"
    if "large-files" in plot.faults:
        tree["assets/backdrop.raw"] = "\0" * LARGE
    return tree


def stream(history: Iterator[Commit]) -> bytes:
    """Return the history as `git fast-import` reads it: one branch, each file when it changes."""
    parts: list[bytes] = []
    before: Tree = {}
    for commit in history:
        who = f"{commit.author.name} <{commit.author.email}> {int(commit.at.timestamp())} +0000"
        parts.append(f"commit refs/heads/main\nauthor {who}\ncommitter {who}\n".encode())
        parts.append(_data(commit.message))
        for path, text in commit.tree.items():
            if before.get(path) != text:
                parts.append(f"M 100644 inline {path}\n".encode() + _data(text))
        parts += [f"D {path}\n".encode() for path in before if path not in commit.tree]
        before = commit.tree
    return b"".join([*parts, b"done\n"])


def _data(text: str) -> bytes:
    raw = text.encode()
    return b"data %d\n%b\n" % (len(raw), raw)
