"""A Repository: a Git repository of the fleet, and the clones of it on this machine."""

from enum import StrEnum

from opsroom.model.value import Value


class RepositoryState(StrEnum):
    """Where a repository is in its life."""

    KNOWN = "known"
    ARCHIVED = "archived"
    GONE = "gone"


class Repository(Value):
    """Identity and place of one repository.

    `key` never changes while the repository is the same one (`host/owner/name` of its remote, or
    the path of a local one, as they were when it was found); `name` is what people and agents call
    it, unique in the fleet. `host_id` is what its host knows it by, whatever its name; `also` are
    keys that its remotes had before or after it was renamed: clones that say one are of it.
    """

    key: str
    name: str
    url: str | None = None
    description: str = ""
    environment: str | None = None
    labels: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    state: RepositoryState = RepositoryState.KNOWN
    host_id: str | None = None
    also: tuple[str, ...] = ()

    @property
    def owner(self) -> str:
        """Everything before the last slash of the name."""
        return self.name.rpartition("/")[0]


class Clone(Value):
    """One Git directory on this machine. `path` is where a person would `cd` to."""

    path: str
    git_dir: str
    bare: bool = False
