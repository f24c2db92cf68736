"""Completion of arguments: repositories, owners, runs, findings, and ways to say since when."""

from collections.abc import Mapping, Sequence
from itertools import islice

from opsroom.model.identity import in_uri
from opsroom.operations.fleet import Row
from opsroom.operations.home import ci_now
from opsroom.operations.room import Room
from opsroom.operations.runs import run_status

MOST = 100
"""Ids that are completed: what one sees is enough to type on."""
SHORTEST = 2
"""Characters from which on names of packages are looked up."""


def _findings(rows: Sequence[Row], typed: str) -> list[str]:
    """The ids of open findings that begin so."""
    ids = (kept.finding.id for row in rows for kept in row.findings)
    return list(islice((each for each in ids if each.startswith(typed)), MOST))


async def _outside(room: Room, typed: str) -> list[str]:
    """Names of packages and hosts that the graph holds and this caller may see in use."""
    if len(typed) < SHORTEST:
        return []
    from opsroom.operations.graph.nodes import named_like
    from opsroom.operations.graph.seeing import seen

    return await named_like(room, await seen(room), typed, MOST)


async def complete(room: Room, argument: str, typed: str, given: Mapping[str, str]) -> list[str]:
    """The values for an argument that begin with what was typed, best first.

    Names and owners also complete from the middle (`api` finds `acme/api`), after those that
    begin so. Owners in URIs write their slashes as `%2F`.
    """
    await room.open()
    await room.refresh()
    rows = room.rows()
    match argument:
        case "repository":
            values = [row.name for row in rows]
        case "owner":
            values = sorted({in_uri(row.repository.owner) for row in rows})
        case "name":
            owner = given.get("owner")
            values = [
                row.name.rpartition("/")[2]
                for row in rows
                if owner is None or in_uri(row.repository.owner) == owner
            ]
        case "ci_run":
            failing = (ci_now(row) for row in rows if row.ci == "failing")
            values = [now.ci_run for now in failing if now.ci_run]
        case "node" | "to":
            values = [*(row.name for row in rows), *await _outside(room, typed)]
        case "finding" | "id":
            values = _findings(rows, typed)
        case "run":
            values = [each.run for each in (await run_status(room, "", 4000)).runs]
        case "since" | "cursor":
            values = [await room.cursor()]
            values += ["1h", "24h", "7d"] if argument == "since" else []
        case _:
            values = []
    wanted = typed.lower()
    found = {value for value in values if wanted in value.lower()}
    return sorted(found, key=lambda value: (not value.lower().startswith(wanted), value))
