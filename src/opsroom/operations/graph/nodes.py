"""Nodes: what a caller means by one.

    owner/name, a path inside a clone     a repository
    npm/lodash, pkg:npm/lodash@4.17.20    a package, an action, an image, a chart, a module
    npm/lodash<4.17.21                    those versions of it
    docker/python:3.12, host:..., env:... an image, a name of the network, an environment
    CVE-..., GHSA-...                     the repositories that have an open finding of it

What a repository of the fleet answers for is that repository.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import anyio

from opsroom.errors import Call, NotFound
from opsroom.judge.graph.targets import ENVIRONMENT, HOST, PACKAGE, read, shown
from opsroom.judge.wording import counted, listed
from opsroom.model.finding import KeptFinding, Vulnerability
from opsroom.model.link import Phase, Sure
from opsroom.model.nearest import nearest
from opsroom.model.purl import short
from opsroom.model.text import plain
from opsroom.operations import ids
from opsroom.operations.fleet import named
from opsroom.operations.graph.answer import GraphEdge
from opsroom.operations.graph.conditions import Wanted, wanted
from opsroom.operations.graph.declared import declared, environments
from opsroom.operations.graph.products import made_at, with_image
from opsroom.operations.graph.sight import PHASES, PLACES, SURES, Sight, versions
from opsroom.operations.graph.users import Users
from opsroom.operations.room import Room

if TYPE_CHECKING:
    from opsroom.store.link_history import Look
    from opsroom.store.link_rows import Linked

    Looks = Mapping[int, Look]

ADVISORY = re.compile(r"(?:CVE|GHSA|MAL|OSV|PYSEC|RUSTSEC|GO|SNYK)-[\w-]{3,60}", re.ASCII | re.I)
NEAR = 3
FLAWS = 2
"""Packages with the same flaw that are told of one repository."""
EXAMPLES = "owner/name, npm/lodash, npm/lodash<4.17.21, docker/python:3.12, host:..., env:..., CVE-"


@dataclass(frozen=True)
class Meant:
    """What a node is: repositories of the fleet, or something outside and who uses it directly."""

    name: str
    repositories: tuple[int, ...] = ()
    users: Mapping[int, tuple[GraphEdge, ...]] = field(
        default_factory=dict[int, tuple[GraphEdge, ...]]
    )
    targets: tuple[str, ...] = ()
    note: str = ""
    entries: Mapping[int, Mapping[str, Phase]] = field(
        default_factory=dict[int, Mapping[str, Phase]]
    )
    """The files of repositories in which a change of it begins; without any: in the whole."""

    @property
    def starts(self) -> dict[int, Phase]:
        """Where a change of it begins, and in which phase."""
        begins = {
            number: min(
                self.entries[number].values()
                if number in self.entries
                else (edge.phase for edge in self.users[number]),
                key=PHASES.index,
            )
            for number in self.users
        }
        return begins | dict.fromkeys(self.repositories, Phase.RUNTIME)


async def meant(room: Room, sight: Sight, text: str) -> Meant:
    """What a caller's `node` is.

    Raises:
        NotFound: nothing that this caller may see is called so; with near names.
        UsageError: it is the id of something else, or several repositories are called so.
    """
    text = text.strip()
    rows = list(sight.rows.values())
    ids.refuse(rows, text)
    if not text:
        raise NotFound("no node is given", f"give one of {EXAMPLES}...")
    exact = [row for row in rows if row.name.lower() == text.lower()]
    if len(exact) == 1 or text.startswith(("/", "~", ".")):
        row = exact[0] if exact else room.row(text)
        return Meant(row.name, (sight.ids[row.repository.key],))
    if ADVISORY.fullmatch(text):
        return _advisory(sight, text)
    asked = wanted(text)
    if targets := read(asked.name):
        return await _outside(room, sight, asked, targets)
    try:
        row = named(rows, text)
    except NotFound as error:
        near = await _near(room, sight, text)
        if not near:
            raise
        calls = [Call("dependency_graph", {"query": "dependents", "node": near[0]}, "a near name")]
        raise NotFound(
            f"no repository and no package {plain(text, 80)!r} here",
            f"near names: {', '.join(near)}",
            [*calls, *error.calls],
        ) from None
    return Meant(row.name, (sight.ids[row.repository.key],))


async def _outside(room: Room, sight: Sight, asked: Wanted, targets: tuple[str, ...]) -> Meant:
    """A name that is no repository's: who answers for it, else who uses it."""
    from opsroom.store.link_history import looks
    from opsroom.store.links import links_to, suppliers_of

    async with room.store.read() as connection:
        links = await links_to(connection, targets)
        suppliers = await suppliers_of(connection, targets if links else with_image(targets))
        seen = await looks(connection, {each.since for each in links})
    here = [each for each in links if each.repository_id in sight.rows]
    own = {each.repository_id for each in suppliers if each.repository_id in sight.rows}
    own |= _probed(room, sight, targets)
    products = made_at(sight, targets, suppliers, {each.repository_id for each in here})
    answering = _answering(sight, own or products, targets)
    name = plain(shown(here[0].link.target if here else targets[0]), 120)
    if answering and not asked.conditions:
        who = listed([sight.name(number) for number in answering])
        entries = {number: products[number] for number in answering if products.get(number)}
        files = listed(sorted({plain(file, 80) for each in entries.values() for file in each}))
        sure = {each.supply.sure for each in suppliers if each.repository_id in answering}
        likely = " likely" * (sure == {Sure.LIKELY})
        note = f"{name} is{likely} made by {who}{f' ({files})' if files else ''}"
        return Meant(name, tuple(answering), {}, targets, note, entries)
    if targets[0].startswith(ENVIRONMENT):
        return _environment(sight, targets, here, seen)
    if not here:
        await _refuse(room, sight, asked.name)
    held, unsure = await anyio.to_thread.run_sync(_users, here, asked)
    users = Users(held, lambda number: edges_to(sight, number, held[number], name, seen))
    asking = await anyio.to_thread.run_sync(_asking, held)
    note = ""
    if unsure:
        them = listed(sorted({sight.name(number) for number in unsure}))
        note = f"whether {counted(len(unsure), 'more repository', 'more repositories')} use such a "
        note += f"version can't be told: {them}"
    return Meant(plain(f"{asked._replace(name=name)}", 160), (), users, targets, note, asking)


