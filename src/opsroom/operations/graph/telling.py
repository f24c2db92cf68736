"""What is told when a repository needs others of the fleet than before, or other versions."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from opsroom.model.event import Happening
from opsroom.model.link import Edge
from opsroom.model.text import plain

SHOWN = 3
"""Repositories that the summary names."""
LISTED = 20
"""Repositories that the data name."""
VERSIONS = 2
COMMIT = 12
"""Digits of a commit that are shown."""


class Moves(NamedTuple):
    """What moved between two looks, by the id of the repository that is needed.

    `needs` are the versions that are asked for now, `needed` those before: both where other
    versions are asked for.
    """

    needs: dict[int, frozenset[str]]
    needed: dict[int, frozenset[str]]


def moves(before: Iterable[Edge], after: Iterable[Edge]) -> Moves | None:
    """What moved, None for nothing: where it is asked for, and in which line, is no move."""
    old, new = _versions(before), _versions(after)
    moved = [target for target in {**new, **old} if old.get(target) != new.get(target)]
    if not moved:
        return None
    return Moves(
        {target: new[target] for target in moved if target in new},
        {target: old[target] for target in moved if target in old},
    )


def graph_changed(
    repository: str, moved: Moves, names: Mapping[int, str], keys: Mapping[int, str]
) -> Happening:
    """The event of a repository of which something moved.

    `data.targets` are the keys of those it names: whoever may not see one doesn't hear of it.
    """
    begun = sorted(moved.needs.keys() - moved.needed.keys())
    other = sorted(moved.needs.keys() & moved.needed.keys())
    ended = sorted(moved.needed.keys() - moved.needs.keys())
    told = [
        *(f"needs {names[each]}{_shown(moved.needs[each])}" for each in begun),
        *(
            f"needs {names[each]}{_shown(moved.needs[each])}, "
            f"before{_shown(moved.needed[each]) or ' in no version'}"
            for each in other
        ),
        *(f"no longer needs {names[each]}" for each in ended),
    ]
    more = [f"{len(told) - SHOWN} more"] if len(told) > SHOWN else []
    listed = [*begun, *other, *ended][:LISTED]
    return Happening(
        kind="graph.changed",
        repository=repository,
        summary=plain("; ".join([*told[:SHOWN], *more]), 300),
        data={
            "needs": [names[each] for each in listed if each in moved.needs],
            "no_longer": [names[each] for each in listed if each not in moved.needs],
            "count": len(told),
            "targets": [keys[each] for each in listed],
        },
    )


def _versions(edges: Iterable[Edge]) -> dict[int, frozenset[str]]:
    found: defaultdict[int, set[str]] = defaultdict(set)
    for edge in edges:
        found[edge.target].add(edge.version)
    return {target: frozenset(each - {""}) for target, each in found.items()}


def _shown(versions: Collection[str]) -> str:
    if not versions:
        return ""
    few = [_short(each) for each in sorted(versions)[:VERSIONS]]
    more = [f"{len(versions) - VERSIONS} more"] if len(versions) > VERSIONS else []
    return f" {' and '.join([*few, *more])}"


def _short(version: str) -> str:
    is_commit = len(version) >= 40 and all(each in "0123456789abcdef" for each in version)
    return plain(version[:COMMIT] if is_commit else version, 40)
