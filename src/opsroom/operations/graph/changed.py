"""What began and what ended in the graph since a time: edges with the look that saw it.

What was there at the first look at a repository is no news. A link to another version of the same
thing, in the same file, is one change and not two.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from opsroom.errors import UsageError
from opsroom.judge.graph.targets import shown
from opsroom.model.link import Phase
from opsroom.model.moment import parse_moment
from opsroom.model.text import plain
from opsroom.operations.graph.answer import Entry, GraphEdge, Told
from opsroom.operations.graph.asked import MOST, Asked
from opsroom.operations.graph.sight import PHASES, Sight, versions
from opsroom.operations.room import Room
from opsroom.store.cursor import LOST, Cursor, CursorState
from opsroom.store.link_history import Look, history
from opsroom.store.link_rows import Linked
from opsroom.store.links import suppliers_of

Same = tuple[int, str, str, str, str]
"""What makes two links the same but for their versions."""


class Moved(NamedTuple):
    """The same link before and after: with no row before it began, with no row after it ended."""

    before: tuple[Linked, ...]
    after: tuple[Linked, ...]
    at: datetime


async def since_when(room: Room, since: str) -> tuple[datetime, str]:
    """The time that `since` names, and what to say of it.

    Raises:
        UsageError: it is no cursor, no time and no while.
    """
    if not since.strip():
        raise UsageError("`since` is empty", "give a cursor, a time like 2026-01-31T12:00Z or 24h")
    moment = parse_moment(since, room.now(), "past")
    if moment is not None:
        return moment, ""
    cursor = Cursor.parse(since)
    journal = room.store.journal
    stands = await journal.check(cursor)
    if stands is not CursorState.FRESH:
        kept = room.now() - room.settings.journal.keep
        return kept, f"{LOST[stands]}: this is since {kept:%Y-%m-%d}"
    events = await journal.after(max(0, cursor.id - 1), 1) if cursor.id else []
    return events[0].at if events else room.now(), ""


async def changed(room: Room, asked: Asked, since: str) -> Told:
    """The edges that began or ended, those between repositories first, newest first.

    Raises:
        UsageError: `since` can't be understood.
    """
    moment, note = await since_when(room, since)
    sight = asked.sight
    async with room.store.read() as connection:
        past = await history(connection, moment, set(sight.rows))
        suppliers = await suppliers_of(connection, {each.link.target for each in past.links})
    givers: dict[str, set[int]] = {}
    for each in suppliers:
        if each.repository_id in sight.rows:
            givers.setdefault(each.supply.target, set()).add(each.repository_id)
    found: dict[tuple[str, str, str, bool], list[tuple[Moved, GraphEdge]]] = {}
    for moved in _moves(past.links, past.looks):
        edge = _edge(sight, moved, givers, past.looks)
        if edge is not None and _is_about(asked, moved, edge):
            key = edge.source, edge.to, edge.kind, edge.ended is None
            found.setdefault(key, []).append((moved, edge))
    names = {row.name for row in sight.rows.values()}
    told = [_together(each) for each in found.values()]
    told.sort(key=lambda each: _rank(each, names))
    counts = {
        word: count
        for word, count in (
            ("began or moved", sum(each.ended is None for each in told)),
            ("ended", sum(each.ended is not None for each in told)),
        )
        if count
    }
    if not told:
        note = "; ".join(
            filter(None, [note, f"nothing began or ended since {moment:%Y-%m-%dT%H:%MZ}"])
        )
    entries = [Entry(None, (edge,)) for edge in told[:MOST]]
    return Told(asked.meant.name or None, entries, counts, note, (), len(told) - len(entries))


def _moves(rows: Iterable[Linked], looks: Mapping[int, Look]) -> list[Moved]:
    """The rows of each link before and after, without those that came and went meanwhile."""
    same: dict[Same, tuple[list[Linked], list[Linked]]] = {}
    for row in rows:
        link = row.link
        key = row.repository_id, link.target, link.kind, link.part, link.path
        before, after = same.setdefault(key, ([], []))
        if row.until is None:
            after.append(row)
        elif row.since not in looks:
            before.append(row)
    found: list[Moved] = []
    for before, after in same.values():
        if before or after:
            last = [each.until for each in before] + [each.since for each in after]
            at = max(looks[each].at for each in last if each is not None and each in looks)
            found.append(Moved(tuple(before), tuple(after), at))
    return found


def _edge(
    sight: Sight, moved: Moved, givers: Mapping[str, set[int]], looks: Mapping[int, Look]
) -> GraphEdge | None:
    """A change as an edge; None where it is a package that nobody there asks for by itself."""
    first = (moved.after or moved.before)[0]
    link, number = first.link, first.repository_id
    ends = givers.get(link.target, set()) - {number}
    met = ends & sight.needs(number).keys() if len(ends) > 1 else ends
    if not met and not link.direct:
        return None
    told = versions(each.link.version or each.link.constraint for each in moved.after)
    was = versions(each.link.version or each.link.constraint for each in moved.before)
    if told and was:
        told = [plain(f"{', '.join(was)} -> {', '.join(told)}", 120)]
    name = plain(shown(link.target), 120)
    ended = not moved.after
    commit = ""
    if ended and first.until is not None and first.since in looks:
        commit = looks[first.since].commit
    evidence = [sight.evidence(number, link.path, link.line, commit)]
    return GraphEdge(
        source=sight.name(number),
        to=sight.name(min(met)) if met else name,
        kind=link.kind,
        name=name,
        versions=told or was,
        phase=link.phase,
        sure=link.sure,
        indirect=not link.direct,
        since=None if ended else moved.at,
        ended=moved.at if ended else None,
        evidence=evidence,
    )


def _is_about(asked: Asked, moved: Moved, edge: GraphEdge) -> bool:
    number = (moved.after or moved.before)[0].repository_id
    name = asked.meant.name
    return asked.wants(number) and (not name or name in (edge.source, edge.to, edge.name))


def _together(found: Sequence[tuple[Moved, GraphEdge]]) -> GraphEdge:
    """The same change in several files as one edge."""
    first = min(found, key=lambda each: PHASES.index(each[1].phase))[1]
    return first.model_copy(update={"places": len(found) if len(found) > 1 else 0})


def _rank(edge: GraphEdge, names: set[str]) -> tuple[bool, int, float, str, str]:
    at = edge.ended or edge.since
    gravity = list(Phase).index(edge.phase)
    return edge.to not in names, gravity, -(at.timestamp() if at else 0), edge.source, edge.to
