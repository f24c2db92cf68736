"""Deciding about a finding by its id, as a tool does it, and telling what is so now."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from opsroom.errors import UsageError
from opsroom.model.finding import FindingState, Suppression
from opsroom.model.moment import parse_moment
from opsroom.model.text import plain
from opsroom.operations import ids
from opsroom.operations.answers import Answer, lead
from opsroom.operations.room import Room

Action = Literal["suppress", "reopen"]


class Triaged(Answer):
    """What was decided."""

    id: str
    repository: str
    state: FindingState
    suppression: Suppression | None = Field(description="null: it counts")

    def reading(self) -> str:
        """One line."""
        told = self.suppression
        until = f" until {told.until:%Y-%m-%dT%H:%MZ}" if told and told.until else ""
        why = f"{until}: {told.reason}" if told else ""
        lines = [*lead(self.as_of, self.coverage, self.note)]
        return "\n".join([*lines, f"{self.id} in {self.repository} is {self.state.value}{why}"])


async def decide(room: Room, id_: str, action: Action, reason: str, until: str, by: str) -> Triaged:
    """Suppress or reopen a finding.

    Raises:
        NotFound: no such finding for this caller.
        UsageError: the id of something else, no reason, or a time that can't be.
    """
    from opsroom.operations.findings import triage

    await room.settled()
    await room.refresh()
    ids.finding(room.rows(), id_)
    end = _end(until, room.now())
    if action == "suppress":
        kept = await triage.suppress(room, id_, reason, by, end)
    else:
        kept = await triage.reopen(room, id_, reason, by)
    row = next(each for each in room.rows() if any(one.finding.id == id_ for one in each.kept))
    looked, covered = room.looked([row])
    return Triaged(
        as_of=looked,
        coverage=covered,
        id=id_,
        repository=row.name,
        state=kept.state,
        suppression=kept.suppression,
    )


def _end(until: str, now: datetime) -> datetime | None:
    if not until.strip():
        return None
    end = parse_moment(until, now, "future")
    if end is None:
        raise UsageError(
            f"{plain(until, 60)!r} is not a time", "write 30d, or a time like 2026-12-31T12:00Z"
        )
    return end
