from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.judge.builders import NOW, blind, clone, finding, refs, snapshot, tree

from opsroom.judge.examination import Examination, examine
from opsroom.judge.findings.moves import Moves, findings_moved, first_look, lapsed_moved
from opsroom.judge.health import UNREADABLE, health
from opsroom.model.event import KINDS
from opsroom.model.finding import Finding, FindingState, KeptFinding, Suppression
from opsroom.model.limits import Limits, Override, Profile
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot

LATER = NOW + timedelta(minutes=5)


def examination(
    *found: Finding,
    looked: tuple[str, ...] = ("no-remote",),
    off: tuple[str, ...] = (),
    cleared: tuple[str, ...] = (),
) -> Examination:
    """What an examination saw; every rule that is neither looked at nor off is unknown."""
    return Examination(
        profile=Profile.PERSONAL,
        findings=found,
        unknown=(),
        health=health(found, (), observed=True),
        cleared=frozenset(cleared),
        looked=frozenset(looked),
        off=frozenset(off),
    )


def kept(
    seen: Finding, state: FindingState = FindingState.OPEN, *, baseline: bool = False
) -> KeptFinding:
    closed = NOW if state is FindingState.FIXED else None
    return KeptFinding(
        finding=seen, state=state, baseline=baseline, opened_at=NOW, closed_at=closed
    )


def kinds(moves: Moves) -> list[str]:
    return [happening.kind for happening in moves.happenings("acme/api")]


def test_something_new_is_opened_and_announced() -> None:
    moves = findings_moved([], examination(finding()), LATER)
    (opened,) = moves.opened
    assert (opened.state, opened.baseline, opened.opened_at) == (FindingState.OPEN, False, LATER)
    (happening,) = moves.happenings("acme/api")
    assert happening.kind == "finding.opened"
    assert happening.repository == "acme/api"
    assert happening.summary == "no-remote: seen"
    assert happening.data["finding"] == finding().id


def test_what_the_first_look_finds_is_backlog() -> None:
    moves = findings_moved([], examination(finding()), LATER, first_look=True)
    assert [each.baseline for each in moves.opened] == [True]
    assert kinds(moves) == []


def test_backlog_that_is_fixed_is_news() -> None:
    moves = findings_moved([kept(finding(), baseline=True)], examination(), LATER)
    assert kinds(moves) == ["finding.fixed"]


def test_a_finding_that_no_longer_holds_is_fixed() -> None:
    moves = findings_moved([kept(finding())], examination(), LATER)
    (fixed,) = moves.fixed
    assert (fixed.state, fixed.closed_at, fixed.opened_at) == (FindingState.FIXED, LATER, NOW)
    assert kinds(moves) == ["finding.fixed"]


def test_a_failed_look_fixes_nothing() -> None:
    moves = findings_moved([kept(finding())], examination(looked=()), LATER)
    assert moves == Moves()


def test_of_a_rule_that_is_unknown_elsewhere_what_was_looked_at_is_fixed() -> None:
    here, there = finding(mark="a" * 16), finding(mark="b" * 16)
    seen = examination(looked=(), cleared=("a" * 16,))
    moves = findings_moved([kept(here), kept(there)], seen, LATER)
    assert [each.finding for each in moves.fixed] == [here]


def test_a_finding_that_comes_back_is_reopened() -> None:
    old = kept(finding(), FindingState.FIXED, baseline=True)
    moves = findings_moved([old], examination(finding()), LATER)
    (back,) = moves.reopened
    assert (back.state, back.baseline, back.opened_at) == (FindingState.OPEN, False, LATER)
    assert back.closed_at is None
    assert kinds(moves) == ["finding.reopened"]


def test_other_words_or_another_severity_are_kept_and_no_news() -> None:
    worse = finding(severity=Severity.HIGH, message="more")
    moves = findings_moved([kept(finding(), baseline=True)], examination(worse), LATER)
    (updated,) = moves.updated
    assert (updated.finding, updated.baseline, updated.opened_at) == (worse, True, NOW)
    assert kinds(moves) == []


