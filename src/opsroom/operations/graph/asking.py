"""Questions to the graph across repositories: one answer for all of them.

node -> what is meant -> a question, asked of what this caller sees -> ranked -> cut, or drawn
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import anyio

from opsroom.errors import UsageError
from opsroom.judge.wording import counted
from opsroom.model.text import plain
from opsroom.model.where import Where
from opsroom.operations.answers import Next
from opsroom.operations.graph.answer import (
    DependencyGraph,
    Entry,
    Format,
    Query,
    Told,
    cut,
    edges_of,
    grouped,
    nodes_of,
    omitted,
)
from opsroom.operations.graph.uses import learn
from opsroom.operations.room import Room

if TYPE_CHECKING:
    from opsroom.operations.graph.asked import Asked
    from opsroom.operations.graph.nodes import Meant
    from opsroom.operations.graph.sight import Sight

ABOUT_ONE = frozenset({"dependents", "dependencies", "path", "impact", "order", "skew"})
"""Questions that need a node."""
NAMES = 60
"""Repositories of waves that are named, also where their lines are cut."""
NODES = 250
"""Entries that are drawn at most."""


async def dependency_graph(
    room: Room,
    query: Query,
    node: str,
    to: str,
    depth: int | None,
    where: str,
    since: str,
    format: Format,  # noqa: A002 - the name that the contract gives it
    max_tokens: int,
) -> DependencyGraph:
    """Ask the graph.

    Raises:
        NotFound: nothing that this caller may see is called like `node` or `to`.
        UsageError: an argument is missing or can't be understood.
    """
    narrowed = Where.parse(where)
    if query in ABOUT_ONE and not node.strip():
        raise UsageError(f"{query} needs a node", "give owner/name, npm/lodash<4.17.21 or CVE-...")
    if query == "path" and not to.strip():
        raise UsageError("path needs `to`", "give where it should lead")
    await room.settled()
    await learn(room, narrowed)
    question = ("graph", query, node, to, depth, str(narrowed), since, format, max_tokens)
    return await room.remembered(
        question,
        lambda: _answer(room, query, (node, to), depth, narrowed, since, format, max_tokens),
    )


async def _answer(
    room: Room,
    query: Query,
    ends: tuple[str, str],
    depth: int | None,
    where: Where,
    since: str,
    form: Format,
    max_tokens: int,
) -> DependencyGraph:
    from opsroom.operations.graph.asked import Asked
    from opsroom.operations.graph.behind import compared
    from opsroom.operations.graph.nodes import Meant, meant
    from opsroom.operations.graph.seeing import seen, switched_off

    sight = await seen(room)
    node, to = [await meant(room, sight, each) if each.strip() else Meant("") for each in ends]
    rows = sight.rows
    wanted = {number for number, row in rows.items() if where.matches(row)} if where.terms else None
    asked = Asked(sight, node, depth, (rows.keys() if wanted is None else wanted).__contains__)
    told = await _told(room, query, asked, to, since)
    if query in ABOUT_ONE:
        told = await compared(room, sight, told, fully=query == "skew")
    off = switched_off(room)
    unlooked = [*([off] if off else []), *sight.unlooked(wanted)]
    among = [rows[number] for number in rows if wanted is None or number in wanted]
    looked, covered = await anyio.to_thread.run_sync(
        partial(room.looked, among, whole=wanted is None)
    )
    notes = [room.note(), told.note]
    if wanted is not None and not wanted:
        notes.append("nothing matches the filter")
    if not told.entries and query in ("dependents", "dependencies", "impact"):
        nothing = sight.nothing_seen()
        notes += [] if nothing in told.note else [nothing]
    following = [*told.next, *_scan(sight, wanted, str(where))]

    def build(kept: Sequence[Entry]) -> DependencyGraph:
        drawn = form == "mermaid"
        return DependencyGraph(
            as_of=looked,
            coverage=covered,
            note="; ".join(dict.fromkeys(note for note in notes if note)),
            query=query,
            node=told.node,
            counts=told.counts,
            waves=grouped(told.entries[: max(len(kept), NAMES)] if kept else [])
            if query == "order"
            else [],
            cycles=grouped(kept) if query == "cycles" else [],
            nodes=[] if drawn else nodes_of(kept),
            edges=[] if drawn else edges_of(kept),
            mermaid=_drawn(sight, query, kept, told) if drawn and kept else "",
            omitted=omitted(told, kept),
            unlooked=unlooked,
            next=following,
        )

    if form == "mermaid":
        told = told._replace(
            entries=told.entries[:NODES], rest=told.rest + max(0, len(told.entries) - NODES)
        )
    return await anyio.to_thread.run_sync(cut, told, max_tokens, build)


async def _told(room: Room, query: Query, asked: "Asked", to: "Meant", since: str) -> Told:
    """What a question finds."""
    from opsroom.operations.graph import (
        causes,
        changed,
        cycles,
        dependents,
        hotspots,
        impact,
        order,
        orphans,
        path,
        skew,
    )

    if query == "changed":
        return await changed.changed(room, asked, since)
    if query == "causes":
        return await causes.causes(room, asked)
    if query == "path":
        return await anyio.to_thread.run_sync(path.path, asked, to)
    questions: dict[Query, Callable[[Asked], Told]] = {
        "dependents": dependents.dependents,
        "dependencies": dependents.dependencies,
        "impact": impact.impact_of,
        "order": order.order,
        "cycles": cycles.cycles_of,
        "hotspots": hotspots.hotspots_of,
        "orphans": orphans.orphans,
        "skew": skew.skew,
    }
    told = await anyio.to_thread.run_sync(questions[query], asked)
    if query == "dependencies" and asked.meant.repositories:
        entries, left = await _outside(room, asked)
        counts = {**told.counts, **({"outside": len(entries) + left} if entries else {})}
        told = told._replace(
            entries=[*told.entries, *entries], counts=counts, rest=told.rest + left
        )
    return told


async def _outside(room: Room, asked: "Asked") -> tuple[list[Entry], int]:
    """What a repository asks for itself, outside the fleet, and how much is not told of it."""
    from opsroom.judge.graph.targets import shown
    from opsroom.operations.graph.asked import MOST
    from opsroom.operations.graph.dependents import outside
    from opsroom.operations.graph.meeting import LOOSE
    from opsroom.operations.graph.nodes import edges_to
    from opsroom.store.link_history import looks
    from opsroom.store.link_rows import Linked
    from opsroom.store.links import links_of

    sight = asked.sight
    async with room.store.read() as connection:
        links = await links_of(connection, asked.meant.repositories)
        seen = await looks(connection, {each.since for each in links})
    held: dict[tuple[int, str], list[Linked]] = {}
    met = {
        (edge.source, edge.path, edge.line, edge.kind, edge.version)
        for number in asked.meant.repositories
        for edges in sight.needs(number).values()
        for edge in edges
    }
    for each in links:
        link = each.link
        place = each.repository_id, link.path, link.line, link.kind, link.version
        if link.direct and place not in met and not link.target.startswith(LOOSE):
            held.setdefault((each.repository_id, link.target), []).append(each)
    few = sorted(held.items(), key=lambda each: each[0])[:MOST]
    edges = [
        edge
        for (number, target), found in few
        for edge in edges_to(sight, number, found, plain(shown(target), 120), seen)
    ]
    return outside(sight, edges), len(held) - len(few)


def _drawn(sight: "Sight", query: Query, kept: Sequence[Entry], told: Told) -> str:
    from opsroom.operations.graph.mermaid import diagram

    left = len(told.entries) - len(kept) + told.rest
    word = {"order": "Wave", "cycles": "Cycle"}.get(query, "")
    return diagram(kept, sight.grades, left, word)[0]


def _scan(sight: "Sight", wanted: set[int] | None, where: str) -> list[Next]:
    """A look at what nobody looked at, or where the last look failed: what could not be read there
    is not read by another one."""
    from opsroom.operations.graph.sight import NOT_IN_FULL

    missing = [
        each
        for each, why in sight.unknown.items()
        if NOT_IN_FULL not in why and (wanted is None or each in wanted)
    ]
    if not missing:
        return []
    why = f"the manifests of {counted(len(missing), 'repository', 'repositories')} are not known"
    return [Next(tool="scan", arguments={"where": where, "scanners": ["dependencies"]}, why=why)]
