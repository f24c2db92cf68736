"""The whole smoke list, against one host with one credential."""

from collections.abc import Callable
from datetime import UTC, datetime

import anyio
import httpx2

from opsroom.clients.github.address import DOTCOM, OF_TENANTS, HostAddress
from opsroom.clients.github.budget import Ledger
from opsroom.clients.github.credentials import Credential
from opsroom.clients.github.smoke.asking import Asking
from opsroom.clients.github.smoke.ear import Ear
from opsroom.clients.github.smoke.questions import Questions
from opsroom.clients.github.transport import Transport
from opsroom.clients.smoke import Smoke

LONGEST = 180.0
"""Seconds of the whole list."""


async def smoke(
    address: HostAddress,
    credential: Credential,
    owner: str,
    *,
    client: httpx2.AsyncClient,
    former: str | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    delay: float = 0.5,
) -> Smoke:
    """Go through the list for `owner`. Nothing raises: what could not be asked is told.

    `former` is the name that one of its repositories had before, where one is known. The client is
    closed by its owner.
    """
    ear = Ear()
    client.event_hooks = {"response": [ear.hear]}
    ledger = Ledger(address.name, credential.account)
    transport = Transport(address, credential, ledger, client, clock=clock, delay=delay)
    asking = Asking(transport, ear)
    questions = Questions(asking, owner, former)
    with anyio.move_on_after(LONGEST) as bounded:
        await questions.go()
    if bounded.cancelled_caught:
        asking.skip("the rest of the list", f"it took longer than {LONGEST:.0f} s")
    stopped = asking.stopped
    return Smoke(
        host=_kind(address, ear.version),
        credential={"user": "a token", "app": "an App", "none": "nobody"}[credential.kind],
        probes=tuple(asking.probes),
        lacking=questions.lacking,
        failure=stopped.message if stopped else "",
        hint=stopped.hint if stopped else "",
    )


def _kind(address: HostAddress, version: str) -> str:
    if address.name == DOTCOM:
        return "github.com"
    if address.name.endswith(OF_TENANTS):
        return "a tenant of ghe.com"
    return f"an Enterprise server {version or 'that does not tell its version'}"
