from dataclasses import replace
from datetime import timedelta

import pytest
from tests.operations.hosts.tellers import ACME, LOOK, SWEEP, Teller, told
from tests.operations.rooms import Clock, Yard, events, kinds, last

from opsroom.clients.host import HostLook, HostLooks, Sweep
from opsroom.model.ci import Ci
from opsroom.model.facts import Unknown
from opsroom.model.health import Grade
from opsroom.model.repository import RepositoryState
from opsroom.operations.hosts.looks import record_looks
from opsroom.operations.hosts.sweeps import known_swept, record_host_failed, record_sweep

pytestmark = pytest.mark.anyio


async def test_a_first_sweep_shows_everybody_and_judges_nobody(yard: Yard) -> None:
    async with told(yard) as here:
        news = await here.sweep(Teller("acme/api"), Teller("acme/Web", ci="failing"))
        assert news.moved == ("R_acme/api", "R_acme/Web")
        row = here.row("acme/web")
        assert (row.name, row.repository.key) == ("acme/Web", "github.com/acme/web")
        assert row.repository.url == "https://github.com/acme/Web"
        assert (row.repository.labels, row.repository.environment) == (("work",), "prod")
        assert (row.health.grade, row.findings) == (Grade.UNKNOWN, ())
        assert isinstance(row.snapshot.ci, Ci)
        assert row.snapshot.ci.state == "failing"
        found = await events(here.room)
        assert [event.kind for event in found] == ["repository.found"] * 2
        assert all(event.data["baseline"] for event in found)


async def test_what_the_first_looks_find_is_no_news(yard: Yard) -> None:
    async with told(yard) as here:
        await here.sweep(Teller("acme/api", ci="failing"))
        before = await last(here.room)
        await here.look(Teller("acme/api", ci="failing"))
        assert here.row("acme/api").findings
        assert await kinds(here.room, before) == []


async def test_an_unmoved_fleet_costs_nothing_to_record(yard: Yard) -> None:
    fleet = [Teller(f"acme/r{number}") for number in range(120)]
    async with told(yard) as here:
        await here.begin(*fleet)
        before, revision = await last(here.room), here.room.fleet.revision
        news = await here.sweep(*fleet)
        assert (news.moved, news.missing) == ((), ())
        assert (await last(here.room), here.room.fleet.revision) == (before, revision)


async def test_a_push_is_seen_at_once_and_looked_at_then(yard: Yard) -> None:
    api = Teller("acme/api")
    async with told(yard) as here:
        await here.begin(api, Teller("acme/web"))
        before = await last(here.room)
        api.head, api.ci = "b" * 40, "running"
        news = await here.sweep(api, Teller("acme/web"))
        assert news.moved == (api.id,)
        remote = here.remote("acme/api")
        assert (remote.head, remote.moved_at) == ("b" * 40, here.clock.now)
        assert remote.permission == "admin", "what a sweep doesn't tell stays"
        changed, started = await events(here.room, before)
        assert (changed.kind, started.kind) == ("repository.changed", "ci.started")
        assert changed.data["heads"] == {"https://github.com/acme/api": {"main": "b" * 40}}
        here.clock.forward(seconds=1)
        await here.look(api)
        assert here.remote("acme/api").moved_at is None
        assert len(await events(here.room, before)) == 2


async def test_ci_is_told_by_transitions_of_the_default_branch(yard: Yard) -> None:
    api = Teller("acme/api")
    async with told(yard) as here:
        await here.begin(api)
        before = await last(here.room)
        for state in ("running", "failing", "failing", None, "passing"):
            api.ci = state
            here.clock.forward(seconds=5)
            await here.sweep(api)
        seen = await kinds(here.room, before)
        ran = [kind for kind, _ in seen if kind.startswith("ci.")]
        assert ran == ["ci.started", "ci.failed", "ci.passed"]
        assert here.row("acme/api").health.grade is not Grade.UNKNOWN


