"""The past of a demo repository: commits with the ids that Git gives them, and the releases.

Ids are computed here, without Git, so that thousands of repositories have a head at once.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from opsroom.demo.catalogue import KIM, SAM, Plot, of_the_house
from opsroom.demo.ci.breaks import break_of
from opsroom.demo.contents import contents, message
from opsroom.demo.contents.everywhere import Tagged, Tree, tag
from opsroom.demo.git import Author
from opsroom.demo.github.encoding import (
    Kind,
    Signature,
    TreeEntry,
    commit_body,
    object_id,
    tree_body,
)

LARGE = 11 * 1024 * 1024
"""Bytes of the one file that should not be tracked."""

SHORT = 3
SHORTEST = 2
"""Commits of a repository that is only one of thousands: with a clone, and without."""

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

Write = Callable[[Kind, bytes], str]
"""Keeps an object and returns its id."""


@dataclass(frozen=True, slots=True)
class Commit:
    """One step of a history."""

    author: Author
    at: datetime
    message: str
    tree: Tree
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """The one branch of a repository: ids of its commits, oldest first, and its tags."""

    commits: tuple[str, ...]
    at: tuple[datetime, ...]
    tags: tuple[Tagged, ...]

    @property
    def head(self) -> str:
        """The newest commit."""
        return self.commits[-1]

    @property
    def refs(self) -> dict[str, str]:
        """The refs that a host begins with."""
        tags = {f"refs/tags/{each.tag}": each.commit for each in self.tags}
        return {"refs/heads/main": self.head, **tags}


class Past:
    """What happened before `now` in every repository, decided by a seed."""

    def __init__(self, seed: int, now: datetime) -> None:
        self._seed = seed
        self._now = now
        self._lines: dict[str, Line] = {}

    def line(self, plot: Plot, write: Write) -> Line:
        """Write down every object of a repository's past, and return what leads to them."""
        commits: list[str] = []
        at: list[datetime] = []
        tags: list[Tagged] = []
        paper = _Paper(write)
        for step in self.commits(plot):
            who = Signature(step.author, step.at)
            parents = commits[-1:]
            body = commit_body(paper.tree(step.tree), parents, who, who, step.message)
            commits.append(write("commit", body))
            at.append(step.at)
            if step.tag:
                tags.append(Tagged(step.tag, commits[-1]))
        return Line(tuple(commits), tuple(at), tuple(tags))

    def commits(self, plot: Plot) -> Iterator[Commit]:
        """Yield the history of a repository, the oldest commit first; the newest is days old."""
        chance = random.Random(f"{self._seed} {plot.slug}")  # noqa: S311 - no secret: a story
        known = plot.slug in of_the_house() or not plot.hosted
        steps = chance.randint(6, 14) if known else SHORT if plot.cloned else SHORTEST
        newest = self._now - timedelta(hours=chance.randint(5, 21 * 24))
        if "inactive" in plot.faults:
            newest -= timedelta(days=500)
        gaps = [timedelta(days=4, hours=chance.randint(0, 60)) for _ in range(steps)]
        for step in range(steps):
            age = sum(gaps[step + 1 :], timedelta())
            author = SAM if plot.team and step % 3 == 1 else KIM
            tree = kept(plot, contents(plot, step, lambda need: self.release(plot, need)))
            if step == steps - 1 and "ci-failing" in plot.ills:
                tree = broken(plot, tree)
            yield Commit(author, newest - age, message(plot, step), tree, tag(plot, step))

    def release(self, plot: Plot, need: str) -> Tagged:
        """The release of `need` that a repository pins; not all of them keep up."""
        line = self._lines.get(need)
        if line is None:
            line = self._lines[need] = self.line(of_the_house()[need], object_id)
        lag = crc32(f"{self._seed} {plot.slug} {need}".encode()) % 3
        return line.tags[max(0, len(line.tags) - 1 - lag)]


class _Paper:
    """Trees of one repository; what was written once is not encoded again."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._blobs: dict[str, str] = {}
        self._trees: dict[tuple[TreeEntry, ...], str] = {}

    def tree(self, files: Tree) -> str:
        """Write a tree of these files, and return its id."""
        entries: list[TreeEntry] = []
        folders: dict[str, Tree] = {}
        for path, text in files.items():
            top, slash, rest = path.partition("/")
            if slash:
                folders.setdefault(top, {})[rest] = text
            else:
                entries.append(TreeEntry("100644", top, self._blob(text)))
        entries += [TreeEntry("40000", name, self.tree(inside)) for name, inside in folders.items()]
        key = tuple(entries)
        if key not in self._trees:
            self._trees[key] = self._write("tree", tree_body(entries))
        return self._trees[key]

    def _blob(self, text: str) -> str:
        if text not in self._blobs:
            self._blobs[text] = self._write("blob", text.encode())
        return self._blobs[text]


def broken(plot: Plot, files: Tree) -> Tree:
    """Return the files with what makes their build fail."""
    how = break_of(plot)
    if how is None:
        return files
    path = how.file(plot)
    return {**files, path: files[path].replace(how.good, how.bad)}


def kept(plot: Plot, files: Tree) -> Tree:
    """Return the files with the faults of the contents."""
    absent = {path for fault in plot.faults for path in LEFT_OUT.get(fault, ())}
    tree = {path: text for path, text in files.items() if path not in absent}
    if "vendored-dependencies" in plot.faults:
        tree["node_modules/left-pad/package.json"] = '{"name": "left-pad", "version": "1.3.0"}\n'
        tree["node_modules/left-pad/index.js"] = "module.exports = (text) => text;\n"
    if "large-files" in plot.faults:
        tree["assets/backdrop.raw"] = "\0" * LARGE
    return tree
