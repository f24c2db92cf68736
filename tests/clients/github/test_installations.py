from pathlib import Path

import httpx2
import pytest
from tests.clients.github.test_alerts import flaw
from tests.clients.github.test_credentials import READS, key
from tests.hub import BASE, SmallHub

from opsroom.clients.github.address import HostAddress
from opsroom.clients.github.budget import Ledger
from opsroom.clients.github.credentials import Credential
from opsroom.clients.github.installations import EveryInstallation, every_installation
from opsroom.clients.host import Host, HostError, NotLetIn, Priority
from opsroom.demo.github.acts.alerts import raise_dependabot
from opsroom.demo.github.acts.apps import create_app, install
from opsroom.demo.github.acts.repositories import delete_repository, transfer
from opsroom.demo.github.state.apps import HostApp
from opsroom.model.budget import Budget

pytestmark = pytest.mark.anyio

ADDRESS = HostAddress.of(BASE)


def an_app(hub: SmallHub) -> HostApp:
    return create_app(hub.world, "opsroom", hub.kim, key()[1], permissions=READS)


class NoBooks:
    async def read(self, account: str) -> Budget | None:
        return None

    async def keep(self, budget: Budget) -> None:
        return None


def everywhere(hub: SmallHub, app: HostApp) -> EveryInstallation:
    def ledger(credential: Credential) -> Ledger:
        return Ledger(ADDRESS.name, credential.account)

    def client() -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=hub.transport)

    return every_installation(ADDRESS, str(app.id), key()[0], ledger, NoBooks(), client)


async def test_an_app_reads_every_owner_that_it_is_installed_for(hub: SmallHub) -> None:
    app = an_app(hub)
    install(hub.world, app, hub.acme)
    raise_dependabot(hub.world, hub.repository("kim/notes"), flaw("x"), "requirements.txt")
    async with everywhere(hub, app) as every:
        host: Host = every
        found = await host.sweep("", {}, whole=True, priority=Priority.SWEEP)
        assert {each.full_name.partition("/")[0] for each in found.repositories} == {"acme"}
        install(hub.world, app, hub.kim)
        found = await host.sweep("", {}, whole=True, priority=Priority.SWEEP)
        assert found.whole
        assert len(found.repositories) == 5
        looks = await host.look([each.id for each in found.repositories], priority=Priority.ASKED)
        assert len(looks.looks) == 5
        names = [each.full_name for each in found.repositories]
        lists = await host.alerts("", names, priority=Priority.ASKED)
        covered = {name for each in lists for name in each.covered or ()}
        assert covered == set(names)
        assert any(each.alerts.get("kim/notes") for each in lists)
        both = host.budget()
        assert both.buckets[1].limit == 10_000
        assert sum(each.points for each in both.spent) == sum(each.ours for each in both.buckets)
        with pytest.raises(HostError, match="not installed for that owner"):
            await host.ci_runs("stranger/x", None, priority=Priority.ASKED)


async def test_a_repository_that_moves_between_installations_is_not_gone(hub: SmallHub) -> None:
    app = an_app(hub)
    install(hub.world, app, hub.acme)
    install(hub.world, app, hub.kim)
    async with everywhere(hub, app) as every:
        before = await every.sweep("", {}, whole=True, priority=Priority.SWEEP)
        ids = {each.full_name: each.id for each in before.repositories}
        transfer(hub.world, hub.repository("acme/web"), hub.kim, hub.kim)
        delete_repository(hub.world, hub.repository("acme/api"), hub.kim)
        looks = await every.look([ids["acme/web"], ids["acme/api"]], priority=Priority.HEARD)
        assert set(looks.looks) == {ids["acme/web"]}
        assert looks.gone == {ids["acme/api"]}


async def test_names_are_asked_for_where_their_owner_installed_it(hub: SmallHub) -> None:
    app = an_app(hub)
    for owner in (hub.acme, hub.kim):
        install(hub.world, app, owner)
    transfer(hub.world, hub.repository("acme/web"), hub.kim, hub.kim)
    async with everywhere(hub, app) as every:
        names = ("acme/web", "Kim/notes", "acme/never", "nobody/never")
        found = await every.resolve(names, priority=Priority.ROUTINE)
        assert {name: to.full_name for name, to in found.to.items()} == {
            "acme/web": "kim/web",
            "Kim/notes": "kim/notes",
        }
        assert found.nowhere == frozenset({"acme/never", "nobody/never"})
        assert every.nominal(24) == every.cadence(24)


async def test_an_app_that_is_installed_nowhere_says_so(hub: SmallHub, tmp_path: Path) -> None:
    async with everywhere(hub, an_app(hub)) as every:
        with pytest.raises(NotLetIn, match="installed nowhere"):
            await every.sweep("", {}, whole=True, priority=Priority.SWEEP)
