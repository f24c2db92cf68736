"""The newest tags with the commits that they lead to, and when those were made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from opsroom.clients.git.command import git
from opsroom.clients.git.history import moment
from opsroom.clients.git.place import Place
from opsroom.clients.git.refs import TAGS

FORMAT = "%00".join(
    (
        *("%(refname)", "%(objecttype)", "%(objectname)", "%(committerdate:unix)"),
        *("%(*objecttype)", "%(*objectname)", "%(*committerdate:unix)"),
    )
)


@dataclass(frozen=True, slots=True)
class TagLine:
    """One tag: its name without `refs/tags/`, its commit, and that one's date."""

    name: bytes
    commit: str
    at: datetime


def newest_tags(place: Place, most: int) -> Sequence[TagLine]:
    """At most so many tags, the newest first; those that lead to no commit are left out.

    A tag of a tag is left out too: the oldest Git that is accepted peels once.

    Raises:
        ObservationError: an object is missing or corrupt, or git could not tell.
    """
    options = ["--sort=-creatordate", f"--count={most}", f"--format={FORMAT}", "refs/tags"]
    lines = git(place, ["for-each-ref", *options]).splitlines()
    found = [tag for line in lines if (tag := _read(line)) is not None]
    return sorted(found, key=lambda tag: (tag.at, tag.name), reverse=True)


def _read(line: bytes) -> TagLine | None:
    name, *told = line.split(b"\0")
    for kind, oid, at in (told[:3], told[3:]):
        if kind == b"commit":
            return TagLine(name.removeprefix(TAGS), oid.decode("ascii"), moment(at))
    return None
