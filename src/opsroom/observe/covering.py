"""Covering: which kinds of files a commit holds, and which of them nobody has looked at.

What a path doesn't tell, the beginning of the file does: a `*.yaml` may be objects of Kubernetes,
and a file without an ending a script. A language or format that no scanner looked at is unknown.
"""

import os
import re
from collections.abc import Collection, Iterable, Mapping
from posixpath import basename, splitext
from typing import Protocol

from opsroom.clients.git.exports import Export
from opsroom.clients.git.regular import FLAGS
from opsroom.observe.kinds import CODE, CONFIGURATION, SECRETS, kind_of
from opsroom.observe.scanners import Missing, Scanner

HEAD = 32 << 10
"""Bytes of a file that are looked at to tell what it is."""

OBJECT = re.compile(rb"^apiVersion:[ \t]*\S", re.MULTILINE)
KIND = re.compile(rb"^kind:[ \t]*\S", re.MULTILINE)
LIST = re.compile(rb"^-[ ]", re.MULTILINE)
PLAY = re.compile(rb"^(?:-|[ ])[ ]{0,8}hosts:[ \t]*\S", re.MULTILINE)
SHEBANG = re.compile(rb"#![ \t]*\S*?/?(?:env[ \t]+(?:-S[ \t]+)?)?(\w+)[\d.]*(?:\s|$)")
INTERPRETERS = {
    **dict.fromkeys((b"sh", b"bash", b"dash", b"ksh", b"ash"), "shell"),
    b"python": "python",
    b"node": "javascript",
    b"ruby": "ruby",
    b"php": "php",
}
ANSIBLE = frozenset({"tasks", "handlers", "playbooks"})
"""Folders whose YAML is Ansible's, when it is a list."""


def kind_at(export: Export, path: str) -> str | None:
    """The kind of a file by its path and, where that doesn't tell, by how it begins."""
    kind = kind_of(path)
    if kind is not None:
        return kind
    ending = splitext(path)[1].lower()
    if ending in {".yaml", ".yml"}:
        return _yaml_kind(path, _head(export, path))
    if not ending and not basename(path).startswith("."):
        match = SHEBANG.match(_head(export, path, 200))
        return INTERPRETERS.get(match[1].rstrip(b"0123456789")) if match else None
    return None


def present(export: Export) -> dict[str, int]:
    """How many files of each kind an export holds. Every file is text to those who seek secrets."""
    found: dict[str, int] = {}
    for path in export.files:
        kind = kind_at(export, path)
        if kind is not None:
            found[kind] = found.get(kind, 0) + 1
    if export.files:
        found[SECRETS] = len(export.files)
    return found


class Seen(Protocol):
    """What is asked of a look, or of the record of one."""

    @property
    def kinds(self) -> Collection[str]:
        """The kinds that were looked at."""
        ...

    @property
    def reason(self) -> str | None:
        """Why nothing is known; None: it was done."""
        ...


def uncovered(
    kinds: Iterable[str],
    scanners: Mapping[str, Scanner],
    looks: Mapping[str, Seen],
    missing: Mapping[str, Missing],
) -> dict[str, str]:
    """The kinds among `kinds` that nobody looked at, and why; `looks` and `missing` by scanner."""
    looked = {kind for seen in looks.values() if seen.reason is None for kind in seen.kinds}
    return {
        kind: _why(kind, scanners, looks, missing)
        for kind in sorted(kinds)
        if kind not in looked and kind in CODE | CONFIGURATION | {SECRETS}
    }


def _why(
    kind: str,
    scanners: Mapping[str, Scanner],
    looks: Mapping[str, Seen],
    missing: Mapping[str, Missing],
) -> str:
    able = [name for name, scanner in scanners.items() if kind in scanner.kinds]
    for name in able:
        seen = looks.get(name)
        if seen is not None:
            return f"{name}: {seen.reason or 'it could read none of them'}"
    for name in able:
        if name in missing:
            return missing[name].reason
    if able:
        return f"{' or '.join(able)} was not asked"
    return f"no scanner for {kind}"


def _yaml_kind(path: str, head: bytes) -> str | None:
    if OBJECT.search(head) and KIND.search(head):
        return "helm" if "/templates/" in f"/{path}" and b"{{" in head else "kubernetes"
    if LIST.search(head) and (PLAY.search(head) or ANSIBLE.intersection(path.split("/")[:-1])):
        return "ansible"
    return None


def _head(export: Export, path: str, most: int = HEAD) -> bytes:
    try:
        descriptor = os.open(export.folder / path, FLAGS)
    except OSError:
        return b""
    try:
        return os.read(descriptor, most)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
