from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
from tests.hub import SmallHub
from tests.operations.hosts.worlds import hub as hub
from tests.operations.hosts.worlds import settings, source, watch_of, watching
from tests.operations.rooms import Yard, opened

from opsroom.model.budget import Bucket, Budget
from opsroom.operations import budget as budgets
from opsroom.operations.budget import budget, is_low, low, noticed
from opsroom.operations.hosts.books import StoredBooks
from opsroom.settings import Settings

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def bucket(remaining: int | None, ours: int, limit: int | None = 5000) -> Bucket:
    ceiling = limit // 2 if limit else None
    return Bucket(name="graphql", limit=limit, remaining=remaining, ours=ours, ceiling=ceiling)


@pytest.mark.parametrize(
    ("remaining", "ours", "expected"),
    [
        (5000, 0, False),
        (4000, 1000, False),
        (3300, 1700, True),  # two thirds of our half are spent
        (1000, 0, True),  # others spent it
        (2000, 0, False),
        (0, 0, True),
        (None, 0, False),
    ],
)
def test_a_bucket_is_low_whoever_emptied_it(
    remaining: int | None, ours: int, expected: bool
) -> None:
    assert is_low(bucket(remaining, ours)) is expected


def test_a_host_without_limits_has_no_low_bucket() -> None:
    assert not is_low(bucket(None, 9_000, None))


async def test_the_report_says_what_was_spent_on_what_and_what_asking_costs(
    hub: SmallHub, yard: Yard
) -> None:
    async with watching(settings(yard.home)) as room:
        report = await budget(room)
        (host,) = report.hosts
        assert host.host == "github.test"
        assert host.sources == ["github:github.test/acme"]
        graphql = next(each for each in host.buckets if each.name == "graphql")
        assert graphql.limit == 5000
        assert graphql.ceiling == 2500
        assert graphql.ours >= 2
        assert not graphql.low
        assert {"sweep", "look"} <= {each.purpose for each in host.spent}
        assert {each.question for each in host.prices} >= {"sweep", "look", "alerts", "ci_runs"}
        assert host.cadence is not None
        assert host.why == "as the settings say (sweep_every)"
        told = report.reading()
        for words in ("github.test", "of 5000 left", "look", "would cost", "swept every"):
            assert words in told
        assert "ghp_kim" not in report.model_dump_json() + told


async def test_whoever_does_not_watch_reads_what_is_kept(hub: SmallHub, yard: Yard) -> None:
    async with watching(settings(yard.home)) as room:
        await StoredBooks(room.store).keep(watch_of(room).host.budget())
        async with opened(settings(yard.home)) as other:
            report = await budget(other)
            (host,) = report.hosts
            assert next(each for each in host.buckets if each.name == "graphql").ours >= 2
            assert host.prices == []
            assert host.cadence is None
            assert "another process" in host.why


async def test_without_a_host_there_is_no_budget(yard: Yard) -> None:
    async with opened(yard.settings()) as room:
        report = await budget(room)
        assert report.hosts == []
        assert "no source is of a host" in report.note
        assert "no source is of a host" in report.reading()


async def test_a_budget_is_told_anew_when_it_changed_noticeably(
    yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(budgets, "EVERY", 0.01)
    wanted = Settings(home=tmp_path / "store", sources=(source(),))
    async with opened(wanted) as room:
        books, told = StoredBooks(room.store), list[int]()

        async def keep(remaining: int, second: int) -> None:
            at = room.now() + timedelta(seconds=second)
            known = Budget(host="github.test", account="a", at=at, buckets=(bucket(remaining, 0),))
            await books.keep(known)
            await anyio.sleep(0.1)

        async def listen() -> None:
            async for _ in noticed(room):
                told.append(1)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listen)
            await keep(5000, 1)
            await keep(4900, 2)
            assert told == []
            await keep(4700, 3)
            assert told == [1]
            await keep(1200, 4)
            assert told == [1, 1]
            tasks.cancel_scope.cancel()
        assert "the budget of github.test (graphql) is low" in (await low(room))[0]
