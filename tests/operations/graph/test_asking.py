"""The whole way: what looks at manifests recorded is asked as a client asks it."""

import pytest
from tests.operations.hosted import surveyed
from tests.operations.rooms import Clock, Yard
from tests.operations.scans.fleet import depend, flaw, fleet_of, has_advisories, package

from opsroom.errors import NotFound, UsageError
from opsroom.model.package import Package
from opsroom.model.where import Where
from opsroom.operations.completion import complete
from opsroom.operations.graph.answer import DependencyGraph, Format, Query
from opsroom.operations.graph.asking import dependency_graph
from opsroom.operations.graph.drawing import whole
from opsroom.operations.graph.picture import picture
from opsroom.operations.room import Room

pytestmark = pytest.mark.anyio


def of_git(name: str, version: str = "1.0.0", line: int = 4) -> Package:
    origin = f"git+https://github.com/acme/{name}.git"
    return package(name, version, origin=origin, direct=True, line=line)


async def ask(
    room: Room, query: Query, node: str = "", to: str = "", **more: str | int
) -> DependencyGraph:
    given = {"where": "", "since": "24h", "max_tokens": 4000, **more}
    form: Format = "mermaid" if more.get("format") else "json"
    return await dependency_graph(
        room, query, node, to, None, str(given["where"]), str(given["since"]), form,
        int(given["max_tokens"]),
    )  # fmt: skip


async def stocked(room: Room) -> None:
    """shop -> core -> lib, web -> lib; lodash in core and web."""
    has_advisories(room, flaw(name="lodash", fixed="4.17.21"))
    old = package("lodash", "4.17.20", direct=True, line=3)
    await depend(room, name="acme/lib")
    await depend(room, of_git("lib"), old, name="acme/core")
    new = package("lodash", "4.17.21", direct=True, line=5)
    await depend(room, of_git("lib", "1.1.0"), new, name="acme/web")
    await depend(room, of_git("core"), name="acme/shop")


NAMES = ("acme/lib", "acme/core", "acme/web", "acme/shop")


async def test_who_uses_a_version_and_who_stands_on_them(yard: Yard) -> None:
    async with fleet_of(yard, *NAMES) as room:
        await stocked(room)
        told = await ask(room, "dependents", "npm/lodash<4.17.21")
        assert [(node.id, node.depth) for node in told.nodes] == [
            ("acme/core", 1),
            ("acme/shop", 2),
        ]
        (line, *_) = told.edges[0].evidence
        assert (line.file, line.line) == ("package-lock.json", 3)
        assert line.url
        assert line.url.endswith("/package-lock.json#L3")
        assert (
            "nothing seen in 4 of 4" in (await ask(room, "dependents", "npm/lodash<4.17.20")).note
        )
        assert [node.id for node in (await ask(room, "skew", "npm/lodash")).nodes] == [
            "acme/core", "acme/web",
        ]  # fmt: skip


async def test_an_advisory_reaches_who_has_it_and_who_stands_on_them(yard: Yard) -> None:
    async with fleet_of(yard, *NAMES) as room:
        await stocked(room)
        told = await ask(room, "impact", "cve-2026-1")
        assert told.node == "CVE-2026-1"
        assert [node.id for node in told.nodes] == ["acme/core", "acme/shop"]
        assert told.edges[0].to == "npm/lodash"
        none = await ask(room, "impact", "CVE-2020-9999")
        assert "no open finding of CVE-2020-9999: nothing seen in 4 of 4" in none.note


async def test_what_to_change_in_which_order_reads_well(yard: Yard) -> None:
    async with fleet_of(yard, *NAMES) as room:
        await stocked(room)
        told = await ask(room, "order", "acme/lib")
        assert told.waves == [["acme/lib"], ["acme/core", "acme/web"], ["acme/shop"]]
        text = told.reading()
        assert "Wave 3: 1 repository\n- acme/shop (runtime)\n  acme/shop -> acme/core" in text
        assert "package-lock.json:4 at cccccccccc https://github.com/" in text
        drawn = await ask(room, "order", "acme/lib", format="mermaid")
        assert drawn.mermaid.startswith("flowchart LR")
        assert not drawn.nodes


