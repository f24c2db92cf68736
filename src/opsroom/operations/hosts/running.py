"""CI runs: asked for where something moved or goes on, and of those that fail also why."""

import logging
from datetime import timedelta

import anyio

from opsroom.clients.host import HostError, Later, Priority
from opsroom.judge.ci.signature import explain
from opsroom.model.ci import CiRun
from opsroom.model.host import Remote
from opsroom.operations.hosts.ci import record_ci_failure, record_ci_runs
from opsroom.operations.hosts.news import OF_OTHERS
from opsroom.operations.hosts.watch import HostWatch
from opsroom.store.ci_runs import newest_ci_runs

log = logging.getLogger("opsroom.hosts")

WORKERS = 2
TRIES = 3
"""How often runs or a log are asked for that can't be had: hosts fail for a moment, they forget
logs, and some tokens may never see either."""

AGAIN = 20.0
"""Seconds until it is asked for again; then twice as many."""

BACK = timedelta(days=7)
"""How far back runs are asked for, of a repository for the first time."""

OVERLAP = timedelta(hours=6)
"""How much further back than the newest known run: those that still went on then have ended."""


async def run(watch: HostWatch) -> None:
    """Ask for runs, for as long as the source is watched."""
    async with anyio.create_task_group() as tasks:
        for _ in range(WORKERS):
            tasks.start_soon(_work, watch)


async def _work(watch: HostWatch) -> None:
    while True:
        await watch.reach.open()
        if not watch.stirred:
            await watch.to_run.wait()
            continue
        id_ = min(watch.stirred, key=lambda each: watch.stirred[each])
        priority = watch.stirred.pop(id_)
        try:
            await _ask(watch, id_, priority)
        except Later as error:
            watch.stir([id_], priority)
            await anyio.sleep(watch.reach.delay(error, watch.room.now()))
        except HostError as error:
            log.info("%s: no runs of %s: %s", watch.source.key, id_, error)
            _try_again(watch, id_, id_)
        else:
            watch.tries.pop(id_, None)


async def _ask(watch: HostWatch, id_: str, priority: Priority) -> None:
    """Ask for the runs of one repository, and why those failed that are news."""
    name = watch.name_of(id_)
    if name is None:
        return
    newest = watch.newest_run.get(id_)
    now = watch.room.now()
    since = max(now - BACK, newest - OVERLAP) if newest else now - BACK
    since = since.replace(minute=0, second=0, microsecond=0)  # the same question costs nothing
    runs = await watch.host.ci_runs(name, since, priority=priority)
    await record_ci_runs(watch.room, watch.source, {id_: runs})
    if runs:
        watch.newest_run[id_] = max(each.created_at for each in runs)
    for run in await _unexplained(watch, id_):
        await _explain(watch, id_, name, run, priority)


def _try_again(watch: HostWatch, what: str, id_: str) -> bool:
    """Ask once more after a while; False: that was done often enough since it last worked."""
    tries = watch.tries[what] = watch.tries.get(what, 0) + 1
    if tries < TRIES:
        watch.stir_later(id_, AGAIN * tries)
    return tries < TRIES


async def _unexplained(watch: HostWatch, id_: str) -> list[CiRun]:
    """The newest run of each workflow on the default branch that failed without a reason yet."""
    row = watch.room.fleet.of_host(watch.source.host, id_)
    remote = row.snapshot.remote if row else None
    if row is None or not isinstance(remote, Remote):
        return []
    async with watch.room.store.read() as connection:
        kept = await newest_ci_runs(connection, [row.repository.key])
    return [
        each.run
        for each in kept
        if each.run.failed
        and each.looked_at is None
        and each.run.branch == remote.default_branch
        and each.run.event not in OF_OTHERS
    ]


async def _explain(watch: HostWatch, id_: str, name: str, run: CiRun, priority: Priority) -> None:
    """Find out where a run failed, and keep it; what can't be had is told as unknown in the end."""
    try:
        step = await watch.host.failed_step(name, run, priority=priority)
    except Later:
        raise
    except HostError as error:
        log.info("%s: why %s failed: %s", watch.source.key, run.id, error)
        if _try_again(watch, run.id, id_):
            return
        step = None
    watch.tries.pop(run.id, None)
    failure = explain(step.job, step.step, step.log) if step else None
    await record_ci_failure(watch.room, run, failure)
