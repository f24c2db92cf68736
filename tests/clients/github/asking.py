"""Asking the double as Opsroom does."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx2
from tests.hub import BASE, SmallHub

from opsroom.clients.github.address import HostAddress
from opsroom.clients.github.client import GithubHost
from opsroom.clients.github.credentials import Credential, PersonalToken
from opsroom.clients.github.memory import Books, Validators
from opsroom.clients.host import HostLook, Priority, Sweep, Swept


def host(
    hub: SmallHub,
    token: str | None = None,
    *,
    credential: Credential | None = None,
    enterprise: bool = False,
    validators: Validators | None = None,
    books: Books | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> GithubHost:
    """A client of the double; by default with kim's token, who may do everything."""
    return GithubHost(
        HostAddress.of(f"{BASE}/api/v3" if enterprise else BASE),
        credential or PersonalToken(token or hub.token),
        client=httpx2.AsyncClient(transport=hub.transport),
        validators=validators,
        books=books,
        clock=clock,
        delay=0.001,
    )


async def swept(asked: GithubHost, owner: str = "acme") -> dict[str, Swept]:
    """What a whole sweep tells, by name."""
    found = await whole(asked, owner)
    return {each.full_name: each for each in found.repositories}


async def whole(asked: GithubHost, owner: str = "acme") -> Sweep:
    """A whole sweep."""
    return await asked.sweep(owner, {}, whole=True, priority=Priority.SWEEP)


async def looked(asked: GithubHost, owner: str = "acme") -> dict[str, HostLook]:
    """Full looks at all that an owner has, by name as swept."""
    names = {each.id: name for name, each in (await swept(asked, owner)).items()}
    looks = await asked.look(list(names), priority=Priority.ASKED)
    return {names[id_]: look for id_, look in looks.looks.items()}
