"""What a webhook says of a CI run, shown at once: a look that verifies it is on its way.

Only a run moves forward by itself: a newer attempt or a later update can't be taken back by a
delivery that comes late. All else that a webhook says is looked up before it is believed.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from opsroom.model.ci import Ci, CiRun, CiState
from opsroom.model.heard import Heard
from opsroom.model.snapshot import Snapshot
from opsroom.operations.draft import Draft
from opsroom.operations.hosts.seen import Seen
from opsroom.settings import HostSource
from opsroom.store.ci_runs import save_ci_runs

if TYPE_CHECKING:
    from opsroom.operations.room import Room

OF_OTHERS = frozenset({"pull_request", "pull_request_target", "merge_group"})
"""What sets off runs that are not about the default branch, even where its name stands there."""


async def record_run_news(room: "Room", source: HostSource, told: Sequence[Heard]) -> set[str]:
    """Write the runs that deliveries tell of, and what they mean for the default branch.

    Gives the deliveries that are about commits which CI is known of: they need no look.
    """
    placed: set[str] = set()
    async with room.store.write() as connection:
        await room.fleet.refresh(connection)
        draft = Draft(room.limits, room.now())
        runs: dict[str, list[CiRun]] = {}
        moved: dict[str, Snapshot] = {}
        for each in told:
            row = room.fleet.of_host(source.host, each.repository_id or "")
            if row is None or each.run is None:
                continue
            key = row.repository.key
            runs.setdefault(key, []).append(each.run)
            if isinstance(row.snapshot.ci, Ci) and row.snapshot.ci.head == each.run.head:
                placed.add(each.delivery)
            after = with_run(moved.get(key, row.snapshot), each.run, draft.now)
            if after is not None:
                moved[key] = after
                draft.traces[key] = Seen("webhook", each.at).trace(draft.now)
        for key, after in moved.items():
            draft.judge(room.fleet.get(key), after)
        await draft.save(connection, room.fleet)
        await save_ci_runs(connection, runs)
    await room.refresh()
    return placed


def with_run(snapshot: Snapshot, run: CiRun, now: datetime) -> Snapshot | None:
    """The snapshot with a run of its default branch; None where it says nothing new of that.

    That all is well is never concluded: checks that are no runs may fail or go on, and the host may
    still count an older run of the workflow. Only a look tells.
    """
    ci = snapshot.ci
    if not isinstance(ci, Ci) or run.head != ci.head or run.event in OF_OTHERS:
        return None
    same = [each for each in ci.runs if each.number == run.number or _alike(each, run)]
    if any((each.number, each.age) >= (run.number, run.age) for each in same):
        return None
    others = [each for each in ci.runs if each not in same]
    runs = tuple(sorted((*others, run), key=lambda each: each.number, reverse=True))
    unsure = any(each.failed and each.number != run.number for each in same)
    state = ci.state if unsure and not run.failed else _state(runs, ci)
    return snapshot.model_copy(
        update={"ci": ci.model_copy(update={"runs": runs, "state": state, "at": max(ci.at, now)})}
    )


def _alike(one: CiRun, other: CiRun) -> bool:
    """Whether two runs are of one workflow."""
    return one.path == other.path if one.path and other.path else one.workflow == other.workflow


def _state(runs: Sequence[CiRun], known: Ci) -> CiState:
    """What the runs come to; as it was where they alone can't tell."""
    if any(run.failed for run in runs):
        return "failing"
    if any(run.status != "done" for run in runs):
        return "running"
    return known.state
