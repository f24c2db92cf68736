import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.judge.builders import (
    HERE,
    NOW,
    OTHER,
    blind,
    branch,
    clone,
    empty,
    files,
    refs,
    snapshot,
    tree,
)

from opsroom.judge.examination import built_in, examine, fingerprint, unknown_rules
from opsroom.model.check import Check, Outcome, no, unknown, yes
from opsroom.model.facts import Unknown
from opsroom.model.health import Grade
from opsroom.model.limits import Limits, Override, Profile
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot
from opsroom.model.where import Where


def check(*outcomes: Outcome, **facts: Any) -> Check:
    def look(*_: object) -> Iterator[Outcome]:
        return iter(outcomes)

    usual: dict[str, Any] = {
        "look": look,
        "severity": Severity.LOW,
        "what": "",
        "why": "",
        "fix": "mend it",
    }
    return Check(**{**usual, **facts})


def override(rule: str, severity: Severity | None, where: str = "") -> Override:
    return Override(rule=rule, severity=severity, where=Where.parse(where))


def severities(seen: Snapshot, limits: Limits, rule: str = "no-remote") -> list[Severity]:
    findings = examine(seen, None, limits, NOW).findings
    return [each.severity for each in findings if each.rule == rule]


HOST_RULES = frozenset({"failing-ci", "unprotected-default-branch", "vulnerability-alerts-off"})
"""What only a host can tell."""
CLONES_OR_NOT = frozenset({"unreadable", "missing-clone"})
"""What a clone that can't be read tells by being there."""
ALONE = snapshot(clone(refs=refs(branch(upstream=None), remotes=())))


def test_a_clone_in_order_is_green_and_has_no_finding() -> None:
    seen = examine(snapshot(), None, Limits(), NOW)
    assert seen.findings == ()
    assert (seen.health.grade, seen.health.score) == (Grade.GREEN, 100)
    assert seen.looked == frozenset(built_in()) - HOST_RULES
    assert set(seen.unknown) == {(rule, "no host was asked") for rule in HOST_RULES}


def test_a_finding_says_what_and_what_to_do() -> None:
    (finding,) = examine(ALONE, None, Limits(), NOW).findings
    assert finding.rule == "no-remote"
    assert finding.location == "/code/api"
    assert finding.remediation == built_in()["no-remote"].fix
    assert re.fullmatch(r"finding_[0-9a-f]{16}", finding.id)


def test_findings_come_worst_first() -> None:
    bad = clone(
        trees=(tree(conflicts=1, operation="merge", untracked=1),),
        refs=refs(branch(upstream=None), remotes=(), stashes=1),
    )
    ranks = [each.severity.rank for each in examine(snapshot(bad), None, Limits(), NOW).findings]
    assert ranks == sorted(ranks, reverse=True)
    assert len(set(ranks)) >= 3


def test_an_empty_repository_is_too_early_to_judge() -> None:
    seen = examine(snapshot(empty()), None, Limits(), NOW)
    assert seen.findings == ()
    assert ("missing-readme", "no commit yet") in seen.unknown
    assert seen.health.grade is Grade.GREEN


def test_a_broken_clone_is_seen_and_its_health_unknown() -> None:
    seen = examine(snapshot(blind(reason="index is corrupt")), None, Limits(), NOW)
    assert [each.rule for each in seen.findings] == ["unreadable"]
    assert seen.findings[0].severity is Severity.HIGH
    assert (seen.health.grade, seen.health.score) == (Grade.UNKNOWN, None)
    assert seen.health.unknown == ("index is corrupt",)


def test_a_half_seen_clone_keeps_what_is_known_to_be_bad() -> None:
    half = clone(trees=(tree(conflicts=2, operation="merge"),), files=blind().files)
    seen = examine(snapshot(half), None, Limits(), NOW)
    assert (seen.health.grade, seen.health.score) == (Grade.YELLOW, 72)
    assert seen.health.unknown == ("no permission",)


def test_what_only_the_remote_knows_is_unknown_and_costs_nothing() -> None:
    seen = examine(snapshot(clone(refs=refs(tags=3))), None, Limits(), NOW)
    told = {rule: reason for rule, reason in seen.unknown if rule not in HOST_RULES}
    assert told == {"stale-tags": "the remote was not asked"}
    assert seen.health.score == 100
    assert seen.health.unknown == ()


def test_a_check_that_fails_is_unknown_and_stops_no_other() -> None:
    def broken(*_: object) -> Iterator[Outcome]:
        yield yes("half a truth")
        raise KeyError("branch")

    checks = {"broken": check(look=broken), "sound": check(yes("seen"))}
    seen = examine(snapshot(), None, Limits(), NOW, checks)
    assert [each.rule for each in seen.findings] == ["sound"]
    assert seen.unknown == (("broken", "check failed: KeyError: 'branch'"),)
    assert seen.looked == {"sound"}


