"""A folder as a source: the clones that lie in it.

The walk doesn't enter clones, hidden folders, folders of installed packages, or links; a clone
that is a hidden folder itself is found. Only the clone at the root is entered: it may be a
repository around others. A linked work tree counts as one of its clone, wherever the two lie, and a
submodule as part of the repository around it.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from opsroom.clients.git.layout import (
    Submodule,
    clone_of,
    is_bare,
    is_git_dir,
    linked_worktrees,
    points_to,
    submodules_of,
)
from opsroom.clients.git.place import Place, shown
from opsroom.errors import ObservationError
from opsroom.model.repository import Clone
from opsroom.observe.checkout import Checkout, Found, Problem

NEVER_ENTERED = frozenset(
    {"node_modules", "bower_components", "__pycache__", "__pypackages__", "site-packages"}
)
MAX_DEPTH = 8
MAX_DEPTH_IN_A_CLONE = 3
"""Folders that a pass looks into below a root that is a clone itself: its own can be very many."""

MAX_FOLDERS = 50_000

BARE = ".bare"
"""The usual name of a bare repository that lies beside its work trees in a folder of their own."""


def find(root: Path, *, max_depth: int = MAX_DEPTH, max_folders: int = MAX_FOLDERS) -> Found:
    """The clones at and under `root`, at most `max_depth` folders below it.

    Nothing raises: a path that isn't there, can't be read, or holds no clone is a problem.
    """
    walk = _Walk(max_depth, max_folders)
    try:
        walk.visit(Path(os.path.realpath(root, strict=True)), 0)
    except FileNotFoundError:
        walk.problem(root, "no such folder")
    except NotADirectoryError:
        walk.problem(root, "not a folder")
    except (OSError, ValueError) as error:
        walk.problem(root, _why(error))
    walk.tell_left_out()
    if not walk.places and not walk.problems:
        walk.problem(root, "no Git repository found here")
    checkouts = (_checkout(place) for place in walk.places.values())
    return Found(tuple(sorted(checkouts, key=_path)), tuple(walk.problems))


def _path(checkout: Checkout) -> str:
    return checkout.clone.path


class _Walk:
    """One walk: places by their common directory, problems in the order they were met."""

    def __init__(self, max_depth: int, max_folders: int) -> None:
        self.places: dict[Path, Place] = {}
        self.problems: list[Problem] = []
        self.max_depth = max_depth
        self.left = max_folders
        self.submodules: frozenset[Path] = frozenset()
        self.without_worktree: list[Path] = []
        self.too_deep: Path | None = None
        self.inside = False
        """Whether the root is a clone: what it doesn't show is a matter of its own files."""

    def problem(self, path: Path, reason: str) -> None:
        self.problems.append(Problem(shown(path), reason))

    def visit(self, folder: Path, depth: int) -> None:
        """Take `folder` if it is a clone; look into its folders if it is none, or the root."""
        self.left -= 1
        if self.left < 0:
            if self.left == -1:
                self.problem(folder, "stopped looking here: too many folders; name smaller ones")
            return
        try:
            if self._taken(folder, depth):
                if depth > 0 or not os.path.lexists(folder / ".git"):
                    return
                self.submodules = submodules_of(folder)
                self.max_depth = min(self.max_depth, MAX_DEPTH_IN_A_CLONE)
                self.inside = True
            below = self._folders(folder)
        except OSError as error:
            if depth == 0:
                raise
            if not self.inside:
                self.problem(folder, _why(error))
            return
        for name in below:
            if folder / name not in self.submodules:
                self._enter(folder / name, depth + 1)

    def _enter(self, folder: Path, depth: int) -> None:
        hidden = folder.name.startswith(".")
        if not hidden and depth <= self.max_depth:
            self.visit(folder, depth)
        elif folder.name != ".git" and os.path.lexists(folder / ".git"):
            if hidden:
                self._taken(folder, depth)
            else:
                self.too_deep = self.too_deep or folder

    def tell_left_out(self) -> None:
        """Add as problems what the whole walk met and no clone accounts for."""
        if self.too_deep:
            reason = f"repositories more than {self.max_depth} folders down are left out, as here"
            self.problem(self.too_deep, f"{reason}: name a folder nearer to them")
        for git_dir in self.without_worktree:
            if git_dir not in self.places:
                self.problem(git_dir, "a Git directory without a work tree is left out: name it")

    def _taken(self, folder: Path, depth: int) -> bool:
        """Whether `folder` is a clone, or claims to be one."""
        try:
            if os.path.lexists(folder / ".git"):
                self._keep(clone_of(folder))
            elif is_git_dir(folder):
                if is_bare(folder) or depth == 0:
                    self._keep(Place(folder, folder, None))
                else:
                    self.without_worktree.append(folder)
            else:
                return False
        except Submodule:
            if depth == 0:
                self.problem(folder, "a submodule: name the repository that it is part of")
        except ObservationError as error:
            self.problem(folder, error.message)
        return True

    def _keep(self, place: Place) -> None:
        known = self.places.get(place.common_dir)
        if known is None or known.worktree is None:
            self.places[place.common_dir] = place

    @staticmethod
    def _folders(folder: Path) -> list[str]:
        with os.scandir(folder) as entries:
            return sorted(
                entry.name
                for entry in entries
                if entry.name not in NEVER_ENTERED and entry.is_dir(follow_symlinks=False)
            )


def _checkout(place: Place) -> Checkout:
    worktrees = linked_worktrees(place.common_dir)
    if place.worktree is not None:
        worktrees.insert(0, place)
    folder = place.worktree or _around(place.git_dir, worktrees)
    clone = Clone(path=shown(folder), git_dir=shown(place.git_dir), bare=place.worktree is None)
    return Checkout(clone, place, tuple(worktrees))


def _around(bare: Path, worktrees: Sequence[Place]) -> Path:
    """The folder that stands for a bare repository: its own, or the one around its work trees."""
    around = bare.parent
    if bare.name == ".git":
        return around
    if bare.name != BARE:
        return bare
    if os.path.lexists(around / ".git"):
        return around if points_to(around, bare) else bare
    beside = any(each.folder.parent == around for each in worktrees)
    return around if beside else bare


def _why(error: Exception) -> str:
    return error.strerror.lower() if isinstance(error, OSError) and error.strerror else str(error)
