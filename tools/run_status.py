"""The tool `run_status`."""

from typing import Annotated

from pydantic import Field

from opsroom.operations import runs
from opsroom.operations.room import Room
from opsroom.operations.surface import Budget, tool

RunId = Annotated[
    str, Field(max_length=80, description="a run, e.g. `run_1f3a...`; empty: the newest")
]


@tool(title="Run status")
async def run_status(room: Room, run: RunId = "", max_tokens: Budget = 1200) -> runs.RunStatus:
    """How far a run of Opsroom is (a scan; never a CI run): its steps, failed ones first.

    Without `run` the newest runs, without steps.
    """
    return await runs.run_status(room, run, max_tokens)
