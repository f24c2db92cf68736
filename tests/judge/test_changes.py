from datetime import timedelta
from typing import Any

import pytest
from tests.judge.builders import (
    NOW,
    OTHER,
    blind,
    branch,
    clone,
    finding,
    refs,
    snapshot,
    tree,
    unseen,
)
from tests.judge.desk import Desk, See

from opsroom.judge.changes import changed, observation
from opsroom.judge.health import health
from opsroom.model.event import Happening
from opsroom.model.health import Grade, Health
from opsroom.model.severity import Severity
from opsroom.model.snapshot import CloneFacts, RemoteAddress, Snapshot, Worktree

FINE = health((), (), observed=True)
BAD = health((finding(severity=Severity.HIGH),), (), observed=True)
UNSURE = health((), ("broken",), observed=True)


def between(before: Snapshot, after: Snapshot) -> Happening | None:
    return changed(before, after, FINE, FINE)


def said(before: CloneFacts, after: CloneFacts) -> str:
    happening = between(snapshot(before), snapshot(after))
    return happening.summary if happening else ""


def of_tree(**facts: Any) -> CloneFacts:
    return clone(trees=(tree(**facts),))


def of_refs(*args: Any, **facts: Any) -> CloneFacts:
    return clone(refs=refs(*args, **facts))


@pytest.mark.parametrize(
    ("before", "after", "summary"),
    [
        (clone(), of_refs(branch(head=OTHER)), "main moved to 0badcaf"),
        (clone(), of_refs(branch(), branch("x", head=OTHER)), "x is new, at 0badcaf"),
        (of_refs(branch(), branch("x")), clone(), "x was deleted"),
        (
            of_refs(branch(ahead=2)),
            of_refs(branch(ahead=2, behind=3)),
            "main is 2 ahead of and 3 behind origin/main",
        ),
        (of_refs(branch(ahead=2)), clone(), "main is level with origin/main"),
        (clone(), of_refs(branch(upstream_gone=True)), "origin/main is gone"),
        (clone(), of_refs(branch(upstream=None)), "main follows no upstream"),
        (clone(), of_refs(remotes=()), "no remote any more"),
        (clone(), of_refs(default_branch="trunk"), "the default branch is trunk"),
        (
            clone(),
            of_refs(remotes=(RemoteAddress(name="origin", url="https://h/x"),)),
            "remotes: origin https://h/x",
        ),
        (clone(), of_refs(stashes=2), "2 stashes"),
        (of_refs(stashes=2), clone(), "no stash any more"),
        (clone(), of_refs(tags=1), "1 tag"),
        (
            clone(),
            of_tree(modified=2, untracked=1),
            "the work tree has 2 modified, 1 untracked",
        ),
        (of_tree(modified=2), clone(), "the work tree is clean"),
        (clone(), of_tree(branch="feature"), "feature is checked out"),
        (clone(), of_tree(branch=None), "HEAD is detached"),
        (of_tree(branch=None), of_tree(branch=None, head=OTHER), "HEAD is at 0badcaf"),
        (clone(), of_tree(operation="rebase"), "rebase in progress"),
        (of_tree(operation="rebase"), clone(), "the rebase ended"),
        (
            of_tree(modified=1, examples=("a",)),
            of_tree(modified=1, examples=("b",)),
            "the work tree has 1 modified",
        ),
        (clone(), clone(trees=(tree(), tree("/code/x"))), "a work tree at /code/x appeared"),
        (clone(trees=(tree(), tree("/code/x"))), clone(), "the work tree at /code/x went"),
    ],
)
def test_what_changed_is_said(before: CloneFacts, after: CloneFacts, summary: str) -> None:
    assert said(before, after) == summary


LATER = NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (clone(), clone()),
        (clone(), of_refs(fetched_at=LATER)),
        (clone(), clone(trees=(unseen(),))),
        (clone(trees=(unseen(),)), of_tree(modified=9)),
        (clone(), clone(refs=unseen())),
        (clone(refs=unseen()), of_refs(branch(head=OTHER), stashes=1)),
        (clone(files=unseen()), clone()),
        (clone(trees=(tree(), unseen())), clone(trees=(tree(), tree("/code/x")))),
        (clone(trees=(tree(), tree("/code/x"))), clone(trees=(tree(), unseen()))),
        (blind(), blind(reason="something else")),
    ],
)
def test_what_is_no_change(before: CloneFacts, after: CloneFacts) -> None:
    assert said(before, after) == ""


def test_a_later_look_is_no_change() -> None:
    facts = clone().worktrees[0]
    assert isinstance(facts, Worktree)
    later = clone(trees=(facts.model_copy(update={"at": LATER}),))
    assert said(clone(), later) == ""


