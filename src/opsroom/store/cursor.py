"""A cursor: a place in the journal of one store."""

import re
from enum import StrEnum
from typing import Self

from opsroom.errors import UsageError
from opsroom.model.value import Value

SHAPE = re.compile(r"(?P<id>[0-9]{1,18})(?:-(?P<epoch>[a-z0-9]{1,32}))?")


class CursorState(StrEnum):
    """What a journal can do for a cursor.

    `fresh`: everything after it can be told. `pruned`: some of that is no longer kept.
    `foreign`: it belongs to another history (another store, or this one before a restore).
    """

    FRESH = "fresh"
    PRUNED = "pruned"
    FOREIGN = "foreign"


LOST = {
    CursorState.PRUNED: "that cursor is older than the journal",
    CursorState.FOREIGN: "that cursor is of another history of this store",
}
"""What is said to the holder of a cursor that can't be continued."""


class Cursor(Value):
    """After the event `id`, in the history `epoch`; without an epoch, in whichever it is."""

    id: int
    epoch: str | None = None

    def __str__(self) -> str:
        return f"{self.id}-{self.epoch}" if self.epoch else str(self.id)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `"{id}-{epoch}"`, or a bare id.

        Raises:
            UsageError: `text` is neither.
        """
        match = SHAPE.fullmatch(text.strip())
        if match is None:
            raise UsageError(
                f"{text[:60]!r} is not a cursor", "give one as an answer gave it, like 123-4f5a6b7c"
            )
        return cls(id=int(match["id"]), epoch=match["epoch"])
