"""What GraphQL says of a repository, as facts.

A field that an answer lacks was cut out because the server doesn't have it; a null with an error at
its path could not be had. Both become 'untold' with the reason, never zero, empty or False. Names
and titles were written by strangers: they are made plain and cut here, where they become facts.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast, get_args

from opsroom.clients.github.graphql import Path, Told
from opsroom.clients.github.node import Node, nodes
from opsroom.clients.host import HostLook, Swept
from opsroom.model.ci import Ci, CiRun, CiState, CiStatus, Conclusion
from opsroom.model.facts import Unknown
from opsroom.model.host import (
    BranchRule,
    HostSettings,
    PullRequest,
    Release,
    Remote,
    Ruleset,
    Visibility,
)
from opsroom.model.shapes import mapping, time
from opsroom.model.tags import Tag, Tags
from opsroom.model.text import plain

ADMINS_ONLY = "only those who administer the repository are told"
LONGEST_NAME = 255
LONGEST_TEXT = 350
MOST_PATHS = 5_000
"""Files of one folder; a folder with more is not read as if it were whole."""

STATES: Mapping[str, CiState] = {
    "SUCCESS": "passing",
    "FAILURE": "failing",
    "ERROR": "failing",
    "PENDING": "running",
    "EXPECTED": "running",
}
STATUSES: Mapping[str, CiStatus] = {"COMPLETED": "done", "IN_PROGRESS": "running"}
"""Every other state of a check suite waits for something."""


def read_swept(value: Mapping[str, Any], told: Told, path: Path) -> Swept:
    """One repository of a sweep.

    Raises:
        KeyError, TypeError, ValueError: the host's answer is none.
    """
    node = Node(value, told, path)
    branch = node.within("defaultBranchRef")
    tip = branch.within("target") if branch else None
    if node.why("defaultBranchRef") or (tip and tip.why("statusCheckRollup")):
        state = None
    else:
        state = _state(tip)
    return Swept(
        id=value["id"],
        full_name=plain(value["nameWithOwner"], LONGEST_NAME),
        head=tip.value["oid"] if tip else None,
        branch=plain(branch.value["name"], LONGEST_NAME) if branch else None,
        head_at=_time(tip.value.get("committedDate")) if tip else None,
        ci=state,
        pushed_at=_time(value.get("pushedAt")),
        updated_at=_time(value.get("updatedAt")),
        archived=bool(value["isArchived"]),
        fork=bool(value["isFork"]),
        visibility=_visibility(value),
    )


def read_look(
    value: Mapping[str, Any], told: Told, path: Path, *, host: str, at: datetime
) -> HostLook:
    """One repository of a full look.

    Raises:
        KeyError, TypeError, ValueError: the host's answer is none.
    """
    return HostLook(
        remote=_remote(Node(value, told, path), host, at),
        settings=_settings(Node(value, told, path), host, at),
        ci=_ci(Node(value, told, path), host, at),
        paths=_paths(Node(value, told, path), host, at),
        tags=_tags(Node(value, told, path), host, at),
    )


def _remote(node: Node, host: str, at: datetime) -> Remote | Unknown:
    value = node.value
    branch = node.within("defaultBranchRef")
    tip = branch.within("target") if branch else None
    if (reason := node.why("defaultBranchRef")) is not None:
        node.untold.update(dict.fromkeys(("default_branch", "head", "head_at"), reason))
    elif branch and (reason := branch.why("target")) is not None:
        node.untold.update(dict.fromkeys(("head", "head_at"), reason))
    pulls = node.take("newest_pulls", "newestPulls")
    topics = node.take("topics", "repositoryTopics")
    language = node.take("language", "primaryLanguage")
    licence = node.take("license", "licenseInfo")
    release = node.take("release", "latestRelease")
    permission = node.take("permission", "viewerPermission")
    return Remote(
        at=at,
        source=host,
        host=host,
        id=value["id"],
        number=value.get("databaseId"),
        full_name=plain(value["nameWithOwner"], LONGEST_NAME),
        url=plain(value["url"], LONGEST_TEXT),
        description=plain(value.get("description") or "", LONGEST_TEXT),
        visibility=_visibility(value),
        archived=bool(value["isArchived"]),
        disabled=bool(value.get("isDisabled")),
        fork=bool(value["isFork"]),
        template=bool(value.get("isTemplate")),
        empty=bool(value.get("isEmpty")),
        default_branch=plain(branch.value["name"], LONGEST_NAME) if branch else None,
        head=tip.value["oid"] if tip else None,
        head_at=_time(tip.value.get("committedDate")) if tip else None,
        created_at=_time(value.get("createdAt")),
        pushed_at=_time(value.get("pushedAt")),
        updated_at=_time(value.get("updatedAt")),
        size=node.take("size", "diskUsage"),
        language=plain(language["name"], LONGEST_NAME) if language else None,
        license=licence["spdxId"] if licence else None,
        topics=tuple(plain(each["topic"]["name"], 50) for each in nodes(topics)),
        stars=value.get("stargazerCount") or 0,
        forks=value.get("forkCount") or 0,
        branches=node.count("branches", "branches"),
        issues=node.count("issues", "openIssues"),
        pulls=node.count("pulls", "openPulls"),
        newest_pulls=tuple(_pull(each) for each in nodes(pulls)),
        release=_release(release) if release else None,
        permission=permission.lower() if permission else None,
        untold=node.reasons(),
    )


def _settings(node: Node, host: str, at: datetime) -> HostSettings:
    rules = node.listed("rules", "branchProtectionRules")
    rulesets = node.listed("rulesets", "rulesets")
    permission = node.value.get("viewerPermission")
    if rules == [] and permission not in (None, "ADMIN"):
        rules, node.untold["rules"] = None, ADMINS_ONLY
    ways = {"merge": "mergeCommit", "squash": "squashMerge", "rebase": "rebaseMerge"}
    methods = tuple(way for way, key in ways.items() if node.take("merge_methods", f"{key}Allowed"))
    return HostSettings(
        at=at,
        source=host,
        issues=node.take("issues", "hasIssuesEnabled"),
        vulnerability_alerts=node.take("vulnerability_alerts", "hasVulnerabilityAlertsEnabled"),
        security_policy=node.take("security_policy", "isSecurityPolicyEnabled"),
        delete_branch_on_merge=node.take("delete_branch_on_merge", "deleteBranchOnMerge"),
        auto_merge=node.take("auto_merge", "autoMergeAllowed"),
        merge_methods=() if "merge_methods" in node.untold else cast(Any, methods),
        signoff=node.take("signoff", "webCommitSignoffRequired"),
        rules=None if rules is None else tuple(map(_rule, rules)),
        rulesets=None if rulesets is None else tuple(map(_ruleset, rulesets)),
        untold=node.reasons(),
    )


def _ci(node: Node, host: str, at: datetime) -> Ci | Unknown:
    branch = node.within("defaultBranchRef")
    tip = branch.within("target") if branch else None
    reason = node.why("defaultBranchRef") or (branch.why("target") if branch else None)
    reason = reason or (tip.why("statusCheckRollup") if tip else None)
    if reason is not None:
        return Unknown(at=at, source=host, reason=reason)
    if branch is None or tip is None:
        return Ci(at=at, source=host, state="none", head=None)
    name = plain(branch.value["name"], LONGEST_NAME)
    suites = tip.take("runs", "checkSuites")
    newest: dict[tuple[str, str], CiRun] = {}
    for run in (_run(each, host, name, tip.value["oid"]) for each in nodes(suites)):
        if run is None:
            continue
        known = newest.get((run.workflow, run.path))
        if known is None or (run.created_at, run.number) > (known.created_at, known.number):
            newest[run.workflow, run.path] = run
    return Ci(
        at=at,
        source=host,
        state=_state(tip),
        head=tip.value["oid"],
        runs=tuple(sorted(newest.values(), key=lambda run: run.created_at, reverse=True)),
        untold=tip.reasons(),
    )


def _tags(node: Node, host: str, at: datetime) -> Tags | Unknown:
    if (reason := node.why("tags")) is not None:
        return Unknown(at=at, source=host, reason=reason)
    held = node.value["tags"]
    if held is None:
        if node.value.get("isEmpty"):
            return Tags(at=at, source=host)
        return Unknown(at=at, source=host, reason="the host did not list the tags")
    told = (_tag(each) for each in nodes(held))
    found = tuple(tag for tag in told if tag is not None)
    return Tags(at=at, source=host, tags=found, total=held["totalCount"])


def _tag(ref: Mapping[str, Any]) -> Tag | None:
    """None of what leads to no commit, and of a tag of a tag: it is looked through once."""
    target = mapping(ref["target"])
    commit = target if "committedDate" in target else mapping(target.get("target"))
    if "committedDate" not in commit:
        return None
    name = plain(ref["name"], LONGEST_NAME)
    return Tag(name=name, commit=commit["oid"], at=time(commit["committedDate"]))


def _paths(node: Node, host: str, at: datetime) -> tuple[str, ...] | Unknown:
    found: list[str] = []
    places = {"rootTree": "", "hostTree": ".github/", "workflowTree": ".github/workflows/"}
    for key, folder in places.items():
        if (reason := node.why(key)) is not None:
            return Unknown(at=at, source=host, reason=reason)
        tree = node.value[key]
        if tree is None:
            if not folder and node.value.get("defaultBranchRef") is not None:
                return Unknown(at=at, source=host, reason="the host did not list the files")
            continue
        entries = tree.get("entries") or ()
        if len(entries) > MOST_PATHS:
            reason = f"more than {MOST_PATHS} files in one folder"
            return Unknown(at=at, source=host, reason=reason)
        found += (
            f"{folder}{plain(each['name'], LONGEST_NAME)}{'/' if each['type'] == 'tree' else ''}"
            for each in entries
        )
    return tuple(found)


def _run(suite: Mapping[str, Any], host: str, branch: str, head: str) -> CiRun | None:
    """The run of a check suite; None where it is no run of the host's own CI."""
    run = suite.get("workflowRun")
    if run is None:
        return None
    said = (suite.get("conclusion") or "").lower()
    place = mapping(run.get("file"))
    return CiRun(
        host=host,
        number=run["databaseId"],
        workflow=plain(run["workflow"]["name"], LONGEST_NAME),
        path=plain(place.get("path") or "", LONGEST_NAME),
        run_number=run["runNumber"],
        event=plain(run.get("event") or "", 50),
        branch=branch,
        head=head,
        status=STATUSES.get(suite["status"], "queued"),
        conclusion=cast(Conclusion, said) if said in get_args(Conclusion) else None,
        created_at=run["createdAt"],
        updated_at=run["updatedAt"],
        url=plain(run.get("url") or "", LONGEST_TEXT),
    )


