"""The parts of a diagnosis: what was looked at, how it is, and what to do about it."""

from enum import StrEnum

from opsroom.errors import OpsroomError
from opsroom.model.value import Value


class State(StrEnum):
    """How one part is. `unasked`: it could not be asked, so nothing is known of it."""

    WORKS = "works"
    NOTE = "note"
    BROKEN = "broken"
    UNASKED = "unasked"


class Part(Value):
    """One part that was looked at: what was seen, and what to do about it."""

    part: str
    state: State
    said: str
    fix: str = ""


def works(part: str, said: str) -> Part:
    """It does what it is there for."""
    return Part(part=part, state=State.WORKS, said=said)


def note(part: str, said: str, fix: str = "") -> Part:
    """Something to know; nothing is broken."""
    return Part(part=part, state=State.NOTE, said=said, fix=fix)


def broken(part: str, error: OpsroomError) -> Part:
    """It doesn't work."""
    return Part(part=part, state=State.BROKEN, said=error.message, fix=error.hint)


def unasked(part: str, error: OpsroomError) -> Part:
    """It could not be asked."""
    return Part(part=part, state=State.UNASKED, said=error.message, fix=error.hint)
