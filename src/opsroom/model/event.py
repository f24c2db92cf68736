"""An Event: something that happened, numbered, append-only."""

from datetime import datetime
from typing import Any

from pydantic import Field

from opsroom.model.value import Value

KINDS: dict[str, str] = {
    "repository.found": "A repository joined the fleet. `data.baseline` marks the first look.",
    "repository.changed": "Commits, branches, the work tree or the health of a repository changed.",
    "repository.gone": "Every clone of a repository has vanished.",
    "observation.failed": "A repository or a source could not be observed; `data.reason` says why.",
    "observation.recovered": "It can be observed again.",
    "finding.opened": "A rule began to hold for a repository.",
    "finding.fixed": "A rule no longer holds, as seen by a real look.",
    "finding.reopened": "A finding that was fixed is back.",
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
