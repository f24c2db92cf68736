"""How much may be asked: points an hour, and what is too much in a minute."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from opsroom.demo.github.refusals import Refusal

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
Resource = Literal["core", "graphql"]

PRIMARY = "API rate limit exceeded for"
SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)
CREATION = (
    "You have exceeded a secondary rate limit and have been temporarily blocked from content "
    "creation. Please retry your request again later."
)


@dataclass
class Rules:
    """What the double allows. `status` and `retry_after` say how it refuses the too quick."""

    core: int = 5000
    graphql: int = 5000
    anonymous: int = 60
    points_a_minute: int = 900
    graphql_points_a_minute: int = 2000
    writes_a_minute: int = 80
    writes_an_hour: int = 500
    status: Literal[403, 429] = 403
    retry_after: bool = True
    secondary: bool = True


@dataclass
class Quota:
    """Points of one resource in one hour."""

    limit: int
    resets_at: datetime
    used: int = 0

    @property
    def remaining(self) -> int:
        """What is left."""
        return max(0, self.limit - self.used)

    def spend(self, points: int) -> bool:
        """Take points out, if there are as many; if not, none are left."""
        if self.remaining < points:
            self.used = self.limit
            return False
        self.used += points
        return True


class RateLimits:
    """Buckets by who is charged. Windows begin with the first request in them."""

    def __init__(self, clock: Callable[[], datetime], rules: Rules | None = None) -> None:
        self._clock = clock
        self.rules = rules or Rules()
        self._buckets: dict[tuple[str, Resource], Quota] = {}
        self._points: dict[tuple[str, Resource], deque[tuple[datetime, int]]] = {}
        self._writes: dict[str, deque[datetime]] = {}

    def bucket(self, key: str, resource: Resource) -> Quota:
        """What somebody has left of a resource."""
        now = self._clock()
        found = self._buckets.get((key, resource))
        if found is None or found.resets_at <= now:
            limit = self.rules.core if resource == "core" else self.rules.graphql
            if key == "anonymous":
                limit = self.rules.anonymous
            found = Quota(limit, now.replace(microsecond=0) + HOUR)
            self._buckets[key, resource] = found
        return found

    def charge(self, key: str, resource: Resource, points: int = 1) -> Quota:
        """Take points out of a bucket.

        Raises:
            Refusal: 403, none are left.
        """
        bucket = self.bucket(key, resource)
        if not bucket.spend(points):
            raise Refusal(self.rules.status, f"{PRIMARY} {key}.")
        return bucket

    def refund(self, key: str, resource: Resource, points: int = 1) -> None:
        """Give points back, for an answer that costs none."""
        bucket = self.bucket(key, resource)
        bucket.used = max(0, bucket.used - points)

    def hurry(self, key: str, resource: Resource, points: int) -> None:
        """Count towards the secondary limit of a minute.

        Raises:
            Refusal: too much in a minute.
        """
        if not self.rules.secondary:
            return
        now = self._clock()
        seen = self._points.setdefault((key, resource), deque())
        while seen and seen[0][0] <= now - MINUTE:
            seen.popleft()
        rules = self.rules
        most = rules.points_a_minute if resource == "core" else rules.graphql_points_a_minute
        if sum(cost for _, cost in seen) + points > most:
            raise self._too_quick(SECONDARY, seen[0][0] + MINUTE - now if seen else MINUTE)
        seen.append((now, points))

    def create(self, key: str) -> None:
        """Count one write of content.

        Raises:
            Refusal: too many in a minute or in an hour.
        """
        if not self.rules.secondary:
            return
        now = self._clock()
        seen = self._writes.setdefault(key, deque())
        while seen and seen[0] <= now - HOUR:
            seen.popleft()
        minute = [at for at in seen if at > now - MINUTE]
        if len(minute) >= self.rules.writes_a_minute:
            raise self._too_quick(CREATION, minute[0] + MINUTE - now)
        if len(seen) >= self.rules.writes_an_hour:
            raise self._too_quick(CREATION, seen[0] + HOUR - now)
        seen.append(now)

    def _too_quick(self, said: str, wait: timedelta) -> Refusal:
        seconds = max(1, round(wait.total_seconds()))
        headers = {"retry-after": str(seconds)} if self.rules.retry_after else {}
        return Refusal(self.rules.status, said, headers=headers)
