"""What a scan does to the record: looks, findings, health and events, together."""

import pytest
from tests.judge.builders import alert, remote, security
from tests.operations.hosted import told
from tests.operations.rooms import Clock, Yard, events, kinds, last
from tests.operations.scans.fleet import (
    COMMIT,
    depend,
    flaw,
    fleet_of,
    has_advisories,
    hit,
    look,
    package,
    repository,
    row,
    scan,
)

from opsroom.model.finding import FindingState
from opsroom.model.health import Grade
from opsroom.model.limits import Override
from opsroom.model.scan import Skipped
from opsroom.model.severity import Severity
from opsroom.model.where import Where
from opsroom.operations.fleet import Fleet, Row
from opsroom.operations.room import Room
from opsroom.operations.scans.exposure import NO_DATA
from opsroom.operations.scans.looking import Seen
from opsroom.operations.scans.recording import ScanResult, record_scans
from opsroom.settings import CheckSetting
from opsroom.store.findings import load_findings

pytestmark = pytest.mark.anyio


def scanned(of: Row) -> dict[str, FindingState]:
    return {kept.finding.rule: kept.state for kept in of.kept if kept.finding.scanner}


async def test_a_first_look_is_backlog_and_kept(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        before = await last(room)
        health = row(room).health
        await look(room, hit(severity=Severity.CRITICAL))
        here = row(room)
        assert scanned(here) == {"ruff/S307": FindingState.OPEN}
        assert (here.health.grade, health.grade) == (Grade.RED, Grade.GREEN)
        assert [each.scanner for each in here.scans] == ["ruff"]
        assert await kinds(room, before) == [], "neither what was there nor its grade is news"


async def test_what_comes_and_goes_later_is_news(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room)
        before = await last(room)
        await look(room, hit(severity=Severity.HIGH))
        assert sorted(await kinds(room, before)) == [
            ("finding.opened", "acme/api"),
            ("repository.changed", "acme/api"),
        ]
        (opened,) = [e for e in await events(room, before) if e.kind == "finding.opened"]
        assert opened.data["key"] == "github.com/acme/api"
        between = await last(room)
        await look(room)
        assert ("finding.fixed", "acme/api") in await kinds(room, between)
        assert scanned(row(room)) == {}, "what is mended is not kept in memory"
        after = await last(room)
        await look(room, hit(severity=Severity.HIGH))
        assert ("finding.reopened", "acme/api") in await kinds(room, after)


async def test_the_same_look_twice_says_nothing(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, hit())
        before = await last(room)
        await look(room, hit())
        assert await kinds(room, before) == []


async def test_a_look_that_failed_changes_nothing_but_itself(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, hit())
        before, health = await last(room), row(room).health
        await look(room, reason="out of memory")
        here = row(room)
        assert scanned(here) == {"ruff/S307": FindingState.OPEN}
        assert (here.health, await kinds(room, before)) == (health, [])
        assert [each.reason for each in here.scans] == ["out of memory"]


async def test_new_rules_after_a_failure_are_a_baseline_too(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room)
        await look(room, reason="crashed", rules="2")
        before = await last(room)
        await look(room, hit(), rules="2")
        assert await kinds(room, before) == []
        await look(room, hit(), hit("exec(y)"), rules="2")
        assert ("finding.opened", "acme/api") in await kinds(room, before)


async def test_scanners_do_not_move_the_findings_of_others_nor_of_checks(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, hit())
        await look(room, hit("x", "zizmor/artipacked"), scanner="zizmor")
        await look(room, scanner="zizmor")
        assert scanned(row(room)) == {"ruff/S307": FindingState.OPEN}
        await told(room, repository("acme/api", remote=remote(id="acme/api", description="moved")))
        assert scanned(row(room)) == {"ruff/S307": FindingState.OPEN}
        assert any(cost.rule == "ruff/*" for cost in row(room).health.costs)


async def test_a_threat_lasts_while_it_is_there_and_an_event_for_ever(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, scanner="threats")
        appeared = hit("postinstall", "install-script-appeared")
        happened = hit("main", "force-push-over-history")
        await look(room, appeared, happened, scanner="threats")
        both = set(scanned(row(room)))
        before = await last(room)
        still = Seen(scans=[scan(room, "threats")], hits={"threats": ()})
        still.there["threats"] = (appeared, hit("other", "typosquat"))
        await record_scans(room, [ScanResult("github.com/acme/api", still)])
        assert set(scanned(row(room))) == both
        assert await kinds(room, before) == [], "what was there at the first look is no news either"
        await look(room, scanner="threats")
        assert set(scanned(row(room))) == {"force-push-over-history"}


async def test_a_never_scanned_repository_is_neither_punished_nor_unknown(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        here = row(room)
        assert (here.health.grade, here.scans) == (Grade.GREEN, ())
        assert not any("scan" in reason for reason in here.health.unknown)


async def test_settings_hold_for_scanners(yard: Yard) -> None:
    quiet = CheckSetting.model_validate({"rule": "ruff/*", "severity": "off"})
    async with fleet_of(yard, "acme/api") as room:
        await look(room, hit())
    async with fleet_of(yard, "acme/api", checks=(quiet,)) as room:
        assert room.limits.overrides == (Override(rule="ruff/*", severity=None),)
        before = await last(room)
        await look(room, hit())
        assert scanned(row(room)) == {}
        assert "finding.fixed" not in {kind for kind, _ in await kinds(room, before)}


async def test_vulnerable_packages_are_found_by_what_is_known(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api", "acme/web") as room:
        has_advisories(room, flaw("CVE-2026-1", aliases=("GHSA-1",)))
        await depend(room, package("web", direct=True, line=7), package("ui"))
        await depend(room, package("web", "1.0.1"), name="acme/web")
        (kept,) = [each for each in row(room).findings if each.finding.scanner]
        finding = kept.finding
        assert (finding.rule, finding.severity) == ("vulnerable-dependency", Severity.HIGH)
        assert finding.location == "package-lock.json:7"
        assert finding.advisory is not None
        assert (finding.advisory.version, finding.advisory.fixed) == ("1.0.0", "1.0.1")
        assert "fixed in 1.0.1" in finding.message
        assert scanned(row(room, "acme/web")) == {}
        assert matching(room, "advisory:ghsa-1") == ["acme/api"]
        assert matching(room, "-advisory:CVE-2026-1") == ["acme/web"]
        assert matching(room, "package:npm/ui") == ["acme/api"]
        assert matching(room, "package:pkg:npm/w*") == ["acme/api", "acme/web"]


def matching(room: Room, where: str) -> list[str]:
    wanted = Where.parse(where)
    return sorted(each.name for each in room.rows() if wanted.matches(each))


async def test_without_advisories_packages_are_unknown_never_clean(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api", "acme/web") as room:
        await depend(room, package("web"))
        (look_,) = row(room).scans
        assert look_.reason == NO_DATA
        assert matching(room, "advisory:unknown") == ["acme/api", "acme/web"]
        assert matching(room, "-advisory:CVE-1") == []
        assert matching(room, "package:npm/web") == ["acme/api"], "that it is used is known"
        assert matching(room, "-package:npm/x") == [], "there may be more than could be read"


async def test_what_no_source_was_asked_about_is_said(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room)
        await depend(room, package("web"), package("stranger"), package("stranger2"))
        (look_,) = row(room).scans
        assert look_.reason is None
        assert look_.skipped == (
            Skipped(reason="no advisories of npm were had", count=2, example="npm/stranger"),
        )


async def test_a_package_that_came_with_an_old_flaw_is_news(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw(name="log"))
        await depend(room, package("web"))
        before = await last(room)
        await depend(room, package("web"), package("log"), commit="d" * 40)
        assert ("finding.opened", "acme/api") in await kinds(room, before)


async def test_an_old_flaw_that_came_to_be_known_is_backlog(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room)
        await depend(room, package("web"))
        before = await last(room)
        has_advisories(room, flaw())
        await depend(room, package("web"), commit="d" * 40)
        assert scanned(row(room)) == {"vulnerable-dependency": FindingState.OPEN}
        assert await kinds(room, before) == []


async def test_a_manifest_that_can_no_longer_be_read_mends_nothing(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw())
        await depend(room, package("web"))
        await depend(room, path="other.json", unread={"package-lock.json": "in conflict"})
        assert scanned(row(room)) == {"vulnerable-dependency": FindingState.OPEN}
        await depend(room, path="other.json")
        assert scanned(row(room)) == {}


async def test_a_range_without_lock_leaves_a_finding_as_it_was(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw())
        await depend(room, package("web"))
        await depend(room, package("web", "", constraint="^1", direct=True), path="package.json")
        assert scanned(row(room)) == {"vulnerable-dependency": FindingState.OPEN}
        (look_,) = row(room).scans
        assert "no lockfile tells" in look_.skipped[0].reason


async def test_what_the_host_told_first_is_ours_now_and_no_news(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw(aliases=("GHSA-1",)))
        await depend(room, package("ui"))
        await told(room, repository("acme/api", security=security()))
        theirs = alert(package="pkg:npm/web", advisory="GHSA-1")
        await told(room, repository("acme/api", security=security(dependency=(theirs,))))
        assert [kept.finding.scanner for kept in row(room).findings] == ["host"]
        before, opened_at = await last(room), row(room).findings[0].opened_at
        await depend(room, package("web"), package("ui"))
        (kept,) = row(room).findings
        assert (kept.finding.scanner, kept.opened_at) == ("dependencies", opened_at)
        assert [kind for kind, _ in await kinds(room, before) if kind[:7] == "finding"] == []
        await depend(room, package("ui"))
        assert row(room).findings == (), "mended; what the host still says is not told again"


async def test_a_repository_that_went_meanwhile_is_left_out(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        gone = ScanResult("github.com/acme/gone", Seen(scans=[scan(room)], hits={"ruff": (hit(),)}))
        here = ScanResult("github.com/acme/api", Seen(scans=[scan(room)], hits={"ruff": (hit(),)}))
        await record_scans(room, [gone, here])
        async with room.store.read() as connection:
            assert len(await load_findings(connection)) == 1


async def test_two_processes_record_without_losing_anything(yard: Yard) -> None:
    clock = Clock()
    async with (
        fleet_of(yard, "acme/api", clock=clock) as one,
        fleet_of(yard, "acme/api", clock=clock) as two,
    ):
        await look(one, hit())
        await look(two, hit("x", "zizmor/artipacked"), scanner="zizmor")
        await look(two, hit())
        await one.refresh()
        wanted = {"ruff/S307": FindingState.OPEN, "zizmor/artipacked": FindingState.OPEN}
        assert scanned(row(one)) == scanned(row(two)) == wanted
        assert [each.scanner for each in row(one).scans] == ["ruff", "zizmor"]


async def test_a_fleet_that_is_read_anew_is_the_same(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw())
        await depend(room, package("web"))
        await look(room, hit())
        anew = Fleet()
        async with room.store.read() as connection:
            await anew.refresh(connection)
        again = anew.get("github.com/acme/api")
        assert again is not None
        here = row(room)
        assert (again.scans, again.kept, again.health) == (here.scans, here.kept, here.health)
        assert again.values("package") == frozenset({"npm/web"})
        assert again.kinds == frozenset({"javascript"})
        assert again.scans[0].commit == COMMIT
