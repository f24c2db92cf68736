"""The operation that a work tree is in the middle of, from the files that Git leaves for it."""

from opsroom.clients.git.place import Place
from opsroom.model.snapshot import Operation

MARKS: tuple[tuple[str, Operation], ...] = (
    ("rebase-apply/applying", "am"),
    ("rebase-apply", "rebase"),
    ("rebase-merge", "rebase"),
    ("MERGE_HEAD", "merge"),
    ("CHERRY_PICK_HEAD", "cherry-pick"),
    ("REVERT_HEAD", "revert"),
    ("BISECT_LOG", "bisect"),
)
"""As `git status` looks for them (wt-status.c); a rebase may hold a CHERRY_PICK_HEAD of its own."""


def operation(place: Place) -> Operation | None:
    """What is in progress, or None."""
    for name, found in MARKS:
        if (place.git_dir / name).exists():
            return found
    return _between_picks(place)


def _between_picks(place: Place) -> Operation | None:
    """A sequence of picks or reverts whose current one has been committed by hand."""
    try:
        todo = (place.git_dir / "sequencer" / "todo").read_bytes()[:16]
    except OSError:
        return None
    return "revert" if todo.startswith(b"revert") else "cherry-pick"
