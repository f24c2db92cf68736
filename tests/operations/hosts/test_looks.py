import pytest
from tests.operations.hosts.tellers import ACME, Teller, told
from tests.operations.rooms import Yard, events, kinds, last

from opsroom.clients.host import HostLooks
from opsroom.errors import NotFound
from opsroom.model.ci import CiRun
from opsroom.model.facts import Unknown
from opsroom.model.host import HostSettings, Remote
from opsroom.model.repository import RepositoryState
from opsroom.operations.hosts.looks import record_looks
from opsroom.settings import GithubSource
from opsroom.store.ci_runs import newest_ci_runs

pytestmark = pytest.mark.anyio

ANN = GithubSource(kind="github", owners=("Ann",))


async def test_gone_needs_a_whole_sweep_and_a_look(yard: Yard) -> None:
    api, web = Teller("acme/api"), Teller("acme/web")
    async with told(yard) as here:
        await here.begin(api, web)
        before = await last(here.room)
        recorded = await here.look(gone=(api.id,))
        assert recorded.unconfirmed == (api.id,), "the sweep lists it still"
        assert await kinds(here.room, before) == []
        await here.sweep(web)
        recorded = await here.look(gone=(api.id,))
        assert (recorded.recorded, recorded.unconfirmed) == ((api.id,), ())
        (event,) = await events(here.room, before)
        assert (event.kind, event.repository) == ("repository.gone", "acme/api")
        assert "hidden from this token" in event.summary
        with pytest.raises(NotFound):
            here.row("acme/api")


async def test_what_comes_back_is_the_same_repository(yard: Yard) -> None:
    api = Teller("acme/api")
    async with told(yard) as here:
        await here.begin(api)
        findings = {each.finding.id for each in here.row("acme/api").kept}
        await here.sweep()
        await here.look(gone=(api.id,))
        before = await last(here.room)
        await here.sweep(api)
        await here.look(api)
        row = here.row("acme/api")
        assert row.repository.state is RepositoryState.KNOWN
        assert {each.finding.id for each in row.kept} == findings
        assert await kinds(here.room, before) == [("repository.found", "acme/api")]


async def test_a_missing_one_that_a_look_finds_stays(yard: Yard) -> None:
    api = Teller("acme/api")
    async with told(yard) as here:
        await here.begin(api)
        before = await last(here.room)
        assert (await here.sweep()).missing == (api.id,)
        here.clock.forward(seconds=1)
        await here.look(api)
        assert here.remote("acme/api").moved_at is None
        assert await kinds(here.room, before) == []


async def test_a_transfer_to_another_owner_who_is_watched_keeps_the_repository(
    yard: Yard,
) -> None:
    api = Teller("acme/api", id="R_1")
    async with told(yard, ACME, ANN) as here:
        await here.begin(api)
        await here.begin(source=ANN)
        before = await last(here.room)
        api.name = "ann/api"
        assert (await here.sweep()).missing == ("R_1",)
        here.clock.forward(seconds=1)
        await here.look(api)
        row = here.row("ann/api")
        assert row.repository.key == "github.com/acme/api"
        assert row.repository.sources == (ANN.key,)
        assert [kind for kind, _ in await kinds(here.room, before)] == ["repository.changed"]
        await here.sweep(api, source=ANN)
        assert len(here.room.rows()) == 1


async def test_a_transfer_to_nobody_we_watch_is_gone_and_says_where(yard: Yard) -> None:
    api = Teller("acme/api")
    async with told(yard) as here:
        await here.begin(api)
        before = await last(here.room)
        await here.sweep()
        await here.look(Teller("evil/api", id=api.id))
        (event,) = await events(here.room, before)
        assert (event.kind, event.summary) == (
            "repository.gone",
            "is evil/api now, which no source watches",
        )


async def test_what_settings_no_longer_want_is_let_go(yard: Yard) -> None:
    api = Teller("acme/api")
    narrow = ACME.model_copy(update={"exclude": ("acme/api",)})
    async with told(yard) as here:
        await here.begin(api)
    async with told(yard, narrow) as again:
        assert (await again.sweep(source=narrow)).missing == (api.id,)
        await again.look(api, source=narrow)
        assert again.room.rows() == []


