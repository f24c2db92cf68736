import pytest
from tests.store.samples import MINUTE, NOW, finding, fleet

from opsroom.model.finding import FindingState
from opsroom.store.database import Store
from opsroom.store.findings import load_findings, save_findings
from opsroom.store.snapshots import save_snapshots

pytestmark = pytest.mark.anyio


async def repositories(store: Store, count: int) -> list[int]:
    async with store.write() as connection:
        return list((await save_snapshots(connection, fleet(count), 1, NOW)).values())


async def test_findings_come_back_with_their_lives(store: Store) -> None:
    one, two = await repositories(store, 2)
    kept = {
        one: [finding("large-files", "1a", baseline=True), finding("no-remote", "1b")],
        two: [finding("no-remote", "2a", state=FindingState.FIXED, closed_at=NOW + MINUTE)],
    }
    async with store.write() as connection:
        await save_findings(connection, kept)
    async with store.read() as connection:
        assert await load_findings(connection) == kept
        assert await load_findings(connection, [two]) == {two: kept[two]}
        assert await load_findings(connection, states=[FindingState.OPEN]) == {one: kept[one]}
        assert await load_findings(connection, [], [FindingState.OPEN]) == {}


async def test_saving_again_overwrites_that_finding_alone(store: Store) -> None:
    (one,) = await repositories(store, 1)
    first, second = finding("large-files", "1a"), finding("no-remote", "1b")
    fixed = finding("large-files", "1a", state=FindingState.FIXED, closed_at=NOW)
    async with store.write() as connection:
        await save_findings(connection, {one: [first, second]})
        await save_findings(connection, {one: [fixed]})
    async with store.read() as connection:
        assert await load_findings(connection) == {one: [fixed, second]}


async def test_many_repositories_can_be_asked_for(store: Store) -> None:
    ids = await repositories(store, 700)
    kept = {number: [finding("no-remote", f"{number}")] for number in ids}
    async with store.write() as connection:
        await save_findings(connection, kept)
    async with store.read() as connection:
        some = await load_findings(connection, ids[:600])
    assert some == {number: kept[number] for number in ids[:600]}
