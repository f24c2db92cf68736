"""Commits behind a commit, and how two of them lie to each other."""

import heapq
from collections.abc import Iterator
from itertools import count

from opsroom.demo.github.encoding import GitCommit
from opsroom.demo.github.objects import MissingObject, Objects


def behind(objects: Objects, start: str) -> Iterator[GitCommit]:
    """Yield a commit and all of its ancestors, the newest first, as `git log` lists them."""
    seen = {start}
    turn = count()
    waiting = [_place(_commit(objects, start), next(turn))]
    while waiting:
        commit = heapq.heappop(waiting)[2]
        yield commit
        for parent in commit.parents:
            if parent not in seen:
                seen.add(parent)
                heapq.heappush(waiting, _place(_commit(objects, parent), next(turn)))


def _place(commit: GitCommit, turn: int) -> tuple[float, int, GitCommit]:
    return (-commit.committer.at.timestamp(), turn, commit)


def _commit(objects: Objects, oid: str) -> GitCommit:
    """A commit; when one is not in memory, all that lie behind it are brought there at once."""
    if not objects.known(oid):
        listed = objects.git("rev-list", "--max-count=5000", oid, allowed=(0, 128)).split()
        objects.load(line for line in listed if len(line) == 40)
    return objects.commit(oid)


def ancestors(objects: Objects, start: str) -> set[str]:
    """The ids of a commit and of all its ancestors."""
    return {commit.oid for commit in behind(objects, start)}


def is_ancestor(objects: Objects, old: str, new: str) -> bool:
    """Whether `new` contains `old`."""
    return old == new or any(commit.oid == old for commit in behind(objects, new))


def merge_base(objects: Objects, one: str, other: str) -> str | None:
    """A commit that both contain and that no other such commit contains; None: there is none."""
    if one == other:
        return one
    mine = ancestors(objects, one)
    common = {each.oid: each for each in behind(objects, other) if each.oid in mine}
    inner = {parent for each in common.values() for parent in each.parents}
    best = [each for each in common.values() if each.oid not in inner]
    return min(best, key=lambda each: each.oid).oid if best else None


def only_in(objects: Objects, head: str, base: str) -> list[GitCommit]:
    """The commits that `head` contains and `base` doesn't, newest first."""
    known = ancestors(objects, base)
    return [commit for commit in behind(objects, head) if commit.oid not in known]


def touching(objects: Objects, start: str, path: str) -> Iterator[GitCommit]:
    """Yield the commits that changed what is at a path, newest first."""
    for commit in behind(objects, start):
        now = objects.at(commit.oid, path)
        before = objects.at(commit.parents[0], path) if commit.parents else None
        if now != before:
            yield commit


def resolve(objects: Objects, refs: dict[str, str], name: str) -> str | None:
    """The commit that a branch, a tag, a ref or an id (or its beginning) names."""
    for ref in (name, f"refs/heads/{name}", f"refs/tags/{name}", f"refs/{name}"):
        if ref in refs:
            return peeled(objects, refs[ref])
    if not 4 <= len(name) <= 40 or set(name) - set("0123456789abcdef"):
        return None
    if len(name) == 40:
        return name if objects.has(name) else None
    for oid in set(refs.values()):
        try:
            found = next((each for each in behind(objects, oid) if each.oid.startswith(name)), None)
        except MissingObject:
            continue
        if found is not None:
            return found.oid
    return None


def peeled(objects: Objects, oid: str) -> str:
    """What an annotated tag points at; anything else is itself."""
    kind, body = objects.read(oid)
    if kind != "tag":
        return oid
    return peeled(objects, body.partition(b"\n")[0].decode().removeprefix("object "))
