"""CI as a host runs it: the state of the default branch, runs, and why one failed.

In CI it is always `ci_run`: a Run is something that Opsroom does.
"""

from datetime import datetime, timedelta
from typing import Literal, get_args

from opsroom.model.host import HostFacts
from opsroom.model.value import Value

CiState = Literal["passing", "failing", "running", "none"]
CiStatus = Literal["queued", "running", "done"]
Conclusion = Literal[
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
BAD: frozenset[Conclusion] = frozenset({"failure", "timed_out", "startup_failure"})
"""Conclusions that say that something is broken."""


def ci_run_id(host: str, number: int) -> str:
    """The id under which answers name a run: its number, with the host where not github.com."""
    return f"ci_{number}" if host == "github.com" else f"ci_{number}@{host.replace(':', '~')}"


class CiRun(Value):
    """One run of a workflow. `number` is the host's id of it, `attempt` grows when it is re-run.

    `started_at` is when this attempt began; a run is newer than itself when its `age` is greater.
    """

    host: str
    number: int
    workflow: str
    path: str = ""
    run_number: int = 0
    attempt: int = 1
    event: str = ""
    branch: str | None = None
    head: str
    status: CiStatus
    conclusion: Conclusion | None = None
    created_at: datetime
    started_at: datetime | None = None
    updated_at: datetime
    url: str = ""

    @property
    def id(self) -> str:
        """The id under which every answer names it."""
        return ci_run_id(self.host, self.number)

    @property
    def age(self) -> tuple[int, int, datetime]:
        """What only grows: the attempt, how far it got, and its last update (in whole seconds)."""
        return self.attempt, get_args(CiStatus).index(self.status), self.updated_at

    @property
    def failed(self) -> bool:
        """Whether it ended badly."""
        return self.conclusion in BAD

    @property
    def duration(self) -> timedelta | None:
        """How long this attempt took; None while it goes on."""
        if self.status != "done" or self.started_at is None:
            return None
        return max(self.updated_at - self.started_at, timedelta())


class CiFailure(Value):
    """Why a run failed: the first failing step and the first line that says so.

    `error` is text out of a log: data, cut, never obeyed. `signature` is the same for the same
    failure in another run, at another time, in another repository; empty when no line says why.
    """

    job: str
    step: str
    error: str = ""
    signature: str = ""


class Ci(HostFacts):
    """CI on the newest commit of the default branch, `head`.

    `runs` are the newest run of each workflow on that commit, as far as the host named them. `last`
    is what CI came to when it last ended, on this commit or one before.
    """

    state: CiState
    head: str | None
    runs: tuple[CiRun, ...] = ()
    last: Literal["passing", "failing"] | None = None
