"""Each question over graphs by hand: what is told, in which order, by which evidence."""

from tests.operations.graph.sights import asked, number, sight

from opsroom.model.link import Phase
from opsroom.operations.graph.answer import GraphEdge, Told
from opsroom.operations.graph.cycles import cycles_of
from opsroom.operations.graph.dependents import dependencies, dependents
from opsroom.operations.graph.hotspots import hotspots_of
from opsroom.operations.graph.impact import impact_of
from opsroom.operations.graph.nodes import Meant
from opsroom.operations.graph.order import order
from opsroom.operations.graph.orphans import orphans
from opsroom.operations.graph.path import path
from opsroom.operations.graph.skew import skew

BASE = """
    api -> base: image 1.2 build Dockerfile:1
    web -> base: image 1.3 runtime Dockerfile:4
    shop -> api: package 2.0 runtime package.json:9
    tests -> api: workflow 1 ci .github/workflows/ci.yml:12
    robot -> tests: package 1 runtime go.mod:3
"""


def names(told: Told) -> list[str]:
    return [entry.node.id.removeprefix("acme/") for entry in told.entries if entry.node]


def nodes(told: Told) -> dict[str, object]:
    return {e.node.id.removeprefix("acme/"): e.node for e in told.entries if e.node}


def test_dependents_come_by_exposure_then_distance_with_the_way_there() -> None:
    told = dependents(asked(sight(BASE), "base"))
    assert names(told) == ["web", "api", "shop", "tests", "robot"]
    assert told.counts == {"direct": 2, "in all": 5, "runtime": 1, "build": 2, "ci": 1}
    found = {entry.node.id: entry for entry in told.entries if entry.node}
    shop = found["acme/shop"]
    assert shop.node
    assert (shop.node.depth, shop.node.exposure) == (2, Phase.BUILD)
    assert shop.node.via == ["acme/shop", "acme/api", "acme/base"]
    assert [(edge.source, edge.to) for edge in shop.edges] == [("acme/shop", "acme/api")]
    robot = found["acme/robot"].node
    assert robot
    assert robot.exposure is None
    assert "only CI" in robot.why


def test_an_edge_leads_to_its_line() -> None:
    told = dependents(asked(sight(BASE), "base", 1))
    edge = told.entries[0].edges[0]
    assert edge.versions == ["1.3"]
    assert edge.backlog
    assert edge.since is None
    (line,) = edge.evidence
    assert line.url == f"https://github.com/acme/web/blob/{'c' * 40}/Dockerfile#L4"
    assert edge.model_dump()["from"] == "acme/web"


def test_a_depth_ends_what_is_told() -> None:
    assert names(dependents(asked(sight(BASE), "base", 1))) == ["web", "api"]
    assert names(dependencies(asked(sight(BASE), "robot", 2))) == ["tests", "api"]


def test_dependencies_come_nearest_first() -> None:
    told = dependencies(asked(sight(BASE), "robot"))
    assert names(told) == ["tests", "api", "base"]
    last = told.entries[-1]
    assert last.node
    assert last.node.via == ["acme/robot", "acme/tests", "acme/api", "acme/base"]
    assert [edge.source for edge in last.edges] == ["acme/api"]


def test_who_uses_something_outside_is_one_step_from_it() -> None:
    seen = sight(BASE)
    edge = GraphEdge(source="acme/api", to="npm/lodash", kind="package", phase=Phase.RUNTIME)
    meant = Meant("npm/lodash", (), {number(seen, "api"): (edge,)}, ("pkg:npm/lodash",))
    told = dependents(asked(seen, meant=meant))
    assert [(e.node.id, e.node.depth) for e in told.entries if e.node] == [
        ("acme/api", 1), ("acme/shop", 2), ("acme/tests", 2), ("acme/robot", 3),
    ]  # fmt: skip
    assert told.entries[0].edges == (edge,)
    shop = told.entries[1].node
    assert shop
    assert shop.via == ["acme/shop", "acme/api", "npm/lodash"]
    reached = impact_of(asked(seen, meant=meant))
    assert names(reached) == ["api", "shop", "tests"]
    assert reached.counts == {"repositories": 3, "runtime": 2, "ci": 1}


