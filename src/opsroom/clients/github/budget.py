"""The ledger: what one credential may still ask, what was spent on what, and who waits first.

It never asks anything itself. Whoever asks says for whom, what it will cost and when (time is an
argument): the ledger answers yes, or from when on. Of each bucket that the host refills once an
hour at most half is ours, and of that half the less urgent priorities may only use a part, so that
a low budget makes facts older and nothing fail. Beside the buckets the host limits what is asked a
minute: points, seconds of its own computing, and content that is written.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from opsroom.clients.host import Priority
from opsroom.model.budget import Bucket, BucketName, Budget, Pause, Spending

OURS = 0.5
"""The part of a bucket that Opsroom may use; the other is its user's."""

SHARE: Mapping[Priority, float] = {
    Priority.WRITE: 1.0,
    Priority.ASKED: 0.95,
    Priority.HEARD: 0.9,
    Priority.SWEEP: 0.85,
    Priority.MOVED: 0.8,
    Priority.ROUTINE: 0.7,
}
"""The part of our half at which each priority stops, the least urgent first."""

BUSY: Mapping[Priority, float] = {
    Priority.WRITE: 1.0,
    Priority.ASKED: 1.0,
    Priority.HEARD: 0.8,
    Priority.SWEEP: 0.8,
    Priority.MOVED: 0.6,
    Priority.ROUTINE: 0.5,
}
"""The part of the limits a minute at which each priority stops."""

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
POINTS_A_MINUTE: Mapping[BucketName, int] = {"rest": 900, "graphql": 2_000}
COMPUTING_A_MINUTE = 60.0
"""Seconds of GraphQL; the host says to take the time that it needs to answer for it."""

CONTENT_A_MINUTE = 80
CONTENT_AN_HOUR = 500
CONTENT_APART = timedelta(seconds=1)
BETWEEN_WINDOWS = timedelta(minutes=5)
"""Refills that are told apart by less are the same one."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Not now: from when on it may be asked again, and why."""

    until: datetime
    reason: str


@dataclass(slots=True)
class _Window:
    """What happened in the last minute or hour: a sum of amounts that fall out again."""

    length: timedelta
    amounts: deque[tuple[datetime, float]] = field(default_factory=deque[tuple[datetime, float]])
    total: float = 0.0

    def add(self, now: datetime, amount: float) -> None:
        self.amounts.append((now, amount))
        self.total += amount

    def free_at(self, now: datetime, amount: float, most: float) -> datetime | None:
        """When `amount` more fits under `most`; None: now."""
        while self.amounts and self.amounts[0][0] <= now - self.length:
            self.total -= self.amounts.popleft()[1]
        left, free = self.total, None
        for at, gone in self.amounts:
            if left + amount <= most or left <= 0:
                break
            left -= gone
            free = at + self.length
        return free


