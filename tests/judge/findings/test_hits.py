from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.judge.builders import NOW, snapshot

from opsroom.judge.findings.hits import MOST, Looked, is_baseline, location, looked, path_of
from opsroom.judge.findings.moves import Moves, findings_moved
from opsroom.judge.scope import Scope
from opsroom.model.finding import FindingState, KeptFinding, Suppression, Vulnerability
from opsroom.model.limits import Limits, Override, Profile
from opsroom.model.scan import Hit, Scan, Skipped
from opsroom.model.severity import Severity
from opsroom.model.where import Where

KEY = "github.com/acme/api"
LATER = NOW + timedelta(hours=1)
SCOPE = Scope(snapshot(), Profile.TEAM)


def hit(
    anchor: str = "eval(x)", path: str = "a.py", rule: str = "ruff/S307", **more: object
) -> Hit:
    told = {"rule": rule, "severity": Severity.MEDIUM, "message": "seen", "anchor": anchor}
    return Hit.model_validate({**told, "path": path, "line": 3, **more})


def look(
    *hits: Hit,
    kept: Sequence[KeptFinding] = (),
    limits: Limits | None = None,
    scanner: str = "ruff",
    skipped: Sequence[Skipped] = (),
    doubted: frozenset[str] = frozenset(),
) -> Looked:
    return looked(
        scanner, hits, SCOPE, limits or Limits(), KEY, kept, skipped=skipped, doubted=doubted
    )


def known(*hits: Hit, scanner: str = "ruff") -> list[KeptFinding]:
    return list(findings_moved([], look(*hits, scanner=scanner), NOW).opened)


def marks(*hits: Hit) -> set[str]:
    return {each.fingerprint for each in look(*hits).findings}


def test_moved_lines_and_renamed_files_are_the_same_finding() -> None:
    assert marks(hit()) == marks(hit(path="b/c.py", line=90))
    moves = findings_moved(known(hit()), look(hit(line=90)), LATER)
    (updated,) = moves.updated
    assert updated.finding.location == "a.py:90"
    assert moves.happenings("acme/api") == []


def test_the_same_line_twice_is_two_findings_in_any_order() -> None:
    twice = [hit(line=1), hit(line=9), hit(path="b.py")]
    assert len(marks(*twice)) == 3
    assert len({frozenset(marks(*each)) for each in permutations(twice)}) == 1
    assert marks(*twice[:2]) < marks(*twice)


def test_rules_and_repositories_tell_apart() -> None:
    assert not marks(hit()) & marks(hit(rule="ruff/S102"))
    (here,) = look(hit()).findings
    (there,) = looked("ruff", [hit()], SCOPE, Limits(), "github.com/acme/web").findings
    assert here.fingerprint != there.fingerprint


def test_what_is_no_longer_seen_is_fixed() -> None:
    moves = findings_moved(known(hit()), look(), LATER)
    assert [each.kind for each in moves.happenings("acme/api")] == ["finding.fixed"]


def test_another_scanner_fixes_nothing() -> None:
    assert findings_moved(known(hit()), look(scanner="zizmor"), LATER) == Moves()


@pytest.mark.parametrize(
    ("skipped", "stays"),
    [
        (Skipped(reason="not UTF-8", count=1, paths=("a.py",)), True),
        (Skipped(reason="not UTF-8", count=1, example="a.py"), True),
        (Skipped(reason="not UTF-8", count=1, example="b.py"), False),
        (Skipped(reason="not UTF-8", count=2, paths=("b.py", "c.py")), False),
        (Skipped(reason="not UTF-8", count=2, example="b.py"), True),
        (Skipped(reason="not UTF-8", count=2), True),
        (Skipped(reason="too deep", count=90, paths=("b/",)), False),
    ],
)
def test_what_was_skipped_is_not_fixed(skipped: Skipped, stays: bool) -> None:
    moves = findings_moved(known(hit()), look(skipped=[skipped]), LATER)
    assert (moves == Moves()) is stays


def test_a_folder_that_was_skipped_keeps_what_is_in_it() -> None:
    skipped = [Skipped(reason="too deep", count=90, paths=("src/",))]
    inside, beside = hit(path="src/a.py"), hit("other", path="srcs.py")
    moves = findings_moved(known(inside, beside), look(skipped=skipped), LATER)
    assert [each.finding.location for each in moves.fixed] == ["srcs.py:3"]


def test_where_the_past_was_not_read_only_what_is_of_today_can_be_mended() -> None:
    past = hit("old secret", commit="ab" * 20)
    unread = [Skipped(reason="the past: a shallow clone", count=0)]
    moves = findings_moved(known(hit(), past), look(skipped=unread), LATER)
    assert [each.finding.location for each in moves.fixed] == ["a.py:3"]
    whole = findings_moved(known(hit(), past), look(), LATER)
    assert len(whole.fixed) == 2


OFF = Limits(overrides=(Override(rule="ruff/*", severity=None),))


def test_settings_switch_rules_of_scanners_off_by_glob() -> None:
    assert look(hit(), limits=OFF).findings == ()
    moves = findings_moved(known(hit()), look(hit(), limits=OFF), LATER)
    assert len(moves.dropped) == 1
    assert moves.happenings("acme/api") == []


def test_settings_give_another_severity_where_they_say() -> None:
    worse = Override(rule="ruff/S307", severity=Severity.CRITICAL, where=Where.parse("repo:api"))
    other = Override(rule="ruff/S307", severity=None, where=Where.parse("repo:web"))
    (found,) = look(hit(), limits=Limits(overrides=(worse, other))).findings
    assert found.severity is Severity.CRITICAL


