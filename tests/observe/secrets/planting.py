"""Repositories with secrets in them, as exports."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.observe.secrets.formats import Maker
from tests.observe.workshop import Workshop

from opsroom.clients.git.exports import Export
from opsroom.clients.git.place import Place

GITHUB = "github-pat"


def token(number: int) -> str:
    """A token of GitHub's, always the same of the same number."""
    return "gh" + "p_" + Maker(random.Random(number)).of(36)


def plant(secret: str) -> str:
    """A line of a program that holds it."""
    return f"token = '{secret}'\n"


def export_of(workshop: Workshop, folder: Path, home: Path | None, **more: Any) -> Export:
    """The files of HEAD as they lie in the work tree, and the past of every ref."""
    listed = workshop.run(folder, "ls-files", "-z").split("\0")
    files = tuple(path for path in listed if path and not (folder / path).is_symlink())
    tips = workshop.run(folder, "for-each-ref", "--format=%(objectname)").split()
    place = Place(folder / ".git", folder / ".git", folder)
    usual = Export(
        folder,
        workshop.head(folder),
        files,
        place=place,
        tips=tuple(sorted(set(tips))),
        home=home,
    )
    return replace(usual, **more)
