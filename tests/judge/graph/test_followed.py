"""What a change reaches part by part, beside all ways there are."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.judge.graph.wholes import waves_of

from opsroom.judge.graph import followed
from opsroom.judge.graph.followed import Fleet, Followed, follow
from opsroom.judge.graph.impact import impact
from opsroom.judge.graph.parts import parted, place_of, reaches
from opsroom.judge.graph.phased import Phased
from opsroom.model.link import Edge, LinkKind, Phase, Sure

RANK = {phase: rank for rank, phase in enumerate(Phase)}
FILES = (
    *("Dockerfile", "package.json", "a/Dockerfile", "b/Dockerfile", "a/package.json"),
    *("b/x/setup.cfg", "c/setup.cfg", ".github/workflows/x.yml"),
)
KINDS: tuple[LinkKind, ...] = ("image", "package", "workflow", "submodule")


def edge(
    source: int,
    target: int,
    path: str = "Dockerfile",
    supply: str = "",
    kind: LinkKind = "image",
    phase: Phase = Phase.RUNTIME,
) -> Edge:
    return Edge(
        *(source, target, kind, "pkg:docker/x", path, 1, supply if kind == "workflow" else ""),
        *("1", phase, True, Sure.CERTAIN, supply, 1),
    )


NODES = st.integers(0, 5)
EDGES = st.lists(
    st.builds(
        edge,
        *(NODES, NODES, st.sampled_from(FILES), st.sampled_from(("", *FILES))),
        *(st.sampled_from(KINDS), st.sampled_from(Phase)),
    ),
    max_size=14,
)


def fleet(edges: list[Edge]) -> Fleet:
    apart = [each for each in edges if each.source != each.target]
    needs: dict[int, list[Edge]] = {}
    inner: dict[int, list[Edge]] = {}
    for each in edges:
        (needs if each.source != each.target else inner).setdefault(each.source, []).append(each)
    phased = Phased.build(
        [each.source for each in apart],
        [each.target for each in apart],
        [each.phase for each in apart],
        range(6),
    )
    return Fleet(phased, needs, parted(needs, inner))


def ways(
    edges: list[Edge], starts: dict[int, Phase], entries: dict[int, dict[str, Phase]]
) -> dict[int, tuple[int, int]]:
    """The rank and the length of the gravest, then shortest way to each: every state is walked on
    from until none is new."""
    places = {
        node: {place_of(each) for each in edges if each.target == node != each.source}
        for node in range(6)
    }
    made = {node: each for node, each in places.items() if any("/" in place for place in each)}
    found = {
        (node, path if node in made else "", RANK[began if node in made else first]): 0
        for node, first in starts.items()
        for path, began in (entries.get(node) or {"": first}).items()
    }
    layer = list(found)
    while layer:
        state = layer.pop(0)
        node, entered, rank = state
        for each in edges:
            if each.target != node or rank >= RANK[Phase.CI]:
                continue
            inside = each.source == node
            if inside and (node not in made or RANK[each.phase] >= RANK[Phase.CI]):
                continue
            if node in made and not reaches(entered, place_of(each), made[node]):
                continue
            path = each.path if each.source in made else ""
            new = (each.source, path, max(rank, RANK[each.phase]))
            length = found[state] + (not inside)
            if length < found.get(new, 99):
                found[new] = length
                layer.append(new)
    best: dict[int, tuple[int, int]] = {}
    for (node, _, rank), length in found.items():
        best[node] = min(best.get(node, (9, 0)), (rank, length))
    return best


@given(EDGES, st.data())
def test_a_change_leaves_by_what_the_files_are_in_through_which_it_came(
    edges: list[Edge], data: st.DataObject
) -> None:
    entries = data.draw(
        st.dictionaries(
            NODES, st.dictionaries(st.sampled_from(FILES), st.sampled_from(Phase)), min_size=1
        )
    )
    starts = {
        node: min(each.values(), key=RANK.__getitem__, default=Phase.RUNTIME)
        for node, each in entries.items()
    }
    whole = fleet(edges)
    found = follow(whole, starts, entries)
    told = {node: (RANK[each.phase], each.distance) for node, each in found.reached.items()}
    assert told == ways(edges, starts, entries)
    assert found.reached.keys() <= impact(whole.phased, starts).reached.keys()
    for node, exposure in found.reached.items():
        way = found.way(node)
        assert (len(way), way[-1] in starts) == (exposure.distance + 1, True)
        for source, target in pairwise(way):
            assert any(map(found.carries, between(edges, source, target)))
    for wave in found.waves():
        assert {*wave.nodes} <= found.reached.keys()
    follow_again = follow(fleet(edges[::-1]), starts, entries)
    assert follow_again.reached == found.reached
    assert follow(whole, starts, entries, 0).reached.keys() == starts.keys()


def between(edges: list[Edge], source: int, target: int) -> list[Edge]:
    return [each for each in edges if (each.source, each.target) == (source, target)]


@given(EDGES, NODES)
def test_of_repositories_that_make_one_thing_it_is_told_as_of_wholes(
    edges: list[Edge], start: int
) -> None:
    plain = [each._replace(supply="", part="", kind="package") for each in edges]
    whole, starts = fleet(plain), {start: Phase.RUNTIME}
    found = follow(whole, starts, {})
    assert found.reached == impact(whole.phased, starts).reached
    assert found.waves() == waves_of(whole.phased, starts)


PYTHON, NODE, FLOW = "python/Dockerfile", "node/Dockerfile", ".github/workflows/ci.yml"


def reached(found: Followed) -> set[int]:
    return set(found.reached)


IMAGES, APP, WEB, STACK, CALLER = range(1, 6)
USES = [
    edge(APP, IMAGES, supply=PYTHON),
    edge(WEB, IMAGES, supply=NODE),
    edge(STACK, APP, "compose.yaml"),
    edge(CALLER, IMAGES, FLOW, FLOW, "workflow", Phase.CI),
]


def test_an_image_reaches_what_stands_on_it_alone() -> None:
    whole = fleet(USES)
    on_python = follow(whole, {IMAGES: Phase.RUNTIME}, {IMAGES: {PYTHON: Phase.RUNTIME}})
    assert reached(on_python) == {IMAGES, APP, STACK}
    assert [wave.nodes for wave in on_python.waves()] == [[IMAGES], [APP], [STACK]]
    assert [on_python.carries(each) for each in USES] == [True, False, True, False]
    assert reached(follow(whole, {IMAGES: Phase.RUNTIME}, {})) == {IMAGES, APP, WEB, STACK, CALLER}
    by_flow = follow(whole, {IMAGES: Phase.RUNTIME}, {IMAGES: {FLOW: Phase.RUNTIME}})
    assert CALLER in by_flow.reached


def test_images_of_one_repository_that_stand_on_each_other_hand_it_on() -> None:
    stacked = [*USES, edge(IMAGES, IMAGES, NODE, PYTHON)]
    found = follow(fleet(stacked), {IMAGES: Phase.RUNTIME}, {IMAGES: {PYTHON: Phase.RUNTIME}})
    assert reached(found) == {IMAGES, APP, WEB, STACK}
    assert found.reached[WEB].distance == 1


def test_too_many_parts_are_followed_as_wholes_and_too_many_files_as_the_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    starts, entries = {IMAGES: Phase.RUNTIME}, {IMAGES: {PYTHON: Phase.RUNTIME}}
    exact = follow(fleet(USES), starts, entries)
    monkeypatch.setattr(followed, "MOST", 2)
    found = follow(fleet(USES), starts, entries)
    assert (exact.wholly, found.wholly) == (False, True)
    assert found.reached == impact(fleet(USES).phased, starts).reached
    monkeypatch.undo()
    many = {IMAGES: {f"x{number}/Dockerfile": Phase.RUNTIME for number in range(80)}}
    assert reached(follow(fleet(USES), starts, many)) == {IMAGES, APP, WEB, STACK, CALLER}


@pytest.mark.parametrize(
    ("entered", "place", "does"),
    [
        (PYTHON, NODE, False),
        (PYTHON, PYTHON, True),
        ("", NODE, True),
        (PYTHON, "", True),
        ("package.json", "services/a/Dockerfile", True),
        ("services/a/package.json", "services/a/Dockerfile", True),
        ("services/a/package.json", "services/b/Dockerfile", False),
        ("services/a/src/go.mod", "services/b/Dockerfile", False),
        ("shared/setup.cfg", "services/b/Dockerfile", True),
        ("packages/a/package.json", "packages/b/package.json", False),
        ("Dockerfile", "tools/Dockerfile.lint", False),
        ("services/a/Dockerfile", "charts/a/Chart.yaml", True),
        ("charts/b/Chart.yaml", "charts/a/Chart.yaml", False),
        ("charts/b/values.yaml", "charts/a/Chart.yaml", False),
        ("package.json", FLOW, False),
        (FLOW, FLOW, True),
        ("services-b/go.mod", "services/b/Dockerfile", True),
    ],
)  # fmt: skip
def test_files_belong_to_what_lies_around_them(entered: str, place: str, does: bool) -> None:
    made = ("services/a/Dockerfile", "services/b/Dockerfile", "charts/b/Chart.yaml", "Dockerfile")
    assert reaches(entered, place, made) is does


def test_what_is_no_product_of_its_own_is_of_the_whole() -> None:
    told = {kind: place_of(edge(1, 2, "x", "k8s/web.yaml", kind)) for kind in (*KINDS, "service")}
    assert told == {
        "image": "", "package": "k8s/web.yaml", "workflow": "k8s/web.yaml",
        "submodule": "", "service": "",
    }  # fmt: skip
    assert place_of(edge(1, 2, kind="action")._replace(part="setup")) == "setup/action.yml"
    assert place_of(edge(1, 2, supply="Dockerfile.web")) == "Dockerfile.web"
