"""Why these are red, on the fleet of the demo: what broke it is named, with its file and commit."""

from collections.abc import AsyncGenerator
from pathlib import Path

import anyio
import pytest
from pydantic import SecretStr
from tests.demo.village import TOKEN, Village, village
from tests.hub import serving
from tests.operations.hosts.worlds import settings, source, until
from tests.operations.rooms import Yard

from opsroom.clients.git.exports import Export
from opsroom.demo.catalogue import WORKFLOWS
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.app import build_hub
from opsroom.demo.github.trees import walk
from opsroom.model.inventory import KnownManifest
from opsroom.model.scan import Scan
from opsroom.observe.inventory import take
from opsroom.observe.parsing import Parsers
from opsroom.operations.fleet import Row
from opsroom.operations.graph.asked import Asked
from opsroom.operations.graph.causes import causes, explained
from opsroom.operations.graph.nodes import Meant
from opsroom.operations.graph.seeing import seen
from opsroom.operations.graph.sight import Sight
from opsroom.operations.room import Room
from opsroom.operations.scans.looking import Seen
from opsroom.operations.scans.recording import ScanResult, record_scans

pytestmark = pytest.mark.anyio
PYTHON = ".github/workflows/python.yml"
ALONE = "kim/meter-reader"
CALLERS = ("kim/recipe-box", "kim/weather-station", "kim/libmqtt-py")


@pytest.fixture
def town(tmp_path: Path) -> Village:
    return village(tmp_path / "fleet", clones=False).still()


@pytest.fixture
async def room(town: Village, yard: Yard, tmp_path: Path) -> AsyncGenerator[Room]:
    """A room that has looked at the whole fleet, and at its manifests."""
    with serving(build_hub(town.world).app, lifespan="off") as url:
        town.world.root = town.simulation.town.remote = url
        owners = [
            source(owner, base_url=url, token=SecretStr(TOKEN)) for owner in ("homelab", "kim")
        ]
        async with Room(settings(yard.home, *owners), clock=lambda: town.clock[0]) as opened:
            await opened.open()
            await until(lambda: len(opened.rows()) >= 24, opened, 10)
            parsers = Parsers()
            await record_scans(opened, [
                ScanResult(each.repository.key, _looked(town, each, tmp_path, parsers))
                for each in opened.rows()
            ])  # fmt: skip
            parsers.rest()
            yield opened


def _none(_: object) -> dict[tuple[str, str], KnownManifest]:
    """Nothing is known of any file."""
    return {}


def _looked(town: Village, row: Row, folder: Path, parsers: Parsers) -> Seen:
    """What the files of its head hold, without Git in between."""
    repository = town.repository(row.name)
    objects, head = repository.objects, str(repository.head)
    place = folder / "files" / row.name
    paths = [path for path, entry in walk(objects, objects.commit(head).tree)
             if entry.kind == "blob"]  # fmt: skip
    for path in paths:
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(town.simulation.town.text(repository, head, path))
    inventory, manifests = take(Export(place, head, tuple(paths)), _none, parsers)
    told = Scan(scanner="dependencies", key="now", commit=head, at=town.clock[0], rules="1")
    return Seen(scans=[told], inventory=inventory, manifests=manifests)


async def test_who_broke_them_is_named_with_its_file_and_its_commit(
    town: Village, room: Room
) -> None:
    simulation = town.simulation
    simulation.faults.plant("shared-workflow-broken", WORKFLOWS)
    town.pass_time(20)
    for name in CALLERS:
        idea = {"idea.md": "small\n"}
        commit_files(
            town.world, town.repository(name), "main", idea, "An idea", simulation.town.kim
        )
    simulation.faults.plant("ci-broken", ALONE)
    town.pass_time(90)
    truth = town.ci()
    assert {truth[name] for name in (*CALLERS, ALONE)} == {"failing"}
    for watch in room.watching.values():
        watch.sweep_soon(whole=True)
    await until(lambda: all(row.ci == truth[row.name] for row in room.rows()), room, 10)
    sight = await seen(room)
    asked = Asked(sight, Meant(""), None, sight.rows.__contains__)
    with anyio.fail_after(5):
        while not await _is_read(room, sight):
            with anyio.move_on_after(0.1):
                await room.store.changed()
    found = await explained(room, sight)
    (cause,) = [each for each in found.explanation.causes if not each.own]
    broken = town.repository(WORKFLOWS)
    assert (sight.name(cause.change.target), cause.change.reference) == (WORKFLOWS, broken.head)
    assert cause.parts == (PYTHON,)
    assert {sight.name(each.symptom.repository) for each in cause.symptoms} == set(CALLERS)
    assert cause.confidence > 0.9
    own = {sight.name(each.change.target): each for each in found.explanation.causes if each.own}
    assert own[ALONE].change.reference == town.repository(ALONE).head
    told = await causes(room, asked)
    first, *others = told.entries[:4]
    assert first.node is not None
    assert first.node.id == WORKFLOWS
    assert first.node.url == f"{town.world.root}/{WORKFLOWS}/commit/{broken.head}"
    assert f"commit {str(broken.head)[:10]} in {PYTHON} (event " in first.node.why
    for entry in others:
        (edge,) = entry.edges
        (evidence,) = edge.evidence
        assert (evidence.file, evidence.line) == (".github/workflows/ci.yml", 10)
        assert str(evidence.url).endswith(".github/workflows/ci.yml#L10")
        assert entry.node is not None
        assert "/actions/runs/" in str(entry.node.url)
    one = cause.symptoms[0].symptom.repository
    about = asked._replace(meant=Meant(sight.name(one), (one,)))
    narrowed = await causes(room, about)
    assert narrowed.entries[0] == first
    assert narrowed.counts == {"causes": 1, "symptoms": 3}


async def _is_read(room: Room, sight: Sight) -> bool:
    """Whether it is known how all of them fail."""
    await room.refresh()
    found = await explained(room, sight)
    names = {sight.name(each.repository) for each in found.ailing.symptoms if each.signature}
    return {*CALLERS, ALONE} <= names
