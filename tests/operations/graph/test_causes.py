"""Why CI fails, asked of a room: what hurts, what changed, and what is shared from outside."""

from collections.abc import AsyncGenerator

import pytest
from tests.judge.builders import OTHER, ci
from tests.operations.hosted import KEY, YAML, failed, ran, repository, room_of, run
from tests.operations.rooms import Yard
from tests.operations.scans.fleet import taken

from opsroom.model.package import Package
from opsroom.operations.graph.answer import Told
from opsroom.operations.graph.asked import Asked
from opsroom.operations.graph.causes import Wants, causes, explained
from opsroom.operations.graph.nodes import Meant
from opsroom.operations.graph.seeing import seen
from opsroom.operations.graph.sight import Sight
from opsroom.operations.room import Room
from opsroom.operations.scans.recording import ScanResult, record_scans

pytestmark = pytest.mark.anyio
NAMES = ("acme/api", "acme/jobs", "acme/web")
SHARED = Package(purl="pkg:githubactions/tools/setup", version="v2", line=4)
GONE = "##[error]Unable to resolve action tools/setup@v2\n##[error]Process completed."


@pytest.fixture
async def room(yard: Yard) -> AsyncGenerator[Room]:
    """Three that fail, one that doesn't, and one that failed now and then before."""
    fleet = [
        repository(name, ci=ci("failing", failed(10 + place, ago=1)))
        for place, name in enumerate(NAMES)
    ]
    fleet += [
        repository("acme/fine", ci=ci("passing", run(40, ago=2))),
        repository("acme/moody", ci=ci("failing", failed(56, ago=1))),
    ]
    async with room_of(yard, *fleet) as found:
        yield found


async def use(room: Room, *names: str, package: Package = SHARED) -> None:
    looks = [
        ScanResult(f"github.com/{name}", taken(room, [package], ".github/workflows/ci.yml"))
        for name in names
    ]
    await record_scans(room, looks)


def every(_: int) -> bool:
    return True


async def ask(room: Room, wants: Wants = every) -> tuple[Sight, Told]:
    await room.refresh()
    sight = await seen(room)
    return sight, await causes(room, Asked(sight, Meant(""), None, wants))


async def test_what_they_share_from_outside_is_named_when_their_errors_name_it(room: Room) -> None:
    await use(room, *NAMES, "acme/fine")
    for place, name in enumerate(NAMES):
        await ran(room, name, failed(10 + place, ago=1), why={10 + place: GONE})
    _, told = await ask(room)
    first, *others = [entry.node for entry in told.entries if entry.node]
    assert first.id == "githubactions/tools/setup"
    assert first.score
    assert "a change that nobody saw: explains 3 others" in first.why
    assert "the error of 3 names it" in first.why
    assert [each.id for each in others] == [*NAMES, "acme/moody"]
    edges = told.entries[1].edges
    assert [(edge.source, edge.to, edge.versions) for edge in edges] == [
        ("acme/api", "githubactions/tools/setup", ["v2"])
    ]
    assert edges[0].evidence[0].file == ".github/workflows/ci.yml"


async def test_what_they_share_is_not_blamed_for_failures_of_their_own(room: Room) -> None:
    await use(room, *NAMES, "acme/fine")
    await ran(room, "acme/api", failed(10, ago=1), why={10: YAML})
    await ran(room, "acme/jobs", failed(11, ago=1), why={11: KEY})
    sight, told = await ask(room)
    found = await explained(room, sight)
    assert all(cause.own for cause in found.explanation.causes)
    assert not any(entry.edges for entry in told.entries)


async def test_who_fails_now_and_then_says_so(room: Room) -> None:
    past = [
        (failed if number % 2 else run)(50 + number, ago=30 - number, head=OTHER)
        for number in range(5)
    ]
    await ran(room, "acme/moody", *past, failed(56, ago=1), why={56: YAML})
    await room.refresh()
    moody = (await seen(room)).ids["github.com/acme/moody"]
    sight, told = await ask(room, wants=lambda number: number == moody)
    found = await explained(room, sight)
    (symptom,) = [each for each in found.ailing.symptoms if each.error]
    assert (symptom.flaky, symptom.well_until) == (True, run(54, ago=26).created_at)
    (entry,) = told.entries
    assert entry.node is not None
    assert "now and then" in entry.node.why


async def test_nothing_that_is_wanted_fails(room: Room) -> None:
    _, told = await ask(room, wants=lambda _: False)
    assert (told.entries, told.note) == ([], "nothing that is wanted is seen to fail")


async def test_too_many_are_cut_and_those_that_are_wanted_stay(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opsroom.operations.graph.symptoms.MOST", 1)
    await room.refresh()
    sight = await seen(room)
    wanted = sight.ids["github.com/acme/web"]
    found = await explained(room, sight, first=lambda number: number == wanted)
    assert {each.repository for each in found.ailing.symptoms} == {wanted}
    assert found.ailing.untold == 3
    _, told = await ask(room, wants=lambda number: number == wanted)
    assert "3 more that fail were left out" in told.note
