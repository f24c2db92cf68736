import hmac
import json
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import anyio
import pytest
from pydantic import SecretStr
from tests.hub import SmallHub
from tests.operations.hosts.worlds import (
    SECRET,
    Line,
    add_hook,
    row,
    settings,
    source,
    until,
    watch_of,
    watching,
)
from tests.operations.rooms import Yard, events, last, opened
from tests.serve.web.centres import client

from opsroom.demo.github.acts.alerts import raise_dependabot
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.acts.repositories import (
    delete_repository,
    rename,
    set_archived,
    set_visibility,
)
from opsroom.demo.github.acts.runs import begin_run, finish_job, start_run
from opsroom.demo.github.state.alerts import HostAdvisory
from opsroom.demo.github.state.repository import Hosted
from opsroom.model.ci import Ci
from opsroom.model.host import Remote, Security
from opsroom.model.repository import RepositoryState
from opsroom.operations.hosts import missing, sweeping
from opsroom.operations.room import Room
from opsroom.serve.web.app import build_app
from opsroom.store.ci_runs import newest_ci_runs
from opsroom.store.deliveries import pending
from opsroom.store.gaps import load_gaps

pytestmark = pytest.mark.anyio


ADVISORY = HostAdvisory(
    "GHSA-aaaa-bbbb-cccc",
    "CVE-2026-0001",
    "A flaw",
    "It is one.",
    "high",
    "npm",
    "lodash",
    "< 4.17.21",
    "4.17.21",
    datetime(2026, 1, 1, tzinfo=UTC),
)


def push(hub: SmallHub, name: str, text: str = "new\n") -> str:
    """Commit to a repository; gives its head."""
    hosted = hub.repository(name)
    commit_files(
        hub.world,
        hosted,
        hosted.default_branch,
        {f"{time.monotonic_ns()}.txt": text},
        "More",
        hub.kim,
    )
    assert hosted.head
    return hosted.head


def build(hub: SmallHub, hosted: Hosted, conclusion: Any, log: str = "") -> None:
    """A whole run of the only workflow, on the head."""
    (workflow,) = hosted.workflows.values()
    run = start_run(hub.world, hosted, workflow)
    begin_run(hub.world, hosted, run)
    for job in run.newest.jobs:
        step = job.steps[-1].name
        finish_job(hub.world, hosted, run, job, conclusion, failed_step=step, logs={step: log})


def head(room: Room, name: str) -> str | None:
    remote = row(room, name).snapshot.remote
    return remote.head if isinstance(remote, Remote) else None


async def waits(room: Room) -> list[str]:
    async with room.store.read() as connection:
        keys = [source.key for source in room.settings.hosts]
        return [each.guid for each in await pending(connection, keys)]


async def test_a_push_is_seen_and_its_delivery_handled(hub: SmallHub, yard: Yard) -> None:
    async with watching(settings(yard.home)) as room, Line(hub, room).open():
        before = await last(room)
        pushed = push(hub, "acme/api")
        await until(lambda: head(room, "acme/api") == pushed, room)
        with anyio.fail_after(3):
            while await waits(room):
                await room.store.changed()
        found = [each for each in await events(room, before) if each.kind == "repository.changed"]
        assert found
        assert all(each.data["by"] == "webhook" for each in found)


async def test_a_build_is_followed_and_explained(hub: SmallHub, yard: Yard) -> None:
    api = hub.repository("acme/api")
    async with watching(settings(yard.home)) as room, Line(hub, room).open():
        before = await last(room)
        log = "##[group]Run make\nsrc/api.py:3:1: error: name 'x' is not defined\n"
        build(hub, api, "failure", log)
        await until(lambda: row(room, "acme/api").ci == "failing", room)

        async def explained() -> str:
            async with room.store.read() as connection:
                found = await newest_ci_runs(connection, None)
            return found[0].failure.signature if found and found[0].failure else ""

        with anyio.fail_after(5):
            while not await explained():
                await room.store.changed()
        build(hub, api, "success")  # the host counts the run that failed on this commit still
        await all_handled(room)
        await room.refresh()
        assert row(room, "acme/api").ci == "failing"
        assert "ci.passed" not in [each.kind for each in await events(room, before)]
        push(hub, "acme/api")
        build(hub, api, "success")
        await until(lambda: row(room, "acme/api").ci == "passing", room)
        kinds = [each.kind for each in await events(room, before)]
        assert kinds.index("ci.failed") < kinds.index("ci.passed")


