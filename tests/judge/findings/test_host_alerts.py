from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tests.judge.builders import NOW, finding, snapshot

from opsroom.judge.findings.hits import Looked
from opsroom.judge.findings.host_alerts import HOST, began, host_looked, twins_of
from opsroom.judge.findings.moves import Moves, findings_moved
from opsroom.judge.scope import Scope
from opsroom.model.facts import Unknown
from opsroom.model.finding import Finding, FindingState, KeptFinding, Vulnerability
from opsroom.model.host import Security, SecurityAlert
from opsroom.model.limits import Limits, Override, Profile
from opsroom.model.severity import Severity

KEY = "github.com/acme/api"
LATER = NOW + timedelta(hours=1)
SCOPE = Scope(snapshot(), Profile.TEAM)


def alert(kind: str = "dependency", number: int = 1, **more: Any) -> SecurityAlert:
    flaw = {"package": "pkg:npm/web", "advisory": "GHSA-1", "location": "package-lock.json"}
    told = {"kind": kind, "number": number, "severity": Severity.HIGH, "summary": "bad"}
    about = flaw if kind == "dependency" else {}
    return SecurityAlert.model_validate({**told, "created_at": NOW, **about, **more})


def security(**told: Sequence[SecurityAlert] | None) -> Security:
    lists = dict.fromkeys(("dependency", "code", "secret"), ()) | told
    return Security.model_validate({"at": NOW, "source": "github:acme", **lists})


def look(
    told: Security | Unknown | None, kept: Sequence[KeptFinding] = (), limits: Limits | None = None
) -> Looked:
    return host_looked(told, kept, SCOPE, limits or Limits(), KEY)


def known(told: Security) -> list[KeptFinding]:
    return list(findings_moved([], look(told), NOW).opened)


def ours(*aliases: str, package: str = "pkg:npm/web") -> Finding:
    flaw = Vulnerability(id="CVE-1", aliases=aliases, package=package, version="1.0")
    told = {"scanner": "dependencies", "advisory": flaw}
    return finding("vulnerable-dependency", Severity.HIGH).model_copy(update=told)


def kept(seen: Finding, state: FindingState = FindingState.OPEN) -> KeptFinding:
    closed = NOW if state is FindingState.FIXED else None
    return KeptFinding(finding=seen, state=state, opened_at=NOW, closed_at=closed)


def test_each_kind_has_its_rule() -> None:
    code = alert("code", location="src/a.py:12")
    found = look(security(dependency=[alert()], code=[code], secret=[alert("secret")])).findings
    assert {each.rule: each.location for each in found} == {
        "vulnerable-dependency": "package-lock.json",
        "host/code": "src/a.py:12",
        "leaked-secret": "",
    }
    assert {each.scanner for each in found} == {HOST}


def test_one_flaw_in_two_manifests_is_one_finding() -> None:
    twice = security(dependency=[alert(), alert(number=2, location="web/package-lock.json")])
    (found,) = look(twice).findings
    assert found.advisory is not None
    assert (found.advisory.id, found.location) == ("GHSA-1", "package-lock.json")


def test_an_alert_that_is_gone_is_fixed() -> None:
    moves = findings_moved(known(security(dependency=[alert()])), look(security()), LATER)
    assert [each.kind for each in moves.happenings("acme/api")] == ["finding.fixed"]


def test_a_list_that_could_not_be_had_changes_nothing() -> None:
    before = known(security(dependency=[alert()], code=[alert("code")]))
    assert findings_moved(before, look(None), LATER) == Moves()
    unknown = Unknown(at=NOW, source="github:acme", reason="timeout")
    assert findings_moved(before, look(unknown), LATER) == Moves()
    only_code = findings_moved(before, look(security(dependency=None)), LATER)
    assert [each.finding.rule for each in only_code.fixed] == ["host/code"]


def test_what_our_own_finding_says_is_not_said_twice() -> None:
    told = security(dependency=[alert()])
    for state in (FindingState.OPEN, FindingState.SUPPRESSED, FindingState.FIXED):
        own = kept(ours("GHSA-1", "PYSEC-1"), state)
        assert look(told, [own]).findings == ()
    assert len(look(told, [kept(ours("GHSA-2"))]).findings) == 1
    assert len(look(told, [kept(ours("GHSA-1", package="pkg:npm/webb"))]).findings) == 1


def test_one_that_our_own_says_now_goes_quietly() -> None:
    told = security(dependency=[alert()])
    before = [*known(told), kept(ours("GHSA-1"))]
    moves = findings_moved(before, look(told, before), LATER)
    assert (len(moves.dropped), moves.happenings("acme/api")) == (1, [])


def test_what_the_host_saw_first_is_no_news_of_ours() -> None:
    theirs = known(security(dependency=[alert()]))
    mine = ours("GHSA-1")
    assert twins_of([mine], theirs) == {mine.fingerprint: theirs[0]}
    assert twins_of([ours()], theirs) == {}
    over = [each.model_copy(update={"closed_at": NOW}) for each in theirs]
    assert twins_of([mine], over) == {}


def test_a_kind_that_is_told_for_the_first_time_is_backlog() -> None:
    assert began(None, security(code=None)) == {"vulnerable-dependency", "leaked-secret"}
    assert began(security(code=None), security()) == {"host/code"}
    assert began(security(), security(code=None)) == frozenset()


def test_settings_hold_for_alerts_too() -> None:
    off = Limits(overrides=(Override(rule="host/*", severity=None),))
    assert look(security(code=[alert("code")]), limits=off).findings == ()
