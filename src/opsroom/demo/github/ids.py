"""Ids that are the same for the same life: one counter, and node ids made from it."""

import base64
import random
import uuid


class Ids:
    """Database ids, node ids and GUIDs, decided by a seed."""

    def __init__(self, seed: int = 0, first: int = 1001) -> None:
        self._next = first
        self._chance = random.Random(seed)  # noqa: S311 - no secret: the same life again

    def number(self) -> int:
        """The next database id. It fits into GraphQL's Int."""
        self._next += 1
        return self._next - 1

    def guid(self) -> str:
        """The id of a delivery."""
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))


def node_id(prefix: str, number: int) -> str:
    """The global id of what has a database id: `prefix` says what it is, as `R` or `PR`."""
    packed = base64.urlsafe_b64encode(number.to_bytes(6, "big")).decode().rstrip("=")
    return f"{prefix}_kgDO{packed}"
