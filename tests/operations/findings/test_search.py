"""Findings searched, grouped and ranked, as a tool answers."""

from datetime import date

import pytest
from tests.judge.builders import remote
from tests.operations.hosted import told
from tests.operations.rooms import Yard
from tests.operations.scans.fleet import (
    depend,
    flaw,
    fleet_of,
    has_advisories,
    hit,
    look,
    package,
    repository,
    row,
)

from opsroom.errors import UsageError
from opsroom.model.advisory import Exploit
from opsroom.model.host import PullRequest
from opsroom.model.severity import Severity
from opsroom.operations.findings.groups import GroupBy
from opsroom.operations.findings.search import Findings, State, findings
from opsroom.operations.findings.triage import suppress
from opsroom.operations.room import Room

pytestmark = pytest.mark.anyio

SECRET = hit("k", "leaked-secret", severity=Severity.HIGH)
NOISE = hit("x", "ruff/S101", severity=Severity.LOW)


async def ask(
    room: Room,
    where: str = "",
    by: GroupBy | None = None,
    state: State = "open",
    after: str = "",
    tokens: int = 8000,
) -> Findings:
    return await findings(room, where, by, state, after, tokens)


async def test_what_a_filter_says_of_findings_is_asked_of_each_finding(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api", "acme/web") as room:
        await look(room, SECRET, scanner="secrets")
        await look(room, NOISE)
        await look(room, NOISE, name="acme/web")
        answer = await ask(room, "rule:leaked-secret")
        assert [(each.repository, each.rule) for each in answer.findings] == [
            ("acme/api", "leaked-secret")
        ]
        assert (await ask(room, "repo:acme/web rule:ruff/*")).total == 1
        assert "ruff/S101" not in {each.rule for each in (await ask(room, "-rule:ruff/*")).findings}


async def test_the_same_advisory_is_one_line_with_everybody_who_has_it(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api", "acme/web") as room:
        has_advisories(room, flaw(aliases=("GHSA-1",)), flaw("CVE-2026-2", "ui", exploited=None))
        await depend(room, package("web", direct=True), package("ui", direct=False))
        await depend(room, package("web", direct=False), name="acme/web")
        answer = await ask(room, by="advisory")
        assert [each.key for each in answer.groups] == ["CVE-2026-1", "CVE-2026-2"]
        first = answer.groups[0]
        assert first.repositories == ["acme/api", "acme/web"]
        assert (first.count, first.direct, first.transitive) == (2, 1, 1)
        assert first.fixed == ["npm/web 1.0.1"]
        assert first.packages == ["npm/web"]
        assert answer.total == 3
        reading = answer.reading()
        assert "CVE-2026-1 high npm/web, 2 in acme/api, acme/web" in reading
        assert "fixed in 1.0.1; fixed in" not in reading
        by_package = (await ask(room, by="package")).reading()
        assert "- npm/web high, 2 in acme/api, acme/web" in by_package
        assert [each.key for each in (await ask(room, by="package")).groups] == [
            "npm/web",
            "npm/ui",
        ]


async def test_what_is_exploited_comes_before_what_is_worse(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(
            room,
            flaw(severity=Severity.CRITICAL),
            flaw("CVE-2026-2", "ui", severity=Severity.HIGH),
        )
        exploits = {"CVE-2026-2": Exploit(exploited=date(2026, 1, 5))}
        room.advisories.put_exploits("kev", exploits, room.now())
        await depend(room, package("web"), package("ui"))
        first = (await ask(room)).findings[0]
        assert first.advisory == "CVE-2026-2"
        assert "exploited (KEV since 2026-01-05)" in first.why


async def test_a_fix_under_way_is_told(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw())
        pull = PullRequest(
            number=7,
            title="Bump web from 1.0.0 to 1.0.1",
            author="bot",
            draft=False,
            head="dependabot/npm_and_yarn/web-1.0.1",
            created_at=room.now(),
            updated_at=room.now(),
        )
        home = remote(id="acme/api", full_name="acme/api", newest_pulls=(pull,), pulls=1)
        await told(room, repository("acme/api", remote=home))
        await depend(room, package("web"))
        answer = await ask(room, "rule:vulnerable-dependency", by="advisory")
        (group,) = answer.groups
        assert "; fixed in 1.0.1; under way: acme/api #7\n" in answer.reading()
        assert [(each.repository, each.number) for each in group.pulls] == [("acme/api", 7)]
        assert "a fix is in flight" in group.why


async def test_nothing_found_where_nobody_looked_is_said_to_mean_nothing(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api", "acme/web") as room:
        await look(room, scanner="ruff", name="acme/web")
        answer = await ask(room, "rule:ruff/*")
        assert answer.total == 0
        assert (answer.scans.asked, answer.scans.never) == (2, 1)
        assert answer.unlooked
        assert answer.next[-1].tool == "scan"
        assert "1 never" in answer.reading()


async def test_advisories_that_never_were_there_are_told(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        answer = await ask(room)
        assert all(each.fetched_at is None for each in answer.advisories)
        assert "advisories were never fetched: osv (not yet asked)" in answer.note
        assert "old" not in answer.note


async def test_suppressed_ones_are_listed_when_asked_for(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, NOISE)
        (kept,) = (each for each in row(room).kept if each.finding.scanner == "ruff")
        await suppress(room, kept.finding.id, "a test", "ada")
        assert (await ask(room, "rule:ruff/*")).total == 0
        (found,) = (await ask(room, "rule:ruff/*", state="suppressed")).findings
        assert found.id == kept.finding.id
        assert found.decided == "a test"


async def test_a_cut_is_counted_and_goes_on_where_it_ended(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, *(hit(f"{number}", "ruff/S101") for number in range(60)))
        seen: list[str] = []
        after, rounds = "", 0
        while True:
            answer = await ask(room, "rule:ruff/*", after=after, tokens=1200)
            assert answer.tokens <= 1200
            assert answer.total == 60
            assert answer.omitted.count == 60 - len(seen) - len(answer.findings)
            seen += [each.id for each in answer.findings]
            rounds += 1
            if answer.after is None:
                break
            after = answer.after
        assert len(set(seen)) == 60
        assert rounds > 2


async def test_groups_count_what_is_in_them(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        has_advisories(room, flaw())
        await depend(room, package("web"))
        await look(room, NOISE)
        answer = await ask(room, by="advisory")
        assert answer.total == 1
        assert answer.severities == {Severity.HIGH: 1}
        assert "\n1 finding: high 1\n" in answer.reading()


async def test_a_budget_that_holds_no_line_is_said(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, NOISE)
        answer = await ask(room, "rule:ruff/*", tokens=100)
        assert answer.findings == []
        assert answer.omitted.count == 1
        assert "max_tokens=100 holds no line" in answer.note
        assert "holds no line" not in (await ask(room, "rule:ruff/*")).note
        assert "holds no line" not in (await ask(room, "rule:none", tokens=100)).note


async def test_an_after_that_no_answer_gave_is_refused(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        with pytest.raises(UsageError, match="after"):
            await ask(room, after="yesterday")


async def test_a_word_that_nothing_holds_is_no_good_news(yard: Yard) -> None:
    async with fleet_of(yard, "acme/api") as room:
        await look(room, NOISE)
        answer = await ask(room, "nonsense")
        assert answer.total == 0
        assert "nothing matches the filter" in answer.note