async def test_a_rename_keeps_the_repository(yard: Yard) -> None:
    api = Teller("acme/api", id="R_1")
    async with told(yard) as here:
        await here.begin(api)
        findings = here.row("acme/api").kept
        before = await last(here.room)
        api.name = "acme/Server"
        await here.sweep(api)
        row = here.row("acme/server")
        assert (row.name, row.repository.key) == ("acme/Server", "github.com/acme/api")
        assert row.repository.also == ("github.com/acme/server",)
        assert row.repository.url == "https://github.com/acme/Server"
        assert [each.finding.id for each in row.kept] == [each.finding.id for each in findings]
        (event,) = await events(here.room, before)
        assert (event.kind, event.repository) == ("repository.changed", "acme/Server")
        assert event.data["was"] == "acme/api"
        assert event.data["key"] == "github.com/acme/api"
        api.name = "acme/API"  # and back, in other letters
        await here.sweep(api)
        back = here.row("acme/api")
        assert (back.name, back.repository.key) == ("acme/API", "github.com/acme/api")


async def test_two_that_swap_their_names(yard: Yard) -> None:
    one, other = Teller("acme/one", id="R_1"), Teller("acme/other", id="R_2")
    async with told(yard) as here:
        await here.begin(one, other)
        one.name, other.name = other.name, one.name
        await here.sweep(one, other)
        assert here.row("acme/other").repository.host_id == "R_1"
        assert here.row("acme/one").repository.host_id == "R_2"


async def test_a_new_repository_under_the_old_name_of_a_renamed_one(yard: Yard) -> None:
    old = Teller("acme/api", id="R_1")
    async with told(yard) as here:
        await here.begin(old)
        old.name = "acme/api-v1"
        new = Teller("acme/api", id="R_2")
        await here.sweep(new, old)
        assert here.row("acme/api").repository.host_id == "R_2"
        assert here.row("acme/api-v1").repository.host_id == "R_1"
        assert here.row("acme/api-v1").repository.key == "github.com/acme/api"
        resolved = here.room.fleet.resolve("github.com/acme/api")
        assert resolved is not None
        assert resolved.repository.host_id == "R_2", "the new one wins over the alias"


async def test_archiving_and_back(yard: Yard) -> None:
    api = Teller("acme/api")
    async with told(yard) as here:
        await here.begin(api)
        before = await last(here.room)
        api.archived = True
        await here.sweep(api)
        assert here.row("acme/api").repository.state is RepositoryState.ARCHIVED
        assert ("repository.archived", "acme/api") in await kinds(here.room, before)
        before = await last(here.room)
        api.archived = False
        await here.sweep(api)
        assert here.row("acme/api").repository.state is RepositoryState.KNOWN
        event = (await events(here.room, before))[0]
        assert event.kind == "repository.changed"
        assert "it is no longer archived" in event.data["changes"]


async def test_a_visibility_that_changes_is_told(yard: Yard) -> None:
    api = Teller("acme/api")
    async with told(yard) as here:
        await here.begin(api)
        before = await last(here.room)
        api.visibility = "public"
        await here.sweep(api)
        event = (await events(here.room, before))[0]
        assert event.data["changes"][0] == "it is public now, no longer private"


async def test_who_is_missing_from_a_whole_sweep_is_asked_for_not_let_go(yard: Yard) -> None:
    api, web = Teller("acme/api"), Teller("acme/web")
    async with told(yard) as here:
        await here.begin(api, web)
        before = await last(here.room)
        assert (await here.sweep(web, whole=False)).missing == ()
        assert (await here.sweep(web)).missing == (api.id,)
        assert here.row("acme/api").repository.state is RepositoryState.KNOWN
        assert await kinds(here.room, before) == []
        assert here.room.trust.of(here.row("acme/api")) == "stale"
        assert here.room.trust.of(here.row("acme/web")) == "fresh"


async def test_many_that_vanish_at_once_are_doubted_not_believed(yard: Yard) -> None:
    fleet = [Teller(f"acme/{name}") for name in ("a", "b", "c", "d", "e", "f")]
    async with told(yard) as here:
        await here.begin(*fleet)
        before = await last(here.room)
        news = await here.sweep(fleet[0])
        assert news.missing == (), "nobody asks, so nobody can be told that they are gone"
        assert here.row("acme/f").repository.state is RepositoryState.KNOWN
        assert here.room.trust.of(here.row("acme/f")) == "stale"
        assert "has the token lost its access?" in here.room.problems()[0]
        for _ in range(2):
            here.clock.forward(minutes=1)
            await here.sweep(fleet[0], whole=False)
            assert "has the token lost its access?" in here.room.problems()[0]
            here.clock.forward(minutes=1)
            await here.sweep(fleet[0])
        assert await kinds(here.room, before) == [("observation.failed", None)], "told once"
        here.clock.forward(minutes=1)
        await here.sweep(*fleet)
        assert here.room.problems() == []
        here.clock.forward(minutes=1)
        await here.sweep(fleet[0])
        here.clock.forward(days=7, minutes=1)
        assert len((await here.sweep(fleet[0])).missing) == 5, "after a week they are asked for"


