"""A work tree holds files that are neither tracked nor ignored."""

from collections.abc import Iterator

from opsroom.judge.subjects import of_worktrees
from opsroom.judge.wording import counted, listed
from opsroom.model.check import Check, Outcome, no, yes
from opsroom.model.severity import Severity
from opsroom.model.snapshot import CloneFacts, Snapshot, Worktree


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a work tree."""
    return of_worktrees(snapshot, _tell)


def _tell(tree: Worktree, _: CloneFacts) -> Outcome:
    if not tree.untracked:
        return no(tree.path)
    message = counted(tree.untracked, "untracked path")
    changed = tree.staged + tree.modified + tree.conflicts + tree.unfiltered
    named = listed(tree.examples[changed:], total=tree.untracked)
    return yes(f"{message}: {named}" if tree.examples[changed:] else message, subject=tree.path)


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    personal=Severity.INFO,
    what="A work tree holds files that are neither tracked nor ignored.",
    why="Nobody decided about them: they are lost with the folder, or one `git add .` from being "
    "published.",
    fix="See them with `git status`; `git add` what belongs, name the rest in .gitignore.",
)
