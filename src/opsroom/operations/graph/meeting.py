"""Where links meet supplies: the edges from repositories to others of the fleet."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from opsroom.judge.graph.about import About
from opsroom.judge.graph.resolution import Candidate, choose
from opsroom.judge.graph.targets import CHART, IMAGE, PACKAGE, SOMEWHERE
from opsroom.model.host import Remote
from opsroom.model.link import Edge, Link, Sure
from opsroom.model.repository import RepositoryState
from opsroom.model.snapshot import Snapshot
from opsroom.operations.fleet import Row
from opsroom.operations.gather import identity_of_snapshot
from opsroom.store.database import Connection
from opsroom.store.link_rows import Supplied, link_of
from opsroom.store.links import answers_for, met_links

SURES = {sure: rank for rank, sure in enumerate(Sure)}
LOOSE = (SOMEWHERE, IMAGE, CHART)
"""Beginnings of names that only a convention makes."""

Place = tuple[int, str, str, int, str]
Rank = tuple[int, bool, int, bool, str, str]


class Met(NamedTuple):
    """Current links of repositories that somebody answers for, and who does, by ids of names."""

    links: Mapping[int, Sequence[Any]]
    answers: Mapping[int, Sequence[Supplied]]


def about(snapshot: Snapshot) -> About:
    """A repository, as far as it tells what names in it mean, and which names mean it."""
    repository, remote = snapshot.repository, snapshot.remote
    return About(
        repository.key,
        identity_of_snapshot(snapshot).name or repository.name,
        repository.also,
        fork=isinstance(remote, Remote) and remote.fork,
        folders=tuple(facts.clone.path for facts in snapshot.clones),
    )


async def meet(connection: Connection, ids: Collection[int]) -> Met:
    """Read what these repositories ask for that the fleet answers for."""
    links = await met_links(connection, ids)
    names = {row.name_id for rows in links.values() for row in rows}
    return Met(links, await answers_for(connection, names))


def about_of(rows: Mapping[int, Row], number: int) -> About | None:
    """What is known of the names of a repository, by its id; None: it is gone, or nobody knows."""
    row = rows.get(number)
    gone = row is None or row.repository.state is RepositoryState.GONE
    return None if row is None or gone else row.remembered(_about)


def _about(row: Row) -> About:
    return about(row.snapshot)


def edges(met: Met, about_of: Callable[[int], About | None]) -> dict[int, list[Edge]]:
    """Choose whom each link means: one edge for each place, the surest of those that say it."""
    candidates = {name: _candidates(answers, about_of) for name, answers in met.answers.items()}
    found: dict[int, list[Edge]] = {}
    for number, rows in met.links.items():
        asking = about_of(number)
        if asking is not None:
            best: dict[Place, tuple[Rank, Edge]] = {}
            built: dict[Place, tuple[int, str]] = {}
            for row in rows:
                _choose(best, built, asking, row, candidates.get(row.name_id, ()))
            if best:
                found[number] = [_built(best[place][1], built.get(place)) for place in best]
    return found


def inner(met: Met) -> dict[int, list[Edge]]:
    """What files of a repository ask of others of the same one, by its id."""
    found: dict[int, list[Edge]] = {}
    for number, rows in met.links.items():
        best: dict[tuple[str, int], tuple[Rank, Edge]] = {}
        for row in rows:
            own = [
                each for each in met.answers.get(row.name_id, ()) if each.repository_id == number
            ]
            link = link_of(row) if own else None
            if link is None:
                continue
            supply = min(own, key=_order).supply
            rank, edge = _ranked(row, link, number, link.sure, supply.path)
            place = (link.path, link.line)
            if supply.path != link.path and (place not in best or rank < best[place][0]):
                best[place] = rank, edge
        if best:
            found[number] = [edge for _, edge in best.values()]
    return found


def _choose(
    best: dict[Place, tuple[Rank, Edge]],
    built: dict[Place, tuple[int, str]],
    asking: About,
    row: Any,
    candidates: Sequence[Candidate],
) -> None:
    link = link_of(row)
    for candidate, sure in choose(asking, link, candidates):
        rank, edge = _ranked(row, link, candidate.repository, sure, candidate.supply.path)
        place = (edge.target, edge.kind, edge.path, edge.line, edge.part)
        if place not in best or rank < best[place][0]:
            best[place] = rank, edge
        if link.target.startswith(IMAGE):
            length = link.target.count("/")
            built[place] = max(built.get(place, (0, "")), (length, edge.supply))


def _built(edge: Edge, dockerfile: tuple[int, str] | None) -> Edge:
    """An edge to an image with what that is built from, rather than with the file that says who
    builds it."""
    return edge._replace(supply=dockerfile[1]) if dockerfile and dockerfile[1] else edge


def _ranked(row: Any, link: Link, target: int, sure: Sure, supply: str) -> tuple[Rank, Edge]:
    """An edge, and how much it says: less is more. Of names that only a convention makes, the
    longest is of the smallest part, and the exact one is told."""
    loose = link.target.startswith(LOOSE)
    edge = Edge(
        source=row.repository_id,
        target=target,
        kind=link.kind,
        name=link.constraint if loose and link.constraint.startswith(PACKAGE) else link.target,
        path=link.path,
        line=link.line,
        part=link.part,
        version=link.version,
        phase=link.phase,
        direct=link.direct,
        sure=sure,
        supply=supply,
        since=row.since,
    )
    length = -link.target.count("/") if loose else 0
    return (SURES[sure], loose, length, not link.version, link.target, link.version), edge


def _candidates(
    answers: Iterable[Supplied], about_of: Callable[[int], About | None]
) -> list[Candidate]:
    """Who answers for a name: each repository once, by the surest of its supplies."""
    surest: dict[int, Supplied] = {}
    for each in answers:
        before = surest.get(each.repository_id)
        if before is None or _order(each) < _order(before):
            surest[each.repository_id] = each
    return [
        Candidate(number, known, each.supply)
        for number, each in sorted(surest.items())
        if (known := about_of(number)) is not None
    ]


def _order(given: Supplied) -> tuple[int, bool, str]:
    return SURES[given.supply.sure], given.supply.private, given.supply.path
