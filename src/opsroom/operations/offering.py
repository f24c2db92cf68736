"""Hosts that a new installation could watch: by the remotes of its clones, with a login it has."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import anyio

from opsroom.clients.host import Right
from opsroom.errors import OpsroomError
from opsroom.observe.sources.github import gh_login, standing
from opsroom.settings import HostSource
from opsroom.settings.starter import OfferedHost
from opsroom.settings.written import OWNER, on_loopback

DEFAULT = "github.com"
TENANTS = ".ghe.com"
ENTERPRISE = re.compile(r"(^|[.-])(github|ghe)[.-]")
"""Names that people give to Enterprise servers. Any other host counts when `gh` is logged in."""

WITHIN = 6.0
"""Seconds for what a login can't see: whoever has no network has waited long enough then."""

MOST_HOSTS = 8
MOST_OWNERS = 5
"""Owners of a host that are asked about, those with the most clones."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A host with owners that clones are of. `login` None: the command line has none there."""

    host: str
    owners: tuple[str, ...]
    login: str | None

    @property
    def base_url(self) -> str | None:
        """Where it answers; None for the default. On this machine itself it does so over HTTP."""
        if self.host == DEFAULT:
            return None
        name = self.host.partition(":")[0]
        if on_loopback(name):
            return f"http://{self.host}/api/v3"
        return f"https://api.{name}" if name.endswith(TENANTS) else f"https://{name}/api/v3"

    def table(self, *, active: bool) -> OfferedHost:
        """What of it stands in the settings."""
        return OfferedHost(self.host, self.owners, self.base_url, active)


async def offers(owners: Sequence[tuple[str, int]]) -> tuple[Offer, ...]:
    """The hosts among these `host/owner` (with their number of clones, most first).

    Nothing raises, and nothing takes long: what can't be found out counts as not there.
    """
    places: dict[str, dict[str, str]] = {}
    for place, _ in owners:
        host, _, owner = place.partition("/")
        if re.fullmatch(OWNER, owner):
            places.setdefault(host, {}).setdefault(owner.lower(), owner)
    logins: dict[str, str | None] = {}

    async def ask(host: str) -> None:
        logins[host] = await gh_login(host)

    async with anyio.create_task_group() as tasks:
        for host in list(places)[:MOST_HOSTS]:
            tasks.start_soon(ask, host)
    return tuple(
        Offer(host, tuple(named.values()), logins[host])
        for host, named in places.items()
        if host in logins and (logins[host] is not None or is_likely(host))
    )


def is_likely(host: str) -> bool:
    """Whether a host is one of GitHub's kind by its name alone."""
    name = host.partition(":")[0]
    return name == DEFAULT or name.endswith(TENANTS) or bool(ENTERPRISE.search(name))


async def unseen(offer: Offer) -> list[str]:
    """What the login of the command line can't see of the owners, or why that is not known."""
    said: dict[str, list[str]] = {}

    async def ask(owner: str) -> None:
        place = {"base_url": offer.base_url} if offer.base_url else {}
        source = HostSource.model_validate(
            {"kind": "github", "owners": (owner,), "token": "gh", **place}, by_name=True
        )
        try:
            rights, _ = await standing(source, within=WITHIN)
        except OpsroomError as error:
            said[owner] = [f"what can't be seen there is not known: {error.message}"]
            return
        said[owner] = [_line(owner, right) for right in rights.rights if not right.allowed]

    async with anyio.create_task_group() as tasks:
        for owner in offer.owners[:MOST_OWNERS]:
            tasks.start_soon(ask, owner)
    lines = [line for owner in offer.owners[:MOST_OWNERS] for line in said[owner]]
    return list(dict.fromkeys(lines))


def _line(owner: str, right: Right) -> str:
    may = "may not" if right.allowed is False else "not known whether it may"
    return f"{owner}: {may} {right.what}: {right.consequence}"
