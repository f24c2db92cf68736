"""Connections: a page of a list, from a cursor on."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from opsroom.demo.github.graphql.asked import Arguments, Fields, Refused


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `total` is a function, since counting may cost and is seldom asked for."""

    nodes: Sequence[Any]
    total: Callable[[], int]
    before: bool = False
    """Whether something comes before it."""
    after: bool = False
    cursors: Sequence[str] = ()
    """Of the first and the last node; of all of them where edges may be asked for."""


PAGE = Fields[Page](
    {
        "nodes": lambda page: page.nodes,
        "edges": lambda page: list(zip(page.cursors, page.nodes, strict=True)),
        "pageInfo": lambda page: page,
        "totalCount": lambda page: page.total(),
    }
)
PAGE_INFO = Fields[Page](
    {
        "startCursor": lambda page: page.cursors[0] if page.cursors else None,
        "endCursor": lambda page: page.cursors[-1] if page.cursors else None,
        "hasNextPage": lambda page: page.after,
        "hasPreviousPage": lambda page: page.before,
    }
)
EDGE = Fields[tuple[str, Any]]({"cursor": lambda edge: edge[0], "node": lambda edge: edge[1]})


def page(items: Sequence[Any], arguments: Arguments, wrap: Callable[[Any], Any]) -> Page:
    """Cut the page out of a list that `arguments` ask for; a cursor is a place in the list."""
    low, high = 0, len(items)
    if after := arguments.get("after"):
        low = min(high, int(opened(after)) + 1)
    if before := arguments.get("before"):
        high = max(low, min(high, int(opened(before))))
    low, high = _window(low, high, arguments)
    return Page(
        [wrap(each) for each in items[low:high]],
        lambda: len(items),
        before=low > 0,
        after=high < len(items),
        cursors=[sealed(str(place)) for place in (low, high - 1)] if low < high else (),
    )


def _window(low: int, high: int, arguments: Arguments) -> tuple[int, int]:
    first, last = arguments.get("first"), arguments.get("last")
    if first is not None:
        high = min(high, low + first)
    if last is not None:
        low = max(low, high - last)
    return low, high if first is not None or last is not None else low


def sealed(text: str) -> str:
    """Return a cursor: opaque to whoever gets it."""
    return base64.b64encode(f"cursor:v2:{text}".encode()).decode()


def opened(cursor: str) -> str:
    """Return what is in a cursor.

    Raises:
        Refused: it is none of ours.
    """
    try:
        head, version, text = base64.b64decode(cursor, validate=True).decode().split(":", 2)
    except ValueError:
        head = version = text = ""
    if (head, version) != ("cursor", "v2"):
        raise Refused(
            "INVALID_CURSOR_ARGUMENTS", f"`{cursor}` does not appear to be a valid cursor."
        )
    return text
