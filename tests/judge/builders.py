"""Snapshots by hand: a clone with nothing to say against it, and what a test changes of it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from opsroom.judge.examination import built_in, fingerprint
from opsroom.model.check import Outcome, Verdict
from opsroom.model.ci import Ci, CiRun
from opsroom.model.facts import Unknown
from opsroom.model.finding import Finding
from opsroom.model.host import HostSettings, PullRequest, Remote, Security, SecurityAlert, Untold
from opsroom.model.limits import Limits
from opsroom.model.repository import Clone, Repository
from opsroom.model.severity import Severity
from opsroom.model.snapshot import (
    Branch,
    CloneFacts,
    Files,
    Refs,
    RemoteAddress,
    Snapshot,
    Worktree,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
HEAD = "3f2a1bc0" * 5
OTHER = "0badcafe" * 5
PATH = "/code/api"
HERE: dict[str, Any] = {"at": NOW, "source": "directory:/code"}


def tree(path: str = PATH, **facts: Any) -> Worktree:
    usual: dict[str, Any] = {
        "head": HEAD,
        "branch": "main",
        "upstream": "origin/main",
        "ahead": 0,
        "behind": 0,
    }
    return Worktree(**HERE, path=path, **{**usual, **facts})


def branch(name: str = "main", **facts: Any) -> Branch:
    usual: dict[str, Any] = {
        "head": HEAD,
        "committed_at": NOW - timedelta(days=1),
        "upstream": f"origin/{name}",
        "merged": True,
    }
    return Branch(name=name, **{**usual, **facts})


def refs(*branches: Branch, **facts: Any) -> Refs:
    usual: dict[str, Any] = {
        "branches": branches or (branch(),),
        "remotes": (RemoteAddress(name="origin", url="https://github.com/acme/api.git"),),
        "default_branch": "main",
        "remote_default_branch": "main",
        "last_commit_at": NOW - timedelta(days=1),
        "authors": 1,
    }
    return Refs(**HERE, **{**usual, **facts})


def files(**facts: Any) -> Files:
    usual: dict[str, Any] = {
        "count": 9,
        "readme": "README.md",
        "license": "LICENSE",
        "gitignore": ".gitignore",
        "security_policy": "SECURITY.md",
        "codeowners": ".github/CODEOWNERS",
        "update_bot": "renovate.json",
        "ci": (".github/workflows/ci.yml",),
    }
    return Files(**HERE, **{**usual, **facts})


def unseen(reason: str = "no permission") -> Unknown:
    return Unknown(**HERE, reason=reason)


def clone(
    path: str = PATH,
    *,
    trees: Sequence[Worktree | Unknown] | None = None,
    refs: Refs | Unknown | None = None,
    files: Files | Unknown | None = None,
    bare: bool = False,
) -> CloneFacts:
    return CloneFacts(
        clone=Clone(path=path, git_dir=path if bare else f"{path}/.git", bare=bare),
        worktrees=tuple(trees if trees is not None else () if bare else (tree(path),)),
        refs=refs or globals()["refs"](),
        files=files or globals()["files"](),
    )


def snapshot(*clones: CloneFacts, **facts: Any) -> Snapshot:
    usual: dict[str, Any] = {"key": "github.com/acme/api", "name": "acme/api"}
    return Snapshot(repository=Repository(**{**usual, **facts}), clones=clones or (clone(),))


THERE: dict[str, Any] = {"at": NOW, "source": "github:github.com/acme"}


def remote(**facts: Any) -> Remote:
    """A repository that is level with the clone above, private, and moved yesterday."""
    usual: dict[str, Any] = {
        "host": "github.com",
        "id": "R_1",
        "full_name": "acme/api",
        "url": "https://github.com/acme/api",
        "visibility": "private",
        "default_branch": "main",
        "head": HEAD,
        "head_at": NOW - timedelta(days=1),
        "pushed_at": NOW - timedelta(days=1),
    }
    return Remote(**{**THERE, **usual, **facts})


def ci_run(number: int = 1, conclusion: str | None = "success", **facts: Any) -> CiRun:
    """A run on HEAD that took a minute; without a conclusion it goes on."""
    usual: dict[str, Any] = {
        "host": "github.com",
        "number": number,
        "workflow": "CI",
        "branch": "main",
        "head": HEAD,
        "status": "done" if conclusion else "running",
        "conclusion": conclusion,
        "created_at": NOW - timedelta(minutes=9),
        "started_at": NOW - timedelta(minutes=9),
        "updated_at": NOW - timedelta(minutes=8),
        "url": f"https://github.com/acme/api/actions/runs/{number}",
    }
    return CiRun.model_validate({**usual, **facts})


def ci(state: str = "passing", *runs: CiRun, **facts: Any) -> Ci:
    return Ci.model_validate({**THERE, "state": state, "head": HEAD, "runs": runs, **facts})


def host_settings(**facts: Any) -> HostSettings:
    usual: dict[str, Any] = {
        "vulnerability_alerts": True,
        "security_policy": True,
        "rules": (),
        "rulesets": (),
    }
    return HostSettings(**THERE, **{**usual, **facts})


def security(**facts: Any) -> Security:
    none: dict[str, Any] = {"dependency": (), "code": (), "secret": ()}
    return Security(**{**THERE, **none, **facts})


def alert(number: int = 1, kind: str = "dependency", **facts: Any) -> SecurityAlert:
    usual: dict[str, Any] = {"severity": Severity.HIGH, "summary": "bad", "created_at": NOW}
    return SecurityAlert.model_validate({"kind": kind, "number": number, **usual, **facts})


def pull(number: int = 1, **facts: Any) -> PullRequest:
    usual: dict[str, Any] = {
        "title": "Mend it",
        "author": "ann",
        "draft": False,
        "head": HEAD,
        "created_at": NOW,
        "updated_at": NOW,
    }
    return PullRequest(number=number, **{**usual, **facts})


def untold(fact: str, reason: str = "no permission") -> Untold:
    return Untold(fact=fact, reason=reason)


def hosted(*clones: CloneFacts, **groups: Any) -> Snapshot:
    """A repository that a host tells of, without clones unless some are given."""
    named = {name: groups.pop(name) for name in ("key", "name", "also") if name in groups}
    seen = snapshot(*clones, **named)
    return seen.model_copy(update={"clones": clones, "remote": remote(), **groups})


def unasked(reason: str = "the host doesn't answer") -> Unknown:
    """A group of a host's facts that could not be had."""
    return Unknown(**THERE, reason=reason)


