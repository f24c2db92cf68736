import random

import anyio
import pytest
from tests.judge.builders import remote
from tests.operations.graph.keeping import needs, saw, shown, told
from tests.operations.hosted import told as hosted_told
from tests.operations.rooms import Clock, Yard, opened
from tests.operations.scans.fleet import fleet_of, repository, row

from opsroom.model.repository import RepositoryState
from opsroom.operations.graph.held import NEVER, OLDER, Held, graph
from opsroom.operations.graph.meeting import meet
from opsroom.operations.graph.seeing import seen
from opsroom.operations.room import Room

pytestmark = pytest.mark.anyio

NAMES = tuple(f"acme/r{number}" for number in range(6))


async def afresh(room: Room) -> Held:
    """The graph as a process has it that was begun just now."""
    async with opened(room.settings, clock=Clock()) as other:
        return await graph(other)


def everything(held: Held) -> dict[str, object]:
    names = {number: each.name for number, each in held.names.items()}
    return {
        "names": names,
        "edges": {number: sorted(each) for number, each in held.edges.items()},
        "pairs": {node: held.graph.targets_of(node) for node in held.graph.nodes},
        "unknown": held.unknown,
        "commits": {number: held.commit(number) for number in names},
    }


@pytest.mark.parametrize("seed", [1, 2])
async def test_what_is_brought_up_to_date_is_what_is_read_anew(yard: Yard, seed: int) -> None:
    draw = random.Random(seed)
    async with fleet_of(yard, *NAMES) as room:
        await graph(room)
        for turn in range(14):
            name = draw.choice(NAMES)
            match draw.randrange(5):
                case 0:
                    snapshot = row(room, name).snapshot
                    state = draw.choice([RepositoryState.GONE, RepositoryState.KNOWN])
                    moved = snapshot.repository.model_copy(update={"state": state})
                    await hosted_told(room, snapshot.model_copy(update={"repository": moved}))
                case 1:
                    called = remote(id=name, full_name=f"{name}-{turn}", fork=draw.random() < 0.5)
                    await hosted_told(room, repository(name, remote=called))
                case _:
                    wanted = draw.sample(NAMES, draw.randrange(4))
                    packages = [needs(each, f"v{draw.randrange(3)}") for each in wanted]
                    await saw(room, name, *packages)
            if draw.random() < 0.6:
                await graph(room)
        brought_up = everything(await graph(room))
        anew = everything(await afresh(room))
    assert anew == brought_up
    assert brought_up["edges"]


async def test_only_what_moved_is_read_again(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []

    async def counted(connection: object, ids: list[int]) -> object:
        read.extend(ids)
        return await meet(connection, ids)  # type: ignore[arg-type]  # handed on as it is

    async with fleet_of(yard, *NAMES) as room:
        for name in NAMES[1:]:
            await saw(room, name, needs(NAMES[0]))
        before = await graph(room)
        monkeypatch.setattr("opsroom.operations.graph.held.meet", counted)
        await saw(room, NAMES[1], needs(NAMES[2]))
        after = await graph(room)
        assert [after.names[number].name for number in read] == [NAMES[1]]
        assert shown(before)[NAMES[1]] == [f"{NAMES[0]} v1"], "what was given never changes"
        (one,) = read
        assert before.graph.targets_of(one) != after.graph.targets_of(one)
        assert (await graph(room)).edges_of(one) is after.edges_of(one), "nothing moved"
        assert len(read) == 1
        (edge,) = after.edges_of(one)
        assert after.looks[edge.since].repository_id == one


async def test_callers_at_the_same_time_read_once(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = 0

    async def counted(connection: object, ids: list[int]) -> object:
        nonlocal reads
        reads += 1
        return await meet(connection, ids)  # type: ignore[arg-type]  # handed on as it is

    monkeypatch.setattr("opsroom.operations.graph.held.meet", counted)
    async with fleet_of(yard, *NAMES) as room:
        await saw(room, NAMES[1], needs(NAMES[0]))
        given: list[Held] = []

        async def asking() -> None:
            given.append(await graph(room))

        async with anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(asking)
    assert reads == 1
    assert len({id(each) for each in given}) == 1


async def test_another_process_sees_what_one_recorded(yard: Yard) -> None:
    async with fleet_of(yard, *NAMES) as room, opened(room.settings, clock=Clock()) as other:
        assert await told(other) == {}
        await saw(room, NAMES[1], needs(NAMES[0]))
        with anyio.fail_after(4):
            while other.store.version == other._shown[0]:  # pyright: ignore[reportPrivateUsage] # no event says so
                await other.store.changed()
        assert await told(other) == {NAMES[1]: [f"{NAMES[0]} v1"]}


async def test_what_is_not_known_says_why(yard: Yard) -> None:
    async with fleet_of(yard, *NAMES) as room:
        await saw(room, NAMES[0])
        await saw(room, NAMES[1], reason="it is\x1b[0m cut off")
        held = await graph(room)
        why = {held.names[number].name: reason for number, reason in held.unknown.items()}
    assert NAMES[0] not in why
    assert "cut off (package-lock.json)" in why[NAMES[1]]
    assert "\x1b" not in why[NAMES[1]]
    assert why[NAMES[2]] == NEVER
    assert set(why) == set(NAMES) - {NAMES[0]}


async def test_what_nobody_could_read_anew_names_no_line_of_the_new_commit(yard: Yard) -> None:
    async with fleet_of(yard, *NAMES) as room:
        await saw(room, NAMES[1], needs(NAMES[0]))
        ((edge,),) = (await seen(room)).edges.values()
        assert (await seen(room)).evidence(edge.source, edge.path, edge.line).commit
        await saw(room, NAMES[1], reason="it is cut off")
        sight = await seen(room)
        (edge,) = sight.edges[edge.source]
        told = sight.evidence(edge.source, edge.path, edge.line)
        assert (told.file, told.line, told.commit, told.url) == (edge.path, 0, "", None)


async def test_links_of_an_older_commit_are_not_all_that_is_asked_for(yard: Yard) -> None:
    async with fleet_of(yard, *NAMES) as room:
        await saw(room, NAMES[1], needs(NAMES[0]))
        moved = remote(id=NAMES[1], full_name=NAMES[1], head="e" * 40)
        await hosted_told(room, repository(NAMES[1], remote=moved))
        held = await graph(room)
        (number,) = held.edges
        assert held.unknown[number] == OLDER
        await saw(room, NAMES[1], needs(NAMES[0]), commit="e" * 40)
        assert number not in (await graph(room)).unknown


async def test_a_store_that_begins_another_history_is_read_anew(yard: Yard) -> None:
    async with fleet_of(yard, *NAMES) as room:
        await saw(room, NAMES[1], needs(NAMES[0]))
        before = await graph(room)
        room.fleet.forget()
        room._shown = (-1, "")  # pyright: ignore[reportPrivateUsage] # as after a restore
        after = await graph(room)
        assert after is not before
        assert shown(after) == shown(before)