def test_impact_ends_at_ci_and_counts_environments() -> None:
    seen = sight(BASE, environments={"shop": "prod", "web": "prod", "tests": "lab"})
    told = impact_of(asked(seen, "base"))
    assert names(told) == ["web", "api", "shop", "tests"]
    assert told.counts == {
        "repositories": 4, "runtime": 1, "build": 2, "ci": 1, "env:lab": 1, "env:prod": 2,
    }  # fmt: skip


def test_waves_name_the_lines_that_pin_what_came_before() -> None:
    told = order(asked(sight(BASE), "base"))
    waves = [(entry.group, entry.node.id) for entry in told.entries if entry.node]
    assert waves == [
        (1, "acme/base"), (2, "acme/web"), (2, "acme/api"), (3, "acme/shop"), (3, "acme/tests"),
    ]  # fmt: skip
    pins = [(edge.source, edge.evidence[0].file) for e in told.entries for edge in e.edges]
    assert pins == [
        ("acme/web", "Dockerfile"),
        ("acme/api", "Dockerfile"),
        ("acme/shop", "package.json"),
        ("acme/tests", ".github/workflows/ci.yml"),
    ]


def test_repositories_that_need_each_other_have_no_order() -> None:
    told = order(asked(sight("a -> b\n b -> a\n b -> base\n c -> a"), "base"))
    assert "no order among those that need each other: acme/a, acme/b" in told.note
    assert [entry.group for entry in told.entries] == [1, 2, 2, 3]


def test_nothing_to_change_is_no_more_than_was_looked_at() -> None:
    told = order(asked(sight(BASE, unknown=["dark"]), "shop"))
    assert "nothing else has to change: nothing seen in 6 of 7 repositories" in told.note


def test_a_way_has_every_step() -> None:
    seen = sight(BASE)
    told = path(asked(seen, "robot"), Meant("acme/base", (number(seen, "base"),)))
    assert names(told) == ["robot", "tests", "api", "base"]
    assert [len(entry.edges) for entry in told.entries] == [1, 1, 1, 0]
    back = path(asked(seen, "base"), Meant("acme/robot", (number(seen, "robot"),)))
    assert names(back) == names(told)
    assert "the other way round" in back.note
    none = path(asked(seen, "web"), Meant("acme/shop", (number(seen, "shop"),)))
    assert not none.entries
    assert "no way between them: nothing seen in 6 of 6" in none.note


def test_cycles_are_told_once_around() -> None:
    seen = sight("a -> b: package\n b -> c: image\n c -> a: workflow 1 ci\n d -> a")
    told = cycles_of(asked(seen))
    assert names(told) == ["a", "b", "c"]
    assert [entry.edges[0].kind for entry in told.entries] == ["package", "image", "workflow"]
    assert told.counts == {"cycles": 1, "repositories": 3}
    assert names(cycles_of(asked(seen, "d"))) == []


def test_hotspots_explain_themselves() -> None:
    told = hotspots_of(asked(sight(BASE)))
    first = told.entries[0].node
    assert first
    assert (first.id, first.score) == ("acme/base", 4)
    assert first.why == (
        "directly 2 (1 runtime, 1 build); a change reaches 4 (1 runtime, 2 build, 1 ci): "
        "80% of the others"
    )


def test_an_orphan_was_looked_at() -> None:
    told = orphans(asked(sight(BASE, unknown=["dark"], alone=["lone"])))
    assert names(told) == ["lone"]
    assert "1 more repository without an edge can't be told" in told.note


def test_versions_come_oldest_first() -> None:
    seen = sight("a -> lib: package 10.0.0\n b -> lib: package 9.1.0\n c -> lib: package 9.1.0")
    told = skew(asked(seen, "lib"))
    assert names(told) == ["b", "c", "a"]
    assert told.counts == {"9.1.0": 2, "10.0.0": 1}


def test_a_filter_narrows_what_is_told() -> None:
    seen = sight(BASE)
    told = impact_of(asked(seen, "base", wants=lambda each: seen.name(each) == "acme/shop"))
    assert names(told) == ["shop"]
    assert told.counts == {"repositories": 1, "build": 1}
