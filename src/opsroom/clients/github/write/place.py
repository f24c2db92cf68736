"""The repository that a verb works in, as it is now."""

from dataclasses import dataclass
from urllib.parse import quote

from opsroom.clients.github.write.errors import WriteRefused
from opsroom.clients.github.write.wire import Wire


@dataclass(frozen=True, slots=True)
class Place:
    """A repository that takes writes. `id` is the host's, and stays when the name changes."""

    id: str
    full_name: str
    default_branch: str
    url: str

    @property
    def path(self) -> str:
        """Where its part of the API begins."""
        return repository_path(self.full_name)

    @property
    def owner(self) -> str:
        """The login before the slash."""
        return self.full_name.partition("/")[0]


def repository_path(full_name: str) -> str:
    """Where the API of `owner/name` begins.

    Raises:
        WriteRefused: it isn't the name of a repository.
    """
    owner, _, name = full_name.partition("/")
    if not owner or not name or "/" in name or {owner, name} & {".", ".."}:
        raise WriteRefused("invalid", f"{full_name!r} is not a repository's name")
    return f"/repos/{quoted(owner)}/{quoted(name)}"


def quoted(part: str) -> str:
    """One part of a path, slashes included."""
    return quote(part, safe="")


def placed(asked: str, found: Wire | None, expected_id: str | None) -> Place:
    """Check that what the host knows under this name is the repository that was meant.

    Raises:
        WriteRefused: it is gone, another one, or takes no writes.
    """
    if found is None:
        raise WriteRefused("gone", f"the host has no {asked}, or not for the write token")
    place = Place(
        id=found.text("node_id"),
        full_name=found.text("full_name"),
        default_branch=found.text("default_branch"),
        url=found.text("html_url"),
    )
    if expected_id is not None and place.id != expected_id:
        raise WriteRefused("moved", f"{asked} is another repository now")
    if expected_id is None and place.full_name.lower() != asked.lower():
        raise WriteRefused("moved", f"{asked} is called {place.full_name} now")
    if found.flag("archived"):
        raise WriteRefused("archived", f"{asked} is archived", "nothing can be written there")
    return place
