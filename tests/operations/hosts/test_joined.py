"""One repository in both worlds: its clones here, and its remote on a host."""

import pytest
from tests.operations.hosts.tellers import ACME, Teller, told
from tests.operations.rooms import Yard, events, kinds, last, look_over

from opsroom.model.host import Remote
from opsroom.model.repository import RepositoryState

pytestmark = pytest.mark.anyio

REMOTE = "git@github.com:Acme/API.git"


async def test_a_clone_and_its_remote_are_one_repository(yard: Yard) -> None:
    yard.clone("api", REMOTE)
    async with told(yard, code=yard.code) as here:
        await look_over(here.room)
        before = await last(here.room)
        await here.begin(Teller("acme/api"))
        (row,) = here.room.rows()
        assert row.snapshot.path == str(yard.code / "api")
        assert isinstance(row.snapshot.remote, Remote)
        assert row.repository.sources == (f"directory:{yard.code}", ACME.key)
        assert row.repository.host_id == "R_acme/api"
        opened = [kind for kind, _ in await kinds(here.room, before)]
        assert "repository.found" not in opened
        assert row.name == "acme/api", "as the host writes it"
        assert "repository.changed" not in opened, "which is no news"
        assert "finding.opened" not in opened, "a host's first look is no news"


async def test_the_other_way_round(yard: Yard) -> None:
    async with told(yard, code=yard.code) as here:
        await here.begin(Teller("acme/api"))
        before = await last(here.room)
        yard.clone("api", REMOTE)
        await look_over(here.room)
        (row,) = here.room.rows()
        assert isinstance(row.snapshot.remote, Remote)
        assert (row.name, len(row.snapshot.clones)) == ("acme/api", 1)
        assert ("repository.changed", "acme/api") in await kinds(here.room, before)


async def test_a_clone_that_still_has_the_old_name_and_one_that_has_the_new(yard: Yard) -> None:
    api = Teller("acme/api", id="R_1")
    async with told(yard, code=yard.code) as here:
        await here.begin(api)
        api.name = "acme/server"
        await here.sweep(api)
        yard.clone("old", REMOTE)
        yard.clone("new", "https://github.com/acme/server")
        await look_over(here.room)
        (row,) = here.room.rows()
        assert (row.name, len(row.snapshot.clones)) == ("acme/server", 2)
        assert row.repository.url == "https://github.com/acme/server"


async def test_a_clone_follows_its_name_to_a_new_repository(yard: Yard) -> None:
    """Its remote's URL is now another repository: that is what a push would reach."""
    clone = yard.clone("api", REMOTE)
    old = Teller("acme/api", id="R_1")
    async with told(yard, code=yard.code) as here:
        await look_over(here.room)
        await here.begin(old)
        old.name = "acme/old"
        await here.sweep(Teller("acme/api", id="R_2"), old)
        yard.commit(clone)
        await look_over(here.room)
        assert here.row("acme/api").repository.host_id == "R_2"
        assert len(here.row("acme/api").snapshot.clones) == 1
        left = here.row("acme/old")
        assert (left.snapshot.clones, left.repository.state) == ((), RepositoryState.KNOWN)


async def test_a_last_clone_that_vanishes_leaves_the_remote(yard: Yard) -> None:
    yard.clone("web")
    clone = yard.clone("api", REMOTE)
    async with told(yard, code=yard.code) as here:
        await look_over(here.room)
        await here.begin(Teller("acme/api"))
        before = await last(here.room)
        clone.rename(yard.code.parent / "elsewhere")
        await look_over(here.room)
        row = here.row("acme/api")
        assert (row.snapshot.clones, row.repository.state) == ((), RepositoryState.KNOWN)
        assert row.repository.sources == (ACME.key,)
        assert "repository.gone" not in [kind for kind, _ in await kinds(here.room, before)]


async def test_a_remote_that_vanishes_leaves_the_clone(yard: Yard) -> None:
    yard.clone("api", REMOTE)
    api = Teller("acme/api")
    async with told(yard, code=yard.code) as here:
        await look_over(here.room)
        await here.begin(api)
        before = await last(here.room)
        await here.sweep()
        await here.look(gone=(api.id,))
        row = here.row("acme/api")
        assert row.repository.state is RepositoryState.KNOWN
        assert row.snapshot.hosted == ()
        assert row.repository.sources == (f"directory:{yard.code}",)
        event = (await events(here.room, before))[-1]
        assert event.kind == "repository.changed"
        assert "github.com has it no more" in event.summary
        await here.sweep(api)
        assert here.row("acme/api").repository.host_id == api.id


async def test_archived_it_stays_so_when_its_clone_is_looked_at(yard: Yard) -> None:
    clone = yard.clone("api", REMOTE)
    async with told(yard, code=yard.code) as here:
        await look_over(here.room)
        await here.begin(Teller("acme/api", archived=True))
        yard.commit(clone)
        await look_over(here.room)
        row = here.row("acme/api")
        assert row.repository.state is RepositoryState.ARCHIVED
        assert isinstance(row.snapshot.remote, Remote)


async def test_a_gone_one_of_which_a_clone_turns_up(yard: Yard) -> None:
    api = Teller("acme/api")
    async with told(yard, code=yard.code) as here:
        await here.begin(api)
        await here.sweep()
        await here.look(gone=(api.id,))
        yard.clone("api", REMOTE)
        await look_over(here.room)
        row = here.row("acme/api")
        assert (row.repository.state, len(row.snapshot.clones)) == (RepositoryState.KNOWN, 1)
