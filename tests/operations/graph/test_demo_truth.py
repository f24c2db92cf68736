"""The demo fleet through the whole house: cloned, watched on its host, scanned, and asked.

The fleet is built and scanned once; what it answered is kept, and every test looks at that.
"""

from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from pydantic import SecretStr
from tests.demo.village import TOKEN, Village, village
from tests.hub import serving
from tests.operations.hosts.worlds import source, until

from opsroom.demo.catalogue import IMAGES
from opsroom.demo.equip import equip
from opsroom.demo.github.app import build_hub
from opsroom.model.link import Edge, Phase
from opsroom.operations.graph.answer import DependencyGraph, Query
from opsroom.operations.graph.asking import dependency_graph
from opsroom.operations.graph.held import graph
from opsroom.operations.graph.seeing import seen
from opsroom.operations.room import Room
from opsroom.operations.scans import keeping, progress, taking_up
from opsroom.settings import DirectorySource, ScanSetting, Settings

COUNT = 24
ENTRY = 2
"""Lines of an entry in which its name is: some begin with what it is called here."""
PYTHON = "docker/library/python"
ON_IMAGES = ["kim/budget", "kim/doorbell", "kim/energy-dashboard", "kim/recipe-box",
             "kim/weather-station"]  # fmt: skip
STACKS = ["homelab/compose-home", "homelab/compose-media", "homelab/compose-monitoring"]
ON_PYTHON = ["kim/recipe-box", "kim/weather-station"]
STACKS_ON_PYTHON = ["homelab/compose-home", "homelab/compose-media"]
OWN_PYTHON = "docker/homelab/base-images/python"
OWN_NODE = "docker/registry.home.arpa/homelab/base-images/node"
RENAMED, FORMER = "kim/doorbell", "kim/door-bell"
ONLY_HOSTED = ("homelab/base-images", "kim/energy-units")

QUESTIONS: tuple[tuple[Query, str], ...] = (
    ("order", IMAGES),
    ("impact", IMAGES),
    ("order", PYTHON),
    ("impact", PYTHON),
    ("impact", OWN_PYTHON),
    ("order", OWN_NODE),
    ("skew", "npm/lodash"),
)


@dataclass(frozen=True)
class Told:
    """What the fleet is like, and what was found. `urls` are those of the edges, in order."""

    town: Village
    root: str
    truth: list[tuple[str, str, str, str]]
    edges: list[Edge]
    names: dict[int, str]
    commits: dict[int, str]
    urls: list[str | None]
    rows: list[str]
    unknown: dict[str, str]
    answers: dict[tuple[Query, str], DependencyGraph] = field(
        default_factory=dict[tuple[Query, str], DependencyGraph]
    )

    def ends(self, edge: Edge) -> tuple[str, str, str]:
        """Who needs whom, as what."""
        return self.names[edge.source], self.names[edge.target], edge.kind


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    root = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keeping, "AFTER_OPENING", 0.05)
        patch.setattr(keeping, "PAUSE", 0.1)
        patch.setattr(keeping, "FETCH_EVERY", 0.01)
        patch.setattr(progress, "WRITE_EVERY", 0.05)
        patch.setattr(taking_up, "PAUSE", 0.05)
        yield anyio.run(partial(_told, root))


async def _told(root: Path) -> Told:
    town = village(root / "fleet", clones=False).still()
    async with _room(town, root) as room:
        held = await graph(room)
        sight = await seen(room)
        edges = [edge for number in held.names for edge in held.edges_of(number)]
        names = {number: row.name for number, row in held.names.items()}
        found = Told(
            town=town,
            root=town.world.root,
            truth=[(each["from"], each["to"], each["kind"], each["file"])
                   for each in town.simulation.truth.now()["edges"]],
            edges=edges,
            names=names,
            commits={number: held.commit(number) for number in held.names},
            urls=[sight.evidence(each.source, each.path, each.line).url for each in edges],
            rows=[row.name for row in sight.rows.values()],
            unknown={names[number]: why for number, why in held.unknown.items()},
        )  # fmt: skip
        for query, node in QUESTIONS:
            found.answers[query, node] = await dependency_graph(
                room, query, node, "", None, "", "24h", "json", 8000
            )
        return found


@asynccontextmanager
async def _room(town: Village, root: Path) -> AsyncGenerator[Room]:
    """A room over the clones and their host, that has scanned them all."""
    with serving(build_hub(town.world).app, lifespan="off") as url:
        town.world.root = town.simulation.town.remote = url
        await anyio.to_thread.run_sync(equip, town.simulation.town, TOKEN)
        owners = [
            source(owner, base_url=url, token=SecretStr(TOKEN)) for owner in ("homelab", "kim")
        ]
        clones = DirectorySource(kind="directory", path=root / "fleet" / "code")
        settings = Settings(
            home=root / "home",
            sources=(clones, *owners),
            scan=ScanSetting(scanners=("dependencies",), advisories=()),
        )
        async with Room(settings, scans=True) as room:
            await room.open()

            def whole() -> bool:
                scans = {row.name: row.scans for row in room.rows()}
                return len(scans) > COUNT and all(scans.values()) and FORMER not in scans

            await until(whole, room, 30)
            yield room


def test_what_was_planted_is_found_where_it_stands_and_nothing_is_invented(told: Told) -> None:
    found = {(*told.ends(edge), edge.path) for edge in told.edges}
    planted = set(told.truth)
    needs, seen = {each[:3] for each in planted}, {each[:3] for each in found}
    print(
        f"recall {len(planted & found)}/{len(planted)}, precision {len(needs & seen)}/{len(seen)}"
    )
    assert planted - found == set()
    assert seen - needs == set()
    assert len(needs) > COUNT


