"""A clone is of a repository that its host doesn't have, or no longer."""

from collections.abc import Iterator
from datetime import datetime

from opsroom.judge.subjects import of_clones
from opsroom.model.check import Check, Outcome, no, unknown, yes
from opsroom.model.facts import Unknown
from opsroom.model.identity import remote_identity
from opsroom.model.limits import Limits
from opsroom.model.severity import Severity
from opsroom.model.snapshot import CloneFacts, Refs, Snapshot

GONE = "its host has none of this name any more, or hides it: it says the same of both"


def look(
    snapshot: Snapshot, before: Snapshot | None, limits: Limits, now: datetime
) -> Iterator[Outcome]:
    """One outcome a clone. Only owners of which every repository was listed can lack one."""

    def tell(refs: Refs, clone: CloneFacts) -> Outcome:
        path = clone.clone.path
        if isinstance(snapshot.remote, Unknown):
            return unknown(snapshot.remote.reason, path)
        if snapshot.remote is not None:
            return no(path)
        where = snapshot.whereabouts
        if isinstance(where, Unknown):
            return unknown(where.reason, path)
        if where is not None:
            return no(path) if where.full_name else yes(GONE, subject=path)
        if snapshot.repository.host_id:
            return yes("its host has it no more, or hides it", subject=path)
        for address in refs.remotes:
            host, name = remote_identity(address.url) or ("", "")
            owner = f"{host}/{name.rpartition('/')[0]}".lower()
            if address.name == "origin" and owner in limits.owners:
                return unknown(f"{owner} lists no {name}; nobody asked yet where that leads", path)
        return no(path)

    return of_clones(snapshot, tell)


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    what="The owner that a clone's origin names is watched on its host, and has no such "
    "repository, under this name or a later one: it was deleted, or is hidden from the token.",
    why="The clone may be the only copy that is left, and pushing from it fails.",
    fix="See on the host what became of it; then set its address anew with `git remote set-url`, "
    "push it to another home, or delete the clone.",
)
