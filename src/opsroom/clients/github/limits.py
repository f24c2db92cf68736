"""The host's limits as its answers tell them: what is left, and until when it wants quiet."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from opsroom.clients.github.wire import Reply
from opsroom.model.budget import BucketName

UNTOLD_QUIET = timedelta(seconds=60)
"""How long the host is left alone when it wants quiet and doesn't say how long."""

QUIET = "the host asks for a pause"
SPENT = "the host's budget is spent"
LONGEST_QUIET = timedelta(hours=1)
RESOURCES: dict[str, BucketName] = {"core": "rest", "graphql": "graphql"}
"""What the host calls its buckets; others of it are not used here."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a bucket, by the host's clock."""

    bucket: BucketName
    limit: int
    remaining: int
    resets_at: datetime


@dataclass(frozen=True, slots=True)
class Limited:
    """The host wants to be left alone. `primary`: a bucket is empty, otherwise we were too fast."""

    until: datetime
    reason: str
    primary: bool
    by_host_clock: bool


def read_limits(reply: Reply, bucket: BucketName) -> Allowance | None:
    """The bucket that an answer tells of; None where the host sets no limits."""
    named = reply.headers.get("X-RateLimit-Resource")
    known = RESOURCES.get(named) if named else bucket
    limit, left = (reply.headers.get(f"X-RateLimit-{name}", "") for name in ("Limit", "Remaining"))
    resets_at = _epoch(reply.headers.get("X-RateLimit-Reset", ""))
    if known is None or resets_at is None or not (limit.isdigit() and left.isdigit()):
        return None
    return Allowance(known, int(limit), int(left), resets_at)


def limited(reply: Reply, now: datetime) -> Limited | None:
    """Whether the host refused because too much was asked, and until when.

    It says so by 403 or 429, with the time to wait, with an empty bucket, or with words alone.
    """
    if reply.status not in (403, 429):
        return None
    after = reply.headers.get("Retry-After", "")
    if after.isdigit():
        quiet = min(LONGEST_QUIET, timedelta(seconds=int(after)))
        return Limited(now + quiet, QUIET, primary=False, by_host_clock=False)
    resets_at = _epoch(reply.headers.get("X-RateLimit-Reset", ""))
    if reply.headers.get("X-RateLimit-Remaining") == "0" and resets_at is not None:
        return Limited(resets_at, SPENT, primary=True, by_host_clock=True)
    said = reply.message.lower()
    if reply.status == 429 or "rate limit" in said or "abuse" in said:
        return Limited(now + UNTOLD_QUIET, QUIET, primary=False, by_host_clock=False)
    return None


def _epoch(text: str) -> datetime | None:
    return datetime.fromtimestamp(int(text), UTC) if text.isdigit() and len(text) < 12 else None
