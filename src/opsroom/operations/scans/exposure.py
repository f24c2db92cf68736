"""Exposure: the packages of repositories against the advisories that are known.

    an inventory -> its packages, just read or from the store -> advisories -> hits of dependencies

Nothing is recorded here. What no database was asked about is unknown, not clean.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import anyio.to_thread

from opsroom.clients.advisories.ecosystems import ECOSYSTEMS
from opsroom.judge.exposure.advisories import Advisories
from opsroom.judge.exposure.packages import Exposed, Use, exposed
from opsroom.model.advisory import Advisory, AdvisoryData
from opsroom.model.inventory import Inventory
from opsroom.model.package import Package
from opsroom.model.purl import package_key, short
from opsroom.model.scan import Skipped
from opsroom.operations.advisories.data import EXPLOITS, told_data, wanted
from opsroom.operations.scans.looking import Seen
from opsroom.store.packages import Key, kind_of, packages_in

if TYPE_CHECKING:
    from opsroom.operations.room import Room
    from opsroom.store.advisories.index import AdvisoryIndex

NO_DATA = "no advisories are here yet, so nothing is known of its packages"
"""Why a look at packages told nothing, before the first advisories."""

LAG = timedelta(days=3)
"""How long an advisory may take from its date until a source that is asked tells of it."""

FORGOTTEN = "a manifest was forgotten meanwhile, and is read again"

Marks = Mapping[str, datetime]
"""By the source: what is older than this was told already, if the source ever told it."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """What is known of the packages of one repository. `reason`: why nothing is.

    `uncovered` are packages of which nobody was asked; they are part of what was skipped.
    """

    found: Exposed = field(default_factory=Exposed)
    pairs: frozenset[tuple[str, str]] = frozenset()
    """Each purl and version."""
    uncovered: tuple[Skipped, ...] = ()
    reason: str | None = None
    data: str = ""


async def exposures(room: "Room", looks: Mapping[str, Seen]) -> dict[str, Exposure]:
    """What advisories say of the packages of each look that has an inventory, by its key.

    Raises:
        StoreError: the store or the index can't be read.
    """
    taken = {key: (seen, seen.inventory) for key, seen in looks.items() if seen.inventory}
    if not taken:
        return {}
    wanted_keys = {
        file.key
        for seen, inventory in taken.values()
        for file in inventory.files
        if file.reason is None and file.key not in seen.manifests
    }
    async with room.store.read() as connection:
        kept = await packages_in(connection, wanted_keys)
    uses = {key: uses_of(seen, inventory, kept) for key, (seen, inventory) in taken.items()}
    data = await told_data(room)
    names = wanted(room)

    lost = wanted_keys - kept.keys()

    def match() -> dict[str, Exposure]:
        purls = {package.purl for some in uses.values() for _, package in some}
        known = Known.of(room.advisories, names, data, purls)
        return {
            key: Exposure(reason=FORGOTTEN)
            if any(file.key in lost for file in taken[key][1].files)
            else known.expose(some, declaring_in(some))
            for key, some in uses.items()
        }

    return await anyio.to_thread.run_sync(match)


def uses_of(seen: Seen, inventory: Inventory, kept: Mapping[Key, Sequence[Package]]) -> list[Use]:
    """Every package of an inventory, with the path of its manifest."""
    return [
        (file.path, package)
        for file in inventory.files
        if file.reason is None
        for package in (
            seen.manifests[file.key].packages
            if file.key in seen.manifests
            else kept.get(file.key, ())
        )
    ]


def declaring_in(uses: Iterable[Use]) -> set[tuple[str, str]]:
    """The folders in which a repository says itself what it asks for, with the type of purl."""
    return {
        (path.rpartition("/")[0], kind_of(package.purl)) for path, package in uses if package.direct
    }


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of some packages. `covered`: those that some source was asked about."""

    advisories: Advisories
    covered: frozenset[str]
    data: str
    reason: str | None

    @classmethod
    def of(
        cls,
        index: "AdvisoryIndex",
        names: Sequence[str],
        data: Sequence[AdvisoryData],
        purls: Collection[str],
    ) -> "Known":
        """What the index says of these packages. Sync: to be used in threads."""
        found = index.of(purls)
        several: dict[str, Advisory] = {each.id: each for each in _merged(found)}
        had = any(each.fetched_at for each in data if each.source not in EXPLOITS)
        return cls(
            Advisories(several.values()),
            frozenset(_covered(index, names, purls)),
            marks_text(data),
            None if had or several else NO_DATA,
        )

    def expose(self, uses: Sequence[Use], declaring: Collection[tuple[str, str]]) -> Exposure:
        """What holds for the packages of one repository."""
        pairs = frozenset((package.purl, package.version) for _, package in uses)
        if self.reason is not None and pairs:
            return Exposure(pairs=pairs, reason=self.reason, data=self.data)
        return Exposure(
            found=exposed(uses, declaring, self.advisories),
            pairs=pairs,
            uncovered=tuple(_uncovered({purl for purl, _ in pairs}, self.covered)),
            data=self.data,
        )


