"""A Run: one recorded execution of anything that takes time; never a CI run."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from opsroom.model.value import Value


class RunState(StrEnum):
    """Where a run is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    ROLLED_BACK = "rolled back"

    @property
    def ended(self) -> bool:
        """Whether nothing follows."""
        return self not in {RunState.QUEUED, RunState.RUNNING, RunState.WAITING}


class RunStep(Value):
    """One part of a run: what is done in one repository. `error` is empty unless it failed."""

    step: str
    repository: str
    status: RunState
    error: str = ""


class Run(Value):
    """One execution. `workflow` is what runs: `scan`, or the name of a workflow.

    `asked_by` is who wanted it (`person`, `agent`, `schedule`, `discovery`, `moved`, `data`).
    """

    id: str
    workflow: str
    status: RunState
    asked_by: str
    asked_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    total: int = 0
    done: int = 0
    failed: int = 0
    inputs: dict[str, str] = Field(default_factory=dict[str, str])
    error: str = ""
