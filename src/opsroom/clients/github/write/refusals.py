"""A person's no, remembered: what was closed unmerged is not proposed again.

The host keeps it too, as the closed pull request, and is asked as well. The memory is for what the
host can lose: a body that someone rewrote, and with it the mark by which it is found again.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Refusal:
    """A person closed what we proposed under `key` (`Mark.digest`) in this repository.

    `repository` is the host's id of it, which survives a new name; `by` is a login, or empty where
    the host doesn't say.
    """

    host: str
    repository: str
    key: str
    number: int
    url: str
    by: str
    at: datetime


class Refusals(Protocol):
    """What the store remembers for the write client."""

    async def refusal(self, host: str, repository: str, key: str) -> Refusal | None:
        """The newest no to `key` in a repository, if there was one and nobody took it back."""
        ...

    async def remember(self, refusal: Refusal) -> bool:
        """Keep a no; whether it stands. Keeping the same one twice is harmless.

        It doesn't stand when someone told Opsroom before that this very no, by its `url`, is taken
        back: the closed pull request is still there, and is found again.
        """
        ...
