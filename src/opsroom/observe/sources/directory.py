"""A folder as a source: the clones that lie in it.

The walk doesn't enter clones, hidden folders, folders of installed packages, or links; a clone
that is a hidden folder itself is found. A linked work tree counts as one of its clone, wherever
the two lie, and a submodule as part of the repository around it.
"""

import os
from pathlib import Path

from opsroom.clients.git.layout import Submodule, clone_of, is_bare, is_git_dir, linked_worktrees
from opsroom.clients.git.place import Place, shown
from opsroom.errors import ObservationError
from opsroom.model.repository import Clone
from opsroom.observe.checkout import Checkout, Found, Problem

NEVER_ENTERED = frozenset(
    {"node_modules", "bower_components", "__pycache__", "__pypackages__", "site-packages"}
)
MAX_DEPTH = 6
MAX_FOLDERS = 50_000


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

    def problem(self, path: Path, reason: str) -> None:
        self.problems.append(Problem(shown(path), reason))

    def visit(self, folder: Path, depth: int) -> None:
        """Take `folder` if it is a clone, else look into its folders."""
        self.left -= 1
        if self.left < 0:
            if self.left == -1:
                self.problem(folder, "stopped looking here: too many folders; name smaller ones")
            return
        try:
            if self._taken(folder, depth):
                return
            below = self._folders(folder)
        except OSError as error:
            if depth == 0:
                raise
            self.problem(folder, _why(error))
            return
        for name in below:
            if not name.startswith("."):
                if depth < self.max_depth:
                    self.visit(folder / name, depth + 1)
            elif os.path.lexists(folder / name / ".git"):
                self._taken(folder / name, depth + 1)

    def _taken(self, folder: Path, depth: int) -> bool:
        """Whether `folder` is a clone, or claims to be one."""
        try:
            if os.path.lexists(folder / ".git"):
                self._keep(clone_of(folder))
            elif is_git_dir(folder):
                if is_bare(folder) or depth == 0:
                    self._keep(Place(folder, folder, None))
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
    folder = place.worktree or place.git_dir
    if place.worktree is None and folder.name == ".git":
        folder = folder.parent
    clone = Clone(path=shown(folder), git_dir=shown(place.git_dir), bare=place.worktree is None)
    return Checkout(clone, place, tuple(worktrees))


def _why(error: Exception) -> str:
    return error.strerror.lower() if isinstance(error, OSError) and error.strerror else str(error)
