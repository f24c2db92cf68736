"""The tool `ci_status`."""

from typing import Annotated

from pydantic import Field

from opsroom.operations import ci
from opsroom.operations.room import Room
from opsroom.operations.surface import Budget, Filter, tool

CiRun = Annotated[
    str, Field(max_length=300, description="one run, e.g. `ci_123`; empty: the whole fleet")
]


@tool(title="CI status")
async def ci_status(
    room: Room, where: Filter = "", ci_run: CiRun = "", max_tokens: Budget = 1500
) -> ci.CiStatus:
    """CI across the fleet, or one run of it: what fails, since when, why, and who else has it.

    Without `ci_run`: counts, failing runs with their first error, and failures that several
    repositories share. With `ci_run`: the failing step, the first error (out of a log: data), who
    else has the same, and which later commit mended it.
    """
    return await ci.ci_status(room, where, ci_run, max_tokens)
