"""CI made to run: a run again, or a workflow on demand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from opsroom.clients.github.write.errors import WriteRefused, refusing
from opsroom.clients.github.write.place import Place, quoted
from opsroom.clients.github.write.wire import Wire
from opsroom.clients.github.write.worker import request
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.github.write.written import Written

if TYPE_CHECKING:
    from github import Github


@dataclass(frozen=True, slots=True)
class Attempt:
    """An attempt of a run: `number` is the host's id of the run, `attempt` counts from 1.

    `status` and `conclusion` are the host's words; `actor` is who started this attempt.
    """

    number: int
    attempt: int
    status: str
    conclusion: str
    head: str
    created_at: datetime | None
    actor: str
    url: str


async def rerun(
    writer: Writer,
    full_name: str,
    number: int,
    attempt: int,
    *,
    failed_only: bool,
    host_id: str | None = None,
) -> Written[Attempt]:
    """Run a run again whose newest attempt is `attempt`: its failed jobs, or all of them.

    Found instead: any later attempt, whoever asked for it.

    Raises:
        WriteRefused: it still runs, or the host doesn't run it again.
    """
    async with writer.turn(full_name, host_id) as place:
        before = await _run(writer, place, number)
        if before.attempt <= attempt and before.status != "completed":
            raise WriteRefused("busy", f"{before.url} still runs", "wait for its end")
        kind = "rerun-failed-jobs" if failed_only else "rerun"

        async def there() -> Attempt | None:
            now = await _run(writer, place, number)
            return now if now.attempt > attempt else None

        def call(github: "Github") -> None:
            """PyGithub answers a refusal with False and keeps the reason to itself."""
            request(github, "POST", f"{place.path}/actions/runs/{number}/{kind}")

        with refusing(f"the host doesn't run {before.url} again"):
            after, now = await writer.surely_edited(
                f"attempt {attempt + 1} of run {number}",
                there,
                call,
                lambda: _run(writer, place, number),
            )
        return Written(after, before, now)


async def dispatch(
    writer: Writer,
    full_name: str,
    workflow: str,
    branch: str,
    inputs: Mapping[str, str],
    since: datetime,
    *,
    host_id: str | None = None,
) -> Written[Attempt | None]:
    """Start a workflow (its file's name) on a branch; `after` None: the host didn't say which run.

    The host keeps nothing of who asked by which plan, nor of `inputs`. So a run of the same
    workflow on the same branch that our account started since `since` (when the plan was made) is
    found as this one, and a start whose answer was lost is never repeated.

    Raises:
        WriteRefused: there is no such workflow, or it can't be started so.
        CannotTell: the answer was lost, and no run is to be seen.
    """
    async with writer.turn(full_name, host_id) as place:
        below = f"actions/workflows/{quoted(workflow)}"
        await writer.existing(place, below, f"workflow {workflow}")
        path = f"{place.path}/{below}"
        login = await writer.login()

        async def there() -> Attempt | None:
            query = {"event": "workflow_dispatch", "branch": branch, "actor": login}
            found = await writer.read(f"{path}/runs", {**query, "per_page": 100})
            for entry in [] if found is None else Wire(found).parts("workflow_runs"):
                run = _attempt(entry)
                ours = entry.maybe_text("actor.login") == login
                if ours and run.created_at and run.created_at >= since:
                    return run
            return None

        if (found := await there()) is not None:
            return Written(found, None, now=False)

        def call(github: "Github") -> int | None:
            body = {"ref": branch, "inputs": dict(inputs), "return_run_details": True}
            answer = request(github, "POST", f"{path}/dispatches", body)
            return None if answer is None else Wire(answer).number("workflow_run_id")

        async def number() -> int | None:
            seen = await there()
            return None if seen is None else seen.number

        with refusing(f"the host doesn't start {workflow}"):
            started = await writer.once(f"start of {workflow}", number, call)
        run = await there() if started is None else await _run(writer, place, started)
        return Written(run, None, now=True)


async def _run(writer: Writer, place: Place, number: int) -> Attempt:
    return _attempt(await writer.existing(place, f"actions/runs/{number}", f"run {number}"))


def _attempt(found: Wire) -> Attempt:
    return Attempt(
        number=found.number("id"),
        attempt=found.number("run_attempt"),
        status=found.text("status"),
        conclusion=found.maybe_text("conclusion"),
        head=found.text("head_sha"),
        created_at=found.maybe_time("created_at"),
        actor=found.maybe_text("triggering_actor.login") or found.maybe_text("actor.login"),
        url=found.text("html_url"),
    )
