"""How soon something was seen: in the data of every event that a host set off.

`by` says how it came here, `seen_after` how many seconds lie between what the host's own clock says
and our record of it. What the host doesn't date has no `seen_after`: it is measured or left out.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Seen:
    """What set a look off. `at`: when the host says that it happened, None where it doesn't."""

    by: Literal["webhook", "polling"]
    at: datetime | None = None

    def trace(self, now: datetime) -> dict[str, object]:
        """What goes into the data of an event that is recorded now."""
        if self.at is None:
            return {"by": self.by}
        after = max(0.0, (now - self.at).total_seconds())
        return {"by": self.by, "seen_after": round(after, 3)}


POLLED = Seen("polling")