async def test_two_sources_that_see_the_same(yard: Yard) -> None:
    app = GithubSource(kind="github", app_id="7")
    api = Teller("acme/api")
    async with told(yard, ACME, app) as here:
        await here.begin(api)
        await here.begin(api, source=app)
        assert here.row("acme/api").repository.sources == (ACME.key, app.key)
        await here.sweep()
        await here.look(gone=(api.id,))
        row = here.row("acme/api")
        assert (row.repository.sources, row.repository.state) == (
            (app.key,),
            RepositoryState.KNOWN,
        )
        assert isinstance(row.snapshot.settings, HostSettings)


async def test_a_look_that_could_not_tell_is_unknown_and_keeps_the_name(yard: Yard) -> None:
    api = Teller("acme/Api", id="R_1")
    async with told(yard) as here:
        await here.begin(api)
        api.name = "acme/Renamed"
        await here.sweep(api)
        here.clock.forward(seconds=1)
        nothing = Unknown(at=here.clock.now, source=ACME.key, reason="it took too long")
        look = api.look(here.clock.now)
        before = await last(here.room)
        broken = HostLooks({"R_1": look.__class__(nothing, look.settings, nothing, nothing)})
        await record_looks(here.room, ACME, broken)
        (event,) = await events(here.room, before)
        assert (event.kind, event.data["reason"]) == ("observation.failed", "it took too long")
        row = here.row("acme/renamed")
        assert (row.name, row.snapshot.remote) == ("acme/Renamed", nothing)
        assert here.room.trust.of(row) == "unknown"
        here.clock.forward(seconds=1)
        await here.look(api)
        assert isinstance(here.row("acme/renamed").snapshot.remote, Remote)
        again = await kinds(here.room, event.id)
        assert again == [("observation.recovered", "acme/Renamed")]


async def test_a_failed_look_leaves_everything_as_it_was(yard: Yard) -> None:
    api = Teller("acme/api")
    async with told(yard) as here:
        await here.begin(api)
        known, before = here.row("acme/api").snapshot, await last(here.room)
        await record_looks(here.room, ACME, HostLooks(failed={api.id: "HTTP 502"}))
        assert here.row("acme/api").snapshot == known
        assert await last(here.room) == before


async def test_runs_of_a_look_are_kept(yard: Yard) -> None:
    api = Teller("acme/api")
    async with told(yard) as here:
        await here.begin(api)
        run = CiRun(
            host="github.com",
            number=7,
            workflow="ci",
            head="a" * 40,
            status="done",
            conclusion="success",
            created_at=here.clock.now,
            updated_at=here.clock.now,
        )
        look = api.look(here.clock.now)
        ci = look.ci.model_copy(update={"runs": (run,)})
        looks = HostLooks({api.id: look.__class__(look.remote, look.settings, ci, look.paths)})
        await record_looks(here.room, ACME, looks)
        async with here.room.store.read() as connection:
            (kept,) = await newest_ci_runs(connection, None)
        assert (kept.repository, kept.run) == ("github.com/acme/api", run)


async def test_names_that_differ_in_case_are_one_repository(yard: Yard) -> None:
    async with told(yard) as here:
        await here.begin(Teller("acme/API", id="R_1"))
        await here.sweep(Teller("Acme/api", id="R_1"))
        (row,) = here.room.rows()
        assert (row.name, row.repository.key) == ("Acme/api", "github.com/acme/api")
        assert row.repository.also == ()


async def test_hundreds_are_recorded_in_batches(yard: Yard) -> None:
    fleet = [Teller(f"acme/r{number:03}") for number in range(250)]
    async with told(yard) as here:
        await here.begin(*fleet)
        assert len(here.room.rows()) == 250
        assert here.room.trust.coverage(here.room.rows()).fresh == 250


async def test_deleted_and_made_anew_under_the_same_name(yard: Yard) -> None:
    old, new = Teller("acme/api", id="R_1"), Teller("acme/api", id="R_2")
    async with told(yard) as here:
        await here.begin(old)
        assert (await here.sweep(new)).missing == ("R_1",)
        before = await last(here.room)
        await here.look(new, gone=("R_1",))
        (row,) = here.room.rows()
        assert (row.name, row.repository.host_id) == ("acme/api", "R_2")
        assert row.repository.key == "github.com/acme/api#R_2"
        assert "repository.gone" in [kind for kind, _ in await kinds(here.room, before)]
