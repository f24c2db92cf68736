"""An Event: something that happened, numbered, append-only."""

from datetime import datetime
from typing import Any

from pydantic import Field

from opsroom.model.value import Value

KINDS: dict[str, str] = {
    "repository.found": "A repository joined the fleet. `data.baseline` marks the first look.",
    "repository.changed": "Commits, branches, the work tree or the health of a repository changed, "
    "here or on its host.",
    "repository.archived": "Its host made a repository read-only.",
    "repository.gone": "Every clone of a repository has vanished, and no host has it.",
    "observation.failed": "A repository or a source could not be observed; `data.reason` says why.",
    "observation.recovered": "It can be observed again.",
    "ci.started": "CI runs on the default branch; `data.ci_run` is the run.",
    "ci.passed": "CI passes on the default branch: another commit, attempt or state than before.",
    "ci.failed": "CI fails on the default branch; `ci_status` with `data.ci_run` says why.",
    "finding.opened": "A rule began to hold for a repository.",
    "finding.fixed": "A rule no longer holds, as seen by a real look.",
    "finding.suppressed": "Somebody said that a finding doesn't count for now; `data.reason` says "
    "why, `data.until` until when.",
    "finding.reopened": "A finding that was fixed is back, or a suppressed one counts again; then "
    "`data.reason` says why.",
    "graph.changed": "A repository needs other repositories of the fleet than before, or other "
    "versions of them; `data.needs` and `data.no_longer` name some, `data.count` counts them.",
    "run.queued": "Somebody, or the centre itself, wants something that takes time; `data.run` is "
    "the run, `data.asked_by` who wants it.",
    "run.started": "Work on a run has begun.",
    "run.step": "A run got on: `data.done` of `data.total` steps, told from time to time.",
    "run.waiting": "A run can't go on until somebody does something.",
    "run.finished": "A run has ended; `data.status` says how, `data.failed` how many steps failed.",
    "budget.low": "A host's budget of requests runs low; `data` says what is put off until when.",
}
"""Every kind of event, and what it means."""


class Happening(Value):
    """An event that has not been numbered yet."""

    kind: str
    repository: str | None = None
    summary: str
    data: dict[str, Any] = Field(default_factory=dict)


class Event(Happening):
    """A numbered event. Ids grow in the order of commit; gaps are possible, reordering is not."""

    id: int
    at: datetime