class Ledger:
    """The books of one credential. Not to be shared between threads."""

    def __init__(self, host: str, account: str) -> None:
        self.host = host
        self.account = account
        self.kept_at: datetime | None = None
        """When it was last put into the books, by whichever of the clients that share it."""
        self._buckets: dict[BucketName, Bucket] = {
            "rest": Bucket(name="rest"),
            "graphql": Bucket(name="graphql"),
        }
        self._pauses: dict[BucketName | None, Pause] = {}
        self._spent: dict[tuple[BucketName, datetime, str, Priority], tuple[int, int]] = {}
        self._points = {name: _Window(MINUTE) for name in self._buckets}
        self._computing = _Window(MINUTE)
        self._content_minute, self._content_hour = _Window(MINUTE), _Window(HOUR)
        self._content_at: datetime | None = None

    def may(
        self,
        bucket: BucketName,
        cost: int,
        priority: Priority,
        now: datetime,
        *,
        weight: int = 1,
        content: bool = False,
    ) -> Refusal | None:
        """Whether `cost` may be spent now; if not, from when on.

        `weight` is what a request counts in the limit a minute (a read 1, a write 5); `content`:
        it makes something that others are told of (an issue, a comment, a pull request).
        """
        self._refill(bucket, now)
        refusals = (
            self._paused(bucket, now),
            self._spent_up(bucket, cost, priority, now),
            self._too_fast(bucket, priority, now, weight),
            self._too_much_content(now) if content else None,
        )
        return max(filter(None, refusals), key=lambda refusal: refusal.until, default=None)

    def charge(
        self,
        bucket: BucketName,
        cost: int,
        priority: Priority,
        purpose: str,
        now: datetime,
        *,
        weight: int = 1,
        content: bool = False,
    ) -> None:
        """Book a request that is about to be sent, at its predicted cost."""
        self._book(bucket, 1, cost, priority, purpose, now)
        self._points[bucket].add(now, weight)
        if content:
            self._content_minute.add(now, 1)
            self._content_hour.add(now, 1)
            self._content_at = now

    def settle(
        self,
        bucket: BucketName,
        difference: int,
        priority: Priority,
        purpose: str,
        now: datetime,
        *,
        seconds: float = 0.0,
    ) -> None:
        """Correct a request's cost by what it really was, and book how long the host computed."""
        if difference:
            self._book(bucket, 0, difference, priority, purpose, now)
        if bucket == "graphql" and seconds:
            self._computing.add(now, seconds)

    def told(
        self, bucket: BucketName, limit: int, remaining: int, resets_at: datetime, now: datetime
    ) -> None:
        """What the host said of a bucket beside an answer. Answers may arrive in any order."""
        self._refill(bucket, now)
        known = self._buckets[bucket]
        same = known.resets_at is not None and abs(known.resets_at - resets_at) < BETWEEN_WINDOWS
        if known.resets_at is not None and not same and resets_at < known.resets_at:
            return
        lowest = remaining
        if same and known.remaining is not None:
            lowest = min(remaining, known.remaining)
        began_again = known.resets_at is not None and not same
        self._buckets[bucket] = known.model_copy(
            update={
                "limit": limit,
                "remaining": lowest,
                "resets_at": resets_at,
                "ours": 0 if began_again else known.ours,
                "ceiling": int(limit * OURS),
            }
        )

    def pause(self, until: datetime, reason: str, bucket: BucketName | None = None) -> None:
        """The host wants to be left alone until then, with one bucket or with everything."""
        known = self._pauses.get(bucket)
        if known is None or known.until < until:
            self._pauses[bucket] = Pause(until=until, reason=reason, bucket=bucket)

    def snapshot(self, now: datetime) -> Budget:
        """All that is known, to show and to keep."""
        for name in self._buckets:
            self._refill(name, now)
        spent = (
            Spending(
                bucket=bucket,
                hour=hour,
                purpose=purpose,
                priority=priority.name.lower(),
                requests=requests,
                points=points,
            )
            for (bucket, hour, purpose, priority), (requests, points) in self._spent.items()
            if hour >= _hour(now) - HOUR
        )
        return Budget(
            host=self.host,
            account=self.account,
            at=now,
            buckets=tuple(self._buckets.values()),
            spent=tuple(spent),
            pauses=tuple(pause for pause in self._pauses.values() if pause.until > now),
        )

    def restore(self, kept: Budget) -> None:
        """Go on from a snapshot; a ledger in which something is booked knows better."""
        if self._spent:
            return
        for bucket in kept.buckets:
            self._buckets[bucket.name] = bucket
        for pause in kept.pauses:
            self._pauses[pause.bucket] = pause
        for entry in kept.spent:
            key = (entry.bucket, entry.hour, entry.purpose, Priority[entry.priority.upper()])
            self._spent[key] = (entry.requests, entry.points)

    def _book(
        self,
        bucket: BucketName,
        requests: int,
        points: int,
        priority: Priority,
        purpose: str,
        now: datetime,
    ) -> None:
        self._refill(bucket, now)
        known = self._buckets[bucket]
        left = known.remaining
        self._buckets[bucket] = known.model_copy(
            update={
                "ours": max(0, known.ours + points),
                "remaining": None if left is None else max(0, left - points),
            }
        )
        key = (bucket, _hour(now), purpose, priority)
        if key not in self._spent:
            self._forget(now)
        before = self._spent.get(key, (0, 0))
        self._spent[key] = (before[0] + requests, before[1] + points)

    def _forget(self, now: datetime) -> None:
        for key in [key for key in self._spent if key[1] < _hour(now) - HOUR]:
            del self._spent[key]

    def _refill(self, name: BucketName, now: datetime) -> None:
        bucket = self._buckets[name]
        if bucket.resets_at is not None and bucket.resets_at <= now:
            self._buckets[name] = bucket.model_copy(
                update={"ours": 0, "remaining": bucket.limit, "resets_at": None}
            )

    def _paused(self, bucket: BucketName, now: datetime) -> Refusal | None:
        return _last(
            Refusal(pause.until, pause.reason)
            for pause in (self._pauses.get(None), self._pauses.get(bucket))
            if pause is not None and pause.until > now
        )

    def _spent_up(
        self, name: BucketName, cost: int, priority: Priority, now: datetime
    ) -> Refusal | None:
        bucket = self._buckets[name]
        if bucket.limit is None or bucket.remaining is None:
            return None
        half = bucket.limit * OURS
        kept_back = half * (1 - SHARE[priority])
        fits = bucket.ours + cost <= half * SHARE[priority]
        if fits and bucket.remaining - cost >= kept_back:
            return None
        who = "our half of" if not fits else "what is left of"
        return Refusal(
            bucket.resets_at or now + MINUTE,
            f"{who} the host's {name} budget is spent as far as {priority.name.lower()} may",
        )

    def _too_fast(
        self, bucket: BucketName, priority: Priority, now: datetime, weight: int
    ) -> Refusal | None:
        part = BUSY[priority]
        frees = [self._points[bucket].free_at(now, weight, POINTS_A_MINUTE[bucket] * part)]
        if bucket == "graphql":
            frees.append(self._computing.free_at(now, 0, COMPUTING_A_MINUTE * part))
        return _last(
            Refusal(free, "the host allows only so much a minute")
            for free in frees
            if free is not None
        )

    def _too_much_content(self, now: datetime) -> Refusal | None:
        frees = [
            self._content_minute.free_at(now, 1, CONTENT_A_MINUTE),
            self._content_hour.free_at(now, 1, CONTENT_AN_HOUR),
        ]
        if self._content_at is not None and now < self._content_at + CONTENT_APART:
            frees.append(self._content_at + CONTENT_APART)
        return _last(
            Refusal(free, "the host allows only so much new content")
            for free in frees
            if free is not None
        )


def _last(refusals: Iterable[Refusal]) -> Refusal | None:
    return max(refusals, key=lambda refusal: refusal.until, default=None)


def _hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)
