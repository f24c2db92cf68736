"""Trees: written from paths, walked and compared, without a Git process."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from opsroom.demo.github.encoding import TreeEntry, tree_body
from opsroom.demo.github.objects import Objects

FILE = "100644"
FOLDER = "40000"
MOST_COMPARED = 1024 * 1024
"""Bytes of a file from which on it counts as binary: no lines are compared."""


def changed_tree(
    objects: Objects, base: str | None, changes: Mapping[str, TreeEntry | None]
) -> str:
    """The id of `base` (a tree; None is empty) with other entries at some paths; None deletes."""
    entries = {each.name: each for each in objects.tree(base)} if base else {}
    below: dict[str, dict[str, TreeEntry | None]] = {}
    for path, entry in changes.items():
        name, _, rest = path.partition("/")
        if rest:
            below.setdefault(name, {})[rest] = entry
        elif entry is None:
            entries.pop(name, None)
        else:
            entries[name] = TreeEntry(entry.mode, name, entry.oid)
    for name, inner in below.items():
        before = entries.get(name)
        known = before.oid if before is not None and before.kind == "tree" else None
        oid = changed_tree(objects, known, inner)
        if objects.tree(oid):
            entries[name] = TreeEntry(FOLDER, name, oid)
        else:
            entries.pop(name, None)
    return objects.write("tree", tree_body(entries.values()))


def with_files(objects: Objects, base: str | None, files: Mapping[str, bytes | None]) -> str:
    """The id of a tree with other bytes at some paths; None deletes."""
    entries = {
        path: None if body is None else TreeEntry(FILE, "", objects.write("blob", body))
        for path, body in files.items()
    }
    return changed_tree(objects, base, entries)


def walk(objects: Objects, tree: str, under: str = "") -> Iterator[tuple[str, TreeEntry]]:
    """Yield every entry below a tree with its path, folders before what is in them."""
    entries = objects.tree(tree)
    objects.load(each.oid for each in entries if each.kind == "tree")
    for entry in entries:
        path = f"{under}{entry.name}"
        yield path, entry
        if entry.kind == "tree":
            yield from walk(objects, entry.oid, f"{path}/")


@dataclass(frozen=True, slots=True)
class Difference:
    """One file that two trees don't agree on. `old` and `new` are blobs."""

    path: str
    old: str | None
    new: str | None

    @property
    def status(self) -> Literal["added", "removed", "modified"]:
        """What happened to it."""
        if self.old is None:
            return "added"
        return "removed" if self.new is None else "modified"


def compare(
    objects: Objects, old: str | None, new: str | None, under: str = ""
) -> Iterator[Difference]:
    """Yield the files that differ between two trees; equal folders are not entered."""
    if old == new:
        return
    before = {each.name: each for each in objects.tree(old)} if old else {}
    after = {each.name: each for each in objects.tree(new)} if new else {}
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        path = f"{under}{name}"
        folders = [each.oid if each and each.kind == "tree" else None for each in (was, now)]
        files = [each.oid if each and each.kind != "tree" else None for each in (was, now)]
        if any(folders):
            yield from compare(objects, folders[0], folders[1], f"{path}/")
        if any(files):
            yield Difference(path, files[0], files[1])


def patch(objects: Objects, one: Difference) -> tuple[int, int, str | None]:
    """Lines added and deleted, and the hunks; None where a side is not text."""
    sides: list[list[str]] = []
    objects.load(oid for oid in (one.old, one.new) if oid)
    for oid in (one.old, one.new):
        raw = objects.blob(oid) if oid is not None and objects.has(oid) else b""
        if b"\0" in raw[:8000] or len(raw) > MOST_COMPARED:
            return 0, 0, None
        sides.append(raw.decode(errors="replace").splitlines())
    lines = list(difflib.unified_diff(sides[0], sides[1], lineterm=""))[2:]
    added = sum(1 for line in lines if line.startswith("+"))
    deleted = sum(1 for line in lines if line.startswith("-"))
    return added, deleted, "\n".join(lines)
