"""What the client has to remember between runs; the store keeps it."""

from collections import OrderedDict
from typing import Protocol

from opsroom.model.budget import Budget

KEPT = 16 << 20
"""Characters that are remembered in memory, the least used answers forgotten first."""

LARGEST_KEPT = 1 << 20
"""Characters of an answer that is worth remembering."""


class Validators(Protocol):
    """Answers by the token that asked and the URL, so that 'nothing changed' costs nothing.

    The host makes an ETag for one token alone: asked with another, everything has changed.
    `credential` is a hash of the token, never the token.
    """

    async def get(self, credential: str, url: str) -> tuple[str, str] | None:
        """The ETag and what came with it."""
        ...

    async def put(self, credential: str, url: str, etag: str, body: str) -> None:
        """Remember both."""
        ...


class Books(Protocol):
    """Where a credential's budget is kept between runs."""

    async def read(self, account: str) -> Budget | None:
        """The budget as it was last kept."""
        ...

    async def keep(self, budget: Budget) -> None:
        """Keep it in place of the one before."""
        ...


class NoBooks:
    """Nothing is kept: for a client that asks once."""

    async def read(self, account: str) -> None:
        """Nothing is known from before."""

    async def keep(self, budget: Budget) -> None:
        """Let it go."""


class InMemory:
    """Validators of this process, bounded."""

    def __init__(self, most: int = KEPT) -> None:
        self._most = most
        self._size = 0
        self._kept: OrderedDict[tuple[str, str], tuple[str, str]] = OrderedDict()

    async def get(self, credential: str, url: str) -> tuple[str, str] | None:
        """The ETag and what came with it."""
        kept = self._kept.get((credential, url))
        if kept is not None:
            self._kept.move_to_end((credential, url))
        return kept

    async def put(self, credential: str, url: str, etag: str, body: str) -> None:
        """Remember both, and forget what was not asked for longest."""
        old = self._kept.pop((credential, url), ("", ""))
        self._kept[credential, url] = (etag, body)
        self._size += len(body) - len(old[1])
        while self._size > self._most:
            self._size -= len(self._kept.popitem(last=False)[1][1])