def test_a_suppressed_finding_stays_suppressed_until_it_is_gone() -> None:
    quiet = kept(finding(), FindingState.SUPPRESSED)
    assert findings_moved([quiet], examination(finding()), LATER) == Moves()
    (updated,) = findings_moved([quiet], examination(finding(message="x")), LATER).updated
    assert updated.state is FindingState.SUPPRESSED
    assert len(findings_moved([quiet], examination(), LATER).fixed) == 1


def test_a_rule_that_was_switched_off_is_dropped_in_silence() -> None:
    moves = findings_moved([kept(finding())], examination(looked=(), off=("no-remote",)), LATER)
    assert [each.state for each in moves.dropped] == [FindingState.FIXED]
    assert kinds(moves) == []


def test_findings_of_others_are_left_alone() -> None:
    foreign = kept(finding("zizmor/artipacked"))
    assert findings_moved([foreign], examination(), LATER) == Moves()


def test_hostile_text_is_plain_in_an_event() -> None:
    odd = finding(message="a\u202eb" + "c" * 999)
    (happening,) = findings_moved([], examination(odd), LATER).happenings("acme/api")
    assert "\u202e" not in happening.summary
    assert len(happening.summary) <= 300


MARKS = st.sampled_from([f"{number:016x}" for number in range(6)])
RULES = st.sampled_from(["no-remote", "inactive", "zizmor/x"])


@st.composite
def looks_at_it(draw: st.DrawFn) -> Examination:
    """Any examination: findings, and of the other rules what was looked at, or off, or unknown."""
    rules = draw(st.dictionaries(MARKS, RULES))
    off = draw(st.sets(RULES, max_size=1))
    return examination(
        *(finding(rule, mark=mark) for mark, rule in rules.items()),
        looked=tuple(draw(st.sets(RULES)) - off),
        off=tuple(off),
        cleared=tuple(draw(st.sets(MARKS)) - rules.keys()),
    )


def store(known: dict[str, KeptFinding], moves: Moves) -> dict[str, KeptFinding]:
    return known | {each.finding.fingerprint: each for each in moves.kept}


@given(st.lists(looks_at_it(), max_size=6))
def test_whatever_is_seen_the_record_agrees_and_says_it_once(looks: list[Examination]) -> None:
    known: dict[str, KeptFinding] = {}
    for number, seen in enumerate(looks):
        now = NOW + timedelta(hours=number)
        moves = findings_moved([*known.values()], seen, now, first_look=number == 0)
        touched = [each.finding.fingerprint for each in moves.kept]
        assert len(touched) == len(set(touched)), "one move a finding"
        assert all(happening.kind in KINDS for happening in moves.happenings("acme/api"))
        known = store(known, moves)
        found = {each.fingerprint for each in seen.findings}
        for mark, each in known.items():
            assert (mark in found) <= (each.state is FindingState.OPEN), "what is seen is open"
            assert (each.state is FindingState.FIXED) == (each.closed_at is not None)
        for each in moves.fixed:
            looked = each.finding.rule in seen.looked
            assert looked or each.finding.fingerprint in seen.cleared
        again = findings_moved([*known.values()], seen, now)
        assert again == Moves(), "the same look twice is no news"


def test_the_first_look_is_the_first_that_sees_anything() -> None:
    seen, unseen_yet = snapshot(), snapshot(blind())
    failing = [kept(finding(UNREADABLE, Severity.HIGH))]
    assert first_look(None, [])
    assert first_look(unseen_yet, failing)
    assert not first_look(unseen_yet, [*failing, kept(finding())])
    assert not first_look(seen, [])


def life(*snapshots: Snapshot, limits: Limits | None = None) -> list[list[str]]:
    """Return which events a row of looks makes."""
    known: dict[str, KeptFinding] = {}
    told: list[list[str]] = []
    before: Snapshot | None = None
    for now in snapshots:
        seen = examine(now, before, limits or Limits(), NOW)
        is_first = first_look(before, [*known.values()])
        moves = findings_moved([*known.values()], seen, NOW, first_look=is_first)
        known = store(known, moves)
        told.append([f"{h.kind} {h.data['rule']}" for h in moves.happenings("acme/api")])
        before = now
    return told


