from datetime import date
from typing import Any

import pytest
from tests.store.samples import MINUTE, NOW, finding, fleet

from opsroom.model.finding import FindingState, KeptFinding, Suppression, Vulnerability
from opsroom.store.database import Store
from opsroom.store.findings import (
    find,
    load_about,
    load_findings,
    load_standing,
    save_findings,
)
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


def flaw(mark: str, package: str = "pkg:npm/web", **life: object) -> KeptFinding:
    """A finding about a package, with all that it can say."""
    kept = finding("vulnerable-dependency", mark, **life)
    told = Vulnerability(
        id="CVE-2026-1",
        aliases=("GHSA-1",),
        package=package,
        version="1.0",
        fixed="1.1",
        direct=False,
        dev=True,
        exploited=date(2026, 1, 2),
        likely=0.25,
    )
    about = {"scanner": "dependencies", "advisory": told}
    return kept.model_copy(update={"finding": kept.finding.model_copy(update=about)})


QUIET = Suppression(
    reason="not \x00 reached", by="ada", at=NOW, until=NOW + MINUTE, condition={"fixed": ""}
)


async def test_what_is_said_of_packages_and_suppressions_comes_back(store: Store) -> None:
    one, two = await repositories(store, 2)
    kept = {
        one: [flaw("1a", state=FindingState.SUPPRESSED, suppression=QUIET)],
        two: [flaw("2a"), flaw("2b", "pkg:npm/other")],
    }
    async with store.write() as connection:
        await save_findings(connection, kept)
    async with store.read() as connection:
        assert await load_findings(connection) == kept
        about = await load_about(connection, "dependencies", ["pkg:npm/web", "pkg:npm/none"])
        assert about == {one: kept[one], two: kept[two][:1]}
        assert await load_about(connection, "host", ["pkg:npm/web"]) == {}
        only = await load_about(connection, "dependencies", ["pkg:npm/web"], [two])
        assert only == {two: kept[two][:1]}
        assert await find(connection, "finding_2b") == ("github.com/acme/r00001", kept[two][1])
        assert await find(connection, "finding_none") is None


async def test_a_fleet_in_memory_leaves_out_what_scanners_saw_mended(store: Store) -> None:
    (one,) = await repositories(store, 1)
    over: dict[str, Any] = {"state": FindingState.FIXED, "closed_at": NOW}
    check, open_ = finding("no-remote", "1a", **over), flaw("1b")
    fixed, host = flaw("1c", **over), flaw("1d", **over)
    host = host.model_copy(update={"finding": host.finding.model_copy(update={"scanner": "host"})})
    async with store.write() as connection:
        await save_findings(connection, {one: [check, open_, fixed, host]})
    async with store.read() as connection:
        assert await load_standing(connection, [one]) == {one: [check, open_, host]}
