"""How far scanners looked, in what is told of one repository and of all."""

import pytest
from tests.operations.rooms import Yard
from tests.operations.scans.fleet import (
    COMMIT,
    depend,
    flaw,
    fleet_of,
    has_advisories,
    hit,
    look,
    package,
    row,
)

from opsroom.errors import UsageError
from opsroom.model.severity import Severity
from opsroom.operations import ids
from opsroom.operations.completion import complete
from opsroom.operations.findings.one import finding
from opsroom.operations.overview import detail, summary
from opsroom.operations.repository import repository_health
from opsroom.operations.status import fleet_status

pytestmark = pytest.mark.anyio


async def test_one_repository_says_which_scanner_looked_at_what(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        bare = await repository_health(room, "acme/api", 4000)
        assert bare.unlooked == ["no scanner has looked at it yet"]
        assert [each.arguments for each in bare.next if each.tool == "scan"] == [
            {"where": "repo:acme/api"}
        ]
        has_advisories(room, flaw())
        await depend(room, package("web"))
        await look(room, hit(severity=Severity.HIGH), files=3)
        await look(room, scanner="secrets", reason="secrets took longer than 180 s")
        told = await repository_health(room, "acme/api", 4000)
        looks = {each.scanner: each for each in told.scans}
        assert (looks["ruff"].commit, looks["ruff"].files) == (COMMIT, 3)
        assert looks["secrets"].reason == "secrets took longer than 180 s"
        assert told.unlooked[0].startswith("secrets: ")
        assert "Not looked at: secrets: secrets took longer" in told.reading()
        by_rule = {each.rule: each for each in told.findings}
        assert by_rule["ruff/S307"].scanner == "ruff"
        assert not [each for each in told.next if each.tool == "scan"]
        exposed = next(each for each in told.findings if each.scanner == "dependencies")
        assert exposed.fixed == "1.0.1"
        one = await detail(room, "acme/api")
        shown = next(each for each in one.findings if each.id == exposed.id)
        assert (shown.fixed, shown.scanner) == ("1.0.1", "dependencies")
        assert (shown.package, shown.advisory) == ("npm/web", "CVE-2026-1")
        assert {each.scanner for each in one.scans} >= {"ruff", "secrets"}
        assert one.unlooked == told.unlooked


async def test_the_worst_finding_leads_to_who_else_has_it(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, hit(severity=Severity.CRITICAL))
        told = await repository_health(room, "acme/api", 4000)
        (call,) = (each for each in told.next if each.tool == "findings")
        assert call.arguments == {"where": "rule:ruff/S307 -repo:acme/api"}


async def test_short_answers_keep_findings_before_looks(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        for number in range(12):
            await look(room, hit(), scanner=f"scanner-{number}")
        told = await repository_health(room, "acme/api", 800)
        assert told.tokens <= 800
        assert told.findings


async def test_the_fleet_says_the_share_that_was_scanned(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api", "acme/web") as room:
        before = await fleet_status(room, "", 2000)
        assert before.scans.never == 2
        assert "scanned" not in before.reading(), "where nobody scans there is nothing to say"
        await look(room)
        room._memory.clear()  # pyright: ignore[reportPrivateUsage]  # of whole answers
        told = await fleet_status(room, "", 2000)
        assert (told.scans.asked, told.scans.never) == (2, 1)
        assert "of 2 repositories scanned" in told.reading()
        numbers = await summary(room)
        assert numbers.scans == told.scans
        assert numbers.scanned == told.scans.share


async def test_ids_of_findings_are_completed(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, hit("a"), hit("b"))
        known = sorted(each.finding.id for each in row(room).findings)
        assert await complete(room, "finding", "", {}) == known
        assert await complete(room, "id", known[0], {}) == known[:1]
        assert await complete(room, "finding", "zzz", {}) == []


async def test_an_id_of_the_wrong_kind_leads_to_the_right_call(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, hit())
        known = next(each.finding.id for each in row(room).findings)
        with pytest.raises(UsageError) as caught:
            ids.refuse(room.rows(), known)
        assert f"opsroom://findings/{known}" in str(caught.value)
        with pytest.raises(UsageError) as caught:
            ids.refuse(room.rows(), "finding_0000000000000000")
        assert [each.tool for each in caught.value.calls] == ["findings"]
        with pytest.raises(UsageError) as caught:
            await finding(room, "run_0123")
        assert [each.tool for each in caught.value.calls] == ["run_status"]
