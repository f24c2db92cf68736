"""Sources that lie in one another, and sources of which nothing can be seen."""

import shutil
from pathlib import Path
from typing import NoReturn

import anyio
import pytest
from tests.operations.rooms import Yard, kinds, last, look_over, opened, unhealthy

from opsroom.errors import ObservationError, UsageError
from opsroom.operations.changes import changes_since
from opsroom.operations.journal import newest
from opsroom.operations.monitors import files
from opsroom.operations.overview import overview, summary
from opsroom.operations.repository import repository_health
from opsroom.operations.status import fleet_status
from opsroom.settings import DirectorySource, Settings

pytestmark = pytest.mark.anyio


def over(yard: Yard, folder: Path) -> Settings:
    source = DirectorySource(kind="directory", path=folder)
    return yard.settings().model_copy(update={"sources": (source,)})


@pytest.mark.parametrize("where", ["inside", "around", "link"])
async def test_a_source_in_around_or_linked_to_another_sees_what_is_there(
    yard: Yard, where: str, tmp_path: Path
) -> None:
    clone = yard.clone("api")
    yard.clone("web")
    link = tmp_path / "link"
    link.symlink_to(yard.code)
    folder, count = {
        "inside": (clone, 1),
        "around": (yard.code.parent, 2),
        "link": (link, 2),
    }[where]
    async with opened(yard.settings()) as owner, opened(over(yard, folder)) as room:
        await look_over(owner)
        await look_over(room)
        status = await fleet_status(room, "", 4000)
        assert status.coverage.asked == status.coverage.fresh == count
        assert (await repository_health(room, str(clone), 4000)).repository == "local/api"


async def test_what_a_lost_source_held_is_never_green(yard: Yard) -> None:
    yard.clone("api", "https://github.com/acme/api.git")
    async with opened(yard.settings()) as room:
        await look_over(room)
        assert (await fleet_status(room, "", 4000)).counts.green == 1
        yard.code.rename(yard.code.with_name("elsewhere"))
        await look_over(room)
        status = await fleet_status(room, "", 4000)
        assert (status.counts.green, status.counts.unknown) == (0, 1)
        assert status.coverage.fresh == 0
        assert status.problems
        yard.code.with_name("elsewhere").rename(yard.code)
        await look_over(room)
        assert (await fleet_status(room, "", 4000)).counts.green == 1


async def test_an_id_of_another_kind_says_which_call_would_work(yard: Yard) -> None:
    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        (row,) = room.rows()
        finding = row.findings[0].finding.id
        with pytest.raises(UsageError, match="is a finding") as refused:
            await repository_health(room, finding, 2000)
        assert refused.value.calls[0].arguments == {"repository": "local/api"}
        with pytest.raises(UsageError, match="id of a plan"):
            await repository_health(room, "plan_1234", 2000)


async def test_a_filter_lists_the_healthy_and_says_what_is_not_known(yard: Yard) -> None:
    yard.clone("api", "https://github.com/acme/api.git")
    async with opened(yard.settings()) as room:
        await look_over(room)
        listed = await fleet_status(room, "repo:acme/*", 4000)
        assert [each.repository for each in listed.worst] == ["acme/api"]
        blind = await fleet_status(room, "ci:failing", 4000)
        assert "ci is unknown for 1 of 1" in blind.note
        assert "nothing matches" in blind.note


async def test_a_deleted_clone_is_gone_and_nothing_has_failed(yard: Yard) -> None:
    clone = yard.clone("api")
    yard.clone("web")
    async with opened(yard.settings()) as room:
        await look_over(room)
        before = await last(room)
        shutil.rmtree(clone)
        await room.lookout.look([str(clone)])
        assert await kinds(room, before) == []
        await look_over(room)
        assert await kinds(room, before) == [("repository.gone", "local/api")]


async def test_watching_is_tried_again_where_the_machine_refused_it(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    def refused(*_: object) -> NoReturn:
        nonlocal tries
        tries += 1
        raise ObservationError("no watches are left")

    monkeypatch.setattr(files, "watch", refused)
    monkeypatch.setattr(files, "RETRY", 0.0)
    yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        with anyio.move_on_after(2):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(files.run, room)
                while tries < 3:
                    await anyio.sleep(0.01)
                tasks.cancel_scope.cancel()
    assert tries >= 3


async def test_a_moved_clone_says_only_that_it_moved(yard: Yard) -> None:
    clone = yard.clone("api", "https://github.com/acme/api.git")
    unhealthy([clone])
    async with opened(yard.settings()) as room:
        await look_over(room)
        before = await last(room)
        (yard.code / "apis").mkdir()
        clone.rename(yard.code / "apis/api")
        await look_over(room)
        told = await changes_since(room, str(before), 4000)
        assert {change.kind for change in told.events} == {"repository.changed"}


async def test_every_answer_counts_a_place_that_could_not_be_looked_into(yard: Yard) -> None:
    yard.clone("api")
    (yard.code / "broken").mkdir()
    (yard.code / "broken/.git").write_text("nonsense")
    async with opened(yard.settings()) as room:
        await look_over(room)
        for answer in (
            await fleet_status(room, "", 4000),
            await overview(room, ""),
            await summary(room),
            await newest(room, 50),
            await changes_since(room, "24h", 4000),
        ):
            assert (answer.coverage.asked, answer.coverage.unknown) == (2, 1), type(answer)
