"""Exports: the files of one commit, laid out for scanners, with what could mislead them left out.

    a clone's objects, or a checkout of a host's repository
      -> regular files only, in a folder of their own that is removed afterwards

Links, submodules, Git LFS pointers, files that are too large or missing (partial clones) and the
configuration of scanners themselves are not laid out; each is counted in `skipped` with a reason.
"""

from dataclasses import dataclass
from pathlib import Path

from opsroom.clients.git.place import Place
from opsroom.model.scan import Skipped


@dataclass(frozen=True, slots=True)
class Export:
    """The files of `commit` in `folder`, read-only for whoever looks.

    `files` are relative, in the order of names, and all of them are there. `place` holds the
    history, when there is one to read, and `tips` are the commits of all its refs; `history_untold`
    says why the past can't be looked at. `dirty` are paths that differ from the commit in a work
    tree, or are not tracked there: their present content lies in `working`.

    `home` is the folder of the centre, where scanners keep what is worth keeping between looks.
    `scanned_tips`: commits whose past was read before, by the same rules; only newer is to be read.
    """

    folder: Path
    commit: str
    files: tuple[str, ...]
    skipped: tuple[Skipped, ...] = ()
    place: Place | None = None
    tips: tuple[str, ...] = ()
    history_untold: str = ""
    working: Path | None = None
    dirty: tuple[str, ...] = ()
    home: Path | None = None
    scanned_tips: tuple[str, ...] = ()
