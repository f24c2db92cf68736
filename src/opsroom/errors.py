"""What can go wrong, whose fault it is, and what to do about it.

Every error that a user may meet is an `OpsroomError`: one line that says what happened, a `hint`
that says what to do next, and the exit code of the command line (`0` fine, `1` the answer is no,
`2` usage or settings, `3` could not observe all that was asked).
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, NamedTuple


class Exit(IntEnum):
    """Exit codes of every command."""

    FINE = 0
    NO = 1
    USAGE = 2
    UNOBSERVED = 3


class Call(NamedTuple):
    """A tool call that would work instead."""

    tool: str
    arguments: dict[str, Any]
    why: str


class OpsroomError(Exception):
    """Something a user can understand and act on.

    `hint` is the next step, or empty; `calls` are the tool calls that an agent can make instead.
    """

    exit = Exit.NO

    def __init__(self, message: str, hint: str = "", calls: Sequence[Call] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.calls = tuple(calls)

    def __str__(self) -> str:
        return f"{self.message}: {self.hint}" if self.hint else self.message


class UsageError(OpsroomError):
    """The caller's fault: an argument, a filter or a name that can't be understood."""

    exit = Exit.USAGE


class SettingsError(UsageError):
    """The settings file's fault: names file, key path, line and the nearest right word."""


class NotFound(OpsroomError):
    """What was asked for doesn't exist, or not for this caller. The hint lists near names."""


class StoreError(OpsroomError):
    """The store can't be opened, read or written: its file, its version, its disk."""

    exit = Exit.UNOBSERVED


class ObservationError(OpsroomError):
    """The world could not be observed: not a change, and never green."""

    exit = Exit.UNOBSERVED
