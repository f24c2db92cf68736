"""The local default branch has diverged from the remote's, or the remote's is gone."""

from collections.abc import Iterator

from opsroom.judge.subjects import SHALLOW, of_clones
from opsroom.model.check import Check, Outcome, no, unknown, yes
from opsroom.model.severity import Severity
from opsroom.model.snapshot import CloneFacts, Refs, Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a clone. What is checked out doesn't matter."""
    return of_clones(snapshot, _tell)


def _tell(refs: Refs, clone: CloneFacts) -> Outcome:
    path = clone.clone.path
    local = next((b for b in refs.branches if b.name == refs.default_branch), None)
    if local is None or local.upstream is None:
        return no(path)
    if local.upstream_gone:
        return yes(f"{local.upstream}, which {local.name} follows, is gone", subject=path)
    if not (local.ahead and local.behind):
        return no(path)
    if refs.shallow:
        return unknown(SHALLOW, path)
    counts = f"{local.ahead} ahead, {local.behind} behind"
    return yes(f"{local.name} has diverged from {local.upstream}: {counts}", subject=path)


CHECK = Check(
    look=look,
    severity=Severity.MEDIUM,
    what="The local default branch and its upstream each have commits that the other has not, or "
    "that upstream is gone. A feature branch that is checked out is no drift.",
    why="The next pull makes a merge that nobody meant, or fails; after a rename on the host it "
    "never gets news.",
    fix="`git fetch --prune`, then `git rebase` or `git reset --keep` onto the remote's branch; "
    "after a rename `git remote set-head origin --auto`.",
)
