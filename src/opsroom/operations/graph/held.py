"""The edges between the repositories of the fleet, held in memory and brought up to date.

    marks that moved in the store -> links and supplies of those repositories alone -> their edges

What is held is of the whole fleet, for every caller of this process: a question leaves out what
its caller may not see.
"""

import gc
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import anyio.to_thread

from opsroom.judge.graph import links, supplies
from opsroom.judge.graph.graph import Graph
from opsroom.model.link import Edge
from opsroom.model.repository import RepositoryState
from opsroom.model.text import plain
from opsroom.operations.fleet import Fleet, Row
from opsroom.operations.graph.meeting import about_of, edges, inner, meet
from opsroom.operations.scans.coverage import heads_of
from opsroom.operations.scans.equipment import DEPENDENCIES
from opsroom.store.database import Connection
from opsroom.store.link_history import Look, looks
from opsroom.store.links import Mark, marks_of, moved_since
from opsroom.store.repositories import ids_of
from opsroom.store.unread import full_of, unread_of, unread_paths

if TYPE_CHECKING:
    from opsroom.operations.room import Room

AT_ONCE = 1_000
"""Repositories whose links are read together: others are served in between."""

NEVER = "its files were never looked at"
FULL = "it asks or answers for more names than are kept of one repository"
OLDER = "its present commit was not looked at, but an older one"


@dataclass(frozen=True)
class Held:
    """The graph of the fleet, as the store has it at `revision`. It never changes once given."""

    revision: int = 0
    graph: Graph = field(default_factory=Graph)
    """The repositories that are not gone, and who of them needs whom."""
    names: Mapping[int, Row] = field(default_factory=dict[int, Row])
    """Rows by the ids of repositories, those that are gone among them."""
    looks: Mapping[int, Look] = field(default_factory=dict[int, Look])
    """Every look that an edge names as its first, by id."""
    unknown: Mapping[int, str] = field(default_factory=dict[int, str])
    """Why nothing, or not all, is known of what a repository links to."""
    unread: Mapping[int, frozenset[str]] = field(default_factory=dict[int, frozenset[str]])
    """Files that nobody could read at the newest look: their edges are of an earlier one."""
    version: int = -1
    """The version of the store that it was last compared with."""
    marks: Mapping[int, Mark] = field(default_factory=dict[int, Mark])
    edges: Mapping[int, Sequence[Edge]] = field(default_factory=dict[int, Sequence[Edge]])
    """By who needs; those without any are left out."""
    inner: Mapping[int, Sequence[Edge]] = field(default_factory=dict[int, Sequence[Edge]])
    """What files of a repository ask of others of the same one."""

    def edges_of(self, source: int) -> Sequence[Edge]:
        """All edges from a repository."""
        return self.edges.get(source, ())

    def commit(self, source: int) -> str:
        """A commit in which paths and lines of the edges from a repository are true, but those of
        files that are `unread` there."""
        mark = self.marks.get(source)
        return mark.commit if mark else ""


async def graph(room: "Room") -> Held:
    """The graph of the whole fleet as it is now; of callers at the same time one brings it up to
    date, and the others wait."""
    await room.refresh()
    fleet, version = room.fleet, room.store.version
    async with fleet.drawing:
        held = fleet.held or Held()
        if held.version < version:
            async with room.store.read() as connection:
                await fleet.refresh(connection)
                before, held = held, await _brought_up(connection, fleet, held, version)
                fleet.held = held
            if len(held.names) - len(before.names) >= AT_ONCE:
                gc.freeze()  # or each full collection stands still for it: 0.4 s at 10,000
        return held


