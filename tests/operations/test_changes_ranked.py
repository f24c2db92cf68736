"""Of many events, what is left to say and in which order."""

from datetime import UTC, datetime
from typing import Any

from opsroom.model.event import Event
from opsroom.operations.changes import deduplicated, rank


def event(number: int, kind: str, repository: str | None = "acme/api", **data: Any) -> Event:
    at = datetime(2026, 1, 31, tzinfo=UTC)
    return Event(
        id=number, at=at, kind=kind, repository=repository, summary=f"s{number}", data=data
    )


def test_what_was_taken_back_is_no_news() -> None:
    one = {"finding": "finding_1"}
    assert deduplicated([event(1, "finding.opened", **one), event(2, "finding.fixed", **one)]) == []
    assert (
        deduplicated([event(1, "finding.reopened", **one), event(2, "finding.fixed", **one)]) == []
    )
    other = event(2, "finding.fixed", finding="finding_2")
    assert deduplicated([event(1, "finding.opened", **one), other]) == [
        event(1, "finding.opened", **one),
        other,
    ]
    flapping = [event(1, "finding.fixed", **one), event(2, "finding.reopened", **one)]
    assert deduplicated(flapping) == [flapping[1]]


def test_failures_of_two_paths_are_two_failures() -> None:
    failed = [event(n, "observation.failed", None, path=f"/code/{n}") for n in (1, 2)]
    assert deduplicated(failed) == failed


def test_a_find_is_not_hidden_by_what_follows() -> None:
    found = event(1, "repository.found")
    assert deduplicated([found, event(2, "repository.changed")]) == [found]
    gone = event(3, "repository.gone")
    assert deduplicated([found, gone]) == [gone]


def test_several_changes_of_one_repository_are_one_with_all_of_them() -> None:
    (only,) = deduplicated(
        [
            event(1, "repository.changed", changes=["main moved to abc"]),
            event(2, "repository.changed", changes=["the work tree has 1 modified"]),
            event(3, "repository.changed", changes=["the work tree has 1 modified"]),
        ]
    )
    assert only.id == 3
    assert only.summary == "the work tree has 1 modified; main moved to abc"


def test_bad_news_comes_first() -> None:
    ranked = rank(
        [
            event(1, "repository.changed"),
            event(2, "finding.fixed", severity="critical"),
            event(3, "finding.opened", severity="low"),
            event(4, "finding.opened", severity="critical"),
            event(5, "finding.opened", severity="low"),
            event(6, "observation.failed"),
            event(7, "some.future-kind"),
        ]
    )
    assert [each.id for each in ranked] == [4, 6, 5, 3, 2, 1, 7]


def test_a_moved_folder_is_no_news_of_its_findings_but_another_clone_is() -> None:
    said = {"summary": "uncommitted-changes: 1 modified: README.md"}
    fixed = event(1, "finding.fixed", finding="finding_1", cause="pass-1").model_copy(update=said)
    moved = event(2, "finding.opened", finding="finding_2", cause="pass-1").model_copy(update=said)
    other = event(2, "finding.opened", finding="finding_2", cause="look-2").model_copy(update=said)
    assert deduplicated([fixed, moved]) == []
    assert deduplicated([fixed, other]) == [fixed, other]


def test_of_ci_only_what_it_came_to_is_news() -> None:
    failed, again = event(1, "ci.failed"), event(2, "ci.started")
    assert deduplicated([failed, again]) == [failed]
    passed = event(3, "ci.passed")
    assert deduplicated([failed, again, passed]) == [passed]
    assert deduplicated([again]) == [again]
    assert deduplicated([failed, event(2, "ci.passed", "acme/web")]) == [
        failed,
        event(2, "ci.passed", "acme/web"),
    ]


def test_a_failure_of_ci_is_bad_news() -> None:
    kinds = ("ci.started", "repository.changed", "ci.passed", "repository.archived", "ci.failed")
    ranked = rank([event(number, kind) for number, kind in enumerate(kinds)])
    assert [each.kind for each in ranked] == list(reversed(kinds))
