"""How a folder comes to be a clone: `.git` directories, `.git` files, linked work trees, bare ones.

Nothing is taken on trust: a `.git` file may name any Git directory of the machine, so what it names
has to name it back, or to have no work tree of its own.
"""

import os
import re
from pathlib import Path

from opsroom.clients.git.place import Corrupt, Place, shown
from opsroom.clients.git.refs import read_head
from opsroom.clients.git.regular import read_regular
from opsroom.errors import ObservationError

BARE = re.compile(rb"^[ \t]*bare[ \t]*=[ \t]*true[ \t\r]*$", re.MULTILINE | re.IGNORECASE)
SUBMODULE_PATH = re.compile(rb'^[ \t]*path[ \t]*=[ \t]*"?([^"\r\n]+?)"?[ \t\r]*$', re.MULTILINE)
MAX_LINKED = 500


class Submodule(Exception):
    """The folder is a submodule: part of another repository, and not one of its own."""


def is_git_dir(folder: Path) -> bool:
    """Whether a folder looks like a Git directory: it has HEAD, objects and refs."""
    return (
        os.path.lexists(folder / "HEAD")
        and (folder / "objects").is_dir()
        and (folder / "refs").is_dir()
    )


def is_bare(git_dir: Path) -> bool:
    """Whether the configuration says that this Git directory has no work tree around it."""
    return bool(BARE.search(read_regular(git_dir / "config") or b""))


def submodules_of(folder: Path) -> frozenset[Path]:
    """Where the submodules lie that the `.gitmodules` of a work tree names, if it can be read."""
    try:
        content = read_regular(folder / ".gitmodules") or b""
    except ObservationError:
        return frozenset()
    return frozenset(folder / os.fsdecode(path) for path in SUBMODULE_PATH.findall(content))


def points_to(folder: Path, git_dir: Path) -> bool:
    """Whether the `.git` file of `folder` names this Git directory."""
    try:
        return _named_by(folder / ".git") == _real(git_dir)
    except ObservationError:
        return False


def clone_of(folder: Path) -> Place:
    """The clone that the `.git` of `folder` belongs to: its main place.

    For a linked work tree this is the main work tree, or the bare repository.

    Raises:
        Submodule: the folder is a submodule.
        ObservationError: its `.git` is broken, forged or a link; the message says which.
    """
    dot_git = folder / ".git"
    if dot_git.is_symlink():
        raise ObservationError("its .git is a symbolic link, which is not followed")
    if dot_git.is_dir():
        return _main_place(dot_git, folder)
    target = _named_by(dot_git)
    if (target / "commondir").exists():
        return _clone_of_linked(folder, target)
    if _is_module(target):
        raise Submodule
    if target.name == ".git":
        raise ObservationError(f"its .git file names the Git directory of {shown(target.parent)}")
    return _main_place(target, folder)


def linked_worktrees(common_dir: Path) -> list[Place]:
    """The linked work trees of a clone that are there, and name it back."""
    try:
        names = sorted(os.listdir(common_dir / "worktrees"))[:MAX_LINKED]
    except OSError:
        return []
    places: list[Place] = []
    for name in names:
        git_dir = common_dir / "worktrees" / name
        try:
            folder = _linked_folder(git_dir)
            if _named_by(folder / ".git") == _real(git_dir):
                places.append(Place(git_dir, common_dir, folder))
        except (ObservationError, OSError):
            continue
    return places


def _main_place(git_dir: Path, folder: Path) -> Place:
    if (git_dir / "commondir").exists():
        raise ObservationError("its .git claims to share another repository")
    if not is_git_dir(git_dir):
        missing = "HEAD" if not os.path.lexists(git_dir / "HEAD") else "objects or refs"
        raise Corrupt(f"its .git is broken: it has no {missing}")
    place = Place(git_dir, git_dir, None if is_bare(git_dir) else folder)
    read_head(place)
    return place


def _clone_of_linked(folder: Path, git_dir: Path) -> Place:
    common = _real(git_dir / _path(read_regular(git_dir / "commondir", 8192) or b""))
    if git_dir.parent != common / "worktrees" or not is_git_dir(common):
        raise ObservationError("its .git file names a linked work tree of no repository")
    if _real(_linked_folder(git_dir)) != _real(folder):
        raise ObservationError("forged: its .git file names a work tree that lies elsewhere")
    if common.name == ".git":
        return _main_place(common, common.parent)
    return Place(common, common, None)


def _linked_folder(git_dir: Path) -> Path:
    """The work tree that a directory below `worktrees` says it belongs to."""
    content = read_regular(git_dir / "gitdir", 8192)
    if content is None:
        raise ObservationError("forged: its .git file names a directory that doesn't name it back")
    return Path(os.path.normpath(git_dir / _path(content))).parent


def _named_by(dot_git: Path) -> Path:
    """The directory that a `.git` file names, resolved."""
    content = read_regular(dot_git, 8192)
    if content is None or not content.startswith(b"gitdir:"):
        raise ObservationError("its .git is neither a directory nor a file that names one")
    target = _real(dot_git.parent / _path(content[7:]))
    if not target.is_dir():
        raise ObservationError(f"its .git file names {shown(target)}, which is not there")
    return target


def _path(content: bytes) -> str:
    """The path that such a file holds."""
    content = content.strip()
    if not content or b"\0" in content:
        raise Corrupt("its .git names no path")
    return os.fsdecode(content)


def _is_module(git_dir: Path) -> bool:
    """Whether it lies in the `modules` of another Git directory."""
    return any(parent.name == "modules" and is_git_dir(parent.parent) for parent in git_dir.parents)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))
