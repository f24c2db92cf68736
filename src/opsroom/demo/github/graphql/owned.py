"""Lists of repositories: in an order, from a cursor on, without sorting the world for each page.

A cursor holds the value that the list is ordered by, as GitHub's does: what is pushed to while
somebody pages through the list moves to its top, and is not seen again further down.
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from opsroom.demo.github.graphql.asked import Arguments, Asked
from opsroom.demo.github.graphql.pages import Page, opened, sealed
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.world import World

Key = tuple[Any, int]

ORDERS: dict[str, Callable[[Hosted], Key]] = {
    "PUSHED_AT": lambda one: (one.pushed_at or one.created_at, one.id),
    "UPDATED_AT": lambda one: (one.updated_at, one.id),
    "CREATED_AT": lambda one: (one.created_at, one.id),
    "STARGAZERS": lambda one: (one.stars, one.id),
    "NAME": lambda one: (one.name.lower(), one.id),
}


def owned(account: Account, asked: Asked, arguments: Arguments) -> Page:
    """Return a page of what an account owns (or whatever `ownerAffiliations` says)."""
    order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    ways: set[str] = set(arguments.get("ownerAffiliations") or ("OWNER",))
    key = ORDERS[order["field"]]
    if not ways - {"OWNER"}:
        listed = _ordered(asked, account, order["field"])
    else:
        listed = sorted(_affiliated(asked.world, account, ways), key=key)
    falling = order["direction"] == "DESC"
    return _page(listed, key, asked, arguments, falling=falling)


def _ordered(asked: Asked, account: Account, field: str) -> list[Hosted]:
    """Return an owner's repositories in order; what is nearly sorted already is soon sorted."""
    there = asked.world.owned[account.login.lower()]
    kept = asked.orders.setdefault((account.id, field), [])
    if len(kept) != len(there) or any(each.id not in there for each in kept):
        kept[:] = there.values()
    kept.sort(key=ORDERS[field])
    return kept


def _affiliated(world: World, account: Account, ways: set[str]) -> Iterator[Hosted]:
    login = account.login.lower()
    for each in world.repositories.values():
        if each.owner is account:
            chosen = "OWNER" in ways
        elif login in each.collaborators:
            chosen = "COLLABORATOR" in ways
        else:
            chosen = "ORGANIZATION_MEMBER" in ways and login in each.owner.members
        if chosen:
            yield each


def _page(
    listed: Sequence[Hosted],
    key: Callable[[Hosted], Key],
    asked: Asked,
    arguments: Arguments,
    *,
    falling: bool,
) -> Page:
    def shown(one: Hosted) -> bool:
        return _wanted(one, arguments) and asked.caller.sees(one)

    backwards = arguments.get("last") is not None
    size = arguments["last"] if backwards else arguments.get("first") or 0
    cursor = arguments.get("before" if backwards else "after")
    found = list(
        islice(filter(shown, _from(listed, key, cursor, falling=falling != backwards)), size + 1)
    )
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    return Page(
        found,
        lambda: sum(map(shown, listed)),
        before=more if backwards else cursor is not None,
        after=cursor is not None if backwards else more,
        cursors=[_sealed(key(each)) for each in found],
    )


def _from(
    listed: Sequence[Hosted],
    key: Callable[[Hosted], Key],
    cursor: str | None,
    *,
    falling: bool,
) -> Iterator[Hosted]:
    """Yield what comes after a cursor, in a list that rises, walked up or down."""
    if falling:
        end = len(listed) if cursor is None else bisect_left(listed, _opened(cursor), key=key)
        return (listed[place] for place in range(end - 1, -1, -1))
    start = 0 if cursor is None else bisect_right(listed, _opened(cursor), key=key)
    return (listed[place] for place in range(start, len(listed)))


def _sealed(key: Key) -> str:
    value, number = key
    dated = isinstance(value, datetime)
    return sealed(json.dumps([dated, value.isoformat() if dated else value, number]))


def _opened(cursor: str) -> Key:
    dated, value, number = json.loads(opened(cursor))
    return (datetime.fromisoformat(value) if dated else value, number)


def _wanted(one: Hosted, arguments: Arguments) -> bool:
    archived, fork = arguments.get("isArchived"), arguments.get("isFork")
    visibility = arguments.get("visibility")
    return (
        archived in (None, one.archived)
        and fork in (None, one.parent is not None)
        and visibility in (None, one.visibility.upper())
    )
