"""How often a fleet can be asked about, from its size and from what its budget leaves.

A small fleet is swept every thirty seconds and looked at in full every five minutes; a large one is
swept page by page in the order of pushes, and looked at in full within the hour. When less is left
than that would cost, facts become older.
"""

import math

from opsroom.clients.github.budget import BUSY, COMPUTING_A_MINUTE, OURS, SHARE
from opsroom.clients.host import Priority
from opsroom.model.budget import BucketName, Budget, Cadence, Price

PAGE = 100
"""Repositories a page of a sweep."""

CONNECTIONS = 10
"""Connections that a full look asks of each repository; a hundred of them cost a point."""

LOOKED_AT_ONCE = 20
"""Repositories that a full look starts with."""

SECONDS_A_LOOK = 0.15
"""Of the host's computing, a repository: three seconds were measured for twenty."""

HOUR = 3_600.0
SOONEST_SWEEP, SOONEST_WHOLE, SOONEST_LOOK = 30.0, 60.0, 300.0
LATEST_SWEEP, LATEST_WHOLE, LATEST_LOOK = 900.0, 4 * HOUR, 24 * HOUR
ASSUMED_LIMIT = 5_000
"""Points an hour of a host that has not told its limit."""


def sweep_points(repositories: int) -> int:
    """What a whole sweep costs: a point a page."""
    return max(1, math.ceil(repositories / PAGE))


def look_points(repositories: int) -> int:
    """What a full look at so many costs in one request, by the host's published formula."""
    return max(1, round((1 + CONNECTIONS * repositories) / 100))


def prices(repositories: int) -> tuple[Price, ...]:
    """What the questions about a fleet of this size would cost."""
    pages, looks = sweep_points(repositories), math.ceil(repositories / LOOKED_AT_ONCE)
    last = repositories - (looks - 1) * LOOKED_AT_ONCE
    points = (looks - 1) * look_points(LOOKED_AT_ONCE) + look_points(last) if looks else 0
    bucket: BucketName = "graphql"
    return (
        Price(question="sweep", bucket=bucket, requests=pages, points=pages),
        Price(question="look", bucket=bucket, requests=looks, points=points),
        Price(question="alerts", bucket="rest", requests=3, points=3),
        Price(question="ci_runs", bucket="rest", requests=repositories, points=repositories),
    )


def cadence(repositories: int, budget: Budget) -> Cadence:
    """How often to sweep and to look, so that what is left of the budget lasts."""
    room = _points_an_hour(budget)
    pages = sweep_points(repositories)
    sweep = max(SOONEST_SWEEP, HOUR / max(1.0, room * 0.1))
    whole = sweep if pages == 1 else max(SOONEST_WHOLE, sweep, pages * HOUR / max(1.0, room * 0.2))
    points = repositories * CONNECTIONS / 100
    computing = COMPUTING_A_MINUTE / 60 * BUSY[Priority.ROUTINE]
    wanted = min(HOUR, max(SOONEST_LOOK, repositories * HOUR / 1_000))
    look = max(
        wanted, points * HOUR / max(1.0, room * 0.5), repositories * SECONDS_A_LOOK / computing
    )
    return Cadence(
        sweep=min(LATEST_SWEEP, sweep),
        whole=min(LATEST_WHOLE, whole),
        look=min(LATEST_LOOK, look),
    )


def unspent(budget: Budget) -> Budget:
    """The same budget as it would be had nobody spent any of it yet."""
    buckets = (
        each.model_copy(update={"remaining": each.limit, "ours": 0, "resets_at": None})
        for each in budget.buckets
    )
    return budget.model_copy(update={"buckets": tuple(buckets)})


def _points_an_hour(budget: Budget) -> float:
    """Points an hour that routine may spend: of a full bucket, or less if others use it too."""
    share = SHARE[Priority.ROUTINE]
    for bucket in budget.buckets:
        if bucket.name != "graphql" or bucket.limit is None or bucket.remaining is None:
            continue
        half = bucket.limit * OURS
        full = half * share
        kept_back = half - full
        if bucket.resets_at is None:
            return full
        hours = max(0.05, (bucket.resets_at - budget.at).total_seconds() / HOUR)
        left = max(0.0, min(full - bucket.ours, bucket.remaining - kept_back))
        return min(full, left / hours)
    return ASSUMED_LIMIT * OURS * share
