"""Sources of the kind `github`: how their host is reached, and what their webhooks say.

The one place above the clients that knows which kind of host a source is of.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager

import anyio
import httpx2
from pydantic import SecretStr

from opsroom.clients.github.address import DOTCOM, HostAddress
from opsroom.clients.github.budget import Ledger
from opsroom.clients.github.client import GithubHost
from opsroom.clients.github.credentials import (
    Anonymous,
    AppInstallation,
    Credential,
    PersonalToken,
    gh_token,
)
from opsroom.clients.github.credentials import gh_login as gh_login
from opsroom.clients.github.installations import every_installation, owners_of_app
from opsroom.clients.github.memory import Books, InMemory, NoBooks, Validators
from opsroom.clients.github.smoke.listing import smoke
from opsroom.clients.github.webhooks import LARGEST_BODY as LARGEST_BODY
from opsroom.clients.github.webhooks import QUIET_EVENTS, heard, signers
from opsroom.clients.github.wire import TIMEOUT
from opsroom.clients.host import Host, HostError, NotLetIn, Rights
from opsroom.clients.smoke import Smoke
from opsroom.model.budget import Budget
from opsroom.model.heard import Heard
from opsroom.settings import GithubSource

Ledgers = dict[str, Ledger]
"""The books of every credential that this process uses, by host and account."""


def delivery(
    sources: Sequence[GithubSource], headers: Mapping[str, str], body: bytes
) -> tuple[GithubSource, Heard]:
    """Which source a webhook is for, and what it tells. `headers` by names in lower case.

    Where sources share a secret, the host tells which it is, unless it is the public one, and the
    payload whose the repository is.

    Raises:
        Unsigned: no secret of these sources signed it.
        Malformed: it is signed and can't be read.
    """
    secrets = {
        source.key: source.webhook_secret.get_secret_value()
        for source in sources
        if source.webhook_secret
    }
    names = signers(body, headers.get("x-hub-signature-256", ""), secrets)
    here = headers.get("x-github-enterprise-host") or DOTCOM
    signed = [source for source in sources if source.key in names]
    signed.sort(key=lambda source: (source.host != here, source.owner is None))
    told = heard(headers, body, signed[0].host)
    for source in signed:
        if source.host == signed[0].host and _is_of(source, told):
            return source, told
    return signed[0], told


def _is_of(source: GithubSource, told: Heard) -> bool:
    return source.owner is None or source.owner.lower() == told.owner.lower()


def is_quiet(told: Heard) -> bool:
    """Whether nothing can have moved."""
    return told.event in QUIET_EVENTS


@asynccontextmanager
async def connected(
    source: GithubSource, ledgers: Ledgers, books: Books, validators: Validators
) -> AsyncGenerator[Host]:
    """A client of the source's host; an App without an owner has one wherever it is installed.

    Sources with one credential share its ledger, and whoever of them asks next keeps the books.

    Raises:
        SettingsError: the credential can't be had.
    """
    address = HostAddress.of(source.base_url)

    def ledger(credential: Credential) -> Ledger:
        account = f"{address.name} {credential.account}"
        return ledgers.setdefault(account, Ledger(address.name, credential.account))

    if source.app_id and source.private_key and source.owner is None:
        key = source.private_key.get_secret_value()
        async with every_installation(address, source.app_id, key, ledger, books) as hosts:
            yield hosts
        return
    credential = await _credential(source, address.name)
    async with GithubHost(
        address,
        credential,
        ledger=ledger(credential),
        validators=validators,
        books=books,
    ) as host:
        yield host


async def standing(source: GithubSource, *, within: float) -> tuple[Rights, Budget]:
    """What the source's credential may do, and what is left of its budget; in so many seconds.

    Raises:
        HostError: the host does not answer, or doesn't know the credential.
        SettingsError: the credential can't be had.
    """
    with anyio.move_on_after(within):
        async with connected(source, {}, NoBooks(), InMemory()) as host:
            return await host.rights(source.owner or ""), host.budget()
    raise HostError(
        f"{source.host} did not answer within {within:.0f} s", f"is it at {source.base_url}?"
    )


async def same_tokens(source: GithubSource) -> bool:
    """Whether the token that writes is the one that reads.

    Raises:
        OpsroomError: one of them can't be had.
    """
    tokens = [
        each.get_secret_value() if isinstance(each, SecretStr) else await gh_token(source.host)
        for each in (source.token, source.write_token)
        if each is not None
    ]
    return len(tokens) == 2 and tokens[0] == tokens[1]


async def smoked(source: GithubSource, former: str | None) -> Smoke:
    """Go through the smoke list with the source's credential; an App at its first owner.

    `former` is a name that one of its repositories had before, where one is known.

    Raises:
        HostError: an App's owners can't be listed, or there are none.
        SettingsError: the credential can't be had.
    """
    address = HostAddress.of(source.base_url)
    if source.owner is None and source.app_id and source.private_key:
        key = source.private_key.get_secret_value()
        owners = await owners_of_app(address, source.app_id, key)
        if not owners:
            raise NotLetIn("the App is not installed for anybody", "install it for an owner")
        source = source.model_copy(update={"owners": owners[:1]})
    credential = await _credential(source, address.name)
    async with httpx2.AsyncClient(timeout=TIMEOUT) as client:
        return await smoke(address, credential, source.owner or "", client=client, former=former)


async def _credential(source: GithubSource, host: str) -> Credential:
    if source.app_id and source.private_key and source.owner:
        key = source.private_key.get_secret_value()
        return AppInstallation(source.app_id, source.owner, key)
    if source.token is None:
        return Anonymous()
    if isinstance(source.token, SecretStr):
        return PersonalToken(source.token.get_secret_value())
    return PersonalToken(await gh_token(host))