async def test_whatever_order_they_come_in_and_however_often(hub: SmallHub, yard: Yard) -> None:
    api = hub.repository("acme/api")
    hub.hub.faults.set({"webhooks_shuffled": True, "webhooks_duplicated": 0.5, "seed": 7})
    async with watching(settings(yard.home)) as room, Line(hub, room).open():
        chance, pushed = random.Random(7), ""
        for _ in range(6):
            build(hub, api, chance.choice(["success", "failure"]))
            pushed = push(hub, "acme/api")
            push(hub, "acme/web")
        build(hub, api, "success")
        await until(lambda: head(room, "acme/api") == pushed, room)
        await until(lambda: row(room, "acme/api").ci == "passing", room)
        with anyio.fail_after(5):
            while await waits(room):
                await room.store.changed()
        assert head(room, "acme/web") == hub.repository("acme/web").head
        ci = row(room, "acme/api").snapshot.ci
        assert isinstance(ci, Ci)
        assert ci.head == pushed


async def test_an_old_delivery_that_is_replayed_changes_nothing(hub: SmallHub, yard: Yard) -> None:
    api = hub.repository("acme/api")
    async with watching(settings(yard.home)) as room, Line(hub, room).open() as hook:
        build(hub, api, "failure")
        await until(lambda: row(room, "acme/api").ci == "failing", room)
        old = [each for each in hook.deliveries if each.event == "workflow_run"]
        push(hub, "acme/api")
        build(hub, api, "success")
        await until(lambda: row(room, "acme/api").ci == "passing", room)
        before = await last(room)
        async with client(build_app(room, room.settings)) as there:
            for number, each in enumerate(old):
                again = {**each.headers, "X-GitHub-Delivery": f"forged-{number}"}
                for headers in (each.headers, again):
                    answer = await there.post(
                        "/webhooks/github", content=each.payload, headers=headers
                    )
                    assert answer.status_code == 202
        with anyio.fail_after(5):
            while await waits(room):
                await room.store.changed()
        assert row(room, "acme/api").ci == "passing"
        kinds = {each.kind for each in await events(room, before)}
        assert not kinds & {"ci.failed", "ci.started", "ci.passed"}


async def send(room: Room, event: str, payload: dict[str, Any]) -> None:
    """A delivery of our own making, signed."""
    body = json.dumps(payload).encode()
    signature = "sha256=" + hmac.new(SECRET.encode(), body, sha256).hexdigest()
    names = {"X-GitHub-Event": event, "X-GitHub-Delivery": "1", "X-Hub-Signature-256": signature}
    async with client(build_app(room, room.settings)) as there:
        answer = await there.post("/webhooks/github", content=body, headers=names)
        assert answer.status_code == 202


async def all_handled(room: Room) -> None:
    with anyio.fail_after(5):
        while await waits(room):
            await room.store.changed()


async def test_a_signed_lie_is_looked_up(hub: SmallHub, yard: Yard) -> None:
    """Whoever has the secret can make us look, and no more than that."""
    async with watching(settings(yard.home)) as room:
        repository = {"node_id": id_of(room, "acme/web"), "full_name": "acme/web"}
        lie = {"action": "deleted", "repository": repository, "organization": {"login": "acme"}}
        await send(room, "repository", lie)
        await all_handled(room)
        await room.refresh()
        assert row(room, "acme/web").repository.state is RepositoryState.KNOWN


async def test_what_repositories_there_are_is_heard(hub: SmallHub, yard: Yard) -> None:
    async with watching(settings(yard.home)) as room, Line(hub, room).open():
        keys = {each.repository.key for each in room.rows()}
        rename(hub.world, hub.repository("acme/web"), "site")
        await until(lambda: any(each.name == "acme/site" for each in room.rows()), room)
        assert {each.repository.key for each in room.rows()} == keys
        set_archived(hub.world, hub.repository("acme/api"), True)
        await until(
            lambda: row(room, "acme/api").repository.state is RepositoryState.ARCHIVED, room
        )
        set_visibility(hub.world, hub.repository("acme/site"), "private")

        def hidden() -> bool:
            remote = row(room, "acme/site").snapshot.remote
            return isinstance(remote, Remote) and remote.visibility == "private"

        await until(hidden, room)
        hub.create("acme/new", {"a.txt": "a"})
        await until(lambda: any(each.name == "acme/new" for each in room.rows()), room, 8)
        delete_repository(hub.world, hub.repository("acme/new"))
        await until(lambda: all(each.name != "acme/new" for each in room.rows()), room, 8)


@pytest.mark.parametrize("event", ["installation", "organization", "something_new"])
async def test_one_that_is_about_no_repository_is_a_sweep(
    hub: SmallHub, yard: Yard, monkeypatch: pytest.MonkeyPatch, event: str
) -> None:
    monkeypatch.setattr(sweeping, "APART", 0.0)
    async with watching(settings(yard.home)) as room:
        hub.create("acme/new", {"a.txt": "a"})
        await send(room, event, {"installation": {"account": {"login": "acme"}}})
        await until(lambda: any(each.name == "acme/new" for each in room.rows()), room)
        await all_handled(room)


