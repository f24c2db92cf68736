"""From looks at clones to snapshots of repositories: which clone is which repository.

A clone belongs to the repository that its remote names (`origin`, else its only remote, else the
one its default branch follows); one without a remote on a host is a repository of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePath

from opsroom.model.facts import Unknown
from opsroom.model.host import Remote
from opsroom.model.identity import Identity, identity_of, names, remote_identity
from opsroom.model.repository import Repository
from opsroom.model.snapshot import CloneFacts, Refs, RemoteAddress, Snapshot
from opsroom.settings import DirectorySource


@dataclass(frozen=True, slots=True)
class Sighting:
    """One clone, as one source saw it."""

    facts: CloneFacts
    source: DirectorySource


def remote(facts: CloneFacts) -> RemoteAddress | None:
    """The remote that says which repository this clone is of."""
    if not isinstance(facts.refs, Refs):
        return None
    remotes = {remote.name: remote for remote in facts.refs.remotes}
    if "origin" in remotes:
        return remotes["origin"]
    if len(remotes) == 1:
        return next(iter(remotes.values()))
    default = facts.refs.default_branch
    followed = next((b.upstream for b in facts.refs.branches if b.name == default), None)
    return remotes.get((followed or "").partition("/")[0])


def readable(facts: CloneFacts) -> bool:
    """Whether the clone could tell which repository it is of."""
    return isinstance(facts.refs, Refs)


def identity(facts: CloneFacts) -> Identity:
    """Which repository a clone is of."""
    address = remote(facts)
    return identity_of(address.url if address else None, facts.clone.path)


def identity_of_snapshot(snapshot: Snapshot) -> Identity:
    """Which repository a snapshot is of, also when nobody can tell any more.

    What its host calls it now comes first, then what the host called it last, then its clones.
    """
    repository, remote = snapshot.repository, snapshot.remote
    key = repository.key
    if isinstance(remote, Remote):
        return Identity(key=key, url=remote.url, host=remote.host, name=remote.full_name)
    last = remote_identity(repository.url) if repository.host_id and repository.url else None
    if last:
        return Identity(key=key, url=repository.url, host=last[0], name=last[1])
    told = (identity(facts) for facts in snapshot.clones if readable(facts))
    found = next((each for each in told if each.key == key), None)
    if found:
        return found
    if key.startswith("path:"):
        return Identity(key=key, path=snapshot.path or key.removeprefix("path:"))
    host, _, name = key.partition("/")
    return Identity(key=key, host=host, name=name)


def within(path: str, folder: Path | str) -> bool:
    """Whether a path is that folder or beneath it."""
    return PurePath(path).is_relative_to(folder)


def sighted(clones: Iterable[CloneFacts], sources: Sequence[DirectorySource]) -> list[Sighting]:
    """Each clone with the source that it lies in; the deepest one where several hold it.

    A clone that lies elsewhere, and has only a linked work tree here, goes with the first.
    """
    by_depth = sorted(sources, key=lambda source: -len(source.path.parts))
    roots = [(source, source.path.resolve()) for source in by_depth]
    return [
        Sighting(
            facts,
            next((source for source, root in roots if within(facts.clone.path, root)), sources[0]),
        )
        for facts in clones
    ]


def snapshots(sightings: Iterable[Sighting]) -> list[Snapshot]:
    """Sightings of a whole fleet as snapshots with unique names, in the order of names."""
    clones: dict[str, list[Sighting]] = {}
    identities: dict[str, Identity] = {}
    for sighting in sightings:
        found = identity(sighting.facts)
        identities.setdefault(found.key, found)
        clones.setdefault(found.key, []).append(sighting)
    called = names(list(identities.values()))
    found_snapshots = [snapshot(identities[key], called[key], seen) for key, seen in clones.items()]
    return sorted(found_snapshots, key=lambda snapshot: snapshot.repository.name)


def snapshot(identity: Identity, name: str, sightings: Iterable[Sighting]) -> Snapshot:
    """One repository from the sightings of its clones."""
    seen = list(sightings)
    return Snapshot(
        repository=Repository(
            key=identity.key,
            name=name,
            url=identity.url,
            environment=next((s.source.environment for s in seen if s.source.environment), None),
            labels=tuple(sorted({label for s in seen for label in s.source.labels})),
            sources=tuple(sorted({s.source.key for s in seen})),
        ),
        clones=tuple(sorted((s.facts for s in seen), key=lambda facts: facts.clone.path)),
    )


def unseen(facts: CloneFacts, reason: str, now: datetime) -> CloneFacts:
    """A clone that could not even be looked at; as it is, when that was so before."""
    if all(isinstance(group, Unknown) and group.reason == reason for group in facts.groups):
        return facts
    nothing = Unknown(at=now, source=facts.refs.source, reason=reason)
    return CloneFacts(
        clone=facts.clone,
        worktrees=tuple(nothing for _ in facts.worktrees),
        refs=nothing,
        files=nothing,
    )


def merged(before: Snapshot, clones: Mapping[str, CloneFacts]) -> tuple[CloneFacts, ...]:
    """The clones of a snapshot with newer looks in place of older ones."""
    kept = {facts.clone.path: facts for facts in before.clones}
    for path, facts in clones.items():
        if path not in kept or newest(facts) >= newest(kept[path]):
            kept[path] = facts
    return tuple(kept[path] for path in sorted(kept))


def newest(facts: CloneFacts) -> float:
    """When the newest group of a look was looked at, in seconds."""
    return max(group.at.timestamp() for group in facts.groups)
