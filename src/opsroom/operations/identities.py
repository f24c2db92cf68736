"""Which repository a name, a remote or a host's id means, among all that are known.

A repository is the same one under every name that it ever had. Where two claim a name, the one
that its host calls so now has it, then the one that its host had under it when it was found, then
one that had it, then one that clones alone call so.
"""

from collections import defaultdict

from opsroom.model.host import Remote
from opsroom.model.identity import plain_name
from opsroom.model.repository import Repository, RepositoryState
from opsroom.model.snapshot import Snapshot
from opsroom.operations.gather import identity_of_snapshot


class Identities:
    """An index of repositories by what they are called. Keys are compared without case."""

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._hosted: set[str] = set()
        self._now: dict[str, str] = {}
        self._once: dict[str, str] = {}
        self._ids: dict[tuple[str, str], str] = {}
        self._names: defaultdict[str, set[str]] = defaultdict(set)

    def put(self, former: Snapshot | None, snapshot: Snapshot) -> None:
        """Know a repository by what this says of it, no longer by what `former` said."""
        key = snapshot.repository.key
        if former:
            _drop(self._now, key, called_now(former))
            for alias in former.repository.also:
                _drop(self._once, key, alias)
            for name in _names(former):
                self._names[name].discard(key)
        self._keys.add(key)
        repository = snapshot.repository
        self._once |= dict.fromkeys(repository.also, key)
        if repository.host_id:
            self._hosted.add(key)
            self._ids[host_of(repository), repository.host_id] = key
        if called := called_now(snapshot):
            self._now[called] = key
        for name in _names(snapshot):
            self._names[name].add(key)

    def resolve(self, key: str) -> str | None:
        """The key of the repository that is called so; None: none is, or ever was."""
        key = key.lower() if not key.startswith("path:") else key
        if key in self._hosted:
            return self._now.get(key, key)
        return self._now.get(key) or self._once.get(key) or (key if key in self._keys else None)

    def is_alone(self, key: str, name: str) -> bool:
        """Whether no other repository has this name, or would have it if it were alone."""
        return not self._names.get(name.lower(), set()) - {key}

    def of_host(self, host: str, id_: str) -> str | None:
        """The key of the repository that its host knows by this id."""
        return self._ids.get((host, id_))


def host_of(repository: Repository) -> str:
    """The host of a repository that has one."""
    return repository.key.partition("/")[0]


def called_now(snapshot: Snapshot) -> str | None:
    """The key of what its host calls a repository now; None where no host says so."""
    remote = snapshot.remote
    gone = snapshot.repository.state is RepositoryState.GONE
    return None if gone or not isinstance(remote, Remote) else key_at(remote.host, remote.full_name)


def key_at(host: str, full_name: str) -> str:
    """The key under which a repository with this name would be found."""
    return f"{host}/{full_name}".lower()


def _names(snapshot: Snapshot) -> set[str]:
    """What it is called, and what it would be called if no other had that name."""
    gone = snapshot.repository.state is RepositoryState.GONE
    plain = () if gone else (plain_name(identity_of_snapshot(snapshot)).lower(),)
    return {snapshot.repository.name.lower(), *plain}


def _drop(index: dict[str, str], key: str, name: str | None) -> None:
    if name is not None and index.get(name) == key:
        del index[name]
