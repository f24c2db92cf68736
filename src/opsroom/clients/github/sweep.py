"""A sweep: an owner's repositories a hundred at a time, in the order of their last push.

Whatever was pushed to stands first, so a sweep that isn't asked to be whole ends at the page where
that order meets what is known already. A list that moves while it is read can lose an entry between
two pages: a sweep only calls itself whole when it has seen as many as the host says there are.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from opsroom.clients.github.graphql import Told, ask
from opsroom.clients.github.pace import Pace
from opsroom.clients.github.prune import without
from opsroom.clients.github.reading import read_swept
from opsroom.clients.github.refusals import SIGN_ON
from opsroom.clients.github.transport import Overloaded, Spend, Transport
from opsroom.clients.github.wire import TooLarge
from opsroom.clients.host import HostError, NotLetIn, Priority, Sweep, Swept
from opsroom.model.shapes import NONSENSE, listed, mapping
from opsroom.model.text import plain

LOG = logging.getLogger(__name__)

MOST_PAGES = 10_000
COSTLY = frozenset({"statusCheckRollup"})
"""What takes the host longest of all that a sweep asks."""


async def sweep(
    transport: Transport,
    text: str,
    pace: Pace,
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
    asking = _Asking(transport, text, pace, owner, priority)
    seen: dict[str, Swept] = {}
    total, gaps, cursor = 0, False, None
    for _ in range(MOST_PAGES):
        told, page = await asking.page(cursor)
        total = page["totalCount"]
        fresh = _read(told, page)
        gaps = gaps or len(fresh) < len(page["nodes"])
        seen |= {each.id: each for each in fresh}
        if not page["pageInfo"]["hasNextPage"]:
            if len(seen) < total:
                told, first = await asking.page(None)
                seen |= {each.id: each for each in _read(told, first)}
            complete = not gaps and len(seen) >= total
            return Sweep(at, tuple(seen.values()), whole=complete)
        if not whole and any(_met(each, known) for each in fresh):
            return Sweep(at, tuple(seen.values()), whole=False)
        cursor = page["pageInfo"].get("endCursor")
    raise HostError(f"{plain(owner, 100)} has more repositories than can be listed")


@dataclass(frozen=True, slots=True)
class _Asking:
    """How the pages of one sweep are asked for."""

    transport: Transport
    text: str
    pace: Pace
    owner: str
    priority: Priority

    async def page(self, cursor: str | None) -> tuple[Told, Mapping[str, Any]]:
        """One page, as large as the host manages; at worst a small one without CI."""
        while True:
            size = self.pace.size
            try:
                answer = await self._ask(self.text, cursor, size)
            except (Overloaded, TooLarge):
                if size > self.pace.smallest:
                    self.pace.shrink(size)
                    continue
                answer = await self._ask(without(self.text, COSTLY), cursor, size)
            else:
                self.pace.grow()
            return answer

    async def _ask(
        self, text: str, cursor: str | None, size: int
    ) -> tuple[Told, Mapping[str, Any]]:
        variables = {"login": self.owner, "cursor": cursor, "first": size}
        spend = Spend("sweep", self.priority, "graphql")
        told = await ask(self.transport, text, variables, spend, heavy=size > self.pace.smallest)
        found = mapping(mapping(told.data.get("repositoryOwner")).get("repositories"))
        if _is_page(found):
            return told, found
        fault = told.fault("repositoryOwner")
        if fault is not None and fault.reason == SIGN_ON:
            raise NotLetIn(SIGN_ON, "authorise the token for the organisation")
        raise HostError(
            f"the host tells of no owner {plain(self.owner, 100)}",
            fault.reason if fault else "no such user or organisation, or not for this token",
        )


def _is_page(found: Mapping[str, Any]) -> bool:
    """Whether it has the shape of a page: whatever was expected, anything may come."""
    ends = mapping(found.get("pageInfo")).get("hasNextPage")
    whole = isinstance(found.get("totalCount"), int) and isinstance(ends, bool)
    return whole and listed(found.get("nodes")) is not None


def _read(told: Told, page: Mapping[str, Any]) -> list[Swept]:
    read: list[Swept] = []
    for place, value in enumerate(page["nodes"]):
        path = ("repositoryOwner", "repositories", "nodes", place)
        try:
            read.append(read_swept(mapping(value), told, path))
        except NONSENSE:
            fault = told.fault(*path)
            LOG.warning("one repository of a sweep is not told: %s", fault and fault.reason)
    return read


def _met(swept: Swept, known: Mapping[str, Swept]) -> bool:
    """Whether everything pushed to since the sweep before stands above this one."""
    before = known.get(swept.id)
    return before is not None and before.pushed_at == swept.pushed_at