def blind(path: str = PATH, reason: str = "no permission") -> CloneFacts:
    return clone(path, trees=(unseen(reason),), refs=unseen(reason), files=unseen(reason))


def empty(path: str = PATH) -> CloneFacts:
    none = {"default_branch": None, "last_commit_at": None, "authors": None}
    return clone(
        path,
        trees=(tree(path, head=None, upstream=None, ahead=None, behind=None),),
        refs=refs(branches=(), **none),
        files=Files(**HERE),
    )


def ask(
    rule: str, seen: Snapshot, *, limits: Limits | None = None, now: datetime = NOW
) -> list[Outcome]:
    """Return what one check says."""
    return list(built_in()[rule].look(seen, None, limits or Limits(), now))


def verdicts(outcomes: Sequence[Outcome]) -> set[Verdict]:
    return {outcome.verdict for outcome in outcomes}


def only(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the one outcome there is."""
    (outcome,) = outcomes
    return outcome


def finding(
    rule: str = "no-remote", severity: Severity = Severity.MEDIUM, mark: str = "", **facts: Any
) -> Finding:
    usual: dict[str, Any] = {
        "message": "seen",
        "location": PATH,
        "fingerprint": mark or fingerprint(rule, "", ""),
    }
    return Finding(rule=rule, severity=severity, **{**usual, **facts})
