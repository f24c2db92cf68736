"""Fleets that hosts tell of, put into the store as the recording of a look does it."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from tests.judge import builders
from tests.judge.builders import NOW
from tests.operations.rooms import Yard, opened

from opsroom.judge.ci.signature import explain
from opsroom.model.ci import CiRun
from opsroom.model.repository import Repository
from opsroom.model.snapshot import CloneFacts, Snapshot
from opsroom.operations.draft import Draft
from opsroom.operations.room import Room
from opsroom.settings import GithubSource, Settings
from opsroom.store.ci_runs import save_ci_failure, save_ci_runs
from opsroom.store.surveys import Survey, save_surveys

ACME = GithubSource(kind="github", owners=("acme",))
YAML = (
    "E   ModuleNotFoundError: No module named 'yaml'\n##[error]Process completed with exit code 2."
)
KEY = "KeyError: 'HOME'\n##[error]Process completed with exit code 1."


@asynccontextmanager
async def room_of(
    yard: Yard, *snapshots: Snapshot, scope: str = "", **more: Any
) -> AsyncGenerator[Room]:
    """A room over a host that has these, at a time at which they were just looked at."""
    settings = Settings(home=yard.home, sources=(ACME,), **more)
    async with opened(settings, scope=scope, clock=lambda: NOW) as room:
        await surveyed(room)
        await told(room, *snapshots)
        yield room


async def surveyed(room: Room) -> None:
    """Let the source of a room have been passed over."""
    (source,) = room.settings.sources
    async with room.store.write() as connection:
        await save_surveys(connection, [Survey(source=source.key, at=room.now())])


async def told(room: Room, *snapshots: Snapshot, **trace: object) -> None:
    """Record what a host said; `trace` is what events say of how they came to be seen."""
    (source,) = room.settings.sources
    async with room.store.write() as connection:
        await room.fleet.refresh(connection)
        draft = Draft(room.limits, room.now())
        for each in snapshots:
            repository = each.repository.model_copy(update={"sources": (source.key,)})
            seen = each.model_copy(update={"repository": repository})
            draft.traces[repository.key] = trace
            draft.judge(room.fleet.get(repository.key), seen)
        await draft.save(connection, room.fleet)
    await room.refresh()


async def ran(room: Room, name: str, *runs: CiRun, why: Mapping[int, str] | None = None) -> None:
    """Record runs of a repository, and the logs of those whose number `why` has."""
    async with room.store.write() as connection:
        await save_ci_runs(connection, {f"github.com/{name}": runs})
        for run in runs:
            if log := (why or {}).get(run.number):
                failure = explain("build", "Run tests", log) if log != "?" else None
                await save_ci_failure(connection, run, failure, NOW)


def repository(name: str, *clones: CloneFacts, **groups: Any) -> Snapshot:
    """A repository of a host by its `owner/name`; facts of the remote come as `remote`."""
    facts = groups.pop("remote", {})
    if isinstance(facts, dict):
        url = f"https://github.com/{name}"
        facts = builders.remote(id=f"R_{name}", full_name=name, url=url, **facts)
    usual: dict[str, Any] = {
        "remote": facts,
        "settings": builders.host_settings(),
        "ci": builders.ci(),
        "security": builders.security(),
        "listed": builders.files(),
    }
    key = f"github.com/{name}".lower()
    facts = {**usual, **groups}
    return Snapshot(repository=Repository(key=key, name=name), clones=clones, **facts)


def failed(number: int, *, ago: float = 0, **facts: Any) -> CiRun:
    """A run that failed, begun so many hours ago."""
    return run(number, "failure", ago=ago, **facts)


def run(number: int, conclusion: str | None = "success", *, ago: float = 0, **facts: Any) -> CiRun:
    """A run of a minute, begun so many hours ago."""
    begun: datetime = NOW - timedelta(hours=ago, minutes=2)
    times = {"created_at": begun, "started_at": begun, "updated_at": begun + timedelta(minutes=1)}
    return builders.ci_run(number, conclusion, **{**times, **facts})