def _merged(found: Mapping[str, Sequence[Advisory]]) -> Iterable[Advisory]:
    """Each advisory once, with what it says of every package as that was asked for."""
    affected: dict[str, dict[str, Advisory]] = {}
    for purl, several in found.items():
        for each in several:
            affected.setdefault(each.id, {})[purl] = each
    for by_purl in affected.values():
        first = next(iter(by_purl.values()))
        told = [one for purl, each in by_purl.items() for one in each.affected if one.purl == purl]
        yield first.model_copy(update={"affected": tuple(told)})


def _covered(index: "AdvisoryIndex", names: Sequence[str], purls: Collection[str]) -> Iterable[str]:
    """Those of these packages that a source holds the ecosystem of, or was asked about."""
    for source in names:
        if source == "offline":
            held = index.parts(source)
            yield from (purl for purl in purls if ECOSYSTEMS.get(kind_of(purl)) in held)
        else:
            asked = index.asked(source)
            yield from (purl for purl in purls if package_key(purl) in asked)


def _uncovered(purls: Collection[str], covered: frozenset[str]) -> Iterable[Skipped]:
    """What no source was asked about, by the ecosystem."""
    left: dict[str, list[str]] = {}
    for purl in sorted(purls):
        if purl not in covered:
            left.setdefault(kind_of(purl), []).append(purl)
    for kind, several in left.items():
        known = kind in ECOSYSTEMS
        reason = f"no advisories of {kind} were had" if known else f"no advisories tell of {kind}"
        yield Skipped(reason=reason, count=len(several), example=short(several[0]))


def marks_text(data: Iterable[AdvisoryData]) -> str:
    """Until when each source told everything, as a look keeps it.

    An archive tells all up to its newest record. A source that is asked tells what is in use alone,
    so what counts is when it was asked for all of that.
    """
    marks = ((each.source, _mark(each)) for each in data if each.source not in EXPLOITS)
    return ", ".join(f"{source} {mark.isoformat()}" for source, mark in marks if mark is not None)


def _mark(data: AdvisoryData) -> datetime | None:
    if data.fetched_at is None or data.source.startswith("offline"):
        return data.as_of or data.fetched_at
    return data.fetched_at - LAG


def marks_of(text: str) -> Marks:
    """What `marks_text` wrote."""
    told = (each.split(" ") for each in text.split(", ") if each)
    return {source: datetime.fromisoformat(at) for source, at in told}


def is_new(advisory: Advisory, marks: Marks) -> bool:
    """Whether an advisory was published or changed after all that its sources told before.

    One of a source that was never asked before is backlog, whatever its age.
    """
    at = max((at for at in (advisory.published, advisory.modified) if at), default=None)
    sources = {*advisory.sources, "offline"}  # an archive tells what others collected
    known = [mark for source, mark in marks.items() if source in sources]
    return bool(known) and (at is None or at > min(known))
