"""A sweep: an owner's repositories a hundred at a time, in the order of their last push.

Whatever was pushed to stands first, so a sweep that isn't asked to be whole ends at the page where
that order meets what is known already. A list that moves while it is read can lose an entry between
two pages: a sweep only calls itself whole when it has seen as many as the host says there are.
"""

import logging
from collections.abc import Mapping
from typing import Any

from opsroom.clients.github.graphql import Told, ask
from opsroom.clients.github.reading import read_swept
from opsroom.clients.github.refusals import SIGN_ON
from opsroom.clients.github.shapes import mapping
from opsroom.clients.github.transport import Spend, Transport
from opsroom.clients.host import HostError, NotLetIn, Priority, Sweep, Swept
from opsroom.model.text import plain

LOG = logging.getLogger(__name__)

MOST_PAGES = 1_000


async def sweep(
    transport: Transport,
    text: str,
    owner: str,
    known: Mapping[str, Swept],
    *,
    whole: bool,
    priority: Priority,
) -> Sweep:
    """List an owner's repositories with the document `text`.

    Raises:
        HostError: they could not be listed.
    """
    at = transport.clock()
    seen: dict[str, Swept] = {}
    total, gaps, cursor = 0, False, None
    for _ in range(MOST_PAGES):
        told, page = await _page(transport, text, owner, cursor, priority)
        total = page["totalCount"]
        fresh = _read(told, page)
        gaps = gaps or len(fresh) < len(page["nodes"])
        seen |= {each.id: each for each in fresh}
        if not page["pageInfo"]["hasNextPage"]:
            if len(seen) < total:
                told, first = await _page(transport, text, owner, None, priority)
                seen |= {each.id: each for each in _read(told, first)}
            complete = not gaps and len(seen) >= total
            return Sweep(at, tuple(seen.values()), whole=complete)
        if not whole and any(_met(each, known) for each in fresh):
            return Sweep(at, tuple(seen.values()), whole=False)
        cursor = page["pageInfo"]["endCursor"]
    raise HostError(f"{plain(owner, 100)} has more repositories than can be listed")


async def _page(
    transport: Transport, text: str, owner: str, cursor: str | None, priority: Priority
) -> tuple[Told, Mapping[str, Any]]:
    spend = Spend("sweep", priority, "graphql")
    told = await ask(transport, text, {"login": owner, "cursor": cursor}, spend)
    found = mapping(mapping(told.data.get("repositoryOwner")).get("repositories"))
    if not found:
        fault = told.fault("repositoryOwner")
        if fault is not None and fault.reason == SIGN_ON:
            raise NotLetIn(SIGN_ON, "authorise the token for the organisation")
        raise HostError(
            f"the host tells of no owner {plain(owner, 100)}",
            fault.reason if fault else "no such user or organisation, or not for this token",
        )
    return told, found


def _read(told: Told, page: Mapping[str, Any]) -> list[Swept]:
    read: list[Swept] = []
    for place, value in enumerate(page["nodes"]):
        path = ("repositoryOwner", "repositories", "nodes", place)
        try:
            read.append(read_swept(value or {}, told, path))
        except (KeyError, TypeError, ValueError):
            fault = told.fault(*path)
            LOG.warning("one repository of a sweep is not told: %s", fault and fault.reason)
    return read


def _met(swept: Swept, known: Mapping[str, Swept]) -> bool:
    """Whether everything pushed to since the sweep before stands above this one."""
    before = known.get(swept.id)
    return before is not None and before.pushed_at == swept.pushed_at
