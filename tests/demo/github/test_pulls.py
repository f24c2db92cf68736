"""Pull requests: real merges, real conflicts, and what keeps them from being merged."""

from typing import Literal

import pytest
from tests.hub import SmallHub

from opsroom.demo.github.acts.checks import set_status
from opsroom.demo.github.acts.following import whole
from opsroom.demo.github.acts.protection import protect, save_ruleset
from opsroom.demo.github.acts.pulls import (
    edit_pull,
    merge_pull,
    open_pull,
    review_pull,
    update_branch,
)
from opsroom.demo.github.acts.pushes import commit_files, move_ref
from opsroom.demo.github.gates import review_decision
from opsroom.demo.github.history import merge_base
from opsroom.demo.github.merging import judge
from opsroom.demo.github.refusals import Refusal
from opsroom.demo.github.state.pulls import Pull
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Urls

LINES = [f"line {number}\n" for number in range(20)]


def _changed(line: int, text: str) -> str:
    return "".join([*LINES[:line], f"{text}\n", *LINES[line + 1 :]])


@pytest.fixture
def api(hub: SmallHub) -> Hosted:
    api = hub.repository("acme/api")
    commit_files(hub.world, api, "main", {"lines": "".join(LINES)}, "Lines", hub.kim)
    return api


def _pull(hub: SmallHub, api: Hosted, branch: str, text: str) -> Pull:
    commit_files(hub.world, api, branch, {"lines": text}, f"Change {branch}", hub.kim)
    return open_pull(hub.world, api, branch, "main", f"Change {branch}", "Why", hub.kim)


def test_two_sides_of_one_file_merge(hub: SmallHub, api: Hosted) -> None:
    first = _pull(hub, api, "top", _changed(1, "top"))
    second = _pull(hub, api, "end", _changed(18, "end"))
    merge_pull(hub.world, api, first, hub.kim)
    assert judge(api, second) is True
    commit = merge_pull(hub.world, api, second, hub.kim, expected=second.head)
    assert api.head == commit
    text = api.objects.git("show", "main:lines")
    assert "top" in text
    assert "end" in text
    assert len(api.objects.commit(commit).parents) == 2


def test_a_conflict_is_one(hub: SmallHub, api: Hosted) -> None:
    first = _pull(hub, api, "one", _changed(5, "one"))
    second = _pull(hub, api, "other", _changed(5, "other"))
    assert judge(api, second) is True
    merge_pull(hub.world, api, first, hub.kim)
    assert judge(api, second) is False
    with pytest.raises(Refusal) as refused:
        merge_pull(hub.world, api, second, hub.kim)
    assert refused.value.status == 405
    with pytest.raises(Refusal) as refused:
        update_branch(hub.world, api, second, hub.kim)
    assert refused.value.status == 422


@pytest.mark.parametrize(("method", "parents", "commits"), [("squash", 1, 3), ("rebase", 1, 4)])
def test_squash_and_rebase(
    hub: SmallHub, api: Hosted, method: Literal["squash", "rebase"], parents: int, commits: int
) -> None:
    start = api.head
    pull = _pull(hub, api, "topic", _changed(3, "topic"))
    commit_files(hub.world, api, "topic", {"more": "more\n"}, "More", hub.kim)
    move_ref(hub.world, api, "refs/heads/main", start, hub.kim)
    commit_files(hub.world, api, "main", {"elsewhere": "x\n"}, "Elsewhere", hub.kim)
    commit = merge_pull(hub.world, api, pull, hub.kim, method=method)
    assert len(api.objects.commit(commit).parents) == parents
    assert int(api.objects.git("rev-list", "--count", "main")) == commits + 1
    assert api.objects.git("show", "main:more") == "more"
    assert api.objects.git("show", "main:elsewhere") == "x"


def test_a_moved_head_is_not_merged(hub: SmallHub, api: Hosted) -> None:
    pull = _pull(hub, api, "topic", _changed(3, "topic"))
    seen = pull.head
    commit_files(hub.world, api, "topic", {"more": "more\n"}, "More", hub.kim)
    with pytest.raises(Refusal) as refused:
        merge_pull(hub.world, api, pull, hub.kim, expected=seen)
    assert refused.value.status == 409
    assert pull.open


def test_a_pull_request_follows_its_branch(hub: SmallHub, api: Hosted) -> None:
    pull = _pull(hub, api, "topic", _changed(3, "topic"))
    oid = commit_files(hub.world, api, "topic", {"more": "more\n"}, "More", hub.kim)
    assert pull.head == oid
    assert (hub.world.emitted[-1].event, hub.world.emitted[-1].action) == (
        "pull_request", "synchronize")  # fmt: skip
    body = whole(hub.world, Urls.of("http://x"), api, pull)
    assert (body["commits"], body["changed_files"], body["additions"]) == (2, 2, 2)
    move_ref(hub.world, api, "refs/heads/topic", None, hub.kim)
    assert not pull.open
    assert pull.merged_at is None


