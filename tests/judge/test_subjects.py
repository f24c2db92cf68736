"""What a host listed stands for what a clone tracks, as far as it goes."""

from typing import Any

import pytest
from tests.judge.builders import (
    NOW,
    ask,
    blind,
    clone,
    empty,
    files,
    host_settings,
    hosted,
    only,
    remote,
    unasked,
    verdicts,
)

from opsroom.judge.examination import built_in, examine
from opsroom.model.check import Verdict
from opsroom.model.health import Grade
from opsroom.model.limits import Limits
from opsroom.model.snapshot import Files
from opsroom.observe.files import classify

CLONES_ONLY = (
    *("uncommitted-changes", "untracked-files", "unpushed-commits", "behind-upstream"),
    *("no-upstream", "no-remote", "detached-head", "merge-in-progress", "stashed-changes"),
    *("stale-branches", "stale-tags", "default-branch-drift", "remote-mismatch"),
)
BARE = Files(at=NOW, source="github", count=1)
FILES = {
    "missing-readme": "readme",
    "missing-license": "license",
    "missing-gitignore": "gitignore",
    "missing-security-policy": "security_policy",
    "missing-codeowners": "codeowners",
    "missing-ci": "ci",
}


def listing(*paths: str) -> Files:
    return classify(paths, at=NOW, source="github")


def verdict(rule: str, **groups: Any) -> Verdict:
    return only(ask(rule, hosted(**groups))).verdict


@pytest.mark.parametrize("rule", CLONES_ONLY)
def test_what_only_a_clone_tells_is_not_asked_of_a_host(rule: str) -> None:
    assert ask(rule, hosted(listed=files())) == []


def test_a_repository_that_only_a_host_has_can_be_green() -> None:
    seen = examine(hosted(listed=files(), settings=host_settings()), None, Limits(), NOW)
    assert (seen.health.grade, seen.health.score) == (Grade.GREEN, 100)
    assert not [reason for _, reason in seen.unknown if "clone" in reason and "large" not in _]


@pytest.mark.parametrize("rule", FILES)
def test_the_list_tells_what_is_there_and_what_is_missing(rule: str) -> None:
    silent = host_settings(security_policy=None)
    assert verdict(rule, listed=files(), settings=silent) is Verdict.NO
    assert verdict(rule, listed=BARE, settings=silent) is Verdict.YES


@pytest.mark.parametrize("rule", FILES)
@pytest.mark.parametrize(
    ("listed", "reason"),
    [(None, "the host was not asked yet what it tracks"), (unasked("too large"), "too large")],
)
def test_a_list_that_was_not_had_is_unknown(rule: str, listed: Any, reason: str) -> None:
    assert only(ask(rule, hosted(listed=listed))).message == reason


@pytest.mark.parametrize(
    ("rule", "folder", "verdict_with_it"),
    [
        ("missing-readme", "docs/", Verdict.UNKNOWN),
        ("missing-codeowners", "docs/", Verdict.UNKNOWN),
        ("missing-security-policy", "docs/", Verdict.UNKNOWN),
        ("missing-ci", ".circleci/", Verdict.UNKNOWN),
        ("missing-ci", "docs/", Verdict.YES),
        ("missing-license", "docs/", Verdict.YES),
        ("missing-license", "LICENSES/", Verdict.NO),
        ("vendored-dependencies", "node_modules/", Verdict.YES),
        ("vendored-dependencies", "src/", Verdict.UNKNOWN),
        ("missing-lockfile", "src/", Verdict.UNKNOWN),
    ],
)
def test_it_may_be_in_a_folder_that_was_not_listed(
    rule: str, folder: str, verdict_with_it: Verdict
) -> None:
    assert verdict(rule, listed=listing("main.py", folder)) is verdict_with_it


def test_a_manifest_at_the_top_without_its_lock_is_seen_from_a_list() -> None:
    assert verdict("missing-lockfile", listed=listing("package.json", "src/")) is Verdict.YES
    locked = listing("package.json", "package-lock.json")
    assert verdict("missing-lockfile", listed=locked) is Verdict.NO


def test_a_policy_of_the_owner_counts_and_so_does_the_hosts_word_that_there_is_none() -> None:
    rule, docs = "missing-security-policy", listing("docs/")
    assert verdict(rule, listed=BARE, settings=host_settings()) is Verdict.NO
    none = host_settings(security_policy=False)
    assert verdict(rule, listed=docs, settings=none) is Verdict.YES


def test_sizes_are_not_listed() -> None:
    assert verdict("large-files", listed=files()) is Verdict.UNKNOWN


@pytest.mark.parametrize("rule", FILES)
def test_nothing_is_asked_of_what_nobody_can_change(rule: str) -> None:
    archived = remote(archived=True)
    assert verdict(rule, remote=archived, listed=BARE) is Verdict.NO
    old = hosted(clone(files=BARE), remote=archived)
    assert only(ask(rule, old)).verdict is Verdict.NO


def test_nothing_is_asked_before_the_first_commit() -> None:
    nothing = remote(empty=True, head=None)
    assert (
        only(ask("missing-readme", hosted(remote=nothing, listed=BARE))).message == "no commit yet"
    )


def test_what_the_host_has_need_not_be_in_an_old_clone() -> None:
    old = clone(files=files(readme=None))
    assert only(ask("missing-readme", hosted(old, listed=files()))).verdict is Verdict.NO
    assert only(ask("missing-readme", hosted(old, listed=BARE))).verdict is Verdict.YES


def test_a_clone_that_tells_nothing_leaves_it_to_the_host() -> None:
    for silent in (blind(), empty()):
        assert only(ask("missing-license", hosted(silent, listed=BARE))).verdict is Verdict.YES
        assert only(ask("missing-license", hosted(silent))).verdict is Verdict.UNKNOWN


def test_a_host_that_fails_leaves_no_green() -> None:
    seen = examine(hosted(listed=files(), ci=unasked("timed out")), None, Limits(), NOW)
    assert seen.health.grade is Grade.UNKNOWN
    assert seen.health.unknown == ("timed out",)
    assert [each.rule for each in seen.findings if each.rule == "unreadable"]


@pytest.mark.parametrize("rule", sorted(set(built_in()) - {"unreadable"}))
def test_a_host_that_tells_nothing_is_no_finding(rule: str) -> None:
    nothing = dict.fromkeys(("remote", "settings", "ci", "security", "listed"), unasked())
    outcomes = ask(rule, hosted(**nothing), limits=Limits(clones_expected=True))
    assert verdicts(outcomes) <= {Verdict.UNKNOWN}
