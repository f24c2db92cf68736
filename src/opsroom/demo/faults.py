"""What goes wrong in clones: each fault as it happens to people, made with Git itself.

Faults of the contents (a missing license) are made in `history`; these are of the clone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from opsroom.demo.git import Git

Plant = Callable[[Git], None]
"""Makes one fault in the clone that Git stands in, at the moment that Git has."""

EDITED = "CHANGELOG.md"
"""The file that every repository has, and that people leave half edited."""


def edit(git: Git, line: str) -> None:
    """Add one line to a tracked file."""
    with (git.folder / EDITED).open("a", encoding="utf-8") as file:
        file.write(f"- {line}\n")


def commit(git: Git, line: str) -> None:
    """Edit and commit."""
    edit(git, line)
    git("commit", "--quiet", "--all", "--message", line)


def _unpushed(git: Git) -> None:
    commit(replace(git, at=git.at - timedelta(days=12)), "Try the other mirror")
    commit(replace(git, at=git.at - timedelta(days=11)), "Go back to the first mirror")


def _behind(git: Git) -> None:
    git("reset", "--quiet", "--hard", "HEAD~2")


def _drift(git: Git) -> None:
    git("reset", "--quiet", "--hard", "HEAD~1")
    commit(git, "Fix it here, quickly")


def _no_upstream(git: Git) -> None:
    tree = git("rev-parse", "HEAD^{tree}")
    idea = git("commit-tree", tree, "-p", "HEAD", "-m", "An idea for the weekend")
    git("branch", "weekend", idea)


def _stale(git: Git) -> None:
    git("branch", "try-smaller-images", "HEAD~2")


def _detached(git: Git) -> None:
    git("checkout", "--quiet", "--detach", "HEAD~1")


def _orphaned(git: Git) -> None:
    git("checkout", "--quiet", "--detach")
    commit(git, "What worked on the old machine")


def _merging(git: Git) -> None:
    git("reset", "--quiet", "--hard", "HEAD~1")
    changes = git.folder / EDITED
    text = changes.read_text(encoding="utf-8")
    changes.write_text(text.replace("\n- ", "\n- Open the other port\n- ", 1), encoding="utf-8")
    git("commit", "--quiet", "--all", "--message", "Open the other port")
    git("merge", "--quiet", "origin/main", allowed=(1,))


def _stash(git: Git) -> None:
    edit(git, "A thing to come back to")
    git("stash", "push", "--quiet")


def _remoteless(git: Git) -> None:
    git("remote", "remove", "origin")


def _mismatch(git: Git) -> None:
    url = git("config", "remote.origin.url")
    git("config", "remote.origin.pushurl", url.replace(git.folder.name, "somewhere-else"))


def _untracked(git: Git) -> None:
    (git.folder / "notes.txt").write_text("ask Sam about the port\n", encoding="utf-8")


def _unreadable(git: Git) -> None:
    (git.folder / ".git" / "index").write_bytes(b"DIRC what the power cut left of it")


@dataclass(frozen=True)
class Fault:
    """One fault. Later `turn`s need the clone as the earlier ones leave it."""

    plant: Plant
    turn: int


FAULTS: dict[str, Fault] = {
    "stale-branches": Fault(_stale, 0),
    "no-upstream": Fault(_no_upstream, 0),
    "remote-mismatch": Fault(_mismatch, 0),
    "stashed-changes": Fault(_stash, 1),
    "no-remote": Fault(_remoteless, 1),
    "behind-upstream": Fault(_behind, 1),
    "default-branch-drift": Fault(_drift, 2),
    "unpushed-commits": Fault(_unpushed, 2),
    "detached-head": Fault(_detached, 3),
    "detached-head-orphaned": Fault(_orphaned, 3),
    "merge-in-progress": Fault(_merging, 3),
    "uncommitted-changes": Fault(lambda git: edit(git, "Half a thought"), 4),
    "untracked-files": Fault(_untracked, 4),
    "unreadable": Fault(_unreadable, 5),
}


def plant(faults: tuple[str, ...], git: Git) -> None:
    """Make those of `faults` that are of the clone, in an order that works."""
    known = [FAULTS[fault] for fault in faults if fault in FAULTS]
    for fault in sorted(known, key=lambda fault: fault.turn):
        fault.plant(git)