async def _brought_up(connection: Connection, fleet: Fleet, before: Held, version: int) -> Held:
    """What is held, with what moved in the store since."""
    names = await _names(connection, fleet, before)
    moved = await moved_since(connection, before.revision)
    marks = {**before.marks, **moved}
    fresh = {number for number, row in names.items() if before.names.get(number) is not row}
    moved_ids = [number for number in moved if number in names]
    fresh.update(moved_ids)
    unknown = {number: why for number, why in before.unknown.items() if number not in fresh}
    unknown |= await _unknown(connection, {number: names[number] for number in fresh})
    unread = {number: paths for number, paths in before.unread.items() if number not in fresh}
    unread |= await unread_paths(connection, fresh)
    found, within = await _edges(connection, moved_ids, names)
    begun = {edge.since for each in found.values() for edge in each} - before.looks.keys()
    seen = {**before.looks, **(await looks(connection, begun) if begun else {})}

    def made() -> tuple[dict[int, Sequence[Edge]], dict[int, Sequence[Edge]], Graph]:
        now, inside = (
            {**old, **new} for old, new in ((before.edges, found), (before.inner, within))
        )
        for number in moved:
            if number not in found:
                now.pop(number, None)
            if number not in within:
                inside.pop(number, None)
        return now, inside, _graph(before, now, moved_ids, names)

    now, inside, drawn = await anyio.to_thread.run_sync(made)
    revision = max((mark.revision for mark in moved.values()), default=before.revision)
    return Held(revision, drawn, names, seen, unknown, unread, version, marks, now, inside)


def _graph(
    before: Held,
    edges: Mapping[int, Sequence[Edge]],
    moved: Collection[int],
    names: Mapping[int, Row],
) -> Graph:
    """The graph of these edges: made anew where there was none, else brought up to date."""
    there = {number for number, row in names.items() if not _is_gone(row)}
    if not before.names:
        pairs = [(edge.source, edge.target) for each in edges.values() for edge in each]
        return Graph.build([one for one, _ in pairs], [other for _, other in pairs], there)
    if not moved and there == before.graph.index.keys():
        return before.graph
    drawn = before.graph.copy()
    for number in before.graph.index.keys() - there:
        drawn.remove(number)
    drawn.add(there)
    for number in moved:
        if number in there:
            drawn.replace(number, {edge.target for edge in edges.get(number, ())})
    return drawn


async def _names(connection: Connection, fleet: Fleet, before: Held) -> dict[int, Row]:
    """Rows by id: the ids of those that are new are asked for."""
    ids = {row.repository.key: number for number, row in before.names.items()}
    new = [row.repository.key for row in fleet if row.repository.key not in ids]
    if new:
        ids |= await ids_of(connection, new)
    return {ids[row.repository.key]: row for row in fleet}


async def _edges(
    connection: Connection, ids: Sequence[int], names: Mapping[int, Row]
) -> tuple[dict[int, list[Edge]], dict[int, list[Edge]]]:
    known = partial(about_of, names)
    found: dict[int, list[Edge]] = {}
    within: dict[int, list[Edge]] = {}
    for start in range(0, len(ids), AT_ONCE):
        met = await meet(connection, ids[start : start + AT_ONCE])
        found |= await anyio.to_thread.run_sync(edges, met, known)
        within |= await anyio.to_thread.run_sync(inner, met)
    return found, within


async def _unknown(connection: Connection, rows: Mapping[int, Row]) -> dict[int, str]:
    """Why what these repositories ask for is not known, or not in full."""
    there = {number: row for number, row in rows.items() if not _is_gone(row)}
    marks = await marks_of(connection, there)
    unread = await unread_of(connection, there)
    full = await full_of(connection, there, links.MOST, supplies.MOST)
    told: dict[int, str] = {}
    for number, row in there.items():
        mark = marks.get(number)
        failed = next(
            (
                each.reason
                for each in row.scans
                if each.scanner == DEPENDENCIES and each.reason
                if mark is None or mark.at is None or each.at > mark.at
            ),
            "",
        )
        if mark is None or mark.look is None:
            told[number] = plain(f"{NEVER}: {failed}" if failed else NEVER, 200)
        elif failed:
            told[number] = plain(f"its last look failed: {failed}", 200)
        elif skipped := unread.get(number):
            count, first = sum(each.count for each in skipped), skipped[0]
            files = "1 file was" if count == 1 else f"{count} files were"
            example = f" ({first.example})" if first.example else ""
            told[number] = plain(f"{files} not read in full: {first.reason}{example}", 200)
        elif number in full:
            told[number] = FULL
        elif (heads := heads_of(row)) and mark.commit not in heads:
            told[number] = OLDER
    return told


def _is_gone(row: Row) -> bool:
    return row.repository.state is RepositoryState.GONE
