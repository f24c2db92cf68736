"""Recording CI runs and why they failed. What CI came to is told by full looks and sweeps."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from opsroom.model.ci import CiFailure, CiRun
from opsroom.settings import HostSource
from opsroom.store.ci_runs import save_ci_failure, save_ci_runs

if TYPE_CHECKING:
    from opsroom.operations.room import Room


async def record_ci_runs(
    room: "Room", source: HostSource, runs: Mapping[str, Sequence[CiRun]]
) -> list[CiRun]:
    """Write runs by the host's id of their repository; gives those that were new or newer."""
    rows = {id_: room.fleet.of_host(source.host, id_) for id_ in runs}
    keyed = {row.repository.key: runs[id_] for id_, row in rows.items() if row and runs[id_]}
    if not keyed:
        return []
    async with room.store.write() as connection:
        return await save_ci_runs(connection, keyed)


async def record_ci_failure(room: "Room", run: CiRun, failure: CiFailure | None) -> None:
    """Write why an attempt of a run failed, or that it could not be told."""
    async with room.store.write() as connection:
        await save_ci_failure(connection, run, failure, room.now())
