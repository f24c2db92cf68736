"""Which repository of the fleet needs which, read out of their files as a person would.

Only manifests are read: a lockfile says the same again, of one moment.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from posixpath import basename
from typing import NamedTuple

from opsroom.demo.catalogue import HOST

Named = tuple[str, str]
"""A kind and an `owner/name`."""

SLUG = r"[A-Za-z0-9][\w-]*/[\w-]+"
WORKFLOW = re.compile(rf"uses: ({SLUG})/\.github/workflows/")
IMAGE = re.compile(rf"(?:FROM|image:) registry\.home\.arpa/({SLUG})")
CHART = re.compile(rf"repository: oci://registry\.home\.arpa/({SLUG})")
GIT = re.compile(rf"https://{re.escape(HOST)}/({SLUG})")
MODULE = re.compile(rf"^\t(?:require )?{re.escape(HOST)}/({SLUG}) v", re.MULTILINE)

READERS: dict[str, tuple[str, re.Pattern[str]]] = {
    "Chart.yaml": ("chart", CHART),
    "Dockerfile": ("image", IMAGE),
    "compose.yaml": ("image", IMAGE),
    "go.mod": ("package", MODULE),
    "main.tf": ("module", GIT),
    "package.json": ("package", GIT),
    "pyproject.toml": ("package", GIT),
    "requirements.txt": ("package", GIT),
    "requirements.yml": ("role", GIT),
}
"""What names others, by the name of the file: a kind of edge and how to find it."""


class Need(NamedTuple):
    """One repository needs another; `file` of the first says so."""

    source: str
    target: str
    kind: str
    file: str


def edges(
    slug: str, paths: Iterable[str], read: Callable[[str], str], known: Mapping[str, str]
) -> list[Need]:
    """Return what the files of a repository need, sorted.

    `known` maps every name that a repository has or had to the one it has now.
    """
    found: set[Need] = set()
    for path in paths:
        kind, pattern = _reader(path) or ("", None)
        if pattern is not None:
            for name in pattern.findall(read(path)):
                target = known.get(name.lower())
                if target and target != slug:
                    found.add(Need(slug, target, kind, path))
    return sorted(found)


def reads(path: str) -> bool:
    """Whether a file may name other repositories."""
    return _reader(path) is not None


def _reader(path: str) -> tuple[str, re.Pattern[str]] | None:
    if path.startswith(".github/workflows/"):
        return "workflow", WORKFLOW
    return READERS.get(basename(path))
