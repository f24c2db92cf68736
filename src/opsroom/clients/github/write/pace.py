"""How fast the process may write, whatever the number of hosts and credentials.

GitHub asks for a second between requests that change something, and allows 80 pieces of content
(issues, comments, pull requests, merges, pushes) a minute and 500 an hour.
"""

from collections import deque

from opsroom.clients.github.budget import CONTENT_A_MINUTE, CONTENT_AN_HOUR, CONTENT_APART

MINUTE = 60.0
HOUR = 3600.0


class Pace:
    """The times of what was written lately, in seconds of one clock. One for the whole process."""

    def __init__(self) -> None:
        self._last: float | None = None
        self._content: deque[float] = deque(maxlen=CONTENT_AN_HOUR)

    def earliest(self, now: float, *, content: bool) -> float:
        """When the next write may be sent; `now` or later."""
        times = [now]
        if self._last is not None:
            times.append(self._last + CONTENT_APART.total_seconds())
        if content and len(self._content) >= CONTENT_A_MINUTE:
            times.append(self._content[-CONTENT_A_MINUTE] + MINUTE)
        if content and len(self._content) == CONTENT_AN_HOUR:
            times.append(self._content[0] + HOUR)
        return max(times)

    def reserve(self, at: float, *, content: bool) -> None:
        """Take the time `at`, which `earliest` gave, so that nobody else does."""
        self._last = at
        if content:
            self._content.append(at)
