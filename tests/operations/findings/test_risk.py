"""The risk of a fleet is the sum of what its repositories add, whatever moved since."""

from datetime import timedelta

import pytest
from tests.operations.rooms import Clock, Yard
from tests.operations.scans.fleet import fleet_of, hit, look, row

from opsroom.model.severity import Severity
from opsroom.operations.findings.risk import Risk, risk
from opsroom.operations.findings.triage import suppress
from opsroom.operations.fleet import Row
from opsroom.operations.room import Room

pytestmark = pytest.mark.anyio

BAD = hit("eval", severity=Severity.HIGH)


async def told(room: Room, where: str = "") -> Risk:
    """The risk as it is, not as it is remembered."""
    room._memory.clear()  # pyright: ignore[reportPrivateUsage]  # the short memory of whole answers
    return await risk(room, where)


async def test_numbers_ages_groups_and_lines(yard: Yard) -> None:
    clock = Clock()
    async with fleet_of(yard, "acme/api", "acme/web", clock=clock) as room:
        for name in ("acme/api", "acme/web"):
            await look(room, BAD, name=name)
        clock.forward(days=3)
        await look(room, BAD, hit("exec", severity=Severity.HIGH), name="acme/web")
        one = await told(room)
        assert one.severities[Severity.HIGH] == 3
        (high,) = (each for each in one.ages if each.severity is Severity.HIGH)
        assert (high.counts[0], high.counts[1]) == (1, 2), "one of today, two of this week"
        (rule,) = (each for each in one.groups if each.kind == "rule" and "ruff" in each.key)
        assert (rule.count, rule.repositories_count) == (3, 2)
        assert one.repositories[0].name == "acme/web"
        assert one.days[-1].open[Severity.HIGH] == 3
        assert one.days[-4].open[Severity.HIGH] == 2
        assert one.days[-5].open[Severity.HIGH] == 0
        finding = next(each.finding for each in row(room).kept if each.finding.scanner == "ruff")
        await suppress(room, finding.id, "reviewed", "ada", room.now() + timedelta(days=9))
        after = await told(room)
        assert after.severities[Severity.HIGH] == 2
        assert after.suppressed == 1


async def test_a_filter_narrows_findings_and_repositories(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api", "acme/web") as room:
        secret = hit("key", "leaked-secret", severity=Severity.CRITICAL)
        await look(room, BAD, secret)
        await look(room, BAD, name="acme/web")
        secrets = await told(room, "rule:leaked-secret")
        assert secrets.severities[Severity.CRITICAL] == 1
        assert secrets.severities[Severity.HIGH] == 0
        assert [each.key for each in secrets.groups] == ["leaked-secret"]
        web = await told(room, "repo:acme/web")
        assert web.severities[Severity.HIGH] == 1
        assert [each.name for each in web.repositories] == ["acme/web"]
        nothing = await told(room, "repo:acme/none")
        assert set(nothing.severities.values()) == {0}


async def test_only_a_row_that_moved_is_summed_up_again(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    from opsroom.operations.findings import risk as risks

    names: list[str] = []
    real = risks._part_of  # pyright: ignore[reportPrivateUsage]  # what is counted here

    def counted(one: Row, *more: object) -> object:
        names.append(one.name)
        return real(one, *more)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(risks, "_part_of", counted)
    async with fleet_of(yard, "acme/api", "acme/web") as room:
        await told(room)
        assert sorted(names) == ["acme/api", "acme/web"]
        await told(room)
        assert len(names) == 2
        await look(room, BAD)
        assert (await told(room)).severities[Severity.HIGH] == 1
        assert names[2:] == ["acme/api"]
