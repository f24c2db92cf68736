"""Merging what a host told into what is known of a repository. Pure: nothing is asked or written.

A repository keeps its key, whatever its host calls it now. Of each group the newer look counts;
a look that began before a sweep saw something move is the older of the two.
"""

from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from opsroom.clients.host import Swept
from opsroom.model.ci import Ci
from opsroom.model.facts import Facts, Unknown
from opsroom.model.host import Remote, Untold
from opsroom.model.repository import Repository, RepositoryState
from opsroom.model.snapshot import Snapshot
from opsroom.observe.sources.hosts import RemoteSighting
from opsroom.operations.fleet import Fleet, Row
from opsroom.operations.identities import key_at
from opsroom.settings import HostSource

F = TypeVar("F", bound=Facts)

TOLD = (
    *("full_name", "url", "head", "head_at", "default_branch", "pushed_at", "updated_at"),
    *("archived", "fork", "visibility", "empty"),
)
"""What a sweep tells of a repository."""

NO_RUNS = Untold(fact="runs", reason="a sweep doesn't tell; the next look does")


def find(fleet: Fleet, source: HostSource, id_: str, full_name: str | None) -> Row | None:
    """The row of a repository by its host's id, else by a name that is not another id's."""
    row = fleet.of_host(source.host, id_)
    if row is None and full_name is not None:
        named = fleet.resolve(key_at(source.host, full_name))
        row = named if named and named.repository.host_id is None else None
    return row


def with_look(fleet: Fleet, source: HostSource, seen: RemoteSighting) -> Snapshot | None:
    """A snapshot with a full look merged in; None where nobody knows what was looked at."""
    row = find(fleet, source, seen.id, seen.full_name)
    if row is None and seen.full_name is None:
        return None
    base = _base(fleet, source, row, seen.id, seen.full_name or "")
    is_late = _is_late(base.remote, seen.remote)
    return _settled(
        base.model_copy(
            update={
                "remote": base.remote if is_late else _newer(base.remote, seen.remote),
                "settings": _newer(base.settings, seen.settings),
                "ci": base.ci if is_late and base.ci else _newer(base.ci, seen.ci),
                "listed": _newer(base.listed, seen.listed),
                "tags": seen.tags,
            }
        )
    )


def _is_late(known: Remote | Unknown | None, seen: Remote | Unknown) -> bool:
    """Whether a look saw the repository as it was before a sweep saw it move.

    Both take their time, so that a look which began later may still have been answered earlier.
    """
    if not isinstance(known, Remote) or known.moved_at is None:
        return False
    if seen.at < known.moved_at:
        return True
    if not isinstance(seen, Remote) or known.pushed_at is None or seen.pushed_at is None:
        return False
    return seen.pushed_at < known.pushed_at


def with_sweep(fleet: Fleet, source: HostSource, seen: Swept, at: datetime) -> Snapshot:
    """A snapshot with what a sweep that began `at` showed.

    What only a full look tells stays as it was, and is marked as older than what moved.
    """
    base = _base(
        fleet, source, find(fleet, source, seen.id, seen.full_name), seen.id, seen.full_name
    )
    known = base.remote
    if isinstance(known, Remote) and known.at > at:
        return _settled(base)
    told = _told(source, seen, at)
    if isinstance(known, Remote):
        fields = {name: getattr(told, name) for name in TOLD}
        if known.full_name == seen.full_name:
            fields["url"] = known.url
        told = known.model_copy(update={**fields, "moved_at": at})
    return _settled(base.model_copy(update={"remote": told, "ci": _ci(base.ci, seen, told, at)}))


def is_as_known(snapshot: Snapshot, seen: Swept) -> bool:
    """Whether a sweep showed nothing that is not known already."""
    remote, ci = snapshot.remote, snapshot.ci
    if not isinstance(remote, Remote):
        return False
    shown = (seen.full_name, seen.head, seen.branch, seen.archived)
    if shown != (remote.full_name, remote.head, remote.default_branch, remote.archived):
        return False
    dated = ((seen.pushed_at, remote.pushed_at), (seen.updated_at, remote.updated_at))
    if any(new is not None and new != known for new, known in dated):
        return False
    if seen.visibility not in (None, remote.visibility):
        return False
    return seen.ci is None or (isinstance(ci, Ci) and ci.state == seen.ci)


def _base(fleet: Fleet, source: HostSource, row: Row | None, id_: str, full_name: str) -> Snapshot:
    """What is known until now, with who the host says that it is."""
    if row is None:
        key = key_at(source.host, full_name)
        key = key if fleet.get(key) is None else f"{key}#{id_}"  # another was found under it
        known = Repository(key=key, name=full_name)
        before = Snapshot(repository=known)
    else:
        known, before = row.repository, row.snapshot
    identity = {
        "host_id": id_,
        "sources": tuple(sorted({*known.sources, source.key})),
        "labels": tuple(sorted({*known.labels, *source.labels})),
        "environment": known.environment or source.environment,
    }
    return before.model_copy(
        update={"repository": known.model_copy(update=identity), "whereabouts": None}
    )


def _settled(snapshot: Snapshot) -> Snapshot:
    """With what follows from the remote for the repository: its address, aliases and state."""
    repository, remote = snapshot.repository, snapshot.remote
    gone = repository.state is RepositoryState.GONE
    if not isinstance(remote, Remote):
        state = RepositoryState.KNOWN if gone else repository.state
        return snapshot.model_copy(
            update={"repository": repository.model_copy(update={"state": state})}
        )
    called = key_at(remote.host, remote.full_name)
    others = tuple(each for each in repository.also if each != called)
    also = repository.also if called == repository.key else (called, *others)
    changes = {
        "url": remote.url,
        "also": also,
        "state": RepositoryState.ARCHIVED if remote.archived else RepositoryState.KNOWN,
    }
    return snapshot.model_copy(update={"repository": repository.model_copy(update=changes)})


def _told(source: HostSource, seen: Swept, at: datetime) -> Remote:
    scheme = urlsplit(source.base_url).scheme
    return Remote(
        at=at,
        source=source.key,
        host=source.host,
        id=seen.id,
        full_name=seen.full_name,
        url=f"{scheme}://{source.host}/{seen.full_name}",
        visibility=seen.visibility,
        archived=seen.archived,
        fork=seen.fork,
        empty=seen.head is None,
        default_branch=seen.branch,
        head=seen.head,
        head_at=seen.head_at,
        pushed_at=seen.pushed_at,
        updated_at=seen.updated_at,
        moved_at=at,
    )


def _ci(
    known: Ci | Unknown | None, seen: Swept, remote: Remote, at: datetime
) -> Ci | Unknown | None:
    """CI as a sweep tells it: its state alone, where that is another one than was known."""
    if seen.ci is None or (known is not None and known.at > at):
        return known
    if isinstance(known, Ci) and (known.state, known.head) == (seen.ci, seen.head):
        return known
    return Ci(at=at, source=remote.source, state=seen.ci, head=seen.head, untold=(NO_RUNS,))


def _newer(known: F | Unknown | None, seen: F | Unknown) -> F | Unknown:
    return known if known is not None and known.at > seen.at else seen
