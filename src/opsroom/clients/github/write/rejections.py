"""A person's no, remembered: what was closed unmerged is not proposed again.

The host keeps it too, as the closed pull request, and is asked as well. The memory is for what the
host can lose: a body that someone rewrote, and with it the mark by which it is found again.
"""

from typing import Protocol

from opsroom.model.rejection import Rejection


class Rejections(Protocol):
    """What the store remembers for the write client."""

    async def rejection(self, host: str, repository: str, key: str) -> Rejection | None:
        """The newest no to `key` in a repository, if there was one and nobody took it back."""
        ...

    async def remember(self, rejection: Rejection) -> bool:
        """Keep a no; whether it stands. Keeping the same one twice is harmless.

        It doesn't stand when someone told Opsroom before that this very no is taken back: what was
        closed is still there, and is found again. One that is closed anew later is a new no.
        """
        ...
