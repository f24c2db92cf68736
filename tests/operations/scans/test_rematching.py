"""New advisories are matched with packages that are known; no repository is touched."""

from datetime import UTC, date, datetime, timedelta

import pytest
from tests.operations.rooms import Clock, Yard, events, kinds, last
from tests.operations.scans.fleet import (
    DATA,
    depend,
    flaw,
    fleet_of,
    has_advisories,
    package,
    row,
)

from opsroom.model.finding import FindingState, KeptFinding, Suppression
from opsroom.model.severity import Severity
from opsroom.operations.fleet import Row
from opsroom.operations.room import Room
from opsroom.operations.scans.rematching import rematch
from opsroom.store.findings import load_findings, save_findings
from opsroom.store.repositories import ids_of

pytestmark = pytest.mark.anyio

WEB = ["pkg:npm/web"]
NEW = DATA + timedelta(hours=8)


def flaws(of: Row) -> list[tuple[str, FindingState]]:
    return [(k.finding.advisory.id, k.state) for k in of.kept if k.finding.advisory]


async def test_a_new_advisory_is_news_where_it_holds(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api", "acme/web", "acme/ui") as room:
        has_advisories(room)
        await depend(room, package("web"), package("deep"))
        await depend(room, package("web", "1.0.1"), name="acme/web")
        await depend(room, package("ui"), name="acme/ui")
        await rematch(room, WEB)
        before = await last(room)
        has_advisories(room, flaw(at=NEW), at=NEW)
        assert await rematch(room, WEB) == 1
        assert flaws(row(room)) == [("CVE-2026-1", FindingState.OPEN)]
        assert ("finding.opened", "acme/api") in await kinds(room, before)
        assert {name for _, name in await kinds(room, before)} == {"acme/api"}
        assert row(room).health.score != row(room, "acme/web").health.score
        again = await last(room)
        await rematch(room, WEB)
        assert await kinds(room, again) == []


async def test_an_old_advisory_that_comes_late_is_backlog(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room)
        await depend(room, package("web"))
        await rematch(room, WEB)
        before = await last(room)
        has_advisories(room, flaw(at=DATA - timedelta(days=9)))
        await rematch(room, WEB)
        assert [kept.baseline for kept in row(room).findings] == [True]
        assert await kinds(room, before) == []


async def test_the_first_advisories_are_backlog_and_make_the_look_good(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api", "acme/ui") as room:
        await depend(room, package("web"))
        await depend(room, package("ui"), name="acme/ui")
        before = await last(room)
        has_advisories(room, flaw(at=NEW), at=NEW)
        await rematch(room, WEB)
        assert await kinds(room, before) == []
        assert flaws(row(room)) == [("CVE-2026-1", FindingState.OPEN)]
        for name in ("acme/api", "acme/ui"):
            (look,) = row(room, name).scans
            assert (look.reason, "osv" in look.data) == (None, True)


async def test_an_advisory_that_was_withdrawn_ends_its_finding(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw())
        await depend(room, package("web"))
        before = await last(room)
        room.advisories.add("osv", (), gone=["CVE-2026-1"])
        await rematch(room, WEB)
        assert flaws(row(room)) == []
        assert ("finding.fixed", "acme/api") in await kinds(room, before)


async def test_a_finding_about_another_package_is_left_alone(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw(), flaw("CVE-2026-2", "log"))
        await depend(room, package("web"), package("log"))
        room.advisories.add("osv", (), gone=["CVE-2026-1", "CVE-2026-2"])
        await rematch(room, WEB)
        assert flaws(row(room)) == [("CVE-2026-2", FindingState.OPEN)]


async def test_what_can_not_be_read_now_keeps_its_finding(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw())
        await depend(room, package("web"))
        await depend(room, path="other.json", unread={"package-lock.json": "in conflict"})
        await rematch(room, WEB)
        assert flaws(row(room)) == [("CVE-2026-1", FindingState.OPEN)]


async def suppress(room: Room) -> None:
    (kept,) = row(room).findings
    reason = Suppression(
        reason="not reached",
        by="ada",
        at=room.now(),
        condition={"fixed": "", "severity": "high", "exploited": ""},
    )
    quiet: KeptFinding = kept.model_copy(
        update={"state": FindingState.SUPPRESSED, "suppression": reason}
    )
    async with room.store.write() as connection:
        (number,) = (await ids_of(connection, ["github.com/acme/api"])).values()
        await save_findings(connection, {number: [quiet]})


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"fixed": "1.0.1"}, "version 1.0.1 mends it now"),
        ({"fixed": None, "severity": Severity.CRITICAL}, "it is critical now, and was high"),
        ({"fixed": None, "exploited": date(2026, 1, 30)}, "it is exploited since 2026-01-30"),
    ],
)
async def test_a_suppression_ends_when_its_advisory_says_more(
    yard: Yard, more: dict[str, object], why: str
) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw(fixed=None))
        await depend(room, package("web"))
        await suppress(room)
        await rematch(room, WEB)
        before = await last(room)
        assert flaws_in(await stored(room)) == {"CVE-2026-1": FindingState.SUPPRESSED}
        if "exploited" in more:
            exploits(room, "CVE-2026-1")
        else:
            has_advisories(room, flaw(**more), at=NEW)  # type: ignore[arg-type]  # as a test says
        await rematch(room, WEB)
        (told,) = [e for e in await events(room, before) if e.kind == "finding.reopened"]
        assert told.data["reason"] == why


def exploits(room: Room, name: str) -> None:
    from opsroom.model.advisory import Exploit

    found = {name: Exploit(exploited=date(2026, 1, 30))}
    room.advisories.put_exploits("kev", found, datetime(2026, 1, 31, tzinfo=UTC))


async def stored(room: Room) -> list[KeptFinding]:
    async with room.store.read() as connection:
        return [each for some in (await load_findings(connection)).values() for each in some]


def flaws_in(kept: list[KeptFinding]) -> dict[str, FindingState]:
    return {each.finding.advisory.id: each.state for each in kept if each.finding.advisory}


async def test_a_finding_goes_on_under_the_name_that_its_flaw_got(yard: Yard) -> None:
    clock = Clock()
    async with fleet_of(yard, "acme/api", clock=clock) as room:
        has_advisories(room, flaw("GHSA-aaaa-bbbb-cccc"))
        await depend(room, package("web"))
        (before,) = row(room).findings
        clock.forward(hours=1)
        again = flaw("GHSA-aaaa-bbbb-cccc", at=NEW, aliases=("CVE-2026-7",))
        has_advisories(room, again, at=NEW)
        await rematch(room, WEB)
        (after,) = row(room).findings
        assert after.finding.advisory is not None
        assert after.finding.advisory.id == "CVE-2026-7"
        assert (after.finding.id, after.opened_at) == (before.finding.id, before.opened_at)


async def test_malware_is_critical_and_has_its_own_rule(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw("MAL-2026-1", fixed=None, malicious=True, severity=None))
        await depend(room, package("web", dev=True))
        (kept,) = row(room).findings
        assert (kept.finding.rule, kept.finding.severity) == (
            "malicious-dependency",
            Severity.CRITICAL,
        )
        assert row(room).health.grade == "red"
