"""Root causes: what explains symptoms, what doesn't, and how sure that is."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.judge.graph.ailments import (
    HUB,
    NODE,
    PYTHON,
    T,
    around,
    commit,
    edge,
    minutes,
    package,
    red,
)

from opsroom.judge.graph.causes import explain
from opsroom.judge.graph.symptoms import Cause, Change, Explanation, Symptom
from opsroom.model.link import Edge, Phase, Sure

USERS = [edge(number) for number in (2, 3, 4)]
REDS = [red(number) for number in (2, 3, 4)]


def blamed(found: Explanation) -> dict[int, set[int]]:
    """Who hurts by whom."""
    return {
        cause.change.target: {each.symptom.repository for each in cause.symptoms}
        for cause in found.causes
    }


def only(found: Explanation) -> Cause:
    (cause,) = found.causes
    return cause


def test_one_broken_workflow_explains_all_who_call_it() -> None:
    cause = only(explain(REDS, [commit()], around(USERS)))
    assert (cause.change.reference, cause.parts, cause.versions) == ("c1", (PYTHON,), ("main",))
    assert {each.symptom.repository for each in cause.symptoms} == {2, 3, 4}
    assert cause.symptoms[0].edges == (USERS[0],)
    assert cause.confidence > 0.95
    assert not cause.own
    assert "it changed 30 minutes before the first of them" in cause.reasons
    assert "3 of them fail alike" in cause.reasons


def test_each_having_a_commit_of_its_own_does_not_hide_it() -> None:
    own = [commit(number, 29) for number in (2, 3, 4)]
    assert blamed(explain(REDS, [commit(), *own], around(USERS))) == {HUB: {2, 3, 4}}


def test_who_breaks_itself_stays_apart() -> None:
    other = red(5, 31, "another")
    edges = [*USERS, edge(5)]
    found = explain([*REDS, other], [commit(), commit(5, 30)], around(edges))
    assert blamed(found) == {HUB: {2, 3, 4}, 5: {5}}
    assert found.causes[1].own
    assert "the change is its own" in found.causes[1].reasons


def test_who_fails_now_and_then_is_not_folded_in() -> None:
    found = explain(
        [*REDS, red(5, 31, "network", flaky=True)], [commit()], around([*USERS, edge(5)])
    )
    assert blamed(found) == {HUB: {2, 3, 4}}
    (left,) = found.unexplained
    assert (left.symptom.repository, "now and then" in left.reason) == (5, True)


def test_who_uses_another_part_is_no_evidence_and_not_blamed_on_it() -> None:
    edges = [*USERS, *(edge(number, part=NODE) for number in range(10, 30))]
    well = {number: [minutes(60)] for number in range(10, 30)}
    cause = only(explain(REDS, [commit()], around(edges, well)))
    assert (cause.parts, cause.well) == ((PYTHON,), 0)
    assert cause.confidence > 0.95


def test_a_commit_that_touched_another_file_broke_nobody_by_it() -> None:
    assert explain(REDS, [commit(parts=(NODE,))], around(USERS)).causes == ()


@pytest.mark.parametrize(
    ("version", "breaks"), [("main", True), ("v1", False), ("a" * 40, False), ("", True)]
)
def test_who_pinned_another_version_is_not_exposed(version: str, breaks: bool) -> None:
    edges = [edge(number, version=version) for number in (2, 3, 4)]
    assert bool(explain(REDS, [commit()], around(edges)).causes) is breaks


def test_who_names_a_version_that_nobody_saw_move_needs_more_evidence() -> None:
    edges = [edge(number, version="v1") for number in range(2, 20)]
    own = [commit(number, 29) for number in range(2, 20)]
    hub = commit(versions=())
    few, many = [red(number) for number in (2, 3)], [red(number) for number in range(2, 20)]
    assert HUB not in blamed(explain(few, [hub, *own], around(edges)))
    assert HUB in blamed(explain(many, [hub, *own], around(edges)))


def test_a_change_after_a_symptom_or_long_before_it_is_no_cause() -> None:
    assert explain(REDS, [commit(after=40)], around(USERS)).causes == ()
    assert explain(REDS, [commit(after=-60 * 24 * 20)], around(USERS)).causes == ()
    assert explain(REDS, [commit(after=33)], around(USERS)).causes, "clocks differ a little"


def test_who_ran_well_after_the_change_did_not_break_by_it() -> None:
    later = [red(number, well_until=minutes(20)) for number in (2, 3, 4)]
    own = [commit(number, 29) for number in (2, 3, 4)]
    assert HUB not in blamed(explain(later, [commit(), *own], around(USERS)))


def test_who_runs_well_with_it_speaks_against_it() -> None:
    edges = [*USERS, *(edge(number) for number in range(10, 20))]
    some = {number: [minutes(60)] for number in (10, 11, 12)}
    many = {number: [minutes(60)] for number in range(10, 20)}
    before = {number: [minutes(-60)] for number in range(10, 20)}
    untried = only(explain(REDS, [commit()], around(edges, before)))
    doubted = only(explain(REDS, [commit()], around(edges, before | some)))
    assert (untried.untried, doubted.untried, doubted.well) == (10, 7, 3)
    assert doubted.confidence < untried.confidence
    assert "3 repositories that it reaches ran since, and well" in doubted.reasons
    assert explain(REDS, [commit()], around(edges, many)).causes == ()


def test_who_ran_well_once_it_was_mended_says_nothing() -> None:
    edges = [*USERS, *(edge(number) for number in range(10, 20))]
    well = {number: [minutes(60)] for number in range(10, 20)}
    cause = only(explain(REDS, [commit(until=minutes(45))], around(edges, well)))
    assert (cause.well, cause.untried) == (0, 10)


def test_who_is_not_observed_lowers_the_confidence_and_is_told() -> None:
    pair = REDS[:1]
    near = commit(words=("homelab/workflows",))
    named = [Symptom(2, minutes(30), error="homelab/workflows: no such file")]
    alone = only(explain(named, [near], around(USERS[:1])))
    edges = [*USERS[:1], *(edge(number) for number in range(10, 20))]
    doubted = only(explain(named, [near], around(edges)))
    assert doubted.unknown == 10
    assert doubted.confidence < alone.confidence
    assert any("unknown" in reason for reason in doubted.reasons)
    assert explain(pair, [commit()], around(edges)).causes == (), "one alone proves nothing"


def test_a_target_that_fails_too_explains_more() -> None:
    edges = [package(2, 9, version=""), package(3, 9)]
    hurt = [red(2, signature=""), red(3, signature="")]
    without = only(explain(hurt, [commit(9)], around(edges)))
    also = explain([*hurt, red(9, 5, "")], [commit(9)], around(edges))
    assert blamed(also) == {9: {2, 3, 9}}
    assert also.causes[0].confidence > without.confidence


def test_two_that_explain_the_same_share_the_doubt() -> None:
    edges = [*USERS, *(package(number, 9, Phase.BUILD) for number in (2, 3, 4))]
    cause = only(explain(REDS, [commit(), commit(9)], around(edges)))
    assert cause.confidence == pytest.approx(0.5, abs=0.05)
    well = {20: [minutes(60)], 21: [minutes(60)]}
    told = around([*edges, package(20, 9, Phase.BUILD), package(21, 9, Phase.BUILD)], well)
    sure = only(explain(REDS, [commit(), commit(9)], told))
    assert (sure.change.target, sure.confidence > 0.9) == (HUB, True)


def test_two_causes_at_once() -> None:
    edges = [*USERS, *(edge(number, 50) for number in (12, 13, 14))]
    more = [red(number, signature="other") for number in (12, 13, 14)]
    found = explain([*REDS, *more], [commit(), commit(50)], around(edges))
    assert blamed(found) == {HUB: {2, 3, 4}, 50: {12, 13, 14}}


def test_what_hurts_at_run_time_is_carried_by_what_it_runs_with() -> None:
    down = [Symptom(number, minutes(10), phase=Phase.RUNTIME) for number in (2, 3, 4)]
    through = [package(number, 9) for number in (2, 3, 4)]
    built = [package(number, 9, Phase.DEVELOPMENT) for number in (2, 3, 4)]
    assert blamed(explain(down, [commit(9)], around([*USERS, *through]))) == {9: {2, 3, 4}}
    assert explain(down, [commit(), commit(9)], around([*USERS, *built])).causes == ()


def test_a_change_goes_on_through_what_is_needed_to_run_and_ends_at_development() -> None:
    users = [package(number, 8) for number in (2, 3, 4)]
    carried = around([*users, package(8, 9)])
    ended = around([*users, package(8, 9, Phase.DEVELOPMENT)])
    cause = only(explain(REDS, [commit(9)], carried))
    assert [len(each.edges) for each in cause.symptoms] == [2, 2, 2]
    assert "it reaches some over 2 steps" in cause.reasons
    assert explain(REDS, [commit(9)], ended).causes == ()


def test_an_action_breaks_who_calls_a_workflow_that_uses_it_in_that_file() -> None:
    def uses(path: str) -> Edge:
        return edge(HUB, -1, "", "action", path=path, version="v4")

    moved = Change(-1, "release", T, "v4", versions=("v4",))
    found = explain(REDS, [moved], around([*USERS, uses(PYTHON)]))
    assert blamed(found) == {-1: {2, 3, 4}}
    assert explain(REDS, [moved], around([*USERS, uses(NODE)])).causes == ()


def test_what_nobody_saw_change_takes_more_to_believe() -> None:
    edges = [edge(number, -1, "", "action", version="v4") for number in range(2, 8)]
    unseen = Change(-1, "unseen", None, words=("actions/checkout",))
    told = [red(number, error="cannot run actions/checkout@v4") for number in range(2, 8)]
    assert explain([red(2, signature="")], [unseen], around(edges)).causes == ()
    cause = only(explain(told, [unseen], around(edges)))
    assert "nobody saw it change: it is what they share" in cause.reasons
    assert "the error of 6 names it" in cause.reasons


def test_an_unsure_edge_is_worth_less() -> None:
    sure = [package(number, 9) for number in (2, 3)]
    likely = [each._replace(sure=Sure.LIKELY) for each in sure]
    hurt = [red(2, signature=""), red(3, signature="")]
    strong, weak = (only(explain(hurt, [commit(9)], around(each))) for each in (sure, likely))
    assert weak.confidence < strong.confidence


def test_whose_links_were_never_looked_at_stays_unexplained_and_says_so() -> None:
    found = explain(REDS[:1], [commit()], around([], unlooked=[2]))
    assert found.unexplained[0].reason == "what it depends on was never looked at"


def test_nothing_hurts() -> None:
    assert explain([], [commit()], around(USERS)) == Explanation((), ())


def test_a_ring_of_needs_ends() -> None:
    ring = [package(number, number % 6 + 1) for number in range(1, 7)]
    found = explain([red(number, number) for number in range(2, 5)], [commit(1)], around(ring))
    assert blamed(found).keys() <= {1}


@given(st.randoms(use_true_random=False), st.integers(2, 6), st.integers(0, 4))
def test_the_order_of_what_is_given_does_not_matter(random: Random, reds: int, hubs: int) -> None:
    edges = [
        edge(source, 100 + random.randrange(hubs + 1), random.choice((PYTHON, NODE)))
        for source in range(2, 12)
        for _ in range(2)
    ]
    symptoms = [
        red(source, random.randrange(60), random.choice("ab"), flaky=random.random() < 0.2)
        for source in range(2, 2 + reds)
    ]
    changes = [commit(100 + number, random.randrange(60)) for number in range(hubs + 1)]
    changes += [commit(source, random.randrange(60)) for source in range(2, 6)]
    well = {source: [minutes(random.randrange(90))] for source in range(7, 12)}
    first = explain(symptoms, changes, around(edges, well))
    for each in (edges, symptoms, changes):
        random.shuffle(each)  # pyright: ignore[reportUnknownArgumentType, reportArgumentType]  # three lists of different kinds
    assert explain(symptoms, changes, around(edges, well)) == first


@given(st.integers(1, 6), st.integers(0, 6), st.booleans())
def test_one_more_who_is_well_never_makes_it_surer(reds: int, well: int, own: bool) -> None:
    def sure(count: int) -> float:
        symptoms = [red(number) for number in range(2, 2 + reds)]
        edges = [edge(number) for number in (*range(2, 2 + reds), *range(50, 50 + count))]
        changes: Sequence[Change] = [commit(), *(commit(2, 29) for _ in range(own))]
        seen = {number: [T + timedelta(hours=1)] for number in range(50, 50 + count)}
        found = explain(symptoms, changes, around(edges, seen))
        return max(
            (each.confidence for each in found.causes if each.change.target == HUB), default=0
        )

    assert sure(well + 1) <= sure(well)
