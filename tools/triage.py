"""The tool `triage`."""

from typing import Annotated

from pydantic import Field

from opsroom.operations.findings import deciding
from opsroom.operations.room import Room
from opsroom.operations.surface import tool

Id = Annotated[str, Field(max_length=100, description="a finding, e.g. `finding_0123456789abcdef`")]
Action = Annotated[deciding.Action, Field(description="`suppress` or `reopen`")]
Reason = Annotated[str, Field(max_length=500, description="why; needed to suppress")]
Until = Annotated[str, Field(max_length=40, description="`30d` or a time; empty: for good")]


@tool(title="Triage", reads_only=False)
async def triage(
    room: Room,
    id: Id,  # noqa: A002 - the name that the contract gives it
    action: Action,
    reason: Reason = "",
    until: Until = "",
) -> deciding.Triaged:
    """Decide about a finding: `suppress` it with a reason (it counts no more), or `reopen` it.

    A suppression ends by itself at `until`, and when what it rests on changes: a version that
    mends it appears, it gets worse, or it is exploited. Ask a person first.
    """
    return await deciding.decide(room, id, action, reason, until, "a client of the tools")