def _pull(value: Mapping[str, Any]) -> PullRequest:
    author, review = value.get("author"), value.get("reviewDecision")
    return PullRequest(
        number=value["number"],
        title=plain(value["title"], LONGEST_TEXT),
        author=plain(author["login"], LONGEST_NAME) if author else None,
        draft=value["isDraft"],
        head=value["headRefOid"],
        created_at=value["createdAt"],
        updated_at=value["updatedAt"],
        mergeable={"MERGEABLE": True, "CONFLICTING": False}.get(value["mergeable"]),
        review=review.lower() if review else None,
    )


def _release(value: Mapping[str, Any]) -> Release:
    return Release(
        tag=plain(value["tagName"], LONGEST_NAME),
        published_at=_time(value.get("publishedAt")),
        prerelease=value["isPrerelease"],
    )


def _rule(value: Mapping[str, Any]) -> BranchRule:
    checks = value["requiredStatusCheckContexts"] if value["requiresStatusChecks"] else None
    return BranchRule(
        pattern=plain(value["pattern"], LONGEST_NAME),
        checks=tuple(plain(name, LONGEST_NAME) for name in checks or () if name),
        reviews=value["requiredApprovingReviewCount"]
        if value["requiresApprovingReviews"]
        else None,
        admins=value["isAdminEnforced"],
        force_pushes=value["allowsForcePushes"],
        deletions=value["allowsDeletions"],
        linear=value["requiresLinearHistory"],
    )


def _ruleset(value: Mapping[str, Any]) -> Ruleset:
    return Ruleset(
        id=value["id"],
        name=plain(value["name"], LONGEST_NAME),
        enforcement=value["enforcement"].lower(),
        target=(value.get("target") or "branch").lower(),
    )


def _state(tip: Node | None) -> CiState:
    rollup = tip.value.get("statusCheckRollup") if tip else None
    return STATES[rollup["state"]] if rollup else "none"


def _visibility(value: Mapping[str, Any]) -> Visibility | None:
    said = value.get("visibility")
    if said in ("PUBLIC", "PRIVATE", "INTERNAL"):
        return cast(Visibility, said.lower())
    private = value.get("isPrivate")
    return None if private is None else "private" if private else "public"


def _time(text: str | None) -> datetime | None:
    return time(text) if text else None
