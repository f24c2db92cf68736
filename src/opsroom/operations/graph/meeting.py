"""Where links meet supplies: the edges from repositories to others of the fleet."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from opsroom.judge.graph.about import About
from opsroom.judge.graph.resolution import Candidate, choose
from opsroom.judge.graph.targets import CHART, IMAGE, SOMEWHERE
from opsroom.model.host import Remote
from opsroom.model.link import Edge, Sure
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
            best: dict[Place, Edge] = {}
            for row in rows:
                _choose(best, asking, row, candidates.get(row.name_id, ()))
            if best:
                found[number] = list(best.values())
    return found


def _choose(
    best: dict[Place, Edge], asking: About, row: Any, candidates: Sequence[Candidate]
) -> None:
    link = link_of(row)
    for candidate, sure in choose(asking, link, candidates):
        edge = Edge(
            source=row.repository_id,
            target=candidate.repository,
            kind=link.kind,
            name=link.target,
            path=link.path,
            line=link.line,
            part=link.part,
            version=link.version,
            phase=link.phase,
            direct=link.direct,
            sure=sure,
            supply=candidate.supply.path,
            since=row.since,
        )
        place = (edge.target, edge.kind, edge.path, edge.line, edge.part)
        if place not in best or _rank(edge) < _rank(best[place]):
            best[place] = edge


def _rank(edge: Edge) -> tuple[int, bool, bool, str, str]:
    """Those first that say most."""
    loose = edge.name.startswith(LOOSE)
    return SURES[edge.sure], loose, not edge.version, edge.name, edge.version


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
