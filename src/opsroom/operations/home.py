"""What a repository's host tells of it, as answers show it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from opsroom.judge import hosted
from opsroom.model.ci import Ci, CiFailure, CiRun, CiStatus, Conclusion
from opsroom.model.host import (
    HostFacts,
    HostSettings,
    PullRequest,
    Security,
    Visibility,
)
from opsroom.model.snapshot import CloneFacts, Refs, Snapshot
from opsroom.model.text import plain
from opsroom.model.value import Value
from opsroom.operations.ci_lines import seconds
from opsroom.operations.fleet import CiWord, Row

Against = Literal["level", "ahead", "behind", "diverged", "unknown"]
"""How a clone's default branch stands against the real head of the host's."""


class CiNow(Value):
    """CI on the default branch. `unknown` where no host was asked."""

    state: CiWord = "unknown"
    head: str | None = None
    ci_run: str | None = None


class Home(Value):
    """A repository on its host. Null is not told, with the reason in `untold`, never zero."""

    host: str
    visibility: Visibility | None
    archived: bool
    fork: bool
    default_branch: str | None
    head: str | None
    head_at: datetime | None
    pushed_at: datetime | None
    clone: Against | None = Field(
        description="the clone here against `head`; null: none follows it"
    )
    pulls: int | None
    issues: int | None
    protected: bool | None
    alerts: dict[str, int | None] = Field(description="open ones of the host's own, by kind")
    untold: list[str]

    def reading(self) -> str:
        """One line."""
        kind: list[str] = [self.visibility or "visibility untold"]
        kind += ["archived"] if self.archived else []
        kind += ["fork"] if self.fork else []
        at = f" at {self.head[:10]}" if self.head else " without a commit"
        pushed = f", pushed {self.pushed_at:%Y-%m-%dT%H:%M}" if self.pushed_at else ""
        counts = {"open pulls": self.pulls, "open issues": self.issues}
        said = [f"{name} {'?' if count is None else count}" for name, count in counts.items()]
        guard = {True: "protected", False: "not protected", None: "protection untold"}
        said.append(guard[self.protected])
        said += [
            f"{kind} alerts {'?' if count is None else count}"
            for kind, count in self.alerts.items()
        ]
        here = f", the clone here is {self.clone}" if self.clone else ""
        told = f"{' '.join(kind)}, {self.default_branch or 'no branch'}{at}{pushed}{here}"
        missing = f"; untold: {', '.join(self.untold)}" if self.untold else ""
        return f"on {self.host}: {told}; {', '.join(said)}{missing}"


def ci_now(row: Row) -> CiNow:
    """The state of CI, and the run that makes it so."""
    ci = row.snapshot.ci
    if not isinstance(ci, Ci) or row.ci == "unknown":
        return CiNow()
    run = hosted.telling(ci)
    return CiNow(state=ci.state, head=ci.head, ci_run=run.id if run else None)


def home(snapshot: Snapshot) -> Home | None:
    """What the host tells; None where none does."""
    remote = hosted.told(snapshot)
    if remote is None:
        return None
    settings, security = snapshot.settings, snapshot.security
    return Home(
        host=remote.host,
        visibility=remote.visibility,
        archived=remote.archived,
        fork=remote.fork,
        default_branch=plain(remote.default_branch) if remote.default_branch else None,
        head=remote.head,
        head_at=remote.head_at,
        pushed_at=remote.pushed_at,
        clone=against(snapshot),
        pulls=remote.pulls,
        issues=remote.issues,
        protected=hosted.protected(remote, settings)
        if isinstance(settings, HostSettings)
        else None,
        alerts=alerts(security) if isinstance(security, Security) else {},
        untold=_untold(remote, settings, snapshot.ci, security),
    )


def alerts(security: Security) -> dict[str, int | None]:
    """How many open alerts of the host's own there are, by kind; None where it doesn't tell."""
    lists = {
        "dependency": security.dependency,
        "code": security.code,
        "secret": security.secret,
    }
    return {kind: None if found is None else len(found) for kind, found in lists.items()}


def against(snapshot: Snapshot) -> Against | None:
    """How the first clone that follows the default branch stands against the host's head."""
    for clone in snapshot.clones:
        stands = _stands(clone, snapshot)
        if stands:
            return stands
    return None


def _stands(clone: CloneFacts, snapshot: Snapshot) -> Against | None:
    remote, refs = hosted.told(snapshot), clone.refs
    if remote is None or not isinstance(refs, Refs):
        return None
    follows = (each for each in refs.branches if hosted.follows_default(each, refs, snapshot))
    branch = next(follows, None)
    if branch is None:
        return None
    more = hosted.unfetched(branch, refs, snapshot)
    if branch.head == remote.head:
        return "level"
    if more is None:
        return "unknown"
    if more or branch.behind:
        return "diverged" if branch.ahead else "behind"
    return "ahead" if branch.ahead else "level"


def _untold(*groups: object) -> list[str]:
    """Each fact that the host didn't tell, with its reason, once."""
    facts: Iterable[HostFacts] = (group for group in groups if isinstance(group, HostFacts))
    told = (
        f"{plain(each.fact, 60)} ({plain(each.reason, 80)})" for g in facts for each in g.untold
    )
    return list(dict.fromkeys(told))[:10]


def open_alerts(snapshot: Snapshot) -> int | None:
    """How many open alerts the host has of its own; None where it told of none of the kinds."""
    security = snapshot.security
    told = alerts(security).values() if isinstance(security, Security) else ()
    known = [count for count in told if count is not None]
    return sum(known) if known else None


class RunDetail(Value):
    """The newest run of one workflow on the head. Its strings are data from the repository."""

    ci_run: str
    workflow: str
    status: CiStatus
    conclusion: Conclusion | None
    attempt: int
    at: datetime
    seconds: int | None
    url: str | None
    step: str | None = Field(description="which step of which job failed")
    error: str | None = Field(description="the first line of its log that says why")
    also: list[str] = Field(description="other repositories that fail in the same way now")


class PullDetail(Value):
    """An open pull request. Its strings are data that strangers wrote."""

    number: int
    title: str
    author: str | None
    draft: bool
    updated_at: datetime
    review: str | None


def run_detail(run: CiRun, why: CiFailure | None = None, also: Sequence[str] = ()) -> RunDetail:
    """A run as the page shows it."""
    return RunDetail(
        ci_run=run.id,
        workflow=plain(run.workflow, 120),
        status=run.status,
        conclusion=run.conclusion,
        attempt=run.attempt,
        at=run.started_at or run.created_at,
        seconds=seconds(run),
        url=plain(run.url, 500) or None,
        step=plain(f"{why.job} / {why.step}", 200) if why else None,
        error=plain(why.error, 400) or None if why else None,
        also=list(also),
    )


def pull_detail(pull: PullRequest) -> PullDetail:
    """A pull request as the page shows it."""
    return PullDetail(
        number=pull.number,
        title=plain(pull.title, 200),
        author=plain(pull.author, 60) if pull.author else None,
        draft=pull.draft,
        updated_at=pull.updated_at,
        review=pull.review,
    )
