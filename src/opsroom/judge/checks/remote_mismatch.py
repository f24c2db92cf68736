"""A remote is not the one that a person would expect here."""

from collections.abc import Iterator

from opsroom.judge.hosted import names_it
from opsroom.judge.names import akin, folder, last
from opsroom.judge.subjects import of_clones
from opsroom.model.check import Check, Outcome, no, unknown, yes
from opsroom.model.facts import Unknown
from opsroom.model.identity import remote_identity
from opsroom.model.severity import Severity
from opsroom.model.snapshot import CloneFacts, RemoteAddress, Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome for the folder of each clone, and one for each remote, two with a host."""
    yield from of_clones(snapshot, lambda refs, clone: _place(refs.remotes, clone))
    for clone in snapshot.clones:
        if not isinstance(clone.refs, Unknown):
            yield from (_pushes(remote, clone) for remote in clone.refs.remotes)
            if snapshot.remote or snapshot.whereabouts:
                yield from (_former(remote, clone, snapshot) for remote in clone.refs.remotes)


def _place(remotes: tuple[RemoteAddress, ...], clone: CloneFacts) -> Outcome:
    path = clone.clone.path
    names = [last(identity[1]) for r in remotes if (identity := remote_identity(r.url))]
    if not names or any(akin(folder(path), name) for name in names):
        return no(path)
    return yes(f"the folder {folder(path)} is a clone of {names[0]}", subject=path)


def _pushes(remote: RemoteAddress, clone: CloneFacts) -> Outcome:
    """Fetching from one repository and pushing to a fork is usual; another name is not."""
    path, subject = clone.clone.path, f"{clone.clone.path} {remote.name}"
    fetch, push = remote_identity(remote.url), remote_identity(remote.push_url or remote.url)
    if not fetch or not push or last(fetch[1]) == last(push[1]):
        return no(subject)
    message = f"{remote.name} fetches from {fetch[1]} and pushes to {push[1]}"
    return yes(message, subject=subject, location=path, severity=Severity.MEDIUM)


def _former(address: RemoteAddress, clone: CloneFacts, snapshot: Snapshot) -> Outcome:
    """A host forwards from a former name until somebody takes it."""
    path, subject = clone.clone.path, f"{clone.clone.path} {address.name} name"
    told, identity = snapshot.remote or snapshot.whereabouts, remote_identity(address.url)
    if isinstance(told, Unknown):
        return unknown(told.reason, subject)
    called = told and names_it(address, snapshot) and told.full_name
    if not told or not called or not identity or identity[1].lower() == called.lower():
        return no(subject)
    now = f"{called} now{'' if snapshot.remote else ', which nothing here watches'}"
    return yes(
        f"{address.name} names {identity[1]}, which is {now}: {told.url}",
        subject=subject,
        location=path,
        severity=Severity.LOW,
        fix="`git remote set-url REMOTE URL` with the address that the message says.",
    )


CHECK = Check(
    look=look,
    severity=Severity.INFO,
    what="The folder is named for another repository than its remotes. Low where a remote names "
    "the repository as it was called before it was renamed or transferred. "
    "Medium where a remote pushes to a repository of another name than it fetches from.",
    why="A command is run in the wrong place, or commits go to the wrong repository.",
    fix="Rename the folder, or set the address with `git remote set-url [--push] REMOTE URL`.",
)
