"""What several that hurt share from outside the fleet, and what is known to have moved of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from opsroom.judge.graph.evidence import WINDOW
from opsroom.judge.graph.symptoms import Change, Symptom
from opsroom.judge.graph.targets import shown
from opsroom.judge.graph.upstream import SPREAD
from opsroom.model.link import Edge
from opsroom.operations.graph.sight import Sight
from opsroom.operations.room import Room

if TYPE_CHECKING:
    from opsroom.store.link_rows import Linked

SHARED = 2
"""Repositories that hurt and share a target, from which on it may be their cause."""
MOST = 8
"""Targets that are followed: those that errors name, then those that most share."""
USERS = 2 * SPREAD
"""Of a target with thousands of users, so many links are read beside those of who hurts: what is
well there is counted no further."""
CHANGING = ("action", "workflow", "image", "reference", "template")
"""What may be another thing today under the version that it had yesterday."""


@dataclass(frozen=True)
class Outside:
    """Edges to targets outside by negative ids, and their changes."""

    names: Mapping[int, str] = field(default_factory=dict[int, str])
    edges: Mapping[int, Sequence[Edge]] = field(default_factory=dict[int, list[Edge]])
    """By the repository that they lead from."""
    users: Mapping[int, Sequence[Edge]] = field(default_factory=dict[int, list[Edge]])
    """By their target."""
    changes: Sequence[Change] = ()


async def shared_outside(
    room: Room, sight: Sight, symptoms: Collection[Symptom], above: Iterable[int]
) -> Outside:
    """What those that hurt share, themselves or by the workflows of those above that they call."""
    from opsroom.store.link_history import history
    from opsroom.store.links import links_of, some_links_to, suppliers_of

    hurting = {symptom.repository for symptom in symptoms}
    errors = {symptom.error.lower() for symptom in symptoms}
    callers = _callers(sight, hurting)
    numbers = {*hurting, *(number for number in above if number in callers)}
    since = room.now() - WINDOW
    async with room.store.read() as connection:
        links = await links_of(connection, numbers, directly=True)
        past = await history(connection, since, numbers)
        shared = _shared(links, callers)
        inside = {each.supply.target for each in await suppliers_of(connection, shared)}
        targets = [target for target in shared if target not in inside]
        targets.sort(key=lambda target: not _is_named(target, errors))
        targets = targets[:MOST]
        users = await links_of(connection, numbers, targets=targets)
        users += [
            each
            for target in targets
            for each in await some_links_to(connection, target, USERS)
            if each.repository_id not in numbers
        ]
    ids = {target: -place for place, target in enumerate(targets, 1)}
    edges: dict[int, list[Edge]] = defaultdict(list)
    by_target: dict[int, list[Edge]] = defaultdict(list)
    for each in users:
        if each.repository_id in sight.rows:
            edge = _edge(each, ids[each.link.target])
            edges[edge.source].append(edge)
            by_target[edge.target].append(edge)
    looks = {number: look.at for number, look in past.looks.items()}
    changes = [*_moved(past.links, looks, ids), *_unseen(links, ids)]
    names = {number: target for target, number in ids.items()}
    return Outside(names, edges, by_target, changes)


def _callers(sight: Sight, hurting: Iterable[int]) -> dict[int, dict[str, set[int]]]:
    """Who of them calls which part of whom."""
    found: dict[int, dict[str, set[int]]] = {}
    for source in hurting:
        for edge in sight.edges.get(source, ()):
            if edge.kind in ("workflow", "action"):
                found.setdefault(edge.target, {}).setdefault(edge.part, set()).add(source)
    return found


def _shared(links: Iterable["Linked"], callers: Mapping[int, Mapping[str, set[int]]]) -> list[str]:
    """The targets that several share, those first that most do."""
    sharing: dict[str, set[int]] = defaultdict(set)
    for each in links:
        through = callers.get(each.repository_id)
        if through is None:
            sharing[each.link.target].add(each.repository_id)
        else:
            sharing[each.link.target] |= through.get(each.link.path, set())
    several = [target for target, numbers in sharing.items() if len(numbers) >= SHARED]
    return sorted(several, key=lambda target: (-len(sharing[target]), target))


def _edge(each: "Linked", target: int) -> Edge:
    link = each.link
    return Edge(
        each.repository_id, target, link.kind, link.target, link.path, link.line, link.part,
        link.version, link.phase, link.direct, link.sure, "", each.since,
    )  # fmt: skip


def _moved(
    links: Iterable["Linked"], looks: Mapping[int, datetime], ids: Mapping[str, int]
) -> Iterable[Change]:
    """Versions to which somebody moved lately, as of the first who did."""
    first: dict[tuple[str, str], datetime] = {}
    for each in links:
        at = looks.get(each.since)
        if at is not None and each.until is None and each.link.target in ids and each.link.version:
            key = each.link.target, each.link.version
            first[key] = min(at, first.get(key, at))
    for (target, version), at in sorted(first.items()):
        yield Change(ids[target], "release", at, version, versions=(version,), words=_words(target))


def _unseen(links: Iterable["Linked"], ids: Mapping[str, int]) -> Iterable[Change]:
    changing = {each.link.target for each in links if each.link.kind in CHANGING}
    for target in sorted(changing & ids.keys()):
        yield Change(ids[target], "unseen", None, words=_words(target))


def _is_named(target: str, errors: Iterable[str]) -> bool:
    return any(word.lower() in error for word in _words(target) for error in errors)


def _words(target: str) -> tuple[str, ...]:
    return (shown(target).partition("/")[2] or target,)
