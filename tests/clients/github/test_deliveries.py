from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from tests.clients.github.asking import host
from tests.clients.github.test_credentials import READS, key
from tests.hub import SmallHub

from opsroom.clients.github.client import GithubHost
from opsroom.clients.github.credentials import AppInstallation
from opsroom.clients.host import HostError, Missed, Priority
from opsroom.demo.github.acts.apps import create_app, install
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.state.hooks import Hook

pytestmark = pytest.mark.anyio

OURS = "https://ops.example.org/webhooks/github"
THEIRS = "https://chat.example.org/hook"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def is_ours(hook: str, url: str) -> bool:
    return url == OURS


def listens(hub: SmallHub, url: str, place: dict[int, Hook]) -> Hook:
    now = hub.world.now()
    hook = Hook(hub.world.ids.number(), url, ("push",), now, now, secret="s")
    place[hook.id] = hook
    return hook


def push(hub: SmallHub, name: str) -> None:
    hosted = hub.repository(name)
    commit_files(hub.world, hosted, hosted.default_branch, {"new.txt": "x"}, "More", hub.kim)


async def send(hub: SmallHub, status: int) -> None:
    """Deliver what waits, to somebody who answers so."""
    answer = httpx2.MockTransport(lambda _: httpx2.Response(status))
    async with httpx2.AsyncClient(transport=answer) as client:
        hub.hub.courier.client = client
        await hub.hub.courier.flush()


async def missed(
    asked: GithubHost, owner: str, *names: str, since: datetime = LONG_AGO
) -> tuple[Missed, ...]:
    return await asked.missed(owner, names, is_ours, since, priority=Priority.ROUTINE)


async def test_the_failed_deliveries_of_our_webhook_are_found(hub: SmallHub) -> None:
    place = hub.world.hooks.setdefault("acme", {})
    ours, theirs = listens(hub, OURS, place), listens(hub, THEIRS, place)
    push(hub, "acme/web")
    await send(hub, 202)
    push(hub, "acme/api")
    await send(hub, 503)
    assert len(theirs.deliveries) == 2
    async with host(hub) as asked:
        (found,) = await missed(asked, "acme")
        assert found.delivery == ours.deliveries[-1].guid
        assert found.event == "push"
        assert found.number == hub.repository("acme/api").id
        assert await missed(asked, "acme", since=datetime.now(UTC) + timedelta(hours=1)) == ()


async def test_one_that_was_tried_often_is_one(hub: SmallHub) -> None:
    hook = listens(hub, OURS, hub.world.hooks.setdefault("acme", {}))
    push(hub, "acme/api")
    await send(hub, 500)
    for _ in range(3):
        hub.hub.courier.redeliver(hook, hook.deliveries[0])
        await send(hub, 500)
    async with host(hub) as asked:
        assert len(await missed(asked, "acme")) == 1


async def test_each_repository_of_a_user_has_its_own(hub: SmallHub) -> None:
    for name in ("kim/dotfiles", "kim/notes"):
        listens(hub, OURS, hub.repository(name).hooks)
        push(hub, name)
    await send(hub, 500)
    async with host(hub) as asked:
        found = await missed(asked, "kim", "kim/dotfiles", "kim/notes")
        assert {each.number for each in found} == {
            hub.repository(name).id for name in ("kim/dotfiles", "kim/notes")
        }


async def test_a_token_that_may_not_see_them_is_told_so(hub: SmallHub) -> None:
    hub.give_token("ghp_less", hub.kim, frozenset({"repo"}))
    async with host(hub, "ghp_less") as asked:
        with pytest.raises(HostError, match="webhooks can't be seen"):
            await missed(asked, "acme")


async def test_an_app_has_one_for_all(hub: SmallHub) -> None:
    private, public = key()
    app = create_app(
        hub.world,
        "opsroom",
        hub.kim,
        public,
        permissions=READS,
        events=("push",),
        hook_url=OURS,
        secret="s",
    )
    install(hub.world, app, hub.acme)
    push(hub, "acme/api")
    await send(hub, 500)
    credential = AppInstallation(str(app.id), "acme", private)
    async with host(hub, credential=credential) as asked:
        found = await missed(asked, "acme")
        assert [each.number for each in found if each.event == "push"] == [
            hub.repository("acme/api").id
        ]
