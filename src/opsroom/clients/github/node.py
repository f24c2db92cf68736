"""One object of a GraphQL answer, with what could not be had of it.

A field that the answer lacks was cut out because the server doesn't have it; a field with an error
at its path could not be had. Both are untold with the reason, never zero, empty or False.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from opsroom.clients.github.graphql import Path, Told
from opsroom.model.host import Untold
from opsroom.model.shapes import mapping

LACKING = "not available on this server"


class Node:
    """One object of an answer, at its path, with what could not be had of it."""

    def __init__(self, value: Mapping[str, Any], told: Told, path: Path) -> None:
        self.value = value
        self.untold: dict[str, str] = {}
        self._told = told
        self._path = path

    def take(self, fact: str, key: str) -> Any:
        """The value under `key`; None, and `fact` untold, where it could not be had whole."""
        if (fault := self._told.fault(*self._path, key)) is not None:
            self.untold[fact] = fault.reason
            return None
        if key not in self.value:
            self.untold[fact] = LACKING
            return None
        return self.value[key]

    def within(self, key: str) -> "Node | None":
        """The object under `key`, None where there is none."""
        value = self.value.get(key)
        return Node(mapping(value), self._told, (*self._path, key)) if value is not None else None

    def why(self, key: str) -> str | None:
        """Why what is under `key` could not be had; None where it could."""
        fault = self._told.fault(*self._path, key)
        if fault is not None and self.value.get(key) is None:
            return fault.reason
        return None if key in self.value else LACKING

    def count(self, fact: str, key: str) -> int | None:
        """The number of things under `key`."""
        held = self.take(fact, key)
        return int(held["totalCount"]) if held is not None else None

    def listed(self, fact: str, key: str) -> list[Mapping[str, Any]] | None:
        """The whole list under `key`; a list that goes on is untold."""
        held = self.take(fact, key)
        if held is None:
            return None
        found = list(nodes(held))
        if held.get("totalCount", len(found)) > len(found):
            self.untold[fact] = f"only {len(found)} of {held['totalCount']} were read"
            return None
        return found

    def reasons(self) -> tuple[Untold, ...]:
        """What could not be had, and why."""
        return tuple(Untold(fact=fact, reason=reason) for fact, reason in self.untold.items())


def nodes(held: Mapping[str, Any] | None) -> Iterator[Mapping[str, Any]]:
    """What a connection lists, without the gaps."""
    return (node for node in (held or {}).get("nodes") or () if node is not None)
