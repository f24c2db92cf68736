"""The default branch here, as it was fetched, and on the host are not of one mind."""

from collections.abc import Iterator

from opsroom.judge.hosted import names_it, unfetched
from opsroom.judge.subjects import SHALLOW, of_clones
from opsroom.model.check import Check, Outcome, no, unknown, yes
from opsroom.model.facts import Unknown
from opsroom.model.severity import Severity
from opsroom.model.snapshot import CloneFacts, Refs, Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a clone; a second for its origin/HEAD where a host was asked."""
    yield from of_clones(snapshot, lambda refs, clone: _tell(refs, clone, snapshot))
    if snapshot.remote is not None:
        yield from of_clones(snapshot, lambda refs, clone: _pointer(refs, clone, snapshot))


def _pointer(refs: Refs, clone: CloneFacts, snapshot: Snapshot) -> Outcome:
    """Compare what origin/HEAD names with the host's default branch."""
    path, subject = clone.clone.path, f"{clone.clone.path} origin/HEAD"
    remote, here = snapshot.remote, refs.remote_default_branch
    if isinstance(remote, Unknown):
        return unknown(remote.reason, subject)
    if not remote or not remote.default_branch or here in (None, remote.default_branch):
        return no(subject)
    if not any(each.name == "origin" and names_it(each, snapshot) for each in refs.remotes):
        return no(subject)
    return yes(
        f"origin/HEAD is {here}; the default branch on the host is {remote.default_branch}",
        subject=subject,
        location=path,
        fix="`git fetch --prune`, then `git remote set-head origin --auto`.",
    )


def _tell(refs: Refs, clone: CloneFacts, snapshot: Snapshot) -> Outcome:
    path = clone.clone.path
    local = next((b for b in refs.branches if b.name == refs.default_branch), None)
    if local is None or local.upstream is None:
        return no(path)
    if local.upstream_gone:
        return yes(f"{local.upstream}, which {local.name} follows, is gone", subject=path)
    if local.ahead and not local.behind and unfetched(local, refs, snapshot):
        message = f"{local.name} has {local.ahead} commits that its host has not, which has others"
        return yes(message, subject=path)
    if not (local.ahead and local.behind):
        return no(path)
    if refs.shallow:
        return unknown(SHALLOW, path)
    counts = f"{local.ahead} ahead, {local.behind} behind"
    return yes(f"{local.name} has diverged from {local.upstream}: {counts}", subject=path)


CHECK = Check(
    look=look,
    severity=Severity.MEDIUM,
    what="The local default branch and its upstream, or its host, each have commits that the other "
    "has not; or that upstream is gone; or origin/HEAD is not the host's default branch. A feature "
    "branch that is checked out is no drift.",
    why="The next pull makes a merge that nobody meant, or fails; after a rename on the host it "
    "never gets news.",
    fix="`git fetch --prune`, then `git rebase` or `git reset --keep` onto the remote's branch; "
    "after a rename `git remote set-head origin --auto`.",
)
