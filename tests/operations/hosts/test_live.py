import pytest
from tests.hub import SmallHub
from tests.operations.hosts.worlds import Line, row, settings, until, watching
from tests.operations.rooms import Yard, events, last

from opsroom.demo.github.acts.runs import begin_run, finish_job, start_run
from opsroom.model.host import Remote

pytestmark = pytest.mark.anyio


async def test_a_room_shows_what_the_host_has(hub: SmallHub, yard: Yard) -> None:
    api = hub.repository("acme/api")
    (workflow,) = api.workflows.values()
    run = start_run(hub.world, api, workflow)
    begin_run(hub.world, api, run)
    async with watching(settings(yard.home)) as room:
        assert [each.name for each in room.rows()] == ["acme/api", "acme/empty", "acme/web"]
        assert row(room, "acme/api").ci == "running"
        remote = row(room, "acme/api").snapshot.remote
        assert isinstance(remote, Remote)
        assert remote.head == api.head


async def test_a_webhook_moves_one(hub: SmallHub, yard: Yard) -> None:
    api = hub.repository("acme/api")
    async with watching(settings(yard.home)) as room, Line(hub, room).open():
        before = await last(room)
        (workflow,) = api.workflows.values()
        run = start_run(hub.world, api, workflow)
        begin_run(hub.world, api, run)
        for job in run.newest.jobs:
            finish_job(hub.world, api, run, job, "failure")
        await until(lambda: row(room, "acme/api").ci == "failing", room)
        seen = [event for event in await events(room, before) if event.kind == "ci.failed"]
        assert [event.repository for event in seen] == ["acme/api"]
        assert seen[0].data["by"] == "webhook"
        assert 0 <= seen[0].data["seen_after"] < 2
