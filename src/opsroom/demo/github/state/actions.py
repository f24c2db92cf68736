"""Actions: workflows, their runs, attempts, jobs, steps and logs."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from opsroom.demo.github.state.accounts import Account

RunStatus = Literal["queued", "in_progress", "completed"]
RunConclusion = Literal[
    "success",
    "failure",
    "cancelled",
    "skipped",
    "timed_out",
    "action_required",
    "neutral",
    "stale",
    "startup_failure",
]


@dataclass(slots=True, eq=False)
class Step:
    """One step of a job. `log` is what it printed, lines without timestamps."""

    number: int
    name: str
    status: RunStatus = "queued"
    conclusion: RunConclusion | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    log: str = ""


@dataclass(slots=True, eq=False)
class Job:
    """One job of an attempt; `check_run` is the id of the check run that shows it."""

    id: int
    node_id: str
    name: str
    created_at: datetime
    check_run: int
    status: RunStatus = "queued"
    conclusion: RunConclusion | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    labels: tuple[str, ...] = ("ubuntu-latest",)
    steps: list[Step] = field(default_factory=list[Step])


@dataclass(slots=True, eq=False)
class Attempt:
    """One execution of a run. A re-run adds one; `updated_at` moves with every change."""

    number: int
    actor: Account
    started_at: datetime
    updated_at: datetime
    status: RunStatus = "queued"
    conclusion: RunConclusion | None = None
    jobs: list[Job] = field(default_factory=list[Job])


@dataclass(slots=True, eq=False)
class ActionsWorkflow:
    """A workflow file. `jobs` says which jobs (and which steps in them) a run of it has."""

    id: int
    node_id: str
    name: str
    path: str
    created_at: datetime
    updated_at: datetime
    state: Literal["active", "disabled_manually", "deleted"] = "active"
    jobs: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {"test": ("Set up job", "Run tests", "Complete job")}
    )
    runs: int = 0
    """How many there were: the number of the newest run."""


@dataclass(slots=True, eq=False)
class ActionsRun:
    """A run of a workflow on one commit. `suite` is the id of its check suite."""

    id: int
    node_id: str
    workflow: ActionsWorkflow
    number: int
    event: str
    branch: str | None
    head: str
    title: str
    actor: Account
    created_at: datetime
    suite: int
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    pulls: tuple[int, ...] = ()

    @property
    def newest(self) -> Attempt:
        """The attempt that counts."""
        return self.attempts[-1]