async def test_what_nobody_may_see_is_nowhere(yard: Yard) -> None:
    async with fleet_of(yard, *NAMES) as room:
        await stocked(room)
        room.scope = Where.parse("-repo:core")
        texts = [
            (await ask(room, "dependents", "acme/lib")).model_dump_json(),
            (await ask(room, "dependents", "npm/lodash")).model_dump_json(),
            (await ask(room, "order", "acme/lib")).model_dump_json(),
            (await ask(room, "path", "acme/shop", "acme/lib")).model_dump_json(),
            (await ask(room, "hotspots")).model_dump_json(),
            (await ask(room, "dependencies", "acme/shop")).model_dump_json(),
            (await ask(room, "changed", since="2020-01-01T00:00Z")).model_dump_json(),
            (await ask(room, "causes")).model_dump_json(),
            (await whole(room)).model_dump_json(),
            (await picture(room, "acme/lib", "")).model_dump_json(),
        ]
        told = await ask(room, "dependents", "acme/lib")
        assert [node.id for node in told.nodes] == ["acme/web"]
        assert told.coverage.asked == 3
        assert [text for text in texts[:5] + texts[6:] if "acme/core" in text] == []
        with pytest.raises(NotFound) as refused:
            await ask(room, "dependents", "acme/core")
        assert "acme/core" not in str(refused.value.calls)


async def test_what_began_and_ended_is_told_with_its_line(yard: Yard) -> None:
    clock = Clock()
    async with fleet_of(yard, *NAMES, clock=clock) as room:
        await stocked(room)
        clock.forward(hours=1)
        await surveyed(room)
        assert "nothing began" in (await ask(room, "changed", since="30m")).note
        await depend(room, of_git("lib", "2.0.0"), name="acme/core", commit="d" * 40)
        await depend(room, name="acme/shop", commit="d" * 40)
        told = await ask(room, "changed", since="30m")
        edges = {(each.source, each.to): each for each in told.edges}
        assert edges["acme/core", "acme/lib"].versions == ["1.0.0 -> 2.0.0"]
        assert edges["acme/shop", "acme/core"].ended == room.now()
        assert edges["acme/core", "npm/lodash"].ended
        assert told.edges[0].to in ("acme/lib", "acme/core")


async def test_a_name_that_is_near_is_told(yard: Yard) -> None:
    async with fleet_of(yard, *NAMES) as room:
        await stocked(room)
        with pytest.raises(NotFound) as refused:
            await ask(room, "dependents", "npm/lodas")
        assert refused.value.calls[0].arguments == {"query": "dependents", "node": "npm/lodash"}
        with pytest.raises(NotFound, match="near names"):
            await ask(room, "dependents", "lodash")
        with pytest.raises(UsageError, match="is the id of a run"):
            await ask(room, "dependents", "run_123")
        with pytest.raises(UsageError, match="needs a node"):
            await ask(room, "impact")
        with pytest.raises(UsageError, match="no condition"):
            await ask(room, "dependents", "npm/lodash<4,nonsense")


async def test_an_answer_keeps_its_budget_and_counts_the_rest(yard: Yard) -> None:
    names = [f"acme/r{number}" for number in range(30)]
    async with fleet_of(yard, "acme/lib", *names) as room:
        for name in names:
            await depend(room, of_git("lib"), name=name)
        told = await ask(room, "dependents", "acme/lib", max_tokens=900)
        assert told.tokens <= 900
        assert told.nodes
        assert len(told.nodes) + told.omitted.count == 30
        assert told.omitted.worst == "runtime"
        assert told.unlooked == ["acme/lib: its files were never looked at"]


async def test_a_node_completes_to_repositories_and_to_what_they_use(yard: Yard) -> None:
    async with fleet_of(yard, *NAMES) as room:
        await stocked(room)
        assert await complete(room, "node", "acme/c", {}) == ["acme/core"]
        assert await complete(room, "node", "lod", {}) == ["npm/lodash"]
        assert "acme/lib" in await complete(room, "to", "", {})
        room.scope = Where.parse("repo:lib")
        assert await complete(room, "node", "lod", {}) == []
