"""What changed on a host between two looks at a repository, as events.

Only transitions count. A group or a fact that is unknown on either side is not a change; the
first look at a host has nothing to compare with.
"""

from collections.abc import Iterator, Sequence

from opsroom.judge.hosted import telling
from opsroom.judge.wording import counted, listed
from opsroom.model.ci import Ci, CiRun
from opsroom.model.event import Happening
from opsroom.model.host import BranchRule, HostSettings, Remote, Security, SecurityAlert
from opsroom.model.snapshot import Snapshot
from opsroom.model.text import plain

SUMMARY = 300
"""Characters of a summary."""
MANY = 20
"""As many changes as an event carries."""
Alerts = tuple[SecurityAlert, ...] | None
TOLD = {"failing": "ci.failed", "passing": "ci.passed", "running": "ci.started"}
"""The states of CI that are worth an event, and which one."""


def host_changed(before: Snapshot, after: Snapshot) -> list[Happening]:
    """Return the events of what changed on the host: at most one of each kind.

    `repository.changed` holds `url`, `path`, `changes` (each a short sentence) and `heads` (the
    url, then the default branch, to its commit). `repository.archived` stands alone. Those of CI
    hold `state`, `was`, `head`, `branch`, `ci_run`, `workflow` and `url` of the run.
    """
    old, new = before.remote, after.remote
    changes: list[str] = []
    heads: dict[str, dict[str, str]] = {}
    happenings: list[Happening] = []
    if isinstance(old, Remote) and isinstance(new, Remote):
        changes += _remote_changes(old, new)
        if new.archived and not old.archived:
            happenings.append(_archived(after, new))
        if new.head and new.head != old.head and new.default_branch:
            heads[plain(new.url)] = {plain(new.default_branch): new.head}
    if isinstance(before.settings, HostSettings) and isinstance(after.settings, HostSettings):
        changes += _settings_changes(before.settings, after.settings)
    if isinstance(before.security, Security) and isinstance(after.security, Security):
        changes += _alert_changes(before.security, after.security)
    if changes:
        happenings.insert(0, _changed(after, changes, heads))
    if isinstance(before.ci, Ci) and isinstance(after.ci, Ci):
        happenings += _ci_moved(after, before.ci, after.ci)
    return happenings


def _changed(
    after: Snapshot, changes: Sequence[str], heads: dict[str, dict[str, str]]
) -> Happening:
    said = [plain(change) for change in changes[:MANY]]
    said += [counted(len(changes) - MANY, "more change")] if len(changes) > MANY else []
    return Happening(
        kind="repository.changed",
        repository=after.repository.name,
        summary=plain("; ".join(said), SUMMARY),
        data={**_place(after), "changes": said, "heads": heads},
    )


def _archived(after: Snapshot, remote: Remote) -> Happening:
    return Happening(
        kind="repository.archived",
        repository=after.repository.name,
        summary=plain(
            f"{remote.full_name} was archived on {remote.host}: it is read-only", SUMMARY
        ),
        data=_place(after),
    )


def _place(after: Snapshot) -> dict[str, object]:
    """Where it is: on its host, and on this machine."""
    remote = after.remote
    url = remote.url if isinstance(remote, Remote) else after.repository.url
    return {"url": url and plain(url, 1000), "path": after.path and plain(after.path, 1000)}


def _remote_changes(old: Remote, new: Remote) -> Iterator[str]:
    """Say how the repository itself differs; what isn't told on both sides is left out."""
    if old.full_name != new.full_name:
        yield f"{old.full_name} is {new.full_name} now"
    if old.default_branch and new.default_branch and old.default_branch != new.default_branch:
        yield f"the default branch is {new.default_branch}, no longer {old.default_branch}"
    elif new.head and old.head != new.head and (old.head or old.empty):
        first = "has its first commit," if old.empty else "moved to"
        yield f"{new.default_branch or 'the default branch'} {first} {new.head[:7]} on {new.host}"
    if old.visibility and new.visibility and old.visibility != new.visibility:
        yield f"it is {new.visibility} now, no longer {old.visibility}"
    if old.archived and not new.archived:
        yield "it is no longer archived"
    if old.disabled != new.disabled:
        yield f"{new.host} has {'disabled it' if new.disabled else 'enabled it again'}"
    yield from _opened(old, new)
    if new.release and new.release != old.release and not _was_untold(old, "release"):
        yield f"release {new.release.tag} was published"


