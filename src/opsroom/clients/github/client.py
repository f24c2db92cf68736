"""GitHub as a host: github.com or a server of one's own, asked with one credential."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

import anyio
import httpx2

from opsroom.clients.github import (
    alerts,
    cadence,
    deliveries,
    look,
    naming,
    pace,
    rights,
    runs,
    sweep,
)
from opsroom.clients.github.address import DOTCOM, HostAddress
from opsroom.clients.github.budget import Ledger
from opsroom.clients.github.credentials import AppInstallation, Credential
from opsroom.clients.github.graphql import Misunderstood, document
from opsroom.clients.github.memory import Books, Validators
from opsroom.clients.github.prune import Pruned, Schema, prune, schema_of
from opsroom.clients.github.refusals import reason
from opsroom.clients.github.transport import Overloaded, Spend, Transport
from opsroom.clients.github.wire import LIMITS, TIMEOUT, Broken, Unanswered
from opsroom.clients.host import (
    AlertList,
    FailedStep,
    HostError,
    HostLooks,
    Later,
    Missed,
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
from opsroom.model.text import plain

KEPT_EVERY = timedelta(seconds=10)
"""How often the budget is put into the books at most."""

SCHEMA_LASTS = timedelta(days=1)
"""A server of one's own is asked again what it has: it may have been upgraded."""

Told = TypeVar("Told")


