"""Manifests: which packages a repository asks for, and which it locked; one format a file.

    the files of a commit -> formats, by name -> content hash -> parsed once, fleet-wide

A format sees bytes and a path, and nothing else: no network, no other file, no program.
"""

from collections.abc import Callable
from dataclasses import dataclass

from opsroom.errors import ObservationError
from opsroom.model.manifest import Manifest

LARGEST = 64 << 20
"""Bytes of a manifest; larger ones are skipped, with the reason."""


class NotUnderstood(ObservationError):
    """A file that can't be read as what its name says: truncated, in conflict, of another version.

    The message is one line, safe to show: it says what and, where that can be told, in which line.
    """


@dataclass(frozen=True, slots=True)
class Format:
    """One format.

    `names` are globs: with a slash they match the whole path from the top of the repository (`**`
    spans folders), without one the name of the file. `kind` is the language or format that it
    covers, a name of `opsroom.observe.kinds`. `locked`: it says which versions are really used.
    `revision` grows when the same bytes give something else. `parse(path, content)` raises
    NotUnderstood; an empty Manifest means that the file is of another kind (many are `*.yaml`).
    `beside`: it reads names that are no packages, or what scripts make, also out of files that are
    another format's. It is never offered a lock, and a file that it read is no manifest read.
    `by_name`: the name alone says what a file is, so that one in which nothing is counts too.
    """

    names: tuple[str, ...]
    kind: str
    parse: Callable[[str, bytes], Manifest]
    locked: bool = False
    revision: int = 1
    beside: bool = False
    by_name: bool = False
