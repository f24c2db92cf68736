"""Waves of a change by whole repositories: what waves by parts are compared with."""

from collections.abc import Mapping

from opsroom.judge.graph.graph import Graph
from opsroom.judge.graph.impact import impact
from opsroom.judge.graph.phased import CARRYING, ENDING, Phased
from opsroom.judge.graph.waves import Wave, order
from opsroom.model.link import Phase


def waves_of(phased: Phased, starts: Mapping[int, Phase]) -> list[Wave]:
    """Order a change and what it reaches. Who is reached in CI or for development alone comes after
    what it needs; where something passes the change on, its own CI keeps it waiting for nothing:
    such edges would make circles of almost everything."""
    reached = impact(phased, starts).reached
    passing = {node for node, exposure in reached.items() if exposure.phase in CARRYING}
    pairs = [
        (source, node)
        for node in passing
        for phase in (Phase.BUILD, *ENDING)
        for source in phased.sources_of(node, phase)
        if source in reached and (phase in CARRYING or source not in passing)
    ]
    sources, targets = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return order(Graph.build(sources, targets, reached))
