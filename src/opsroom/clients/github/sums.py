"""Several budgets as one: an App has one wherever it is installed."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from opsroom.model.budget import Bucket, BucketName, Budget, Spending


def together(name: str, budgets: Sequence[Budget]) -> Budget:
    """Several budgets as one."""
    kinds: tuple[BucketName, ...] = ("rest", "graphql")
    buckets: list[Bucket] = []
    for kind in kinds:
        mine = [each for budget in budgets for each in budget.buckets if each.name == kind]
        resets = [each.resets_at for each in mine if each.resets_at is not None]
        buckets.append(
            Bucket(
                name=kind,
                limit=_sum(each.limit for each in mine),
                remaining=_sum(each.remaining for each in mine),
                resets_at=min(resets, default=None),
                ours=sum(each.ours for each in mine),
                ceiling=_sum(each.ceiling for each in mine),
            )
        )
    return Budget(
        host=name,
        account=" ".join(each.account for each in budgets),
        at=max((each.at for each in budgets), default=datetime.now(UTC)),
        buckets=tuple(buckets),
        spent=_summed(each for budget in budgets for each in budget.spent),
        pauses=tuple(each for budget in budgets for each in budget.pauses),
    )


def _sum(amounts: Iterable[int | None]) -> int | None:
    """The sum of what is known; None where nothing is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


def _summed(spent: Iterable[Spending]) -> tuple[Spending, ...]:
    """Entries about the same as one."""
    sums: dict[tuple[str, datetime, str, str], Spending] = {}
    for each in spent:
        key = (each.bucket, each.hour, each.purpose, each.priority)
        before = sums.get(key)
        if before is not None:
            requests, points = before.requests + each.requests, before.points + each.points
            each = each.model_copy(update={"requests": requests, "points": points})
        sums[key] = each
    return tuple(sums.values())