def test_the_same_reason_is_said_once() -> None:
    checks = {"blind": check(unknown("too slow", "a"), unknown("too slow", "b"))}
    assert examine(snapshot(), None, Limits(), NOW, checks).unknown == (("blind", "too slow"),)


def test_text_of_strangers_is_made_plain() -> None:
    hostile = "\x1b[31mred\u202e\u200b"
    checks = {"odd": check(yes(hostile, subject=hostile), unknown(hostile))}
    seen = examine(snapshot(), None, Limits(), NOW, checks)
    assert seen.findings[0].message == "[31mred"
    assert seen.findings[0].location == "[31mred"
    assert seen.unknown == (("odd", "[31mred"),)


def test_nothing_a_stranger_named_gets_into_a_command() -> None:
    """What to do is copied into a shell; a branch may be called `$(reboot)`."""
    name = "$(reboot);reboot|`reboot`"
    bad = clone(
        trees=(tree(f"/code/{name}", branch=None, orphaned_commits=True, modified=1, behind=1),),
        refs=refs(branch(), branch(name, upstream=None, ahead=3, head=OTHER), stashes=1),
        files=files(readme=None, vendored=(name,), unlocked=(name,)),
    )
    findings = examine(snapshot(bad), None, Limits(), NOW).findings
    assert len(findings) > 5
    assert not [each.rule for each in findings if "reboot" in each.remediation]


def test_two_outcomes_of_one_subject_are_one_finding_the_worse() -> None:
    checks = {
        "twice": check(yes("mild"), yes("bad", severity=Severity.HIGH), yes("mild"), no()),
    }
    seen = examine(snapshot(), None, Limits(), NOW, checks)
    assert [each.message for each in seen.findings] == ["bad"]
    assert seen.cleared == frozenset()


def test_a_fingerprint_is_that_of_rule_repository_and_subject() -> None:
    marks = {
        fingerprint(*parts)
        for parts in [("a", "b", "c"), ("ab", "", "c"), ("a", "bc", ""), ("x", "b", "c")]
    }
    assert len(marks) == 4
    assert fingerprint("a", "b", "c") == fingerprint("a", "b", "c")
    assert all(re.fullmatch(r"[0-9a-f]{16}", mark) for mark in marks)
    assert fingerprint("a", "b", "\udcff"), "names that are not UTF-8"


def test_a_fingerprint_does_not_move_with_the_count() -> None:
    def marks(modified: int) -> set[str]:
        seen = snapshot(clone(trees=(tree(modified=modified),)))
        return {each.fingerprint for each in examine(seen, None, Limits(), NOW).findings}

    assert marks(1) == marks(7) != set()


@pytest.mark.parametrize(
    ("where", "severity", "told"),
    [
        ("", None, []),
        ("", Severity.CRITICAL, [Severity.CRITICAL]),
        ("owner:acme", None, []),
        ("owner:other", None, [Severity.MEDIUM]),
        ("path:/code/api", Severity.INFO, [Severity.INFO]),
        ("label:lab", None, []),
        ("-is:bare", None, []),
        ("is:local", None, [Severity.MEDIUM]),
        ("health:red", None, [Severity.MEDIUM]),
        ("-health:red", None, [Severity.MEDIUM]),
        ("-is:fork", None, [Severity.MEDIUM]),
    ],
)
def test_settings_say_what_counts_and_where(
    where: str, severity: Severity | None, told: list[Severity]
) -> None:
    seen = snapshot(*ALONE.clones, labels=("lab",))
    limits = Limits(overrides=(override("no-remote", severity, where),))
    assert severities(seen, limits) == told


def test_the_last_setting_that_matches_counts() -> None:
    rules = [
        override("no-remote", Severity.HIGH),
        override("no-remote", None, "owner:acme"),
        override("no-remote", Severity.LOW, "owner:other"),
    ]
    assert severities(ALONE, Limits(overrides=tuple(rules))) == []
    again = (*rules, override("no-remote", Severity.INFO))
    assert severities(ALONE, Limits(overrides=again)) == [Severity.INFO]


def test_a_setting_beats_what_the_check_says_of_one_finding() -> None:
    bare = snapshot(clone(bare=True, refs=refs(remotes=())))
    assert severities(bare, Limits()) == [Severity.LOW]
    forced = Limits(overrides=(override("no-remote", Severity.HIGH),))
    assert severities(bare, forced) == [Severity.HIGH]