async def test_a_sweep_that_began_before_a_look_changes_nothing(yard: Yard) -> None:
    api = Teller("acme/api")
    async with told(yard) as here:
        await here.begin(api)
        began = here.clock.now
        old = Teller("acme/api", head="0" * 40, ci="failing")
        here.clock.forward(seconds=3)
        await here.look(api)
        before = await last(here.room)
        await here.sweep(old, at=began)
        assert here.remote("acme/api").head == "a" * 40
        assert await kinds(here.room, before) == []


async def test_a_look_that_began_before_a_sweep_saw_it_move_is_late(yard: Yard) -> None:
    api = Teller("acme/api")
    async with told(yard) as here:
        await here.begin(api)
        began, old = here.clock.now, api.look(here.clock.now)
        assert old
        here.clock.forward(seconds=3)
        api.head = "b" * 40
        await here.sweep(api)
        await here.look(Teller("acme/api"), at=began)
        remote = here.remote("acme/api")
        assert (remote.head, remote.moved_at) == ("b" * 40, here.clock.now)


async def test_a_look_that_was_answered_before_the_sweep_is_late_too(yard: Yard) -> None:
    """It began after the sweep did, and saw the repository as it was before the push."""
    api = Teller("acme/api", more={"pushed_at": Clock().now})
    async with told(yard) as here:
        await here.begin(api)
        pushed = replace(api.swept(), head="b" * 40, ci="running", pushed_at=here.clock.now)
        sweep = Sweep(here.clock.now, (pushed,), whole=True)
        await record_sweep(here.room, ACME, sweep, sweep_every=SWEEP, look_every=LOOK)
        here.clock.forward(seconds=0.2)
        before = await last(here.room)
        await here.look(api)
        row = here.row("acme/api")
        assert isinstance(row.snapshot.ci, Ci)
        assert (here.remote("acme/api").head, row.snapshot.ci.state) == ("b" * 40, "running")
        assert here.remote("acme/api").moved_at is not None, "so that it is looked at again"
        assert await kinds(here.room, before) == []


async def test_what_stands_on_two_pages_is_taken_once(yard: Yard) -> None:
    old, new = Teller("acme/api"), Teller("acme/api", head="b" * 40)
    async with told(yard) as here:
        await here.begin(old)
        before = await last(here.room)
        assert (await here.sweep(old, new)).moved == (old.id,)
        assert here.remote("acme/api").head == "b" * 40
        assert [kind for kind, _ in await kinds(here.room, before)] == [
            "repository.changed",
            "ci.passed",
        ]


async def test_the_same_name_on_two_hosts(yard: Yard) -> None:
    work = ACME.model_copy(update={"base_url": "https://ghe.example.org/api/v3"})
    api = Teller("acme/api", id="R_1")
    async with told(yard, ACME, work) as here:
        await here.sweep(api)
        await here.sweep(api, source=work)
        assert {row.name: row.repository.key for row in here.room.rows()} == {
            "acme/api@github.com": "github.com/acme/api",
            "acme/api@ghe.example.org": "ghe.example.org/acme/api",
        }
        await here.sweep(source=work)
        await here.look(gone=("R_1",), source=work)
        assert [row.name for row in here.room.rows()] == ["acme/api"]


