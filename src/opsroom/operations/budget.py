"""The budget of each host: what was spent on what, what is left, what a question would cost.

Whoever watches a source knows it at first hand; the others read what it keeps in the store.
"""

from collections import defaultdict
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime, timedelta

import anyio
from pydantic import Field

from opsroom.model.budget import Bucket, Budget, Cadence, Pause, Price
from opsroom.model.coverage import Coverage
from opsroom.model.value import Value
from opsroom.operations.answers import Answer
from opsroom.operations.room import Room

LOW = 1 / 3
"""A bucket is low when less of our part of it is left than this."""

NOTICED = 0.05
"""The part of a bucket that has to go, or come back, before it is told anew."""

EVERY = 10.0
"""Seconds between two looks whether something has to be told."""

PRICED = 24
"""Repositories for which questions are priced where nobody knows how many there are."""


class BucketState(Value):
    """One allowance an hour. Numbers are the host's own: requests, or points of GraphQL."""

    name: str
    limit: int | None = Field(description="null: the host sets none, or has not told one yet")
    remaining: int | None = Field(description="left for everything that uses this account")
    resets_at: datetime | None
    ours: int = Field(description="spent by Opsroom since the last refill")
    ceiling: int | None = Field(description="the most that Opsroom takes; the rest is yours")
    low: bool


class Spent(Value):
    """What one purpose cost in this hour and the one before. 'Not changed' costs nothing."""

    purpose: str
    priority: str
    bucket: str
    requests: int
    points: int


class HostBudget(Value):
    """The budget of one credential at one host, and how often that lets its sources be asked."""

    host: str
    sources: list[str]
    at: datetime
    buckets: list[BucketState]
    spent: list[Spent] = Field(description="most expensive first")
    prices: list[Price] = Field(description="what a question would cost; empty where others watch")
    cadence: Cadence | None = Field(description="seconds between sweeps, whole ones, and looks")
    why: str = Field(description="why it is asked as often as it is")
    pauses: list[Pause]


class BudgetReport(Answer):
    """Every host's budget."""

    hosts: list[HostBudget]

    def reading(self) -> str:
        """A few lines a host."""
        lines = [f"Note: {self.note}"] if self.note else []
        for each in self.hosts:
            lines.append(f"{each.host} for {', '.join(each.sources) or 'no source'}")
            lines += [f"- {_bucket_line(bucket)}" for bucket in each.buckets]
            lines += [
                f"- {spent.points} points, {spent.requests} requests for {spent.purpose}"
                for spent in each.spent[:5]
            ]
            lines += [
                f"- {price.question} would cost {price.points} points of {price.bucket}"
                for price in each.prices
            ]
            if each.cadence:
                lines.append(f"- swept every {each.cadence.sweep:.0f} s: {each.why}")
        return "\n".join(lines)


def is_low(bucket: Bucket) -> bool:
    """Whether so little is left that what is not urgent has to wait."""
    if bucket.limit is None or bucket.remaining is None:
        return False
    ceiling = bucket.ceiling if bucket.ceiling is not None else bucket.limit
    left = min(ceiling - bucket.ours, bucket.remaining - (bucket.limit - ceiling) * LOW)
    return left < ceiling * LOW


async def budget(room: Room) -> BudgetReport:
    """What every host's budget is now."""
    kept = await _kept(room)
    live = {watch.host.budget().account: watch for watch in room.watching.values()}
    hosts = [
        _told(
            each,
            [source.key for source in room.settings.hosts if source.host == each.host],
            prices=watch.host.prices(len(watch.swept) or PRICED) if watch else (),
            cadence=watch.cadence if watch else None,
            why=watch.rhythm.reason(heard=watch.is_told) if watch else "another process watches it",
        )
        for each in kept
        for watch in [live.get(each.account)]
    ]
    none = "" if room.settings.hosts else "no source is of a host, so nothing is asked of one"
    now = room.now()
    return BudgetReport(
        as_of=min((each.at for each in kept), default=now),
        coverage=Coverage(asked=len(hosts), fresh=len(hosts), stale=0, unknown=0),
        note=none,
        hosts=hosts,
    )


async def low(room: Room) -> list[str]:
    """What is low now, for people."""
    return [
        f"the budget of {each.host} ({bucket.name}) is low, so what it tells is older than usual"
        f"{_until(bucket)}"
        for each in await _kept(room)
        for bucket in each.buckets
        if is_low(bucket)
    ]


async def noticed(room: Room) -> AsyncGenerator[None]:
    """Tell each time that a budget has changed so much that it is worth a look."""
    before: dict[tuple[str, str], Bucket] = {}
    while True:
        for each in await _kept(room):
            for bucket in each.buckets:
                key = (each.account, bucket.name)
                if key in before and _differs(before[key], bucket):
                    yield
                elif key in before:
                    continue
                before[key] = bucket
        await anyio.sleep(EVERY)


async def _kept(room: Room) -> list[Budget]:
    """The budgets of this caller's hosts, those that this process spends itself first-hand."""
    from opsroom.store.budgets import load_budgets

    hosts = {source.host for source in room.settings.hosts}
    if not hosts:
        return []
    own = {found.account: found for found in (w.host.budget() for w in room.watching.values())}
    async with room.store.read() as connection:
        kept = {each.account: each for each in await load_budgets(connection)}
    parts = {part for account in own for part in account.split()}
    found = {**{name: each for name, each in kept.items() if name not in parts}, **own}
    late = room.now() - timedelta(hours=2)
    return [each for _, each in sorted(found.items()) if each.host in hosts and each.at > late]


def _told(
    found: Budget,
    sources: list[str],
    *,
    prices: Sequence[Price],
    cadence: Cadence | None,
    why: str,
) -> HostBudget:
    totals: dict[tuple[str, str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for each in found.spent:
        key = (each.purpose, each.priority, each.bucket)
        requests, points = totals[key]
        totals[key] = (requests + each.requests, points + each.points)
    spent = [
        Spent(purpose=purpose, priority=priority, bucket=bucket, requests=requests, points=points)
        for (purpose, priority, bucket), (requests, points) in totals.items()
    ]
    return HostBudget(
        host=found.host,
        sources=sources,
        at=found.at,
        buckets=[BucketState(**dict(bucket), low=is_low(bucket)) for bucket in found.buckets],
        spent=sorted(spent, key=lambda each: (-each.points, -each.requests, each.purpose)),
        prices=list(prices),
        cadence=cadence,
        why=why,
        pauses=list(found.pauses),
    )


def _differs(before: Bucket, after: Bucket) -> bool:
    if (is_low(before), before.limit) != (is_low(after), after.limit):
        return True
    if before.remaining is None or after.remaining is None or after.limit is None:
        return before.remaining != after.remaining
    return abs(before.remaining - after.remaining) >= after.limit * NOTICED


def _until(bucket: Bucket) -> str:
    return f" until {bucket.resets_at:%H:%M} UTC" if bucket.resets_at else ""


def _bucket_line(bucket: BucketState) -> str:
    if bucket.limit is None:
        return f"{bucket.name}: no limit told, {bucket.ours} spent"
    mark = ", low" if bucket.low else ""
    return (
        f"{bucket.name}: {bucket.remaining} of {bucket.limit} left{mark}; "
        f"{bucket.ours} of at most {bucket.ceiling} spent by Opsroom"
    )
