"""Check suites, check runs and commit statuses."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.actions import RunConclusion, RunStatus

StatusState = Literal["error", "failure", "pending", "success"]


@dataclass(slots=True, eq=False)
class CheckRun:
    """One check on one commit; `app` is the slug of who reports it."""

    id: int
    node_id: str
    name: str
    head: str
    app: str
    status: RunStatus = "queued"
    conclusion: RunConclusion | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    title: str | None = None
    summary: str | None = None
    details_url: str | None = None
    external_id: str = ""
    job: int | None = None


@dataclass(slots=True, eq=False)
class CheckSuite:
    """The checks of one App (of one workflow run, for Actions) on one commit."""

    id: int
    node_id: str
    head: str
    branch: str | None
    app: str
    created_at: datetime
    updated_at: datetime
    status: RunStatus = "queued"
    conclusion: RunConclusion | None = None
    runs: list[CheckRun] = field(default_factory=list[CheckRun])
    """The newest check run of each name."""
    run: int | None = None
    """The id of the workflow run that it belongs to."""


@dataclass(slots=True, eq=False)
class CommitStatus:
    """A status in the older form: one context, one state."""

    id: int
    node_id: str
    state: StatusState
    context: str
    description: str | None
    target_url: str | None
    creator: Account
    created_at: datetime
    updated_at: datetime
