import threading
from pathlib import Path

import pytest
from tests.observe.workshop import Workshop, checkout, forget_environment

from opsroom.errors import ObservationError
from opsroom.model.snapshot import CloneFacts, Worktree
from opsroom.observe.branches import describe_refs
from opsroom.observe.checkout import Checkout
from opsroom.observe.clone import see, utc_now
from opsroom.observe.gate import signature
from opsroom.observe.survey import find_all, look_all, survey


def test_sees_every_clone_once_and_says_how_far_it_is(workshop: Workshop) -> None:
    for number in range(6):
        workshop.repository(f"r{number}")
    (workshop.root / "broken" / ".git").mkdir(parents=True)
    steps: list[tuple[int, int]] = []
    seen = survey(
        [workshop.root, workshop.root / "r1", workshop.root / "gone"],
        workers=3,
        progress=lambda done, all_of_them: steps.append((done, all_of_them)),
    )
    assert [Path(facts.clone.path).name for facts in seen.clones] == [f"r{n}" for n in range(6)]
    assert [problem.reason for problem in seen.problems] == [
        "its .git is broken: it has no HEAD",
        "no such folder",
    ]
    assert steps == [(number, 6) for number in range(7)]
    assert all(group.at >= seen.at for facts in seen.clones for group in facts.groups)


def test_without_git_nothing_can_be_surveyed(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    forget_environment()
    with pytest.raises(ObservationError, match="git was not found"):
        survey([workshop.root])


def test_a_reader_that_stops_ends_the_work(workshop: Workshop) -> None:
    for number in range(12):
        workshop.repository(f"r{number}")
    looks = look_all(find_all([workshop.root]).clones, workers=1)
    next(looks)
    looks.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("look")]


def test_a_repository_that_changes_while_it_is_read_is_read_again(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first look is overtaken by a commit between two of its groups."""
    folder = workshop.repository()
    commits: list[str] = []

    def overtaken(*arguments: object, **named: object) -> object:
        found = describe_refs(*arguments, **named)  # type: ignore[arg-type]  # handed through as it is
        if not commits:
            commits.append(workshop.commit(folder, {"new": "1"}))
        return found

    monkeypatch.setattr("opsroom.observe.clone.describe_refs", overtaken)
    seen = see(checkout(folder))
    tree = seen.facts.worktrees[0]
    assert isinstance(tree, Worktree)
    assert tree.head == commits[0]
    assert _heads(seen.facts) == commits
    assert seen.signature == signature(seen.checkout)


def test_a_repository_that_never_rests_is_read_three_times(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = workshop.repository()
    known = checkout(folder)
    numbers = iter(range(100))

    def restless(_: Checkout) -> int:
        return next(numbers)

    monkeypatch.setattr("opsroom.observe.clone.signature", restless)
    looks: list[object] = []

    def now() -> object:
        looks.append(None)
        return utc_now()

    see(known, now)  # type: ignore[arg-type]  # counts the calls and hands the moment through
    assert len(looks) == 3


def _heads(facts: CloneFacts) -> list[str]:
    return [branch.head for branch in getattr(facts.refs, "branches", ())]
