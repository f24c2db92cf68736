"""Why these are red: the fewest changes that explain failing CI, each with what says so."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import anyio

from opsroom.judge import hosted
from opsroom.judge.graph.causes import explain
from opsroom.judge.graph.symptoms import Cause, Explained, Explanation, Surroundings
from opsroom.judge.graph.targets import shown
from opsroom.judge.wording import counted, listed
from opsroom.model.link import Edge
from opsroom.model.text import plain
from opsroom.operations.answers import Next
from opsroom.operations.graph.answer import Entry, GraphEdge, GraphNode, Told
from opsroom.operations.graph.asked import MOST, Asked, call
from opsroom.operations.graph.outside import Outside, shared_outside
from opsroom.operations.graph.sight import Sight, name_of
from opsroom.operations.graph.symptoms import Ailing, gather
from opsroom.operations.room import Room

Wants = Callable[[int], bool]
"""Whether a repository is wanted, by its id."""


@dataclass(frozen=True)
class Found:
    """An explanation, and what its numbers and references mean."""

    explanation: Explanation
    ailing: Ailing
    outside: Outside


async def causes(room: Room, asked: Asked) -> Told:
    """Why CI fails in those that are wanted; with a node, what it has to do with it."""
    sight = asked.sight
    found = await explained(room, sight, first=asked.wants)
    return await anyio.to_thread.run_sync(_told, asked, found)


async def explained(room: Room, sight: Sight, first: Wants = lambda _: True) -> Found:
    """Explain all of CI that fails; where there is too much of it, the `first` ones."""
    failing = [number for number, row in sight.rows.items() if row.ci == "failing"]
    failing.sort(key=lambda number: (not first(number), number))
    ailing = await gather(room, sight, failing)
    outside = await shared_outside(room, sight, ailing.symptoms, ailing.above)
    explanation = await anyio.to_thread.run_sync(_explain, sight, ailing, outside)
    return Found(explanation, ailing, outside)


def _explain(sight: Sight, ailing: Ailing, outside: Outside) -> Explanation:
    users: dict[int, list[Edge]] = {}
    for edges in sight.edges.values():
        for edge in edges:
            users.setdefault(edge.target, []).append(edge)
    around = Surroundings(
        lambda node: [*sight.edges.get(node, ()), *outside.edges.get(node, ())],
        lambda node: outside.users.get(node, ()) if node < 0 else users.get(node, ()),
        ailing.well,
        frozenset(sight.unknown),
    )
    return explain(ailing.symptoms, [*ailing.changes, *outside.changes], around)


def _told(asked: Asked, found: Found) -> Told:
    """The causes of what is wanted, each before its symptoms, then what nothing explains."""
    node = frozenset(asked.meant.repositories)
    explanation = found.explanation
    chosen = [cause for cause in explanation.causes if _is_wanted(asked, cause, node)]
    alone = [
        each
        for each in explanation.unexplained
        if asked.wants(each.symptom.repository) and (not node or each.symptom.repository in node)
    ]
    entries: list[Entry] = []
    for cause in chosen:
        entries.append(_cause(asked.sight, cause, found))
        entries += [_symptom(asked.sight, each, cause, found) for each in _others(cause)]
    for each in alone:
        line = found.ailing.symptoms[each.symptom]
        why = plain(f"not explained: {each.reason}{_said(line.error)}", 300)
        named = asked.sight.node(each.symptom.repository, why=why)
        entries.append(Entry(named.model_copy(update={"url": line.url or named.url})))
    counts = {
        "causes": len(chosen),
        "symptoms": sum(len(cause.symptoms) for cause in chosen) + len(alone),
        "unexplained": len(alone),
    }
    notes = [asked.meant.note, *explanation.limits]
    if found.ailing.untold:
        notes.append(f"{found.ailing.untold} more that fail were left out")
    if not entries:
        notes.append("nothing that is wanted is seen to fail")
    return Told(
        asked.meant.name or None,
        entries[:MOST],
        {word: count for word, count in counts.items() if count},
        "; ".join(note for note in notes if note),
        tuple(_next(asked.sight, chosen, found)),
        max(0, len(entries) - MOST),
    )


def _is_wanted(asked: Asked, cause: Cause, node: frozenset[int]) -> bool:
    symptoms = {each.symptom.repository for each in cause.symptoms}
    if node and cause.change.target not in node and not node & symptoms:
        return False
    return any(map(asked.wants, symptoms))


def _others(cause: Cause) -> list[Explained]:
    """The symptoms of a cause but its own, which its own entry tells."""
    return [each for each in cause.symptoms if each.symptom.repository != cause.change.target]


def _cause(sight: Sight, cause: Cause, found: Found) -> Entry:
    change = cause.change
    event = found.ailing.changes.get(change)
    parts = f" in {listed([plain(part, 80) for part in cause.parts])}" if cause.parts else ""
    seen = f" (event {event.id})" if event else ""
    others = _others(cause)
    explains = f"explains {counted(len(others), 'other')}: " if others else ""
    errors = [found.ailing.symptoms[each.symptom].error for each in cause.symptoms]
    said = _said(errors[0]) if not others else ""
    why = f"{_what(cause)}{parts}{seen}: {explains}{'; '.join(cause.reasons)}{said}"
    told = plain(why, 500)
    if change.target < 0:
        name = plain(shown(found.outside.names[change.target]), 120)
        return Entry(GraphNode(id=name, score=cause.confidence, why=told))
    node = sight.node(change.target, score=cause.confidence, why=told)
    return Entry(node.model_copy(update={"url": _page(sight, cause) or node.url}))


def _what(cause: Cause) -> str:
    reference = plain(cause.change.reference, 60)
    match cause.change.kind:
        case "commit":
            return f"commit {reference[:10]}"
        case "release":
            return f"version {reference}"
        case "unseen":
            return "a change that nobody saw"
        case kind:
            return f"{kind} {reference}"


def _page(sight: Sight, cause: Cause) -> str | None:
    """Where a person sees the change itself."""
    row, change = sight.rows[cause.change.target], cause.change
    if hosted.told(row.snapshot) is None or row.url is None:
        return None
    if change.kind == "commit":
        return f"{row.url}/commit/{change.reference}"
    return f"{row.url}/releases/tag/{change.reference}" if change.kind == "release" else None


def _symptom(sight: Sight, each: Explained, cause: Cause, found: Found) -> Entry:
    line = found.ailing.symptoms[each.symptom]
    run = f" in {line.ci_run}" if line.ci_run else ""
    why = plain(f"fails since {each.symptom.since:%m-%dT%H:%MZ}{run}{_said(line.error)}", 300)
    names = [sight.name(edge.source) for edge in each.edges]
    via = [*names, _named(sight, cause.change.target, found)] if len(names) > 1 else []
    node = sight.node(each.symptom.repository, depth=len(each.edges), via=via, why=why)
    edges = tuple(_edge(sight, edge, found) for edge in each.edges)
    return Entry(node.model_copy(update={"url": line.url or node.url}), edges)


def _edge(sight: Sight, edge: Edge, found: Found) -> GraphEdge:
    return GraphEdge(
        source=sight.name(edge.source),
        to=_named(sight, edge.target, found),
        kind=edge.kind,
        name=name_of(edge),
        versions=[plain(edge.version, 40)] if edge.version else [],
        phase=edge.phase,
        sure=edge.sure,
        evidence=[sight.evidence(edge.source, edge.path, edge.line)],
    )


def _named(sight: Sight, number: int, found: Found) -> str:
    return sight.name(number) if number > 0 else plain(shown(found.outside.names[number]), 120)


def _said(error: str | None) -> str:
    return f": {error}" if error else ""


def _next(sight: Sight, chosen: Sequence[Cause], found: Found) -> Iterable[Next]:
    for cause in chosen[:2]:
        line = found.ailing.symptoms[cause.symptoms[0].symptom]
        if line.ci_run:
            yield Next(
                tool="ci_status", arguments={"ci_run": line.ci_run},
                why=f"why {line.repository} fails, and what mended the same before",
            )  # fmt: skip
        if cause.change.target > 0 and not cause.own:
            name = sight.name(cause.change.target)
            yield call("dependents", f"who else uses {name}", node=name)
