"""What somebody decided about a finding: it stops counting, and counts again when it has to."""

from datetime import timedelta

import pytest
from tests.operations.rooms import Clock, Yard, events, kinds, last
from tests.operations.scans.fleet import fleet_of, hit, look, row

from opsroom.errors import NotFound, UsageError
from opsroom.model.finding import FindingState, KeptFinding
from opsroom.model.severity import Severity
from opsroom.model.where import Where
from opsroom.operations.findings.triage import end_lapsed, reopen, suppress
from opsroom.operations.room import Room

pytestmark = pytest.mark.anyio

BAD = hit(severity=Severity.HIGH)


def only(room: Room) -> KeptFinding:
    (kept,) = (kept for kept in row(room).kept if kept.finding.scanner)
    return kept


async def test_what_is_suppressed_does_not_count_and_says_who_and_why(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, BAD)
        finding, before, worse = only(room).finding.id, await last(room), row(room).health
        until = room.now() + timedelta(days=7)
        kept = await suppress(room, finding, " not reached\n", "ada", until)
        assert kept == only(room)
        assert kept.state is FindingState.SUPPRESSED
        assert kept.suppression is not None
        assert (kept.suppression.reason, kept.suppression.by) == ("not reached", "ada")
        assert kept.suppression.condition == {"severity": "high"}
        assert row(room).findings == ()
        assert row(room).health.score == (worse.score or 0) + 25
        told = [e for e in await events(room, before) if e.kind == "finding.suppressed"]
        assert [(e.repository, e.data["by"], e.data["until"]) for e in told] == [
            ("acme/api", "ada", until.isoformat())
        ]
        assert "not reached" in told[0].summary


async def test_it_stays_so_while_it_is_seen_and_when_it_comes_back(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, BAD)
        await suppress(room, only(room).finding.id, "not reached", "ada")
        before = await last(room)
        await look(room, BAD)
        await look(room)
        await look(room, BAD)
        assert only(room).state is FindingState.SUPPRESSED
        assert await kinds(room, before) == [("finding.fixed", "acme/api")]


async def test_it_counts_again_when_it_is_reopened(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, BAD)
        opened_at = only(room).opened_at
        await suppress(room, only(room).finding.id, "not reached", "ada")
        before = await last(room)
        kept = await reopen(room, only(room).finding.id, "it is reached", "grace")
        assert (kept.state, kept.suppression, kept.opened_at) == (
            FindingState.OPEN,
            None,
            opened_at,
        )
        (told,) = [e for e in await events(room, before) if e.kind == "finding.reopened"]
        assert (told.data["by"], told.data["reason"]) == ("grace", "it is reached")


async def test_it_ends_on_time_and_says_so_once(yard: Yard) -> None:
    clock = Clock()
    async with fleet_of(yard, "acme/api", clock=clock) as room:
        await look(room, BAD)
        await suppress(room, only(room).finding.id, "later", "ada", clock.now + timedelta(days=1))
        clock.forward(hours=23)
        assert await end_lapsed(room) == 0
        clock.forward(hours=1)
        before = await last(room)
        assert await end_lapsed(room) == 1
        assert only(room).state is FindingState.OPEN
        (told,) = [e for e in await events(room, before) if e.kind == "finding.reopened"]
        assert "which is over" in told.data["reason"]
        assert await end_lapsed(room) == 0


async def test_a_change_of_severity_ends_it(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, hit())
        await suppress(room, only(room).finding.id, "minor", "ada")
        before = await last(room)
        await look(room, BAD)
        assert only(room).state is FindingState.OPEN
        assert ("finding.reopened", "acme/api") in await kinds(room, before)


async def test_doing_it_again_changes_reason_and_time(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, BAD)
        await suppress(room, only(room).finding.id, "first", "ada")
        kept = await suppress(room, only(room).finding.id, "second", "grace", vex="not_affected")
        assert kept.suppression is not None
        assert (kept.suppression.reason, kept.suppression.vex) == ("second", "not_affected")


async def test_what_makes_no_sense_is_refused(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, BAD)
        finding = only(room).finding.id
        before = await last(room)
        with pytest.raises(UsageError, match="needs a reason"):
            await suppress(room, finding, " \n", "ada")
        with pytest.raises(UsageError, match="is over"):
            await suppress(room, finding, "why", "ada", room.now())
        with pytest.raises(UsageError, match="is open, not suppressed"):
            await reopen(room, finding, "why", "ada")
        with pytest.raises(NotFound, match="no finding"):
            await suppress(room, "finding_0000", "why", "ada")
        await look(room)
        with pytest.raises(UsageError, match="is fixed"):
            await suppress(room, finding, "why", "ada")
        assert [kind for kind, _ in await kinds(room, before) if "suppressed" in kind] == []


async def test_a_finding_outside_of_a_callers_scope_is_not_there(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, BAD)
        finding = only(room).finding.id
        room.scope = Where.parse("repo:acme/web")
        with pytest.raises(NotFound):
            await suppress(room, finding, "why", "ada")
