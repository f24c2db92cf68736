"""An owner on a host as a source: what a sweep and full looks at its repositories told.

A host lists three folders of the default branch; what they hold is read like the files of a clone,
and what lies in folders that were not listed stays unsaid.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from opsroom.clients.host import HostLook, HostLooks, Sweep, Swept
from opsroom.model.ci import Ci
from opsroom.model.facts import Unknown
from opsroom.model.host import HostSettings, Remote
from opsroom.model.snapshot import Files
from opsroom.model.tags import Tags
from opsroom.observe.files import classify


class Wanted(Protocol):
    """Which of the repositories that a host lists belong to a source."""

    def has(self, full_name: str) -> bool:
        """Whether this one does."""
        ...


@dataclass(frozen=True, slots=True)
class RemoteSighting:
    """One repository as its host told of it in one full look; `id` is the host's."""

    id: str
    remote: Remote | Unknown
    settings: HostSettings | Unknown
    ci: Ci | Unknown
    listed: Files | Unknown
    tags: Tags | Unknown | None = None

    @property
    def full_name(self) -> str | None:
        """What the host calls it now; None where the look didn't tell."""
        return self.remote.full_name if isinstance(self.remote, Remote) else None


def sightings(looks: HostLooks, source: Wanted) -> list[RemoteSighting]:
    """What the looks told of the repositories that belong to a source."""
    found = (_sighting(id_, look) for id_, look in looks.looks.items())
    return [each for each in found if each.full_name is None or source.has(each.full_name)]


def _sighting(id_: str, look: HostLook) -> RemoteSighting:
    return RemoteSighting(
        id=id_,
        remote=look.remote,
        settings=look.settings,
        ci=look.ci,
        listed=_listed(look),
        tags=look.tags,
    )


def _listed(look: HostLook) -> Files | Unknown:
    """The files of a look. They were looked at when the repository itself was."""
    if isinstance(look.paths, Unknown):
        return look.paths
    return classify(look.paths, at=look.remote.at, source=look.remote.source)


def wanted(sweep: Sweep, source: Wanted) -> Sweep:
    """A sweep without the repositories that don't belong to a source."""
    kept = tuple(each for each in sweep.repositories if source.has(each.full_name))
    return replace(sweep, repositories=kept)


def moved(before: Mapping[str, Swept], sweep: Sweep) -> list[str]:
    """The ids of those that a sweep shows otherwise than the one before, or for the first time."""
    return [each.id for each in sweep.repositories if before.get(each.id) != each]


def busy(swept: Iterable[Swept]) -> list[Swept]:
    """Those whose CI goes on."""
    return [each for each in swept if each.ci == "running"]


def moved_at(before: Swept | None, after: Swept) -> datetime | None:
    """When the host says that what a sweep shows as moved did move; None where it doesn't tell.

    A new head or a push is dated; the end of a CI run is not.
    """
    if before is None:
        return None
    if before.pushed_at != after.pushed_at:
        return after.pushed_at
    return after.updated_at if before.updated_at != after.updated_at else None