def test_the_entry_that_begins_at_the_line_of_an_edge_has_the_name_in_it(told: Told) -> None:
    simulation = told.town.simulation
    for edge, url in zip(told.edges, told.urls, strict=True):
        name, target, _ = told.ends(edge)
        repository, commit = told.town.repository(name), told.commits[edge.source]
        assert commit == repository.head
        lines = simulation.town.text(repository, commit, edge.path).splitlines()
        entry = "\n".join(lines[edge.line - 1 :][:ENTRY])
        assert target.rpartition("/")[2] in entry, (name, target, edge, entry)
        assert url == f"{told.root}/{name}/blob/{commit}/{edge.path}#L{edge.line}"


def test_what_only_the_host_has_and_what_was_renamed_are_among_them(told: Told) -> None:
    ends = {told.ends(edge)[:2] for edge in told.edges}
    assert {target for _, target in ends} >= {*ONLY_HOSTED, RENAMED}
    assert {name for name, _ in ends} >= {*ONLY_HOSTED, RENAMED}
    assert (RENAMED in told.rows, FORMER in told.rows) == (True, False)
    assert not any("never" in why for why in told.unknown.values())


def test_what_to_rebuild_and_in_which_order_when_the_base_image_changes(told: Told) -> None:
    answer = told.answers["order", IMAGES]
    assert answer.waves[0] == [IMAGES]
    assert [sorted(wave) for wave in answer.waves[1:]] == [ON_IMAGES, STACKS]
    assert answer.omitted.count == 0
    evidence = {(edge.source, edge.to): edge.evidence[0] for edge in answer.edges}
    assert {source for source, _ in evidence} == {*ON_IMAGES, *STACKS}
    for (name, target), each in evidence.items():
        file = "compose.yaml" if name in STACKS else "Dockerfile"
        assert (each.file, bool(each.line)) == (file, True)
        assert str(each.url).startswith(f"{told.root}/{name}/blob/{each.commit}/{file}#L")
        assert target in (ON_IMAGES if name in STACKS else [IMAGES])


def test_an_image_from_outside_comes_before_what_stands_on_it(told: Told) -> None:
    waves = told.answers["order", PYTHON].waves
    assert waves[:2] == [["docker/python"], [IMAGES]]
    assert [sorted(wave) for wave in waves[2:]] == [ON_PYTHON, STACKS_ON_PYTHON]


def test_only_what_stands_on_the_image_of_python_is_reached_by_a_change_of_python(
    told: Told,
) -> None:
    reached = {node.id for node in told.answers["impact", PYTHON].nodes}
    assert reached == {IMAGES, *ON_PYTHON, *STACKS_ON_PYTHON}
    product = told.answers["impact", OWN_PYTHON]
    assert {node.id for node in product.nodes} == reached - {IMAGES}
    assert product.note == f"{OWN_PYTHON} is likely made by {IMAGES} (python/Dockerfile)"
    order = told.answers["order", OWN_NODE]
    on_node = {edge.source for edge in order.edges}
    assert order.waves[0] == [IMAGES]
    assert on_node.isdisjoint(ON_PYTHON)
    assert {"kim/budget", "kim/energy-dashboard", "homelab/compose-monitoring"} <= on_node


def test_an_edge_to_one_of_several_images_says_which(told: Told) -> None:
    supplies = {
        told.names[edge.source]: edge.supply
        for edge in told.edges
        if told.names[edge.target] == IMAGES
    }
    assert supplies.keys() == {*ON_IMAGES}
    assert {supplies[name] for name in ON_PYTHON} == {"python/Dockerfile"}
    assert {supplies[name] for name in ("kim/budget", "kim/energy-dashboard")} == {
        "node/Dockerfile"
    }
    names = {edge.name for edge in told.answers["impact", OWN_PYTHON].edges if edge.to == IMAGES}
    assert names == {"docker/registry.home.arpa/homelab/base-images/python"}


def test_who_is_exposed_when_it_runs_and_who_when_it_is_built(told: Told) -> None:
    answer = told.answers["impact", IMAGES]
    exposed = {node.id: node.exposure for node in answer.nodes}
    assert exposed.keys() == {*ON_IMAGES, *STACKS}
    assert [name for name, phase in exposed.items() if phase is Phase.BUILD] == [RENAMED]
    assert answer.counts == {"repositories": 8, "runtime": 7, "build": 1}
    stacks = [node for node in answer.nodes if node.id in STACKS]
    assert all(node.via[-1] == IMAGES and len(node.via) == 3 for node in stacks)


def test_what_is_locked_counts_not_what_is_asked_for_beside_it(told: Told) -> None:
    answer = told.answers["skew", "npm/lodash"]
    assert answer.counts == {"4.17.20": 2}
    assert [edge.behind for edge in answer.edges] == ["current", "current"]


def test_a_file_that_cannot_be_read_is_told_and_no_scan_is_offered_for_it(told: Told) -> None:
    answer = told.answers["order", IMAGES]
    assert "homelab/cluster" in " ".join(answer.unlooked)
    assert {each.tool for each in answer.next} == {"dependency_graph"}


def test_names_that_are_only_guesses_are_not_shown(told: Told) -> None:
    edges = [edge for answer in told.answers.values() for edge in answer.edges]
    assert not any(edge.name.startswith(("image:", "chart:", "git:*")) for edge in edges)
