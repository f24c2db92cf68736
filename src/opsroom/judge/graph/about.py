"""About: whose files are looked at, as far as that tells what a name in them means."""

from dataclasses import dataclass, field

from opsroom.judge.graph.targets import GitAddress, address_of, folded


@dataclass(frozen=True, slots=True)
class About:
    """One repository by its names.

    `key` and `also` are those of `model.repository.Repository`; `name` is what its host calls it
    now, else its name in the fleet. `folders` are where its clones stand.
    """

    key: str
    name: str
    also: tuple[str, ...] = ()
    fork: bool = False
    folders: tuple[str, ...] = ()
    addresses: tuple[GitAddress, ...] = field(init=False)
    """All that it has or had, that of its key first."""

    def __post_init__(self) -> None:
        """Read its addresses out of its keys, once for all of its files."""
        told = [address_of(f"https://{key}") for key in (self.key, *self.also) if _has_host(key)]
        if told and told[0] and "/" in self.name and "@" not in self.name:
            told.append(GitAddress(told[0].host, folded(self.name)))
        object.__setattr__(self, "addresses", tuple(dict.fromkeys(filter(None, told))))

    @property
    def host(self) -> str:
        """The host that it is on; empty: it has no remote."""
        return self.addresses[0].host if self.addresses else ""

    @property
    def owners(self) -> frozenset[str]:
        """Whose it is or was, in lower case."""
        return frozenset(each.name.rpartition("/")[0] for each in self.addresses)

    @property
    def names(self) -> frozenset[str]:
        """The `owner/name` that it has or had, in lower case."""
        return frozenset(each.name for each in self.addresses)


def _has_host(key: str) -> bool:
    return not key.startswith("path:")