def test_an_event_carries_what_moved() -> None:
    happening = changed(
        snapshot(of_refs(branch(), branch("x"))),
        snapshot(of_refs(branch(head=OTHER))),
        FINE,
        BAD,
    )
    assert happening is not None
    assert happening.kind == "repository.changed"
    assert happening.repository == "acme/api"
    assert happening.summary == "main moved to 0badcaf; x was deleted; green to yellow"
    assert happening.data == {
        "path": "/code/api",
        "changes": ["main moved to 0badcaf", "x was deleted", "green to yellow"],
        "heads": {"/code/api": {"main": OTHER, "x": None}},
        "grade": ["green", "yellow"],
    }


@pytest.mark.parametrize(
    ("before", "after", "news"),
    [
        (FINE, BAD, True),
        (FINE, FINE, False),
        (FINE, UNSURE, False),
        (UNSURE, BAD, False),
        (None, BAD, False),
        (BAD, Health(grade=Grade.YELLOW, score=60), False),
    ],
)
def test_only_a_grade_that_moved_is_news(before: Health | None, after: Health, news: bool) -> None:
    assert bool(changed(snapshot(), snapshot(), before, after)) is news


def test_several_clones_are_told_apart() -> None:
    second = clone("/code/api-2")
    changed_second = clone("/code/api-2", refs=refs(stashes=1))
    happening = between(snapshot(clone(), second), snapshot(clone(), changed_second))
    assert happening is not None
    assert happening.summary == "/code/api-2: 1 stash"


def test_clones_come_and_go() -> None:
    both = snapshot(clone(), clone("/code/api-2"))
    appeared, went = between(snapshot(), both), between(both, snapshot())
    assert appeared is not None
    assert went is not None
    assert appeared.summary == "a clone at /code/api-2 appeared"
    assert went.summary == "the clone at /code/api-2 went"


def test_a_thousand_branches_make_one_bounded_event() -> None:
    many = [branch(f"b{number}") for number in range(1000)]
    happening = between(snapshot(), snapshot(of_refs(branch(), *many)))
    assert happening is not None
    assert len(happening.data["changes"]) == 21
    assert happening.data["changes"][-1] == "980 more changes"
    assert len(happening.data["heads"]["/code/api"]) == 20
    assert len(happening.model_dump_json()) < 5000


def test_names_of_strangers_are_made_plain() -> None:
    hostile = of_refs(branch(), branch("x\u202ey\x1b[2J", head=OTHER))
    happening = between(snapshot(), snapshot(hostile))
    assert happening is not None
    assert happening.summary == "xy[2J is new, at 0badcaf"
    assert happening.data["heads"] == {"/code/api": {"xy[2J": OTHER}}


def test_real_work_is_told_in_a_sentence(desk: Desk, see: See) -> None:
    repo = desk.cloned()
    before = see(repo)
    head = repo.commit()
    repo.file("README.md", "more\n")
    happening = between(before, see(repo))
    assert happening is not None
    assert happening.summary == (
        f"main moved to {head[:7]}; main is 1 ahead of origin/main; the work tree has 1 modified"
    )
    assert between(see(repo), see(repo)) is None


def kinds(before: Snapshot | None, after: Snapshot) -> list[str]:
    return [happening.kind for happening in observation(before, after)]


def test_failing_and_recovering_are_told_once() -> None:
    fine, broken = snapshot(), snapshot(blind())
    assert kinds(fine, broken) == ["observation.failed"]
    assert kinds(broken, snapshot(blind(reason="other"))) == []
    assert kinds(broken, fine) == ["observation.recovered"]
    assert kinds(fine, fine) == []
    assert kinds(None, broken) == []


def test_a_failure_says_where_and_why() -> None:
    reason = "index\x1b[2J is corrupt"
    (happening,) = observation(snapshot(), snapshot(blind(reason=reason)))
    assert happening.repository == "acme/api"
    assert happening.summary == "/code/api could not be observed: index[2J is corrupt"
    assert happening.data == {"path": "/code/api", "reason": "index[2J is corrupt"}


def test_each_clone_fails_for_itself() -> None:
    before = snapshot(clone(), blind("/code/b"), clone("/code/c"))
    after = snapshot(clone(), clone("/code/b"), blind("/code/c"), blind("/code/new"))
    told = {h.data["path"]: h.kind for h in observation(before, after)}
    assert told == {
        "/code/b": "observation.recovered",
        "/code/c": "observation.failed",
        "/code/new": "observation.failed",
    }


def test_a_group_alone_may_fail() -> None:
    assert kinds(snapshot(), snapshot(clone(files=unseen()))) == ["observation.failed"]