async def test_a_host_that_fails_changes_nothing_and_is_told_once(yard: Yard) -> None:
    api = Teller("acme/api")
    async with told(yard) as here:
        await here.begin(api)
        grade, before = here.row("acme/api").health.grade, await last(here.room)
        for _ in range(2):
            await record_host_failed(here.room, ACME, "no answer within 10 s")
        assert here.row("acme/api").health.grade is grade
        assert here.room.problems() == ["github.com/acme: no answer within 10 s"]
        (event,) = await events(here.room, before)
        assert (event.kind, event.repository) == ("observation.failed", None)
        assert event.data["source"] == ACME.key
        here.clock.forward(hours=1)
        assert here.room.trust.of(here.row("acme/api")) == "stale"
        await here.sweep(api)
        assert (await kinds(here.room, before))[-1] == ("observation.recovered", None)
        assert here.room.problems() == []


async def test_a_restart_begins_where_the_sweep_before_ended(yard: Yard) -> None:
    api, web = Teller("acme/api"), Teller("acme/web")
    async with told(yard) as here:
        await here.begin(api, web)
    async with told(yard) as again:
        assert await known_swept(again.room, ACME) == {
            api.id: api.swept(),
            web.id: web.swept(),
        }
        before = await last(again.room)
        web.head = "c" * 40
        assert (await again.sweep(api, web)).moved == (web.id,)
        assert {name for _, name in await kinds(again.room, before)} == {"acme/web"}


async def test_a_repository_that_no_look_can_tell_of_is_not_written_again(yard: Yard) -> None:
    api = Teller("acme/api")
    async with told(yard) as here:
        await here.begin(api)
        here.clock.forward(seconds=1)
        nothing = Unknown(at=here.clock.now, source=ACME.key, reason="it took too long")
        look = HostLook(nothing, nothing, nothing, nothing)
        await record_looks(here.room, ACME, HostLooks({api.id: look}))
        revision = here.room.fleet.revision
        here.clock.forward(seconds=30)
        assert (await here.sweep(api)).moved == ()
        assert here.room.fleet.revision == revision
        api.head = "b" * 40
        assert (await here.sweep(api)).moved == (api.id,)


async def test_whatever_the_host_dates_anew_has_moved(yard: Yard) -> None:
    """A description, a setting, an issue: the sweep shows that something moved, not what."""
    api = Teller("acme/api")
    async with told(yard) as here:
        await here.begin(api)
        later = replace(api.swept(), updated_at=here.clock.now)
        sweep = Sweep(here.clock.now, (later,), whole=True)
        before = await last(here.room)
        news = await record_sweep(here.room, ACME, sweep, sweep_every=SWEEP, look_every=LOOK)
        assert news.moved == (api.id,)
        assert here.room.trust.of(here.row("acme/api")) == "stale"
        assert await kinds(here.room, before) == []
        api.more["updated_at"] = here.clock.now
        here.clock.forward(seconds=1)
        await here.look(api)
        assert here.room.trust.of(here.row("acme/api")) == "fresh"
        news = await record_sweep(here.room, ACME, sweep, sweep_every=SWEEP, look_every=LOOK)
        assert news.moved == ()


async def test_a_source_that_nobody_sweeps_any_more_is_said_to_be_late(yard: Yard) -> None:
    async with told(yard) as here:
        assert "1 of the sources is still under way" in here.room.note()
        await here.sweep(Teller("acme/api"))
        assert "under way" in here.room.note(), "nothing was looked at in full yet"
        await here.begin(Teller("acme/api"))
        here.clock.forward(seconds=4 * SWEEP.total_seconds() - 10)
        assert here.room.note() == ""
        here.clock.forward(seconds=10)
        assert "under way" in here.room.note()


async def test_a_low_budget_makes_facts_stale_not_trusted_longer(yard: Yard) -> None:
    seldom = ACME.model_copy(update={"sweep_every": timedelta(hours=2)})
    async with told(yard) as here:
        sweep = Sweep(here.clock.now, (Teller("acme/api").swept(),), whole=True)
        for source, every in ((ACME, timedelta(minutes=20)), (seldom, timedelta(hours=2))):
            rare = timedelta(hours=4)
            await record_sweep(here.room, source, sweep, sweep_every=rare, look_every=rare)
            mark = here.room.trust.sweeps[ACME.key]
            assert (mark.sweep_every, mark.look_every) == (every, timedelta(hours=1))


async def test_an_owner_with_nothing_is_a_pass_too(yard: Yard) -> None:
    async with told(yard) as here:
        await here.begin()
        assert here.room.rows() == []
        assert here.room.note() == ""