def _opened(old: Remote, new: Remote) -> Iterator[str]:
    """Name the pull requests that were opened since the look before; the list may be cut."""
    known = {each.number for each in old.newest_pulls}
    fresh = [
        f"#{each.number} {plain(each.title, 60)}"
        for each in new.newest_pulls
        if each.number not in known and each.created_at > old.at
    ]
    if fresh:
        yield f"{counted(len(fresh), 'pull request')} opened: {listed(fresh)}"


def _was_untold(group: Remote, fact: str) -> bool:
    return any(each.fact == fact for each in group.untold)


def _settings_changes(old: HostSettings, new: HostSettings) -> Iterator[str]:
    if old.rules is not None and new.rules is not None:
        yield from _rule_changes(old.rules, new.rules)
    if old.rulesets is not None and new.rulesets is not None:
        before = {each.id: each for each in old.rulesets}
        after = {each.id: each for each in new.rulesets}
        yield from (
            f"ruleset {rule.name} is {rule.enforcement}"
            for key, rule in after.items()
            if before.get(key) != rule
        )
        yield from (f"ruleset {before[key].name} is gone" for key in before if key not in after)
    if _differ(old.vulnerability_alerts, new.vulnerability_alerts):
        yield f"vulnerability alerts are {'on' if new.vulnerability_alerts else 'off'}"


def _rule_changes(old: Sequence[BranchRule], new: Sequence[BranchRule]) -> Iterator[str]:
    before = {rule.pattern: rule for rule in old}
    after = {rule.pattern: rule for rule in new}
    for pattern, rule in after.items():
        if pattern not in before:
            yield f"{pattern} is protected now"
        elif before[pattern] != rule:
            yield f"the protection of {pattern} is another one now"
    yield from (f"{pattern} is no longer protected" for pattern in before if pattern not in after)


def _differ(old: bool | None, new: bool | None) -> bool:
    return old is not None and new is not None and old != new


def _alert_changes(old: Security, new: Security) -> Iterator[str]:
    """Say how many of the host's own alerts there are now, where their number moved."""
    lists: tuple[tuple[str, Alerts, Alerts], ...] = (
        ("dependency", old.dependency, new.dependency),
        ("code", old.code, new.code),
        ("secret", old.secret, new.secret),
    )
    for kind, before, after in lists:
        if before is not None and after is not None and len(before) != len(after):
            yield f"{counted(len(after), f'open {kind} alert')}, {len(before)} before"


def _ci_moved(after: Snapshot, old: Ci, new: Ci) -> Iterator[Happening]:
    """Return what CI came to, when that is another state, another commit or another attempt."""
    kind = TOLD.get(new.state)
    if kind and ((old.state, old.head) != (new.state, new.head) or _again(old, new)):
        run = telling(new)
        branch = after.remote.default_branch if isinstance(after.remote, Remote) else None
        yield Happening(
            kind=kind,
            repository=after.repository.name,
            summary=plain(_said(old, new, run), SUMMARY),
            data={
                "state": new.state,
                "was": old.state,
                "head": new.head,
                "branch": branch and plain(branch),
                "ci_run": run and run.id,
                "workflow": run and plain(run.workflow),
                "url": run and plain(run.url, 1000),
            },
        )


def _again(old: Ci, new: Ci) -> bool:
    """Whether a run that is known was tried again since the look before."""
    attempts = {run.number: run.attempt for run in old.runs}
    return any(run.attempt > attempts.get(run.number, run.attempt) for run in new.runs)


def _said(old: Ci, new: Ci, run: CiRun | None) -> str:
    verb = {"failing": "fails", "passing": "passes", "running": "runs"}[new.state]
    still = {"failing": " still", "passing": " still"}.get(new.state, "")
    still = still if old.state == new.state else ""
    at = f" on {new.head[:7]}" if new.head else ""
    which = f": {run.workflow}" if run else ""
    attempt = f", attempt {run.attempt}" if run and run.attempt > 1 else ""
    return f"CI{still} {verb}{at}{which}{attempt}"
