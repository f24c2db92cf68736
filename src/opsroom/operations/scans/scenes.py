"""Scenes: what is known of a repository at one commit, out of the store and of what was just seen.

the scene before (kept packages, the workflows of that commit) + the scene now -> the rules
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import anyio.to_thread

from opsroom.judge import hosted
from opsroom.judge.examination import fingerprint
from opsroom.judge.graph.about import About
from opsroom.judge.threats import Threatened
from opsroom.judge.threats import look as ask_rules
from opsroom.judge.threats.public_name_claimed import claims, is_taken
from opsroom.model.finding import FindingState
from opsroom.model.package import Package, Published
from opsroom.model.purl import package_key
from opsroom.model.scan import Hit
from opsroom.model.threat import Scene, Workflow
from opsroom.operations.fleet import Row

if TYPE_CHECKING:
    from opsroom.observe.grounds import Grounds
    from opsroom.operations.room import Room
    from opsroom.store.inventories import Used

FRESH = 600.0
"""Seconds for which the names that a whole fleet publishes and uses are taken for granted."""


@dataclass(frozen=True, slots=True)
class Content:
    """What the manifests of one repository hold."""

    packages: tuple[tuple[str, Package], ...] = ()
    publishes: tuple[tuple[str, Published], ...] = ()
    scripts: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class FleetNames:
    """Names of packages that the fleet publishes or uses; counted again after a while."""

    owned: frozenset[str] = frozenset()
    internal: frozenset[str] = frozenset()
    common: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    until: float = field(default=0.0)

    async def renew(self, room: "Room") -> None:
        """Count, unless that was done lately."""
        from opsroom.store.inventories import load_outlines, names_of, published_of, users_of

        now = anyio.current_time()
        if now < self.until:
            return
        self.until = now + FRESH
        async with room.store.read() as connection:
            made = await published_of(connection)
            published = [one for many in made.values() for one in many]
            outlines = await load_outlines(connection)
            several = await anyio.to_thread.run_sync(
                _several, [each.names for each in outlines.values()]
            )
            common = await names_of(connection, several)
            claimed = {one.purl for path, one in published if claims(path, one)}
            uses = await users_of(connection, claimed)
        self.owned = frozenset(one.purl for _, one in published)
        self.internal = frozenset(one.purl for _, one in published if one.private)
        self.common = frozenset(common.values())
        self.taken = await anyio.to_thread.run_sync(_taken, made, uses)


def _taken(
    made: Mapping[int, Sequence[tuple[str, Published]]], uses: Iterable["Used"]
) -> frozenset[str]:
    """The keys of what somebody who doesn't make it has from the public registry."""
    own = {(number, one.purl) for number, many in made.items() for _, one in many}
    return frozenset(
        package_key(use.purl)
        for use in uses
        if (use.repository_id, use.purl) not in own and is_taken(use.path, use.package)
    )


def _several(names: Iterable[Sequence[int]]) -> set[int]:
    """What more than one repository uses."""
    counts = Counter(name for many in names for name in many)
    return {name for name, count in counts.items() if count > 1}


async def content(room: "Room", key: str) -> Content:
    """What the store holds of the manifests of a repository."""
    from opsroom.store.inventories import manifests_of, packages_of
    from opsroom.store.repositories import ids_of

    async with room.store.read() as connection:
        ids = [*(await ids_of(connection, [key])).values()]
        packages = await packages_of(connection, ids)
        held = await manifests_of(connection, ids)
    manifests = [each for many in held.values() for each in many]
    return Content(
        tuple((one.path, one.package) for many in packages.values() for one in many),
        tuple((each.path, one) for each in manifests for one in each.publishes),
        tuple((each.path, script) for each in manifests for script in each.scripts),
    )


def threatened(
    row: Row,
    names: FleetNames,
    now: Content,
    before: Content | None,
    grounds: "Grounds",
    secrets: Collection[Hit],
    commits: tuple[str, str],
    branch: str,
) -> Threatened:
    """What the rules say of a repository. `commits` are the one before, if any, and this one."""
    known = None if before is None or grounds.before is None else grounds.before
    stage = _stage(row, names, branch)
    now_seen = _scene(stage, commits[1], now, grounds.workflows, secrets)
    last = (
        None
        if before is None or known is None
        else _scene(stage, commits[0], before, known, _seen_before(row, secrets))
    )
    return ask_rules(replace(now_seen, forced=grounds.forced), last)


def _stage(row: Row, names: FleetNames, branch: str) -> Scene:
    """What both looks have in common: the fleet around the repository, and its names."""
    about, remote = row.repository, hosted.told(row.snapshot)
    own = About(about.key, remote.full_name if remote else about.name, about.also).names
    return Scene(
        commit="",
        default_branch=branch,
        owned=names.owned,
        internal=names.internal,
        common=names.common,
        taken=names.taken,
        names=own or frozenset({about.name.lower()}),
        fork=remote is not None and remote.fork,
    )


def _scene(
    stage: Scene,
    commit: str,
    held: Content,
    workflows: tuple[Workflow, ...],
    secrets: Iterable[Hit],
) -> Scene:
    return replace(
        stage,
        commit=commit,
        packages=held.packages,
        publishes=held.publishes,
        scripts=held.scripts,
        workflows=workflows,
        secrets=tuple(secrets),
    )


def _seen_before(row: Row, secrets: Iterable[Hit]) -> list[Hit]:
    """Those of these secrets that are findings already, as they were when they were looked for."""
    kept = {each.finding.fingerprint for each in row.kept if each.state is not FindingState.FIXED}
    key = row.repository.key
    return [hit for hit in secrets if fingerprint(hit.rule, key, hit.anchor) in kept]