def _probed(room: Room, sight: Sight, targets: Sequence[str]) -> set[int]:
    """Who answers under a name of the network, as probes of the settings say."""
    if not (targets[0].startswith(HOST) and room.settings.probes):
        return set()
    served = declared(list(sight.rows.values()), room.settings).supplies
    return {
        sight.ids[key]
        for key, supplies in served.items()
        if any(each.target in targets for each in supplies)
    }


def _answering(sight: Sight, own: Collection[int], targets: Sequence[str]) -> list[int]:
    """Those that answer for a name: whom edges of that name lead to, else who claims it."""
    met = {
        edge.target
        for edges in (sight.edges.values() if len(own) > 1 else ())
        for edge in edges
        if edge.name in targets
    }
    return sorted(met & set(own) or own)


def _asking(held: Mapping[int, Sequence["Linked"]]) -> dict[int, dict[str, Phase]]:
    """The files that ask for it, each with the gravest phase in which it does."""
    files: dict[int, dict[str, Phase]] = {}
    for number, found in held.items():
        for each in sorted(found, key=lambda one: -PHASES.index(one.link.phase)):
            files.setdefault(number, {})[each.link.path] = each.link.phase
    return files


def _users(links: Iterable["Linked"], asked: Wanted) -> tuple[dict[int, list["Linked"]], set[int]]:
    """Who uses those versions directly, and of whom that can't be told."""
    kind = links_kind(asked.name)
    held: dict[int, list[Linked]] = {}
    unsure: set[int] = set()
    for each in links:
        holds = asked.holds(
            kind or links_kind(each.link.target), each.link.version, each.link.constraint
        )
        if holds:
            held.setdefault(each.repository_id, []).append(each)
        elif holds is None:
            unsure.add(each.repository_id)
    return held, unsure - held.keys()


def links_kind(target: str) -> str:
    """The type of purl of a name: `npm` of `pkg:npm/lodash` and of `npm/lodash`."""
    return target.removeprefix(PACKAGE).partition("/")[0].lower()


def edges_to(
    sight: Sight, number: int, links: Sequence["Linked"], name: str, looks: "Looks"
) -> tuple[GraphEdge, ...]:
    """The edges from a repository to something outside: one a kind, the gravest first."""
    kinds: dict[str, list[Linked]] = {}
    for each in sorted(
        links,
        key=lambda one: (PHASES.index(one.link.phase), not one.link.direct, one.link.path),
    ):
        kinds.setdefault(each.link.kind, []).append(each)
    return tuple(_edge(sight, number, found, name, looks) for found in kinds.values())


def _edge(
    sight: Sight, number: int, found: Sequence["Linked"], name: str, looks: "Looks"
) -> GraphEdge:
    first = found[0].link
    places = list(dict.fromkeys((each.link.path, each.link.line) for each in found))
    look = looks.get(min(each.since for each in found))
    return GraphEdge(
        source=sight.name(number),
        to=name,
        kind=first.kind,
        versions=versions(each.link.version or each.link.constraint for each in found),
        phase=first.phase,
        sure=min((each.link.sure for each in found), key=SURES.index),
        indirect=not any(each.link.direct for each in found),
        since=look.at if look and not look.first else None,
        backlog=bool(look and look.first),
        places=len(places) if len(places) > PLACES else 0,
        evidence=[sight.evidence(number, *place) for place in places[:PLACES]],
    )


