"""Whose repository it is. The rule is Git's own (`safe.directory`, since 2.35.2): a stranger's
configuration is not to be obeyed, so a stranger's repository is not looked at without permission.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from opsroom.clients.git.place import Place, shown
from opsroom.clients.git.user import user
from opsroom.errors import ObservationError


def refuse_strangers(place: Place) -> None:
    """Stop unless `place` is ours, or the user has allowed it.

    Raises:
        ObservationError: it belongs to another user; the message says what allows it.
        OSError: it is no longer there, or may not be read.
    """
    ours = {os.geteuid()}
    if os.geteuid() == 0 and os.environ.get("SUDO_UID", "").isdecimal():
        ours.add(int(os.environ["SUDO_UID"]))
    paths = [place.git_dir, place.common_dir]
    if place.worktree is not None:
        paths += [place.worktree, place.worktree / ".git"]
    for path in dict.fromkeys(paths):
        owner = path.lstat().st_uid
        if owner in ours:
            continue
        if allowed(place.folder, user().safe_directories):
            return
        raise ObservationError(
            f"{shown(path.name)} belongs to another user (uid {owner})",
            f"to allow it, run git config --global --add safe.directory '{shown(place.folder)}'",
        )


def allowed(folder: Path, safe_directories: Sequence[str]) -> bool:
    """Whether the user's `safe.directory` values let Git into `folder`."""
    names = {str(folder), os.path.realpath(folder)}
    for value in safe_directories:
        if value == "*":
            return True
        if value.endswith("/*"):
            if any(name.startswith(value[:-1]) for name in names):
                return True
        elif os.path.isabs(value) and os.path.realpath(value) in names:
            return True
    return False
