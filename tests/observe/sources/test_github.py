import hmac
import json
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import pytest
from pydantic import SecretStr
from tests.clients.github.test_credentials import READS, key
from tests.hub import SmallHub

from opsroom.clients.github.memory import InMemory
from opsroom.clients.host import Host, Priority
from opsroom.demo.github.acts.apps import create_app, install
from opsroom.model.budget import Budget
from opsroom.observe.sources.github import Ledgers, connected, delivery
from opsroom.settings import GithubSource

pytestmark = pytest.mark.anyio


class Books:
    """Books that only count."""

    def __init__(self) -> None:
        self.kept: list[Budget] = []

    async def read(self, account: str) -> Budget | None:
        return None

    async def keep(self, budget: Budget) -> None:
        self.kept.append(budget)


@pytest.fixture
def hub(tmp_path: Path) -> SmallHub:
    return SmallHub(tmp_path / "host")


async def names(host: Host, owner: str) -> set[str]:
    found = await host.sweep(owner, {}, whole=True, priority=Priority.SWEEP)
    return {each.full_name for each in found.repositories}


def spent(host: Host) -> int:
    return sum(bucket.ours for bucket in host.budget().buckets)


async def test_sources_with_one_token_share_a_budget(hub: SmallHub) -> None:
    with hub.serve() as url:
        token = SecretStr(hub.token)
        acme, kim = (
            GithubSource(kind="github", owners=(owner,), base_url=url, token=token)
            for owner in ("acme", "kim")
        )
        ledgers: Ledgers = {}
        books, memory = Books(), InMemory()
        async with (
            connected(acme, ledgers, books, memory) as first,
            connected(kim, ledgers, books, memory) as second,
        ):
            assert await names(first, "acme") == {"acme/api", "acme/web", "acme/empty"}
            assert await names(second, "kim") == {"kim/dotfiles", "kim/notes"}
            assert spent(first) == spent(second) >= 2
        assert len(ledgers) == 1
        assert books.kept
        assert all(isinstance(each.at, datetime) for each in books.kept)


async def test_the_books_are_kept_by_whoever_goes_on(hub: SmallHub) -> None:
    """A source whose claim was lost and won again, or whose neighbour went, still keeps them."""
    with hub.serve() as url:
        acme = GithubSource.model_validate(
            {"kind": "github", "owner": "acme", "base_url": url, "token": SecretStr(hub.token)}
        )
        ledgers: Ledgers = {}
        for _ in range(2):
            books = Books()
            async with connected(acme, ledgers, books, InMemory()) as host:
                await names(host, "acme")
            assert books.kept
            assert books.kept[-1].spent == host.budget().spent
        assert len(ledgers) == 1


async def test_an_app_is_connected_for_one_owner_or_wherever_it_is_installed(
    hub: SmallHub,
) -> None:
    private, public = key()
    app = create_app(hub.world, "opsroom", hub.kim, public, permissions=READS)
    install(hub.world, app, hub.acme)
    install(hub.world, app, hub.kim)
    with hub.serve() as url:
        fields = {"base_url": url, "app_id": str(app.id), "private_key": SecretStr(private)}
        one = GithubSource.model_validate({"kind": "github", "owner": "acme", **fields})
        every = GithubSource.model_validate({"kind": "github", **fields})
        async with connected(one, {}, Books(), InMemory()) as host:
            assert await names(host, "acme") == {"acme/api", "acme/web", "acme/empty"}
        async with connected(every, {}, Books(), InMemory()) as host:
            assert len(await names(host, "")) == 5


def test_sources_that_share_a_secret_are_told_apart_by_host_and_owner() -> None:
    def of(owner: str | None, host: str = "") -> GithubSource:
        more: dict[str, object] = {"base_url": f"https://{host}/api/v3"} if host else {}
        if owner:
            more |= {"owner": owner, "token": SecretStr("t")}
        else:
            more |= {"app_id": "1", "private_key": SecretStr("k")}
        return GithubSource.model_validate(
            {"kind": "github", "webhook_secret": SecretStr("s"), **more}
        )

    sources = [of(None), of("acme"), of("acme", "ghe.test"), of("other", "ghe.test")]
    body = json.dumps({"repository": {"owner": {"login": "ACME"}}}).encode()
    signature = "sha256=" + hmac.new(b"s", body, sha256).hexdigest()
    headers = {
        "x-hub-signature-256": signature,
        "x-github-delivery": "1",
        "x-github-event": "push",
    }
    assert delivery(sources, headers, body)[0] is sources[1]
    there = headers | {"x-github-enterprise-host": "ghe.test"}
    assert delivery(sources, there, body)[0] is sources[2]
    elsewhere = headers | {"x-github-enterprise-host": "unknown.test"}
    assert delivery(sources[2:], elsewhere, body)[0] is sources[2]
