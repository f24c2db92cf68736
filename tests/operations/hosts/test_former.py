"""Clones under names that a host no longer lists, and what it says became of those."""

from dataclasses import dataclass, field

import anyio
import pytest
from tests.hub import SmallHub
from tests.operations.hosts.tellers import ACME, Teller, Told, told
from tests.operations.hosts.worlds import settings, source, until, watch_of, watching
from tests.operations.rooms import QUICK, Yard, events, kinds, last, look_over

from opsroom.clients.host import HostError, Named, Resolved
from opsroom.demo.github.acts.repositories import delete_repository, rename, transfer
from opsroom.model.finding import FindingState
from opsroom.model.repository import RepositoryState
from opsroom.operations.fleet import Row
from opsroom.operations.hosts import former
from opsroom.operations.hosts.joining import record_resolved
from opsroom.operations.room import Room
from opsroom.settings import DirectorySource

pytestmark = pytest.mark.anyio

HOST = "http://github.test"
OLD = "git@github.com:Acme/Old.git"


def rules(row: Row) -> dict[str, str]:
    return {each.finding.rule: each.finding.message for each in row.findings}


async def resolve(here: Told, **where: object) -> None:
    asked = {"github.com/acme/old": "Acme/Old"}
    await record_resolved(here.room, ACME, asked, Resolved(**where))  # type: ignore[arg-type]  # fields of Resolved


async def test_a_clone_under_a_former_name_moves_to_its_repository(yard: Yard) -> None:
    clone = yard.clone("old", OLD)
    (clone / "notes.txt").write_text("not tracked\n")
    async with told(yard, code=yard.code) as here:
        await look_over(here.room)
        await here.begin(Teller("acme/new", id="R_1"))
        was = here.row("acme/old")
        assert "untracked-files" in rules(was)
        before = await last(here.room)
        here.clock.forward(hours=1)
        await resolve(here, to={"Acme/Old": Named("R_1", "acme/new")})
        (row,) = here.room.rows()
        assert (row.name, row.snapshot.path) == ("acme/new", str(clone))
        assert row.repository.also == ("github.com/acme/old",)
        assert row.repository.sources == (f"directory:{yard.code}", ACME.key)
        assert "acme/new now: https://github.com/acme/new" in rules(row)["remote-mismatch"]
        assert "extra-clone" not in rules(row)
        kept = next(each for each in row.findings if each.finding.rule == "untracked-files")
        first = next(each for each in was.findings if each.finding.rule == "untracked-files")
        assert (kept.opened_at, kept.baseline) == (first.opened_at, first.baseline)
        told_of = await events(here.room, before)
        assert [each.summary for each in told_of if each.repository == "Acme/Old"] == [
            "its last clone here is acme/new now"
        ]
        opened = [each for each in told_of if each.kind == "finding.opened"]
        assert [each.data["rule"] for each in opened] == ["remote-mismatch"]
        moved = [each for each in told_of if each.kind == "repository.changed"]
        assert [each.repository for each in moved] == ["acme/new"]

        before = await last(here.room)
        yard.commit(clone)
        await look_over(here.room)
        yard.clone("another", OLD)
        await look_over(here.room)
        (row,) = here.room.rows()
        assert len(row.snapshot.clones) == 2
        assert ("repository.gone", "Acme/Old") not in await kinds(here.room, before)


async def test_a_suppressed_finding_stays_suppressed(yard: Yard) -> None:
    clone = yard.clone("old", OLD)
    (clone / "notes.txt").write_text("not tracked\n")
    async with told(yard, code=yard.code) as here:
        await look_over(here.room)
        await here.begin(Teller("acme/new", id="R_1"))
        await suppress(here.room, here.row("acme/old"), "untracked-files")
        await resolve(here, to={"Acme/Old": Named("R_1", "acme/new")})
        (row,) = here.room.rows()
        assert "untracked-files" not in rules(row)
        states = {each.finding.rule: each.state for each in row.kept}
        assert states["untracked-files"] is FindingState.SUPPRESSED


async def suppress(room: Room, row: Row, rule: str) -> None:
    from opsroom.store.findings import save_findings
    from opsroom.store.meta import next_revision
    from opsroom.store.snapshots import save_snapshots

    kept = next(each for each in row.kept if each.finding.rule == rule)
    quiet = kept.model_copy(update={"state": FindingState.SUPPRESSED})
    async with room.store.write() as connection:
        revision = await next_revision(connection)
        ids = await save_snapshots(connection, [row.snapshot], revision, room.now())
        await save_findings(connection, {ids[row.repository.key]: [quiet]})
    await room.refresh()


async def test_another_repository_takes_the_former_name(yard: Yard) -> None:
    """A push to the remote of the clone would reach that one."""
    clone = yard.clone("old", OLD)
    new = Teller("acme/new", id="R_1")
    async with told(yard, code=yard.code) as here:
        await look_over(here.room)
        await here.begin(new)
        await resolve(here, to={"Acme/Old": Named("R_1", "acme/new")})
        await here.sweep(new, Teller("acme/old", id="R_2"))
        yard.commit(clone)
        await look_over(here.room)
        assert here.row("acme/old").repository.host_id == "R_2"
        assert here.row("acme/old").snapshot.path == str(clone)
        assert here.row("acme/new").snapshot.clones == ()


