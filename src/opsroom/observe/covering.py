"""Covering: which kinds of files a commit holds, so that what nobody looked at can be told.

What a path doesn't tell, the beginning of the file does: a `*.yaml` may be objects of Kubernetes,
and a file without an ending a script. A language or format that no scanner looked at is unknown.
"""

import os
import re
from functools import lru_cache
from posixpath import basename, splitext

from opsroom.clients.git.exports import Export
from opsroom.clients.git.laying import A_LINK
from opsroom.clients.git.regular import FLAGS
from opsroom.observe.kinds import kind_of

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


@lru_cache(maxsize=8)
def kinds_in(export: Export) -> frozenset[str]:
    """The kinds of the files of an export, and of those that were left out of it, by their names.

    It is asked by every scanner, and answered once.
    """
    laid = (kind_at(export, path) for path in export.files)
    left = (
        kind_of(path) for each in export.skipped if each.reason != A_LINK for path in each.paths
    )
    return frozenset(kind for kind in (*laid, *left) if kind is not None)


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