def test_a_push_that_contains_the_head_merges_it(hub: SmallHub, api: Hosted) -> None:
    pull = _pull(hub, api, "topic", _changed(3, "topic"))
    move_ref(hub.world, api, "refs/heads/main", pull.head, hub.kim)
    assert pull.merged_at is not None


def test_a_branch_is_brought_up_to_date(hub: SmallHub, api: Hosted) -> None:
    pull = _pull(hub, api, "topic", _changed(3, "topic"))
    commit_files(hub.world, api, "main", {"elsewhere": "x\n"}, "Elsewhere", hub.kim)
    update_branch(hub.world, api, pull, hub.kim, expected=pull.head)
    assert api.objects.git("show", "topic:elsewhere") == "x"
    with pytest.raises(Refusal):
        update_branch(hub.world, api, pull, hub.kim)


def test_required_checks_and_reviews(hub: SmallHub, api: Hosted) -> None:
    pull = _pull(hub, api, "topic", _changed(3, "topic"))
    protect(hub.world, api, "main", checks=(("test", None),), reviews=1)
    with pytest.raises(Refusal, match='"test" is expected'):
        merge_pull(hub.world, api, pull, hub.kim)
    set_status(hub.world, api, pull.head, "failure", "test", hub.kim)
    with pytest.raises(Refusal, match='"test" is failing'):
        merge_pull(hub.world, api, pull, hub.kim)
    set_status(hub.world, api, pull.head, "success", "test", hub.kim)
    assert review_decision(hub.world, api, pull) == "REVIEW_REQUIRED"
    with pytest.raises(Refusal, match="approving review"):
        merge_pull(hub.world, api, pull, hub.kim)
    with pytest.raises(Refusal, match="your own"):
        review_pull(hub.world, api, pull, hub.kim, "APPROVED")
    review_pull(hub.world, api, pull, hub.stranger, "APPROVED")
    assert review_decision(hub.world, api, pull) == "APPROVED"
    merge_pull(hub.world, api, pull, hub.kim)
    assert pull.merged_at is not None


def test_a_ruleset_of_the_organisation_counts(hub: SmallHub, api: Hosted) -> None:
    pull = _pull(hub, api, "topic", _changed(3, "topic"))
    save_ruleset(
        hub.world,
        hub.acme,
        None,
        name="everywhere",
        conditions={
            "ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []},
            "repository_name": {"include": ["~ALL"], "exclude": ["web"]},
        },
        rules=[{"type": "pull_request", "parameters": {"required_approving_review_count": 1}}],
    )
    with pytest.raises(Refusal, match="approving review"):
        merge_pull(hub.world, api, pull, hub.kim)
    web = hub.repository("acme/web")
    commit_files(hub.world, web, "topic", {"x": "1"}, "X", hub.kim)
    other = open_pull(hub.world, web, "topic", "main", "X", None, hub.kim)
    merge_pull(hub.world, web, other, hub.kim)


def test_one_pull_request_a_branch(hub: SmallHub, api: Hosted) -> None:
    pull = _pull(hub, api, "topic", _changed(3, "topic"))
    with pytest.raises(Refusal) as refused:
        open_pull(hub.world, api, "topic", "main", "Again", None, hub.kim)
    assert refused.value.status == 422
    edit_pull(hub.world, api, pull, hub.kim, state="closed")
    edit_pull(hub.world, api, pull, hub.kim, state="open")
    assert pull.open
    with pytest.raises(Refusal, match="Validation"):
        open_pull(hub.world, api, "main", "topic", "Nothing", None, hub.kim)
    with pytest.raises(Refusal):
        open_pull(hub.world, api, "nowhere", "main", "Nothing", None, hub.kim)


def test_the_base_is_the_newest_that_both_contain(hub: SmallHub, api: Hosted) -> None:
    """All in one second, so that time says nothing of the order; Git's own answer is the proof."""
    for number in range(6):
        pull = _pull(hub, api, f"topic{number}", _changed(number, "topic"))
        commit_files(hub.world, api, "main", {f"file{number}": "x\n"}, "Main", hub.kim)
        update_branch(hub.world, api, pull, hub.kim)
        found = merge_base(api.objects, pull.base, pull.head)
        assert found == api.objects.git("merge-base", "main", f"topic{number}")
        merge_pull(hub.world, api, pull, hub.kim)
