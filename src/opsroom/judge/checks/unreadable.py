"""Something of a clone could not be observed."""

from collections.abc import Iterator

from opsroom.judge.subjects import place
from opsroom.judge.wording import listed
from opsroom.model.check import Check, Outcome, no, yes
from opsroom.model.facts import Unknown
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot

HOST_FIX = "The reason says what failed; `opsroom doctor` tells what the token may see."


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a clone, and one for its host where one was asked.

    Health counts it as unknown: it says nothing bad of the repository.
    """
    for clone in snapshot.clones:
        groups = [group for group in clone.groups if isinstance(group, Unknown)]
        reasons = list(dict.fromkeys(group.reason for group in groups))
        path = clone.clone.path
        yield yes(f"could not be observed: {listed(reasons)}", subject=path) if groups else no(path)
    failed = [group.reason for group in snapshot.hosted if isinstance(group, Unknown)]
    if failed:
        message = f"could not be observed on its host: {listed(list(dict.fromkeys(failed)))}"
        yield yes(message, subject="host", location=place(snapshot), fix=HOST_FIX)
    elif snapshot.hosted:
        yield no("host")


CHECK = Check(
    look=look,
    severity=Severity.HIGH,
    what="Something of a clone could not be observed: no permission, broken, too slow, or "
    "changing; or something of it on its host.",
    why="What can't be seen can't be called fine, and a broken clone may be the only copy of its "
    "work.",
    fix="The reason says what failed; `git -C PATH fsck` tells whether the clone itself is broken.",
)
