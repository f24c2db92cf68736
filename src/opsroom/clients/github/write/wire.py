"""JSON as the host sent it, read with the types that it should have."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from opsroom.clients.host import HostError


class Unreadable(HostError):
    """An answer is not what it should be: cut, or of another shape."""


def mapping(value: object) -> Mapping[str, object] | None:
    """An object of JSON; None for anything else."""
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else None


def entries(value: object) -> Sequence[object]:
    """The entries of a list of JSON; none for anything else."""
    return cast("Sequence[object]", value) if isinstance(value, list | tuple) else ()


class Wire:
    """A JSON object. Dots in a name lead into objects: `head.sha`.

    What may be missing or null is asked for with `maybe_`; the other questions raise `Unreadable`.
    """

    def __init__(self, value: object) -> None:
        found = mapping(value)
        if found is None:
            raise Unreadable("the host's answer is not an object")
        self.raw = found

    def text(self, name: str) -> str:
        """A text that is there."""
        found = self._at(name)
        if not isinstance(found, str):
            raise Unreadable(f"the host's answer lacks the text {name}")
        return found

    def maybe_text(self, name: str) -> str:
        """A text; empty where it is missing or null."""
        found = self._at(name)
        return found if isinstance(found, str) else ""

    def number(self, name: str) -> int:
        """A whole number that is there."""
        found = self._at(name)
        if not isinstance(found, int) or isinstance(found, bool):
            raise Unreadable(f"the host's answer lacks the number {name}")
        return found

    def maybe_flag(self, name: str) -> bool | None:
        """True or false; None where the host doesn't say."""
        found = self._at(name)
        return found if isinstance(found, bool) else None

    def flag(self, name: str) -> bool:
        """Whether the host says yes."""
        return self._at(name) is True

    def maybe_time(self, name: str) -> datetime | None:
        """A time with its zone; None where it is missing or null."""
        found = self._at(name)
        try:
            return datetime.fromisoformat(found) if isinstance(found, str) else None
        except ValueError:
            return None

    def maybe_part(self, name: str) -> "Wire | None":
        """An object; None where it is missing or null."""
        found = mapping(self._at(name))
        return None if found is None else Wire(found)

    def parts(self, name: str) -> list["Wire"]:
        """A list of objects; empty where it is missing or null."""
        return [Wire(each) for each in entries(self._at(name))]

    def has(self, name: str) -> bool:
        """Whether there is something, and not null."""
        return self._at(name) is not None

    def _at(self, name: str) -> object:
        found: object = self.raw
        for step in name.split("."):
            inside = mapping(found)
            found = None if inside is None else inside.get(step)
        return found
