"""Ways from one node to another along the edges: the shortest, and how many are as short.

Two walks, along the edges and against them, meet in the middle; whichever has less before it goes
on. So a way of three edges through a graph of millions looks at the neighbourhoods of its ends.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from opsroom.judge.graph.graph import Graph

Layers = list[set[int]]
"""Numbers of nodes: at each place of a way, who may stand there."""


class Paths(NamedTuple):
    """The shortest ways: some, in order of their ids, and how many there are in all."""

    paths: list[list[int]]
    total: int


def path(graph: Graph, begin: int, end: int) -> list[int] | None:
    """Return the nodes of a shortest way, both ends among them; None: there is none.

    Of several it is the one with the lowest ids. Raises KeyError for what is no node.
    """
    found = paths(graph, begin, end, 1).paths
    return found[0] if found else None


def paths(graph: Graph, begin: int, end: int, limit: int = 10) -> Paths:
    """Return the shortest ways, at most so many of them; the total is of all there are."""
    layers = _between(graph, graph.index[begin], graph.index[end])
    if not layers:
        return Paths([], 0)
    onward: dict[int, list[int]] = {}
    ways = dict.fromkeys(layers[-1], 1)
    for layer, following in zip(layers[-2::-1], layers[:0:-1], strict=True):
        for number in layer:
            nexts = following.intersection(graph.there.successor_indices(number))
            onward[number] = sorted(nexts, key=graph.ids.__getitem__)
        ways = {number: sum(ways[each] for each in onward[number]) for number in layer}
    found: list[list[int]] = []
    for way in _walked(onward, graph.index[begin], len(layers)):
        if len(found) == limit:
            break
        found.append([graph.ids[number] for number in way])
    return Paths(found, sum(ways.values()))


def _between(graph: Graph, begin: int, end: int) -> Layers:
    """Who stands on a shortest way, place by place; nothing where there is no way."""
    ahead, behind = [{begin}], [{end}]
    reached, reaching = {begin}, {end}
    while not (meeting := ahead[-1] & behind[-1]):
        if len(ahead[-1]) <= len(behind[-1]):
            layer = set[int]().union(*map(graph.there.successor_indices, ahead[-1])) - reached
            reached |= layer
            ahead.append(layer)
        else:
            layer = set[int]().union(*map(graph.back.successor_indices, behind[-1])) - reaching
            reaching |= layer
            behind.append(layer)
        if not layer:
            return []
    layers = [meeting]
    for layer in ahead[-2::-1]:
        before = set[int]().union(*map(graph.back.successor_indices, layers[0]))
        layers.insert(0, layer & before)
    for layer in behind[-2::-1]:
        after = set[int]().union(*map(graph.there.successor_indices, layers[-1]))
        layers.append(layer & after)
    return layers


def _walked(onward: Mapping[int, list[int]], begin: int, length: int) -> Iterator[list[int]]:
    """Every way of that many nodes, the lowest ids first; none ends early."""
    way, open_ = [begin], [iter(onward.get(begin, ()))]
    if length == 1:
        yield way
        return
    while open_:
        number = next(open_[-1], None)
        if number is None:
            open_.pop()
            way.pop()
        elif len(way) + 1 == length:
            yield [*way, number]
        else:
            way.append(number)
            open_.append(iter(onward[number]))
