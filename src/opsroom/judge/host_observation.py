"""Whether a host can be asked about a repository: an event when that ends, and when it is back."""

from opsroom.model.event import Happening
from opsroom.model.facts import Unknown
from opsroom.model.snapshot import Snapshot
from opsroom.model.text import plain

SUMMARY = 300
"""Characters of a summary."""


def host_observation(before: Snapshot, after: Snapshot) -> list[Happening]:
    """Return an event when groups of a host began to be unknown, or none is any more.

    The first look at a host has nothing to compare with, and makes no event.
    """
    if not before.hosted or not after.hosted:
        return []
    failed, now_failed = _failure(before), _failure(after)
    if bool(failed) == bool(now_failed):
        return []
    said = f"could not be observed there: {now_failed}" if now_failed else "can be observed again"
    url = after.repository.url
    return [
        Happening(
            kind="observation.failed" if now_failed else "observation.recovered",
            repository=after.repository.name,
            summary=plain(f"{url or after.repository.name} {said}", SUMMARY),
            data={"url": url and plain(url, 1000), "reason": plain(now_failed or failed)},
        )
    ]


def _failure(snapshot: Snapshot) -> str:
    reasons = [plain(group.reason) for group in snapshot.hosted if isinstance(group, Unknown)]
    return "; ".join(dict.fromkeys(reasons))
