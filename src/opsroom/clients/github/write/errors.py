"""Why something was not written, in the words of whoever planned it.

That the host, the budget or our own pace don't allow it yet is `Later`, with `until`: nothing was
written then.
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Literal

from opsroom.clients.host import HostError

Reason = Literal[
    "archived",
    "blocked",
    "busy",
    "closed",
    "conflict",
    "default-branch",
    "declined",
    "gone",
    "invalid",
    "merged",
    "moved",
    "not-kept",
    "protected",
    "theirs",
]
"""Why a write was refused.

`theirs`: a person works there. `moved`: it is no longer what the plan was made from. `closed`: a
person said no before. `merged`: it was merged in between. `blocked`: the host's own rules want
something first. `not-kept`: the host took it and holds something else. `declined`: the host says
no, in its own words.
"""


class WriteRefused(HostError):
    """Not written, and a repeat would not help: `reason` says which rule or fact forbids it."""

    def __init__(self, reason: Reason, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.reason: Reason = reason


class CannotTell(HostError):
    """The host's answer was lost, and looking didn't show whether the write happened.

    Repeating it later is safe: every verb looks first.
    """


class Declined(Exception):
    """The host answered no (4xx): nothing was written. Stays inside the write client."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message


class Unsure(Exception):
    """The answer was lost: the effect may have happened. Stays inside the write client."""


class Limited(Exception):
    """The host wants to be left alone for `seconds`: nothing was written. Stays inside.

    `told`: it said for how long; otherwise that is a guess.
    """

    def __init__(self, seconds: float, why: str, *, told: bool) -> None:
        super().__init__(why)
        self.seconds = seconds
        self.told = told


@contextmanager
def refusing(sentence: str) -> Generator[None]:
    """Say the host's no in a sentence that begins `sentence`.

    Raises:
        WriteRefused: instead of a `Declined` inside.
    """
    try:
        yield
    except Declined as error:
        hint = "see that the write token has the right to" if error.status in {403, 404} else ""
        raise WriteRefused("declined", f"{sentence}: {error.message}", hint) from None