async def test_what_the_settings_leave_out_is_heard_and_not_looked_at(
    hub: SmallHub, yard: Yard
) -> None:
    only = source(exclude=("acme/web",))
    async with watching(settings(yard.home, only)) as room, Line(hub, room).open():
        assert [each.name for each in room.rows()] == ["acme/api", "acme/empty"]
        push(hub, "acme/web")
        pushed = push(hub, "acme/api")
        await until(lambda: head(room, "acme/api") == pushed, room)
        with anyio.fail_after(5):
            while await waits(room):
                await room.store.changed()
        assert [each.name for each in room.rows()] == ["acme/api", "acme/empty"]


async def test_an_alert_is_heard_of(hub: SmallHub, yard: Yard) -> None:
    async with watching(settings(yard.home)) as room, Line(hub, room).open():

        def alerts() -> int:
            security = row(room, "acme/api").snapshot.security
            return len((security.dependency or ()) if isinstance(security, Security) else ())

        await until(lambda: row(room, "acme/api").snapshot.security is not None, room, 6)
        assert alerts() == 0
        raise_dependabot(hub.world, hub.repository("acme/api"), ADVISORY, "package.json")
        await until(lambda: alerts() == 1, room, 8)


async def test_lost_webhooks_are_found_again(
    hub: SmallHub, yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missing, "EVERY", 0.3)
    monkeypatch.setattr(missing, "MANY", 1)
    async with watching(settings(yard.home)) as room, Line(hub, room).open():
        pushed = push(hub, "acme/api")
        await until(lambda: head(room, "acme/api") == pushed, room)
        hub.hub.faults.set({"webhooks_lost": 1.0})
        pushed = push(hub, "acme/api")
        await until(lambda: head(room, "acme/api") == pushed, room)
        assert watch_of(room).hooks_told
        async with room.store.read() as connection:
            gaps = await load_gaps(connection, [source.key for source in room.settings.hosts])
        assert [gap.reason for gap in gaps if "missed" in gap.reason]


async def test_where_failed_deliveries_are_not_shown_sweeps_stay_frequent(
    hub: SmallHub, yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(missing, "EVERY", 0.1)
    hub.give_token("ghp_less", hub.kim, frozenset({"repo"}))
    less = source(token=SecretStr("ghp_less"), sweep_every=None)
    async with watching(settings(yard.home, less)) as room, Line(hub, room).open():
        pushed = push(hub, "acme/api")
        await until(lambda: head(room, "acme/api") == pushed, room)
        watch = watch_of(room)
        assert watch.heard_at is not None
        assert not watch.hooks_told
        assert watch.sweep_every <= 60
        watch.hooks_told = True
        assert watch.sweep_every > 100


TAKES = """
import sys, anyio, json
from pathlib import Path
from pydantic import SecretStr
from opsroom.operations.hosts.intake import take
from opsroom.operations.room import Room
from opsroom.settings import GithubSource, Settings
async def main():
    source = GithubSource(kind="github", owners=("acme",), base_url="http://github.test",
                          token=SecretStr("x"), webhook_secret=SecretStr(sys.argv[2]))
    room = Room(Settings(home=Path(sys.argv[1]), sources=(source,)), watches=False)
    given = json.loads(sys.stdin.readline())
    async with room:
        await room.open()
        assert await take(room, given["headers"], given["body"].encode())
        print("202", flush=True)
        await anyio.sleep_forever()
anyio.run(main)
"""


async def test_what_was_acknowledged_is_looked_into_after_a_kill(hub: SmallHub, yard: Yard) -> None:
    """The process that answered 202 dies before anybody handled it; the next watcher does."""
    async with watching(settings(yard.home)) as room:
        was = head(room, "acme/api")
    hook = add_hook(hub)
    pushed = push(hub, "acme/api")
    assert pushed != was
    sent = next(each for each in hook.deliveries if each.event == "push")
    headers = {name.lower(): value for name, value in sent.headers.items()}
    process = subprocess.Popen(
        [sys.executable, "-c", TAKES, yard.home, SECRET],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps({"headers": headers, "body": sent.payload.decode()}) + "\n")
    process.stdin.flush()
    said = await anyio.to_thread.run_sync(process.stdout.readline)
    assert said == "202\n"
    process.send_signal(signal.SIGKILL)
    await anyio.to_thread.run_sync(process.wait)
    process.stdin.close()
    process.stdout.close()
    async with opened(settings(yard.home)) as room:
        assert await waits(room) == [sent.guid]
    async with watching(settings(yard.home)) as room:
        await until(lambda: head(room, "acme/api") == pushed, room)
        await all_handled(room)


def id_of(room: Room, name: str) -> str:
    found = row(room, name).repository.host_id
    assert found
    return found
