"""Who is needed by nobody, and who needs nobody."""

from opsroom.judge.graph.ends import Ends, ends
from opsroom.judge.graph.graph import Graph


def test_an_orphan_is_neither_root_nor_leaf() -> None:
    graph = Graph.build([1, 2, 5, 4], [2, 3, 5, 3], [6])
    assert ends(graph) == Ends(orphans=[5, 6], roots=[1, 4], leaves=[3])
