"""The tool `findings`."""

from typing import Annotated

from pydantic import Field

from opsroom.operations.findings import search
from opsroom.operations.findings.groups import GroupBy
from opsroom.operations.room import Room
from opsroom.operations.surface import Budget, Filter, tool

By = Annotated[GroupBy | None, Field(description="one line for each of these")]
State = Annotated[search.State, Field(description="`open` ones, unless others are asked for")]
After = Annotated[str, Field(max_length=40, description="`after` of the answer before")]


@tool(title="Findings")
async def findings(
    room: Room,
    where: Filter = "",
    group_by: By = None,
    state: State = "open",
    after: After = "",
    max_tokens: Budget = 2000,
) -> search.Findings:
    """What scanners and checks found, most exposed first, each with why it stands there.

    `where` also narrows findings: `finding:high rule:leaked-secret advisory:CVE-2021-23337
    package:npm/lodash`. `group_by` "advisory" gives one line an advisory: who has it, what mends
    it, and pull requests under way. `scans` says what was looked at: where nobody looked, nothing
    found means nothing.
    """
    return await search.findings(room, where, group_by, state, after, max_tokens)