def test_a_rule_that_is_off_is_neither_looked_at_nor_unknown() -> None:
    limits = Limits(overrides=(override("no-remote", None), override("unreadable", None)))
    seen = examine(ALONE, None, limits, NOW)
    assert seen.off == {"no-remote", "unreadable"}
    assert not seen.off & seen.looked


def test_the_profile_decides_what_counts() -> None:
    bare = snapshot(clone(files=files(license=None)))
    personal = severities(bare, Limits(), "missing-license")
    public = severities(bare, Limits(profile=Profile.PUBLIC), "missing-license")
    assert (personal, public) == ([Severity.INFO], [Severity.MEDIUM])


def test_settings_that_name_no_rule_are_found() -> None:
    names = ("no-remot", "no-remote", "missing-licence", "xyzzy")
    limits = Limits(overrides=tuple(override(name, None) for name in names))
    assert unknown_rules(limits) == [
        ("no-remot", "no-remote"),
        ("missing-licence", "missing-license"),
        ("xyzzy", None),
    ]


def test_settings_may_name_what_scanners_report_one_by_one_or_by_glob() -> None:
    names = ("zizmor/*", "zizmor/artipacked", "ruff/S101", "missing-*", "*", "zizmr/*", "ruff/E1")
    limits = Limits(overrides=tuple(override(name, None) for name in names))
    assert unknown_rules(limits, scanned=("zizmor/*", "ruff/S*", "leaked-secret")) == [
        ("zizmr/*", "zizmor/*"),
        ("ruff/E1", "ruff/S*"),
    ]


def test_a_glob_switches_every_rule_of_a_family_off() -> None:
    seen = examine(ALONE, None, Limits(overrides=(override("missing-*", None),)), NOW)
    assert seen.off == {rule for rule in built_in() if rule.startswith("missing-")}


@pytest.mark.parametrize("rule", built_in())
@pytest.mark.parametrize(
    "seen",
    [
        snapshot(),
        snapshot(blind()),
        snapshot(empty()),
        snapshot(clone(bare=True)),
        snapshot(clone(bare=True, refs=refs(branches=(), last_commit_at=None))),
        snapshot(clone(), blind("/code/api-2"), empty("/code/api-3")),
        snapshot().model_copy(update={"clones": ()}),
        snapshot(clone(trees=())),
    ],
    ids=["fine", "blind", "empty", "bare", "empty bare", "mixed", "no clone", "no tree"],
)
def test_every_check_bears_every_kind_of_snapshot(rule: str, seen: Snapshot) -> None:
    outcomes = list(built_in()[rule].look(seen, None, Limits(), NOW))
    subjects = [(outcome.verdict, outcome.subject) for outcome in outcomes]
    assert len(subjects) == len(set(subjects)) or any(o.verdict == "unknown" for o in outcomes)


@pytest.mark.parametrize("rule", sorted(set(built_in()) - HOST_RULES - CLONES_OR_NOT))
def test_what_was_not_observed_is_no_finding_and_not_fine(rule: str) -> None:
    outcomes = list(built_in()[rule].look(snapshot(blind()), None, Limits(), NOW))
    assert {outcome.verdict.value for outcome in outcomes} == {"unknown"}
    assert {outcome.message for outcome in outcomes} == {"no permission"}


def test_replay_gives_the_same() -> None:
    bad = snapshot(
        clone(trees=(tree(modified=3, untracked=1),), refs=refs(stashes=2)),
        blind("/code/api-2"),
    )
    again = Snapshot.model_validate_json(bad.model_dump_json())
    first = examine(bad, None, Limits(), NOW)
    assert first == examine(bad, None, Limits(), NOW)
    assert first == examine(again, None, Limits(), NOW)


def test_a_thousand_repositories_in_half_a_second() -> None:
    many = [
        snapshot(
            clone(
                f"/code/{n}",
                trees=(tree(f"/code/{n}", modified=n % 3, untracked=n % 2),),
                refs=refs(branch(), *(branch(f"b{i}", head=OTHER) for i in range(n % 5))),
                files=files(license=None),
            ),
            key=f"path:/code/{n}",
            name=f"local/{n}",
        )
        for n in range(1000)
    ]
    limits = Limits(overrides=(override("missing-license", None, "owner:acme"),))
    times: list[float] = []
    for _ in range(3):
        start = time.process_time()
        found = sum(len(examine(each, None, limits, NOW).findings) for each in many)
        times.append(time.process_time() - start)
        assert found > 2000
    assert min(times) < 0.5


def test_files_may_be_unknown_alone() -> None:
    odd = clone(files=Unknown(**HERE, reason="too large"))
    seen = examine(snapshot(odd), None, Limits(), NOW)
    reasons = {rule for rule, reason in seen.unknown if reason == "too large"}
    assert "missing-readme" in reasons
    assert "no-remote" not in reasons