def flaw(id: str = "CVE-2026-1", *aliases: str, **more: object) -> Hit:  # noqa: A002 - as its field is called
    told = {"id": id, "aliases": aliases, "package": "pkg:npm/web", "version": "1.0.0", **more}
    return hit(
        f"{id} {told['package']}",
        "package-lock.json",
        "vulnerable-dependency",
        advisory=Vulnerability.model_validate(told),
    )


def test_a_flaw_that_gets_another_name_is_the_same_finding() -> None:
    before = known(flaw("GHSA-1", "PYSEC-1"), scanner="dependencies")
    seen = look(flaw("CVE-2026-1", "ghsa-1"), kept=before, scanner="dependencies")
    moves = findings_moved(before, seen, LATER)
    assert (moves.opened, moves.fixed, len(moves.updated)) == ((), (), 1)
    assert moves.updated[0].finding.advisory == seen.findings[0].advisory


def test_the_same_flaw_in_another_package_is_another_finding() -> None:
    before = known(flaw(), scanner="dependencies")
    both = look(flaw(), flaw(package="pkg:npm/webb"), kept=before, scanner="dependencies")
    assert len(both.findings) == 2
    assert before[0].finding.fingerprint in both.seen


def test_two_flaws_never_share_the_life_of_one() -> None:
    before = known(flaw("GHSA-1", "CVE-1", "CVE-2"), scanner="dependencies")
    parted = look(flaw("CVE-1"), flaw("CVE-2"), kept=before, scanner="dependencies")
    assert len(parted.findings) == 2


def test_a_package_of_which_a_place_could_not_be_read_keeps_its_flaws() -> None:
    before = known(flaw(), scanner="dependencies")
    unsure = look(scanner="dependencies", doubted=frozenset({"pkg:npm/web"}))
    assert findings_moved(before, unsure, LATER) == Moves()


def test_of_too_many_the_worst_are_kept_and_none_counts_as_fixed() -> None:
    many = [hit(f"line {number}") for number in range(MOST)]
    before = known(*many)
    worse = [hit(f"worse {number}", severity=Severity.HIGH) for number in range(5)]
    seen = look(*many, *worse)
    assert (len(seen.findings), seen.left_out) == (MOST, 5)
    assert {each.severity for each in seen.findings[:5]} == {Severity.HIGH}
    moves = findings_moved(before, seen, LATER)
    assert (len(moves.opened), moves.fixed) == (5, ())


def scan(**more: str) -> Scan:
    told = {"scanner": "ruff", "key": "k", "commit": "c", "at": NOW, "rules": "a", "version": "1"}
    return Scan.model_validate({**told, **more})


def test_a_first_look_and_new_rules_are_a_baseline() -> None:
    assert is_baseline(None, scan())
    assert is_baseline(scan(), scan(rules="b"))
    assert is_baseline(scan(), scan(version="2"))
    assert not is_baseline(scan(), scan(commit="d", data="newer"))


def test_backlog_is_opened_quietly() -> None:
    seen = look(hit("old"), hit("new"))
    old = {each.fingerprint for each in look(hit("old")).findings}
    moves = findings_moved([], seen, NOW, backlog=old)
    assert [each.baseline for each in moves.opened].count(True) == 1
    assert len(moves.happenings("acme/api")) == 1


def test_places_are_read_back() -> None:
    for place in (hit(), hit(line=0), hit(path="a:b.py"), hit(path="x@y.py", commit="ab" * 20)):
        assert path_of(location(place)) == place.path
    assert path_of("") == ""


HITS = st.lists(
    st.builds(
        hit,
        st.sampled_from(["x", "y", "z"]),
        st.sampled_from(["a.py", "b.py", "c/d.py"]),
        st.sampled_from(["ruff/S1", "ruff/S2"]),
        line=st.integers(0, 4),
    ),
    max_size=8,
)
SKIPPED = st.lists(
    st.builds(Skipped, reason=st.just("why"), example=st.sampled_from(["a.py", "b.py", ""])),
    max_size=2,
)


@given(st.lists(st.tuples(HITS, SKIPPED), max_size=6), st.booleans())
def test_whatever_scans_see_the_record_agrees_and_says_it_once(
    looks: list[tuple[list[Hit], list[Skipped]]], quiet: bool
) -> None:
    record: dict[str, KeptFinding] = {}
    for number, (hits, skipped) in enumerate(looks):
        now = NOW + timedelta(hours=number)
        seen = look(*hits, kept=[*record.values()], skipped=skipped)
        moves = findings_moved([*record.values()], seen, now, first_look=number == 0)
        touched = [each.finding.fingerprint for each in moves.kept]
        assert len(touched) == len(set(touched)), "one move a finding"
        record |= {each.finding.fingerprint: each for each in moves.kept}
        for mark, each in record.items():
            if mark in seen.seen:
                assert each.state is not FindingState.FIXED, "what is seen is not fixed"
            elif each.state is FindingState.OPEN:
                assert not seen.proves_gone(each.finding), "what is proved gone is not open"
        assert findings_moved([*record.values()], seen, now) == Moves(), "twice is no news"
        if quiet and record:
            mark, each = next(iter(record.items()))
            if each.state is FindingState.OPEN:
                reason = Suppression(reason="no", by="ada", at=now)
                hushed = {"state": FindingState.SUPPRESSED, "suppression": reason}
                record[mark] = each.model_copy(update=hushed)
