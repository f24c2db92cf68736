"""When a budget runs low: told once, as it begins; and news are gathered for longer meanwhile."""

from opsroom.model.event import Happening
from opsroom.operations.budget import is_low
from opsroom.operations.hosts.queue import GAP, LONG_GAP
from opsroom.operations.hosts.watch import HostWatch
from opsroom.store.journal import append


async def tell_low(watch: HostWatch) -> None:
    """Write an event for each bucket of the source's credential that has become low.

    Sources that share a credential share its budget: the first to see it tells.
    """
    found = watch.host.budget()
    low = {bucket.name: bucket for bucket in found.buckets if is_low(bucket)}
    told = {name for each in _sharing(watch, found.account) for name in each.low}
    watch.low = frozenset(low)
    watch.queue.gap = LONG_GAP if low else GAP
    news = [bucket for name, bucket in low.items() if name not in told]
    if not news:
        return
    happenings = [
        Happening(
            kind="budget.low",
            summary=f"the budget of {found.host} ({bucket.name}) is low: what it tells gets older",
            data={
                "source": watch.source.key,
                "host": found.host,
                "bucket": bucket.name,
                "remaining": bucket.remaining,
                "ours": bucket.ours,
                "until": bucket.resets_at.isoformat() if bucket.resets_at else None,
            },
        )
        for bucket in news
    ]
    async with watch.room.store.write() as connection:
        await append(connection, happenings, watch.room.now())


def _sharing(watch: HostWatch, account: str) -> list[HostWatch]:
    """The watches of this process whose host is asked with the same credential, this one too."""
    others = watch.room.watching.values()
    return [each for each in others if each.host.budget().account == account]
