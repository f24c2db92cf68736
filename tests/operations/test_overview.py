from datetime import UTC, datetime, timedelta

import pytest
from tests.operations.rooms import Clock, Yard, look_over, opened, unhealthy

from opsroom.errors import NotFound, UsageError
from opsroom.model.facts import Unknown
from opsroom.model.health import Grade
from opsroom.model.snapshot import Refs, Worktree
from opsroom.operations import overview as views
from opsroom.operations.overview import detail, overview, summary

pytestmark = pytest.mark.anyio


async def test_a_tile_tells_how_a_work_tree_stands(yard: Yard) -> None:
    api = yard.clone("api")
    (api / "README.md").write_text("changed\n")
    (api / "new.txt").write_text("new\n")
    (api / "LICENSE").write_text("other\n")
    async with opened(yard.settings()) as room:
        await look_over(room)
        (tile,) = (await overview(room, "")).repositories
    assert (tile.name, tile.path, tile.url) == ("local/api", str(api), None)
    assert (tile.branch, tile.changes, tile.untracked) == ("main", 2, 1)
    assert (tile.ahead, tile.behind) == (None, None)
    assert tile.committed_at
    assert tile.findings
    assert tile.freshness == "fresh"


async def test_the_worst_come_first(yard: Yard) -> None:
    for name in ("a", "b", "c"):
        yard.clone(name)
    unhealthy([yard.code / "b"])
    (yard.code / "c/.git/index").write_bytes(b"no index")
    async with opened(yard.settings()) as room:
        await look_over(room)
        tiles = (await overview(room, "")).repositories
    ranks = [tile.grade.rank for tile in tiles]
    assert ranks == sorted(ranks, reverse=True)
    assert tiles[0].grade is Grade.UNKNOWN
    assert (tiles[0].name, tiles[0].score, tiles[0].changes) == ("local/c", None, None)


async def test_what_cannot_be_observed_is_unknown_and_never_green(yard: Yard) -> None:
    (yard.clone("api") / ".git/index").write_bytes(b"no index")
    async with opened(yard.settings()) as room:
        await look_over(room)
        fleet = await overview(room, "")
        one = await detail(room, "api")
        numbers = await summary(room)
    assert fleet.coverage.unknown == numbers.unknown == 1
    assert (one.grade, one.score, one.freshness) == (Grade.UNKNOWN, None, "unknown")
    assert one.unknown
    (clone,) = one.clones
    (tree,) = clone.worktrees
    assert isinstance(tree, Unknown)
    assert tree.reason
    assert isinstance(clone.refs, Refs)


async def test_facts_grow_old(yard: Yard) -> None:
    clock = Clock()
    clock.now = datetime.now(UTC)
    yard.clone("api")
    async with opened(yard.settings(), clock=clock) as room:
        await look_over(room)
        clock.forward(days=1)
        fleet = await overview(room, "")
        one = await detail(room, "api")
    assert fleet.coverage.stale == 1
    assert fleet.repositories[0].freshness == one.freshness == "stale"
    looked = fleet.repositories[0].at
    assert looked
    assert timedelta(hours=23) < clock.now - looked < timedelta(hours=25)


async def test_a_filter_narrows_and_is_given_back_in_its_normal_form(yard: Yard) -> None:
    yard.clone("api", "https://git.example.org/acme/api.git")
    yard.clone("notes")
    async with opened(yard.settings()) as room:
        await look_over(room)
        fleet = await overview(room, " OWNER:acme ")
        numbers = await summary(room, "owner:acme")
        with pytest.raises(UsageError, match="helth"):
            await overview(room, "helth:red")
        with pytest.raises(UsageError, match="helth"):
            await summary(room, "helth:red")
    assert [tile.name for tile in fleet.repositories] == ["acme/api"]
    assert (fleet.where, fleet.coverage.asked, numbers.repositories) == ("owner:acme", 1, 1)


async def test_what_is_outside_the_scope_does_not_exist(yard: Yard) -> None:
    yard.clone("api", "https://git.example.org/acme/api.git")
    yard.clone("notes")
    async with opened(yard.settings(), scope="owner:acme") as room:
        await look_over(room)
        assert [tile.name for tile in (await overview(room, "")).repositories] == ["acme/api"]
        assert (await summary(room)).repositories == 1
        with pytest.raises(NotFound):
            await detail(room, "local/notes")


async def test_the_cursor_is_from_before_the_rows(yard: Yard) -> None:
    """Who follows from it misses nothing that the rows don't show."""
    api = yard.clone("api")
    async with opened(yard.settings()) as room:
        await look_over(room)
        before = await overview(room, "")
        yard.commit(api)
        await look_over(room)
        after = await overview(room, "")
    assert int(before.cursor.split("-")[0]) < int(after.cursor.split("-")[0])
    assert before.repositories[0].committed_at != after.repositories[0].committed_at


async def test_no_source_and_no_look_are_told_apart(yard: Yard) -> None:
    yard.clone("api")
    settings = yard.settings()
    async with opened(settings) as room:
        fleet = await overview(room, "")
        assert (fleet.sources, fleet.looking, fleet.repositories) == (1, 1, [])
        await look_over(room)
        assert (await overview(room, "")).looking == 0
    async with opened(settings.model_copy(update={"sources": ()})) as room:
        fleet = await overview(room, "")
        assert (fleet.sources, fleet.looking) == (0, 0)
        assert "no source" in fleet.note


async def test_a_source_that_is_not_there_is_a_problem_and_no_look(yard: Yard) -> None:
    async with opened(yard.settings(yard.code / "nowhere")) as room:
        await look_over(room)
        fleet = await overview(room, "")
    assert fleet.looking == 0
    assert any("nowhere" in problem for problem in fleet.problems)


async def test_a_detail_is_bounded(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "MOST_BRANCHES", 2)
    monkeypatch.setattr(views, "MOST_FINDINGS", 1)
    api = yard.clone("api")
    for name in ("one", "two", "three"):
        yard.workshop.run(api, "branch", name)
    unhealthy([api])
    async with opened(yard.settings()) as room:
        await look_over(room)
        one = await detail(room, "api")
    refs = one.clones[0].refs
    assert isinstance(refs, Refs)
    assert (len(refs.branches), one.branches_omitted) == (2, 2)
    assert len(one.findings) == 1
    assert one.findings_omitted > 0


async def test_text_of_strangers_is_made_plain(yard: Yard) -> None:
    api = yard.clone("api")
    yard.workshop.run(api, "switch", "-q", "-c", "evil\u202ebranch\u200b")
    async with opened(yard.settings()) as room:
        await look_over(room)
        (tile,) = (await overview(room, "")).repositories
        one = await detail(room, "api")
    (tree,) = one.clones[0].worktrees
    assert isinstance(tree, Worktree)
    assert tile.branch == tree.branch == "evilbranch"
    assert "\u202e" not in one.model_dump_json()


async def test_a_finding_comes_with_its_fix(yard: Yard) -> None:
    unhealthy([yard.clone("api")])
    async with opened(yard.settings()) as room:
        await look_over(room)
        one = await detail(room, str(yard.code / "api/deep"))
    found = {finding.rule: finding for finding in one.findings}
    changed = found["uncommitted-changes"]
    assert changed.remediation
    assert changed.baseline, "there at the first look"
    assert {cost.rule for cost in one.costs} <= set(found)
    if one.score is not None:
        assert one.score == 100 - sum(cost.points for cost in one.costs)
