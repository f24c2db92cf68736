"""A budget: what a host lets one credential ask, what was spent on what, and what is left.

A bucket is refilled by the host once an hour and shared by everything that uses the same account:
Opsroom takes at most half of it, the rest is for its user's own tools.
"""

from datetime import datetime
from typing import Literal

from opsroom.model.value import Value

BucketName = Literal["rest", "graphql"]


class Bucket(Value):
    """One of a credential's two allowances an hour, in the host's own units (requests, points).

    `remaining` is as the host last said, of everybody who uses the account; None: it sets no limit,
    or has not said one yet. `ours` is what Opsroom spent since the bucket was last refilled, and
    `ceiling` the most that it may.
    """

    name: BucketName
    limit: int | None = None
    remaining: int | None = None
    resets_at: datetime | None = None
    ours: int = 0
    ceiling: int | None = None


class Spending(Value):
    """What was spent in one hour (`hour` is its first minute) of one bucket for one purpose.

    `purpose` says what was asked, `priority` for whom (see `clients.host.Priority`, in small
    letters). Answers that say that nothing changed count as requests and cost nothing.
    """

    bucket: BucketName
    hour: datetime
    purpose: str
    priority: str
    requests: int
    points: int


class Pause(Value):
    """Until when the host wants to be left alone, and why. `bucket` None: with everything."""

    until: datetime
    reason: str
    bucket: BucketName | None = None


class Price(Value):
    """What a question would cost for the fleet as it is: requests to send, points of a bucket."""

    question: str
    bucket: BucketName
    requests: int
    points: int


class Cadence(Value):
    """How often a fleet can be asked about inside its budget, in seconds.

    `sweep`: its newest pushes; `whole`: all of its repositories; `look`: each of them in full,
    although nothing is known to have moved.
    """

    sweep: float
    whole: float
    look: float


class Budget(Value):
    """All that is known of one credential's budget at `at`. `account` is a hash, never a token."""

    host: str
    account: str
    at: datetime
    buckets: tuple[Bucket, ...] = ()
    spent: tuple[Spending, ...] = ()
    """This hour and the one before."""
    pauses: tuple[Pause, ...] = ()
