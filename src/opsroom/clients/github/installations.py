"""An App wherever it is installed: a client for each owner, asked as if it were one host.

Each installation has its own token and its own budget. A repository that moves from one owner to
another moves between installations: it is gone only when none of them knows it.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar

import anyio
import httpx2

from opsroom.clients.github import cadence
from opsroom.clients.github.address import HostAddress
from opsroom.clients.github.budget import Ledger
from opsroom.clients.github.client import GithubHost
from opsroom.clients.github.credentials import Anonymous, AppInstallation, Credential
from opsroom.clients.github.memory import Books
from opsroom.clients.github.sums import together
from opsroom.clients.github.transport import Transport
from opsroom.clients.github.wire import TIMEOUT
from opsroom.clients.host import (
    AlertList,
    FailedStep,
    HostError,
    HostLook,
    HostLooks,
    Missed,
    Named,
    NotLetIn,
    Priority,
    Resolved,
    Rights,
    Sweep,
    Swept,
)
from opsroom.model.budget import Budget, Cadence, Price
from opsroom.model.ci import CiRun
from opsroom.model.shapes import mapping, objects

A_PAGE = 100
Found = TypeVar("Found")


async def installed_for(transport: Transport, app: AppInstallation) -> tuple[str, ...]:
    """The owners for whom an App is installed and not suspended.

    Raises:
        HostError: the host doesn't tell.
    """
    owners: list[str] = []
    for page in range(1, A_PAGE):
        path = f"/app/installations?per_page={A_PAGE}&page={page}"
        found = objects(await transport.prove(path, app.proof))
        owners += (
            str(mapping(each.get("account")).get("login"))
            for each in found
            if each.get("suspended_at") is None
        )
        if len(found) < A_PAGE:
            break
    return tuple(owners)


async def owners_of_app(
    address: HostAddress,
    app: str,
    private_key: str,
    client: Callable[[], httpx2.AsyncClient] = lambda: httpx2.AsyncClient(timeout=TIMEOUT),
) -> tuple[str, ...]:
    """The owners for whom an App is installed, asked as the App itself.

    Raises:
        SettingsError: the private key is none.
        HostError: the host doesn't tell.
    """
    nobody, proving = Anonymous(), AppInstallation(app, "", private_key)
    async with client() as asking:
        transport = Transport(address, nobody, Ledger(address.name, nobody.account), asking)
        return await installed_for(transport, proving)


def every_installation(
    address: HostAddress,
    app: str,
    private_key: str,
    ledger: Callable[[Credential], Ledger],
    books: Books,
    client: Callable[[], httpx2.AsyncClient] = lambda: httpx2.AsyncClient(timeout=TIMEOUT),
) -> "EveryInstallation":
    """An App at a host, wherever it is installed; `ledger` gives each installation its own.

    Raises:
        SettingsError: the private key is none.
    """
    AppInstallation(app, "", private_key)

    async def listed() -> tuple[str, ...]:
        return await owners_of_app(address, app, private_key, client)

    def connect(owner: str) -> GithubHost:
        credential = AppInstallation(app, owner, private_key)
        return GithubHost(
            address, credential, ledger=ledger(credential), books=books, client=client()
        )

    return EveryInstallation(address.name, listed, connect)


class EveryInstallation:
    """Implements `clients.host.Host` for an App without an owner in the settings.

    `listed` tells the owners, `connect` makes a client for one; the owner that a question names may
    be empty, which means all of them.
    """

    def __init__(
        self,
        name: str,
        listed: Callable[[], Awaitable[Sequence[str]]],
        connect: Callable[[str], GithubHost],
    ) -> None:
        self.name = name
        self._listed = listed
        self._connect = connect
        self._hosts: dict[str, GithubHost] = {}
        self._of: dict[str, str] = {}
        """Which owner's client knows a repository, by its id."""
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._open.aclose()

    async def sweep(
        self, owner: str, known: Mapping[str, Swept], *, whole: bool, priority: Priority
    ) -> Sweep:
        """List the repositories of every installation; whole only if each of them is.

        Raises:
            HostError: none of them could be listed.
        """
        if whole or not self._hosts:
            await self._refresh()

        async def listed(host: GithubHost, of: str) -> Sweep:
            return await host.sweep(of, known, whole=whole, priority=priority)

        sweeps, failures = await self._each(owner, listed)
        for of, found in sweeps.items():
            self._of |= dict.fromkeys((each.id for each in found.repositories), of)
        return Sweep(
            min(each.at for each in sweeps.values()),
            tuple(each for found in sweeps.values() for each in found.repositories),
            whole=not failures and all(each.whole for each in sweeps.values()),
        )

    async def look(self, ids: Sequence[str], *, priority: Priority) -> HostLooks:
        """Look at these repositories, each through the installation that last listed it.

        Raises:
            HostError: no installation can be asked at all.
        """
        looks: dict[str, HostLook] = {}
        failed: dict[str, str] = {}
        gone, unasked = set[str](), set[str]()
        first = next(iter(await self._known()))
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for asked in ids:
            groups[self._of.get(asked, first)].append(asked)
        for of, group in groups.items():
            found = await self._hosts[of if of in self._hosts else first].look(
                group, priority=priority
            )
            looks |= found.looks
            failed |= found.failed
            unasked |= found.unasked
            gone |= found.gone
        for of, host in self._hosts.items():
            elsewhere = [each for each in gone if self._of.get(each, first) != of]
            if elsewhere:
                found = await host.look(elsewhere, priority=priority)
                looks |= found.looks
                gone -= found.looks.keys()
                self._of |= dict.fromkeys(found.looks, of)
        return HostLooks(looks, frozenset(gone), failed, frozenset(unasked))

    async def resolve(self, full_names: Collection[str], *, priority: Priority) -> Resolved:
        """Where names lead, each asked through the installation of the owner that it says.

        Raises:
            HostError: an installation can't be asked.
        """
        to: dict[str, Named] = {}
        nowhere: set[str] = set()
        failed: dict[str, str] = {}
        known = {of.lower(): host for of, host in (await self._known()).items()}
        groups: defaultdict[str, list[str]] = defaultdict(list)
        for name in full_names:
            groups[_owner(name) if _owner(name) in known else next(iter(known))].append(name)
        for of, names in groups.items():
            found = await known[of].resolve(names, priority=priority)
            to |= found.to
            nowhere |= found.nowhere
            failed |= found.failed
        return Resolved(to, frozenset(nowhere), failed)

    async def alerts(
        self, owner: str, full_names: Collection[str], *, priority: Priority
    ) -> tuple[AlertList, ...]:
        """Every open alert of every installation, in lists that say whom they cover.

        Raises:
            HostError: no installation can be asked at all.
        """

        async def listed(host: GithubHost, of: str) -> tuple[AlertList, ...]:
            mine = [name for name in full_names if _owner(name) == of.lower()]
            found = await host.alerts(of, mine, priority=priority)
            return tuple(_of_these(each, mine) for each in found)

        lists, _ = await self._each(owner, listed)
        return tuple(each for found in lists.values() for each in found)

    async def ci_runs(
        self, full_name: str, since: datetime | None, *, priority: Priority
    ) -> tuple[CiRun, ...]:
        """The runs of a repository created since then, newest first, at most 100.

        Raises:
            HostError: they could not be had.
        """
        host = await self._host_of(full_name)
        return await host.ci_runs(full_name, since, priority=priority)

    async def failed_step(
        self, full_name: str, run: CiRun, *, priority: Priority
    ) -> FailedStep | None:
        """Where a run failed; None when none of its steps did.

        Raises:
            HostError: jobs or log could not be had.
        """
        host = await self._host_of(full_name)
        return await host.failed_step(full_name, run, priority=priority)

    async def git_token(self, full_name: str) -> str | None:
        """What `git fetch` of a repository signs in with: the token of its owner's installation.

        Raises:
            HostError: none can be had.
        """
        host = await self._host_of(full_name)
        return await host.git_token(full_name)

    async def missed(
        self,
        owner: str,
        full_names: Collection[str],
        ours: Callable[[str, str], bool],
        since: datetime,
        *,
        priority: Priority,
    ) -> tuple[Missed, ...]:
        """The deliveries of webhooks to us that failed since then.

        Raises:
            HostError: no installation's webhooks can be listed.
        """

        async def listed(host: GithubHost, of: str) -> tuple[Missed, ...]:
            mine = [name for name in full_names if _owner(name) == of.lower()]
            return await host.missed(of, mine, ours, since, priority=priority)

        found, _ = await self._each(owner, listed)
        return tuple(each for missed in found.values() for each in missed)

    async def rights(self, owner: str) -> Rights:
        """What the App may do where it is installed: the first owner, and whom else.

        Raises:
            HostError: the host doesn't answer, or doesn't know the App.
        """
        await self._refresh()
        known = await self._known()
        of = next((each for each in known if each.lower() == owner.lower()), next(iter(known)))
        return await self._hosts[of].rights(of)

    def budget(self) -> Budget:
        """The budgets of all installations together; the first to be refilled says when."""
        budgets = [host.budget() for host in self._hosts.values()]
        return together(self.name, budgets)

    def prices(self, repositories: int) -> tuple[Price, ...]:
        """What the questions about a fleet of this size would cost."""
        return cadence.prices(repositories)

    def cadence(self, repositories: int) -> Cadence:
        """How often a fleet of this size can be swept and looked at inside the budgets."""
        return cadence.cadence(repositories, self.budget())

    def nominal(self, repositories: int) -> Cadence:
        """How often it would be with budgets that nobody has spent of."""
        return cadence.cadence(repositories, cadence.unspent(self.budget()))

    async def _refresh(self) -> None:
        """Open a client for each new installation; one that is gone answers no more."""
        owners = await self._listed()
        if not owners:
            raise NotLetIn("the App is installed nowhere", "install it for an owner")
        for owner in owners:
            if owner not in self._hosts:
                self._hosts[owner] = await self._open.enter_async_context(self._connect(owner))
        for owner in self._hosts.keys() - set(owners):
            del self._hosts[owner]

    async def _known(self) -> Mapping[str, GithubHost]:
        if not self._hosts:
            await self._refresh()
        return self._hosts

    async def _host_of(self, full_name: str) -> GithubHost:
        known = await self._known()
        for of, host in known.items():
            if of.lower() == _owner(full_name):
                return host
        raise HostError("the App is not installed for that owner")

    async def _each(
        self, owner: str, ask: Callable[[GithubHost, str], Awaitable[Found]]
    ) -> tuple[dict[str, Found], list[HostError]]:
        """Ask all installations at once (or that of `owner`); at least one has to answer."""
        found: dict[str, Found] = {}
        failures: list[HostError] = []

        async def one(of: str, host: GithubHost) -> None:
            try:
                found[of] = await ask(host, of)
            except HostError as error:
                failures.append(error)

        known = dict(await self._known())
        async with anyio.create_task_group() as tasks:
            for of, host in known.items():
                if owner.lower() in ("", of.lower()):
                    tasks.start_soon(one, of, host)
        if not found:
            raise failures[0] if failures else HostError("the App is not installed for that owner")
        return {of: found[of] for of in known if of in found}, failures


def _owner(full_name: str) -> str:
    return full_name.partition("/")[0].lower()


def _of_these(listed: AlertList, names: Collection[str]) -> AlertList:
    """A list that says whom it covers: beside it stand those of other owners."""
    return listed if listed.covered is not None else replace(listed, covered=frozenset(names))
