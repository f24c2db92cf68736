"""Where a repository lies: the Git directory, what it shares, and the work tree."""

import os
from dataclasses import dataclass
from pathlib import Path

from opsroom.errors import ObservationError


class Corrupt(ObservationError):
    """A file of the repository is not what Git would have written."""


@dataclass(frozen=True, slots=True)
class Place:
    """One checkout, or a bare repository (`worktree` is None).

    `common_dir` holds refs, objects and configuration; it is `git_dir` itself except in a linked
    work tree.
    """

    git_dir: Path
    common_dir: Path
    worktree: Path | None

    @property
    def folder(self) -> Path:
        """Where its programs run."""
        return self.worktree or self.git_dir


def shown(path: Path | str) -> str:
    """A path as text that can be shown and stored: what can't be printed is escaped."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text
    )