def _environment(
    sight: Sight, targets: tuple[str, ...], links: Sequence["Linked"], looks: "Looks"
) -> Meant:
    """Where things are deployed: what links there, and what settings say is there."""
    name = targets[0].removeprefix(ENVIRONMENT)
    held: dict[int, list[Linked]] = {}
    for each in links:
        held.setdefault(each.repository_id, []).append(each)
    edges = {
        number: edges_to(sight, number, found, targets[0], looks) for number, found in held.items()
    }
    known: set[str] = set()
    for number, row in sight.rows.items():
        for link in environments(row):
            known.add(link.target.removeprefix(ENVIRONMENT))
            if link.target == targets[0]:
                told = GraphEdge(
                    source=row.name, to=link.target, kind="deploys", name=link.path, sure=link.sure
                )
                edges.setdefault(number, (told,))
    if not edges:
        raise NotFound(
            f"nothing is deployed to {plain(name, 60)!r}, as far as is known",
            f"known: {plain(', '.join(sorted(known)), 200)}" if known else "settings name none",
        )
    return Meant(targets[0], (), edges, targets)


def _advisory(sight: Sight, text: str) -> Meant:
    """Who has an open finding of an advisory, by whichever of its names."""
    users: dict[int, tuple[GraphEdge, ...]] = {}
    entries: dict[int, dict[str, Phase]] = {}
    name = text.upper() if not text.lower().startswith("ghsa-") else f"GHSA-{text[5:].lower()}"
    for number, row in sight.rows.items():
        found = [
            _flaw(sight, number, kept, told)
            for kept in row.findings
            if (told := kept.finding.advisory) and _names(told, text)
        ]
        if found:
            users[number] = tuple(found[:FLAWS])
            entries[number] = {
                each.evidence[0].file: each.phase
                for each in sorted(found, key=lambda one: -PHASES.index(one.phase))
            }
    note = "" if users else f"no open finding of {name}: {sight.nothing_seen()}"
    return Meant(name, (), users, (), note, entries)


def _names(told: Vulnerability, text: str) -> bool:
    return text.lower() in {each.lower() for each in (told.id, *told.aliases)}


def _flaw(sight: Sight, number: int, kept: KeptFinding, told: Vulnerability) -> GraphEdge:
    path, _, line = kept.finding.location.rpartition(":")
    place = (path, int(line)) if line.isdigit() else (kept.finding.location, 0)
    return GraphEdge(
        source=sight.name(number),
        to=plain(short(told.package), 120),
        kind="package",
        name=told.id,
        versions=versions([told.version]),
        phase=Phase.DEVELOPMENT if told.dev else Phase.RUNTIME,
        indirect=told.direct is False,
        since=None if kept.baseline else kept.opened_at,
        backlog=kept.baseline,
        evidence=[sight.evidence(number, *place)],
    )


async def _near(room: Room, sight: Sight, text: str) -> list[str]:
    word = text.rpartition("/")[2][:60]
    return (await named_like(room, sight, word, 20))[:NEAR] if len(word) >= 3 else []


async def named_like(room: Room, sight: Sight, text: str, limit: int) -> list[str]:
    """Names of what is outside that hold a text, as far as this caller may see who uses them."""
    from opsroom.store.links import names_like, used

    asked = text if text.startswith((PACKAGE, HOST, ENVIRONMENT)) else text.replace("@", "%40")
    async with room.store.read() as connection:
        found = await names_like(connection, text, limit)
        if asked != text:
            found += await names_like(connection, asked, limit)
        seen = await used(connection, found, sight.rows.keys())
    kept = (PACKAGE, HOST, ENVIRONMENT)
    told = [shown(name) for name in found if name in seen and name.startswith(kept)]
    return [plain(name, 120) for name in dict.fromkeys(told)]


async def _refuse(room: Room, sight: Sight, name: str) -> None:
    near = await _near(room, sight, re.split(r"[@:]", name)[0])
    close = nearest(name, [row.name for row in sight.rows.values()])
    near += [close] if close else []
    calls = [
        Call("dependency_graph", {"query": "dependents", "node": each}, "a near name")
        for each in near[:NEAR]
    ]
    scan = Call("scan", {}, "has manifests looked at")
    raise NotFound(
        f"nothing in the fleet is seen to use {plain(name, 80)!r}: {sight.nothing_seen()}",
        f"near names: {', '.join(near)}" if near else f"give one of {EXAMPLES}...",
        calls or ([scan] if sight.unknown else []),
    )