DIRTY = snapshot(clone(trees=(tree(modified=1),)))


def test_a_failure_in_the_middle_is_not_the_end_of_a_finding() -> None:
    assert life(snapshot(), DIRTY, snapshot(blind()), DIRTY, snapshot()) == [
        [],
        ["finding.opened uncommitted-changes"],
        [],
        [],
        ["finding.fixed uncommitted-changes"],
    ]


def test_a_clone_that_was_broken_at_first_makes_no_news_of_its_backlog() -> None:
    assert life(snapshot(blind()), DIRTY) == [[], []]


def test_a_broken_clone_does_not_keep_the_findings_of_another_alive() -> None:
    broken = blind("/code/api-2")
    assert life(snapshot(*DIRTY.clones, broken), snapshot(clone(), broken)) == [
        [],
        ["finding.fixed uncommitted-changes"],
    ]


def test_a_clone_that_went_takes_its_findings_along() -> None:
    second = clone("/code/api-2", refs=refs(stashes=1))
    assert life(snapshot(clone(), second), snapshot()) == [[], ["finding.fixed stashed-changes"]]


def test_switching_a_rule_off_is_no_repair() -> None:
    off = Limits(overrides=(Override(rule="uncommitted-changes", severity=None),))
    known = [kept(each) for each in examine(DIRTY, None, Limits(), NOW).findings]
    moves = findings_moved(known, examine(DIRTY, None, off, NOW), NOW)
    assert kinds(moves) == []
    assert len(moves.dropped) == 1


QUIET = Suppression(reason="not reached", by="ada", at=NOW, condition={"severity": "medium"})


def hushed(state: FindingState = FindingState.SUPPRESSED) -> KeptFinding:
    seen = kept(finding(severity=Severity.MEDIUM), state, baseline=True)
    return seen.model_copy(update={"suppression": QUIET})


def test_a_suppressed_finding_whose_condition_changed_counts_again_and_says_why() -> None:
    moves = findings_moved([hushed()], examination(finding(severity=Severity.HIGH)), LATER)
    (back,) = moves.reopened
    assert (back.state, back.suppression, back.opened_at) == (FindingState.OPEN, None, NOW)
    (happening,) = moves.happenings("acme/api")
    assert happening.kind == "finding.reopened"
    assert happening.data["reason"] == "it is high now, and was medium"


def test_what_comes_back_while_it_is_suppressed_stays_quiet() -> None:
    fixed = hushed(FindingState.FIXED)
    moves = findings_moved([fixed], examination(finding(severity=Severity.MEDIUM)), LATER)
    assert kinds(moves) == []
    (updated,) = moves.updated
    assert (updated.state, updated.closed_at) == (FindingState.SUPPRESSED, None)


def test_what_comes_back_worse_than_it_was_suppressed_is_news() -> None:
    fixed = hushed(FindingState.FIXED)
    moves = findings_moved([fixed], examination(finding(severity=Severity.HIGH)), LATER)
    assert kinds(moves) == ["finding.reopened"]
    assert moves.reopened[0].suppression is None


def test_a_suppression_ends_without_a_look() -> None:
    until = QUIET.model_copy(update={"until": LATER})
    timed = hushed().model_copy(update={"suppression": until})
    assert lapsed_moved([timed, hushed(), kept(finding(mark="b" * 16))], NOW) == Moves()
    moves = lapsed_moved([timed, hushed()], LATER)
    assert [each.state for each in moves.kept] == [FindingState.OPEN]
    assert "which is over" in moves.happenings("acme/api")[0].summary


def test_findings_of_scanners_are_left_alone_by_checks() -> None:
    scanned = kept(finding().model_copy(update={"scanner": "ruff"}))
    off = examination(off=("no-remote",), cleared=(scanned.finding.fingerprint,))
    assert findings_moved([scanned], off, LATER) == Moves()


def test_one_that_takes_over_from_another_scanner_is_no_news() -> None:
    twin = hushed()
    moves = findings_moved([], examination(finding()), LATER, twins={finding().fingerprint: twin})
    assert (kinds(moves), moves.opened) == ([], ())
    assert moves.updated == (twin.model_copy(update={"finding": finding()}),)
