"""Naming: unique names for what is new or renamed, and for those whom that makes ambiguous.

Most of the time nobody else has a new name, and then nobody else has to be asked.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256

from opsroom.model.event import Happening
from opsroom.model.identity import names, plain_name
from opsroom.model.repository import RepositoryState
from opsroom.model.snapshot import Snapshot
from opsroom.model.text import plain
from opsroom.operations import gather
from opsroom.operations.fleet import Fleet

Named = tuple[dict[str, Snapshot], list[Happening]]


def name_anew(
    fleet: Fleet, snapshots: Mapping[str, Snapshot], happenings: Sequence[Happening]
) -> Named:
    """Give new repositories names, and others another one where theirs is no longer unique.

    Gives all snapshots to write, and the happenings under the new names, with one of each rename.
    """
    nameless = [each for each in snapshots.values() if not _keeps_its_name(fleet, each)]
    if not nameless:
        return dict(snapshots), list(happenings)
    called = _alone(fleet, nameless)
    if called is None:
        everyone = {row.repository.key: row.snapshot for row in fleet} | dict(snapshots)
        called = _names(everyone.values())
    written, told = dict(snapshots), list(happenings)
    renamed: dict[str, str] = {}
    for key, name in called.items():
        row = fleet.get(key)
        known = row.snapshot if row else None
        snapshot = snapshots.get(key) or known
        if snapshot is None or snapshot.repository.name == name:
            continue
        former = snapshot.repository.name
        renamed[former] = name
        repository = snapshot.repository.model_copy(update={"name": name})
        written[key] = snapshot.model_copy(update={"repository": repository})
        other = name.lower() != former.lower()  # how a name is written is no news
        if other and known is not None and repository.state is not RepositoryState.GONE:
            _tell(told, name, former, on_host=_is_renamed(known, snapshot))
    return written, [
        each.model_copy(update={"repository": renamed.get(each.repository or "", each.repository)})
        for each in told
    ]


def _keeps_its_name(fleet: Fleet, snapshot: Snapshot) -> bool:
    """Whether a snapshot is of a repository that is known, and called as it was.

    One that its host has no more gives a name back that it kept another from having.
    """
    row = fleet.get(snapshot.repository.key)
    gone = RepositoryState.GONE
    if row is None or row.repository.state is gone:
        return False
    if snapshot.repository.state is gone and snapshot.repository.host_id:
        plain_former = plain_name(gather.identity_of_snapshot(row.snapshot))
        return fleet.identities.is_alone(snapshot.repository.key, plain_former)
    return not _is_renamed(row.snapshot, snapshot)


def _is_renamed(before: Snapshot, after: Snapshot) -> bool:
    """Whether its host calls it otherwise than before."""
    if not after.repository.host_id or before.remote == after.remote:
        return False
    old, new = gather.identity_of_snapshot(before), gather.identity_of_snapshot(after)
    return (old.host, old.name) != (new.host, new.name)


def _alone(fleet: Fleet, nameless: Collection[Snapshot]) -> dict[str, str] | None:
    """A name for each by its key, where no other repository has to be called otherwise for it."""
    called: dict[str, str] = {}
    for snapshot in nameless:
        key = snapshot.repository.key
        name = plain_name(gather.identity_of_snapshot(snapshot))
        row = fleet.get(key)
        former = plain_name(gather.identity_of_snapshot(row.snapshot)) if row else name
        if snapshot.repository.state is RepositoryState.GONE or not (
            fleet.identities.is_alone(key, name) and fleet.identities.is_alone(key, former)
        ):
            return None
        called[key] = name
    clash = Counter(name.lower() for name in called.values()).most_common(1)
    return None if clash and clash[0][1] > 1 else called


def _names(snapshots: Collection[Snapshot]) -> dict[str, str]:
    """A name for each key. One that is gone gives its name up when another one needs it."""
    gone = [each for each in snapshots if each.repository.state is RepositoryState.GONE]
    here = [each for each in snapshots if each.repository.state is not RepositoryState.GONE]
    called = names([gather.identity_of_snapshot(each) for each in here])
    taken = {name.lower() for name in called.values()}
    for former in (each.repository for each in gone):
        mark = sha256(former.key.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        plain_former = former.name.partition("~gone-")[0]
        free = former.name.lower() not in taken
        called[former.key] = former.name if free else f"{plain_former}~gone-{mark}"
    return called


def _tell(told: list[Happening], name: str, former: str, *, on_host: bool) -> None:
    """Tell that a repository is called otherwise: with what else changed, if that is told."""
    for index, happening in enumerate(told):
        if happening.kind == "repository.changed" and happening.repository == former:
            data = {**happening.data, "was": former}
            told[index] = happening.model_copy(update={"data": data})
            if on_host:
                return
    why = f"was {former} until now" if on_host else f"to be told apart from another {former}"
    told.append(
        Happening(
            kind="repository.changed",
            repository=name,
            summary=plain(f"is called {name} now, {why}"),
            data={"was": former},
        )
    )
