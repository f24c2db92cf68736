"""Finding out why one run of CI failed because somebody asks about it, but not for long.

The log of an older failure is asked for when it is wanted, and by who watches the source alone:
nobody else has its credential.
"""

from typing import TYPE_CHECKING

import anyio

from opsroom.clients.host import HostError, Priority
from opsroom.judge.ci.signature import explain
from opsroom.judge.hosted import told
from opsroom.model.ci import CiRun
from opsroom.operations.hosts.ci import record_ci_failure, record_ci_runs

if TYPE_CHECKING:
    from opsroom.operations.fleet import Row
    from opsroom.operations.room import Room

SECONDS = 6.0
"""How long a question waits for a log."""


async def explain_now(room: "Room", row: "Row", run: CiRun) -> None:
    """Have the log of a failed run read and keep what it says, where that can be had in time."""
    remote, id_ = told(row.snapshot), row.repository.host_id
    watches = [room.watching[key] for key in row.repository.sources if key in room.watching]
    if remote is None or id_ is None or not watches or not watches[0].reach.is_open:
        return
    watch = watches[0]
    with anyio.move_on_after(SECONDS):
        try:
            step = await watch.host.failed_step(remote.full_name, run, priority=Priority.ASKED)
        except HostError:
            return
        await record_ci_runs(room, watch.source, {id_: [run]})
        await record_ci_failure(room, run, explain(step.job, step.step, step.log) if step else None)