async def test_nobody_asked_yet_is_unknown_and_nowhere_is_extra(yard: Yard) -> None:
    yard.clone("old", OLD)
    async with told(yard, code=yard.code) as here:
        await look_over(here.room)
        await here.begin(Teller("acme/new"))
        yard.commit(yard.code / "old")
        await look_over(here.room)
        assert "extra-clone" not in rules(here.row("acme/old"))
        await resolve(here, failed={"Acme/Old": "no permission"})
        assert here.row("acme/old").snapshot.whereabouts is None
        before = await last(here.room)
        await resolve(here, nowhere=frozenset({"Acme/Old"}))
        assert "or hides it" in rules(here.row("acme/old"))["extra-clone"]
        revision = here.room.fleet.revision
        await resolve(here, nowhere=frozenset({"Acme/Old"}))
        assert here.room.fleet.revision == revision
        assert "repository.gone" not in [kind for kind, _ in await kinds(here.room, before)]
        await here.sweep(Teller("acme/new"), Teller("acme/old"))
        row = here.row("acme/old")
        assert row.snapshot.whereabouts is None, "it is listed now"
        assert (row.repository.host_id, len(row.snapshot.clones)) == ("R_acme/old", 1)


async def test_what_lives_where_nobody_watches_is_said_to_and_is_no_extra(yard: Yard) -> None:
    yard.clone("old", OLD)
    async with told(yard, code=yard.code) as here:
        await look_over(here.room)
        await here.begin(Teller("acme/new"))
        await resolve(here, to={"Acme/Old": Named("R_9", "kim/Mine")})
        found = rules(here.row("acme/old"))
        assert "extra-clone" not in found
        assert "is kim/Mine now, which nothing here watches" in found["remote-mismatch"]
        assert "https://github.com/kim/Mine" in found["remote-mismatch"]
        await resolve(here, to={"Acme/Old": Named("R_9", "Acme/Old")})
        assert here.row("acme/old").snapshot.whereabouts is not None, "a sweep will list it"
        assert here.row("acme/old").repository.state is RepositoryState.KNOWN


@dataclass
class Asked:
    """What a watch asks of its host, and what of that fails."""

    names: list[str] = field(default_factory=list[str])
    fails: bool = False


@pytest.fixture
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(former, "EVERY", 0.05)
    monkeypatch.setattr(former, "AGAIN", 0.1)


@pytest.mark.usefixtures("quickly")
async def test_a_watch_asks_what_became_of_names_once(hub: SmallHub, yard: Yard) -> None:
    rename(hub.world, hub.repository("acme/api"), "server", hub.kim)
    transfer(hub.world, hub.repository("acme/web"), hub.kim, hub.kim)
    delete_repository(hub.world, hub.repository("acme/empty"), hub.kim)
    for name in ("api", "web", "empty"):
        yard.clone(name, f"{HOST}/acme/{name}.git")
    yard.clone("elsewhere", "https://gitlab.test/acme/elsewhere.git")
    folder = DirectorySource(kind="directory", path=yard.code)
    async with watching(settings(yard.home, source(), folder, watch=QUICK)) as room:  # type: ignore[arg-type]  # a folder is a source too

        def settled() -> bool:
            rows = {each.name: each for each in room.rows()}
            return {"acme/server", "acme/web", "acme/empty"} <= rows.keys() and all(
                (
                    rows["acme/server"].snapshot.clones,
                    rows["acme/web"].snapshot.whereabouts,
                    rows["acme/empty"].snapshot.whereabouts,
                )
            )

        await until(settled, room)
        rows = {each.name: each for each in room.rows()}
        assert "acme/api" not in rows
        assert "extra-clone" in rules(rows["acme/empty"])
        assert "kim/web now" in rules(rows["acme/web"])["remote-mismatch"]
        assert "extra-clone" not in rules(rows["acme/web"])
        assert "acme/server now" in rules(rows["acme/server"])["remote-mismatch"]
        asked = Asked()
        watch = watch_of(room)
        found = watch.host.resolve

        async def counted(names: list[str], **more: object) -> Resolved:
            asked.names += names
            if asked.fails:
                raise HostError("github.test answered 502")
            return await found(names, **more)  # type: ignore[arg-type]  # as it is asked

        watch.host.resolve = counted  # type: ignore[method-assign,assignment]  # counted
        await anyio.sleep(0.3)
        assert asked.names == []
        asked.fails = True
        yard.clone("late", f"{HOST}/acme/late.git")
        await until(lambda: "acme/late" in asked.names, room)
        assert watch.room.row("acme/late").snapshot.whereabouts is None
        asked.fails = False
        await until(lambda: watch.room.row("acme/late").snapshot.whereabouts is not None, room)
        assert set(asked.names) == {"acme/late"}
        hub.create("acme/new", {"a.txt": "a\n"})
        watch.sweep_soon(whole=True)
        await until(lambda: "acme/web" in asked.names, room)
