"""Something of a clone could not be observed."""

from collections.abc import Iterator

from opsroom.judge.wording import listed
from opsroom.model.check import Check, Outcome, no, yes
from opsroom.model.facts import Unknown
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a clone. Health counts it as unknown: it says nothing bad of the repository."""
    for clone in snapshot.clones:
        groups = [group for group in clone.groups if isinstance(group, Unknown)]
        reasons = list(dict.fromkeys(group.reason for group in groups))
        path = clone.clone.path
        yield yes(f"could not be observed: {listed(reasons)}", subject=path) if groups else no(path)


CHECK = Check(
    look=look,
    severity=Severity.HIGH,
    what="Something of a clone could not be observed: no permission, broken, too slow, or "
    "changing.",
    why="What can't be seen can't be called fine, and a broken clone may be the only copy of its "
    "work.",
    fix="The reason says what failed; `git -C PATH fsck` tells whether the clone itself is broken.",
)
