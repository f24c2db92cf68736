"""CI runs of a repository, and where one failed.

Of a log no more is kept than the end of the failing step; it lies on another host, which is never
told the token, and it may be gone: the host forgets logs.
"""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast, get_args
from urllib.parse import quote

from opsroom.clients.github.alerts import next_page
from opsroom.clients.github.refusals import reason
from opsroom.clients.github.transport import PASSING, Spend, Transport
from opsroom.clients.github.wire import Broken
from opsroom.clients.host import FailedStep, HostError, Priority
from opsroom.model.ci import BAD, CiRun, CiStatus, Conclusion
from opsroom.model.shapes import NONSENSE, mapping, objects, time
from opsroom.model.text import plain

KEPT = 64 << 10
"""Bytes of a log, the last ones of the failing step."""

LONGEST_LOG = 64 << 20
"""Bytes of a log that are read to find them."""

JOB_PAGES = 3
"""Pages of a hundred jobs: a matrix has up to 256."""

LONGEST_NAME = 255
STATUS: Mapping[str, CiStatus] = {"completed": "done", "in_progress": "running"}
STAMP = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
"""How a line of a log begins: when it was written."""


async def ci_runs(
    transport: Transport, full_name: str, since: datetime | None, priority: Priority
) -> tuple[CiRun, ...]:
    """The newest hundred runs, or those of them created since then.

    Raises:
        HostError: they could not be had.
    """
    params: dict[str, str | int] = {"per_page": 100, "exclude_pull_requests": "true"}
    if since is not None:
        params["created"] = f">={since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    path = f"/repos/{quote(full_name)}/actions/runs"
    listed = await _asked(transport, path, Spend("ci_runs", priority), params, "workflow_runs", 1)
    host = transport.address.name
    try:
        runs = [read_run(host, each) for each in listed]
    except NONSENSE as error:
        raise HostError("the host's list of runs could not be read") from error
    return tuple(sorted(runs, key=lambda run: (run.created_at, run.number), reverse=True))


def read_run(host: str, value: Mapping[str, Any]) -> CiRun:
    """A run as REST lists it.

    Raises:
        KeyError, TypeError, ValueError: the host's answer is none.
    """
    said = value.get("conclusion")
    branch = value.get("head_branch")
    return CiRun(
        host=host,
        number=value["id"],
        workflow=plain(value.get("name") or value.get("path") or "", LONGEST_NAME),
        path=plain((value.get("path") or "").partition("@")[0], LONGEST_NAME),
        run_number=value.get("run_number") or 0,
        attempt=value.get("run_attempt") or 1,
        event=plain(value.get("event") or "", 50),
        branch=plain(branch, LONGEST_NAME) if branch else None,
        head=value["head_sha"],
        status=STATUS.get(value["status"], "queued"),
        conclusion=cast(Conclusion, said) if said in get_args(Conclusion) else None,
        created_at=value["created_at"],
        started_at=value.get("run_started_at"),
        updated_at=value["updated_at"],
        url=plain(value.get("html_url") or "", 400),
    )


async def failed_step(
    transport: Transport, full_name: str, run: CiRun, priority: Priority
) -> FailedStep | None:
    """The first step that failed of the attempt `run.attempt`, with the end of its log.

    Raises:
        HostError: jobs or log could not be had.
    """
    spend = Spend("log", priority)
    place = f"/repos/{quote(full_name)}/actions"
    path = f"{place}/runs/{run.number}/attempts/{run.attempt}/jobs"
    jobs = await _asked(transport, path, spend, {"per_page": 100}, "jobs", JOB_PAGES)
    try:
        found = _first_failing(jobs)
        if found is None:
            return None
        job, step = found
        ended = step.get("completed_at")
        until = time(ended) if ended else None
        number, url = int(job["id"]), plain(job.get("html_url") or "", 400)
        names = plain(job["name"], LONGEST_NAME), plain(step["name"], LONGEST_NAME)
    except NONSENSE as error:
        raise HostError("the host's list of jobs could not be read") from error
    log = await _log(transport, f"{place}/jobs/{number}/logs", until, spend)
    return FailedStep(names[0], names[1], log, url)


async def _log(transport: Transport, path: str, until: datetime | None, spend: Spend) -> str:
    """The end of a log; once more after what may pass."""
    for left in (1, 0):
        try:
            async with transport.pour(path, spend) as (reply, chunks):
                if reply.status == 200:
                    return await _end_of(chunks, until)
                if reply.status not in PASSING or not left:
                    raise HostError(f"the log could not be had: {reason(reply)}")
        except Broken:
            if not left:
                raise
    raise AssertionError("the last try answers or raises")


def _first_failing(
    jobs: Sequence[Mapping[str, Any]],
) -> tuple[Mapping[str, Any], Mapping[str, Any]] | None:
    """The job that failed first and its first failing step.

    A job that was cut off by a time limit has none that failed: then it is the step that was
    cancelled.
    """
    failed = [job for job in jobs if job.get("conclusion") in BAD]
    for job in sorted(failed, key=lambda job: job.get("completed_at") or ""):
        steps = objects(job.get("steps"))
        for bad in (BAD, {"cancelled"}):
            for step in steps:
                if step.get("conclusion") in bad:
                    return job, step
    return None


async def _end_of(chunks: AsyncIterator[bytes], until: datetime | None) -> str:
    """The last lines written until then; what a job did after the failing step is no part of it."""
    kept, line, read = bytearray(), bytearray(), 0
    last = until.astimezone(UTC) + timedelta(seconds=1) if until else None
    stop = f"{last:%Y-%m-%dT%H:%M:%S}".encode() if last else None
    async for chunk in chunks:
        read += len(chunk)
        if read > LONGEST_LOG:
            raise HostError(f"the log is longer than {LONGEST_LOG >> 20} MB")
        *whole, rest = (bytes(line) + chunk).split(b"\n")
        line = bytearray(rest[-KEPT:])
        for each in whole:
            stamp = STAMP.match(each.removeprefix(b"\xef\xbb\xbf"))
            if stop and stamp and stamp.group() > stop:
                return _text(kept)
            kept += each + b"\n"
        del kept[:-KEPT]
    return _text(kept + line)


def _text(log: bytearray) -> str:
    return log[-KEPT:].decode("utf-8", "replace").removeprefix("\ufeff")


async def _asked(
    transport: Transport,
    path: str,
    spend: Spend,
    params: Mapping[str, str | int],
    key: str,
    pages: int,
) -> list[Mapping[str, Any]]:
    """What stands under `key` on the first pages; the host names the next page itself."""
    found: list[Mapping[str, Any]] = []
    reply = await transport.get(path, spend, params)
    for page in range(1, pages + 1):
        if reply.status != 200:
            raise HostError(f"the host does not tell of its CI: {reason(reply)}")
        found += objects(mapping(reply.data).get(key))
        following = next_page(reply) if page < pages else None
        if following is None:
            break
        reply = await transport.get(following, spend)
    return found