class GithubHost:
    """Implements `clients.host.Host`. One credential; an App answers for one owner.

    `client` reaches the host (tests hand one in that reaches a double), `clock` is ours.
    """

    def __init__(
        self,
        address: HostAddress,
        credential: Credential,
        *,
        ledger: Ledger | None = None,
        validators: Validators | None = None,
        books: Books | None = None,
        client: httpx2.AsyncClient | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        delay: float = 0.5,
    ) -> None:
        self._credential = credential
        self._client = client or httpx2.AsyncClient(timeout=TIMEOUT, limits=LIMITS)
        self._ledger = ledger or Ledger(address.name, credential.account)
        self._books = books
        self._transport = Transport(
            address,
            credential,
            self._ledger,
            self._client,
            validators=validators,
            clock=clock,
            delay=delay,
        )
        self._schema: Schema | None = None
        self._schema_at: datetime | None = None
        self._documents: dict[str, Pruned] = {}
        self._learning = anyio.Lock()
        self._learned = look.Learned()
        self._pages = pace.sweeping()
        self._organisations: dict[str, bool] = {}

    async def __aenter__(self) -> Self:
        kept = await self._books.read(self._ledger.account) if self._books else None
        if kept is not None:
            self._ledger.restore(kept)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with anyio.CancelScope(shield=True), anyio.move_on_after(5):
            await self._keep(at_once=True)
            await self._client.aclose()

    @property
    def name(self) -> str:
        """The host's name, with a port that isn't its own: the first part of keys."""
        return self._transport.address.name

    @property
    def missing(self) -> tuple[str, ...]:
        """What the server was found to lack of what is asked for (`Repository.rulesets`)."""
        found = (field for pruned in self._documents.values() for field in pruned.missing)
        return tuple(dict.fromkeys(found))

    async def sweep(
        self, owner: str, known: Mapping[str, Swept], *, whole: bool, priority: Priority
    ) -> Sweep:
        """List the repositories of an owner; an App's installation lists those it is for.

        Raises:
            HostError: they could not be listed.
        """
        self._answers_for(owner)

        async def listed(text: str) -> Sweep:
            return await sweep.sweep(
                self._transport,
                text,
                self._pages,
                owner,
                known,
                whole=whole,
                priority=priority,
            )

        found = await self._asked("sweep", listed, priority)
        if isinstance(self._credential, AppInstallation) and self._credential.selected:
            chosen = await self._chosen(priority)
            kept = tuple(each for each in found.repositories if each.id in chosen)
            found = replace(found, repositories=kept)
        await self._keep()
        return found

    async def look(self, ids: Sequence[str], *, priority: Priority) -> HostLooks:
        """Look at these repositories in full, in few requests.

        Raises:
            HostError: the host can't be asked at all.
        """

        async def looked(text: str) -> HostLooks:
            return await look.look(self._transport, text, self._learned, ids, priority)

        if not ids:
            return HostLooks()
        looks = await self._asked("fleet", looked, priority)
        await self._keep()
        return looks

    async def resolve(self, full_names: Collection[str], *, priority: Priority) -> Resolved:
        """Which repositories these names lead to: a hundred for a point.

        Raises:
            HostError: the host can't be asked at all.
        """
        resolved = await naming.resolve(self._transport, full_names, priority)
        await self._keep()
        return resolved

    async def alerts(
        self, owner: str, full_names: Collection[str], *, priority: Priority
    ) -> tuple[AlertList, ...]:
        """Every open alert of an organisation, or of these repositories of a user.

        Raises:
            HostError: the host can't be asked at all.
        """
        self._answers_for(owner)
        if await self._is_organisation(owner, priority):
            lists = await alerts.owner_alerts(self._transport, owner, priority)
        else:
            lists = await alerts.repository_alerts(self._transport, full_names, priority)
        await self._keep()
        return lists

    async def ci_runs(
        self, full_name: str, since: datetime | None, *, priority: Priority
    ) -> tuple[CiRun, ...]:
        """The runs of a repository created since then, newest first, at most 100.

        Raises:
            HostError: they could not be had.
        """
        found = await runs.ci_runs(self._transport, full_name, since, priority)
        await self._keep()
        return found

    async def failed_step(
        self, full_name: str, run: CiRun, *, priority: Priority
    ) -> FailedStep | None:
        """Where a run failed; None when none of its steps did.

        Raises:
            HostError: jobs or log could not be had.
        """
        found = await runs.failed_step(self._transport, full_name, run, priority)
        await self._keep()
        return found

    async def git_token(self, full_name: str) -> str | None:
        """What `git fetch` of a repository signs in with; None: nobody asks.

        Raises:
            HostError: none can be had.
        """
        return await self._credential.token(self._transport.prove, self._transport.host_now)

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
            HostError: the webhooks or their deliveries can't be listed.
        """
        if isinstance(self._credential, AppInstallation):
            return await deliveries.failed_of_app(self._transport, self._credential, ours, since)
        organisation = await self._is_organisation(owner, priority)
        paths = await deliveries.hooks(
            self._transport,
            owner,
            full_names,
            organisation=organisation,
            ours=ours,
            priority=priority,
        )
        found: list[Missed] = []
        for path in paths:
            found += await deliveries.failed(self._transport, path, since, priority)
        return tuple(found)

    async def rights(self, owner: str) -> Rights:
        """What the token may do for this owner.

        Raises:
            HostError: the host doesn't answer, or doesn't know the token.
        """
        self._answers_for(owner)
        organisation = await self._is_organisation(owner, Priority.ASKED)

        async def tried(text: str) -> Rights:
            return await rights.rights(self._transport, text, owner, organisation=organisation)

        return await self._asked("sweep", tried, Priority.ASKED)

    def budget(self) -> Budget:
        """What the credential may still ask, and what was spent on what."""
        return self._ledger.snapshot(self._transport.clock())

    def prices(self, repositories: int) -> tuple[Price, ...]:
        """What the questions about a fleet of this size would cost."""
        return cadence.prices(repositories)

    def cadence(self, repositories: int) -> Cadence:
        """How often a fleet of this size can be swept and looked at inside the budget."""
        return cadence.cadence(repositories, self.budget())

    def nominal(self, repositories: int) -> Cadence:
        """How often it would be with a budget that nobody has spent of."""
        return cadence.cadence(repositories, cadence.unspent(self.budget()))

    def _answers_for(self, owner: str) -> None:
        credential = self._credential
        if isinstance(credential, AppInstallation) and credential.owner.lower() != owner.lower():
            raise HostError(f"the App's credential is for {plain(credential.owner, 100)} alone")

    async def _asked(
        self, name: str, ask: Callable[[str], Awaitable[Told]], priority: Priority
    ) -> Told:
        """Ask with a document, cut to what the server has; what it refuses nevertheless, anew."""
        try:
            return await ask(await self._text(name, priority))
        except Misunderstood:
            self._schema = None
            return await ask(await self._text(name, priority, learn=True))

    async def _text(self, name: str, priority: Priority, *, learn: bool = False) -> str:
        async with self._learning:
            now = self._transport.clock()
            old = self._schema_at is None or now - self._schema_at > SCHEMA_LASTS
            if learn or (old and self.name != DOTCOM):
                self._schema = await self._learn(priority)
                self._schema_at = now
                self._documents.clear()
        if self._schema is None:
            return document(name)
        if name not in self._documents:
            self._documents[name] = prune(document(name), self._schema)
        return self._documents[name].text

    async def _learn(self, priority: Priority) -> Schema:
        """What the server has; one that doesn't tell is asked for everything."""
        try:
            return await schema_of(self._transport, Spend("schema", priority, "graphql"))
        except (Later, NotLetIn, Overloaded, Broken, Unanswered):
            raise
        except HostError:
            return Schema({})

    async def _chosen(self, priority: Priority) -> frozenset[str]:
        """The ids of the repositories that the App was installed for."""
        chosen: set[str] = set()
        following: str | None = "/installation/repositories?per_page=100"
        while following is not None:
            reply = await self._transport.get(following, Spend("sweep", priority))
            if reply.status != 200:
                raise HostError(f"the App's repositories could not be listed: {reason(reply)}")
            listed = objects(mapping(reply.data).get("repositories"))
            chosen |= {str(each["node_id"]) for each in listed}
            following = alerts.next_page(reply)
        return frozenset(chosen)

    async def _is_organisation(self, owner: str, priority: Priority) -> bool:
        """Whether an owner has lists of its own; a user has none."""
        known = self._organisations.get(owner.lower())
        if known is None:
            reply = await self._transport.get(f"/users/{quote(owner)}", Spend("owner", priority))
            if reply.status != 200:
                raise HostError(f"the host tells of no owner {plain(owner, 100)}: {reason(reply)}")
            known = mapping(reply.data).get("type") == "Organization"
            self._organisations[owner.lower()] = known
        return known

    async def _keep(self, *, at_once: bool = False) -> None:
        now = self._transport.clock()
        kept_at = self._ledger.kept_at
        due = kept_at is None or now - kept_at >= KEPT_EVERY
        if self._books is not None and (due or at_once):
            self._ledger.kept_at = now
            await self._books.keep(self._ledger.snapshot(now))
