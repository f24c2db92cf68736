"""Our own checks over an export: in this process, so bounded by size and by the clock."""

import time
from collections.abc import Iterable, Sequence

from opsroom.clients.git.exports import Export
from opsroom.clients.git.regular import read_regular
from opsroom.errors import ObservationError
from opsroom.model.scan import Hit
from opsroom.model.text import plain
from opsroom.observe.configuration import Check, Rule, Seen
from opsroom.observe.documents.sarif import digest
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.programs.staging import left_out, shown
from opsroom.observe.scanners import Bounds, Look, Offer

LARGEST = 1 << 20
"""Bytes of a file; people write no configuration that is larger."""

MOST_HITS = 500
"""Of one file; more say nothing new."""


REVISION = 1
"""Grows when a check sees something else in the same bytes."""


def offer(rules: Sequence[Rule]) -> Offer:
    """Our own checks are always here; what they go by changes with the rules."""
    told = "\n".join(f"{rule.id} {rule.severity.value}" for rule in rules)
    return Offer(version=str(REVISION), rules=digest(told)[:16])


def look(export: Export, bounds: Bounds, paths: Iterable[str], kind: str, check: Check) -> Look:
    """What `check` sees in the files at `paths`, which it takes for files of `kind`."""
    end = time.monotonic() + bounds.seconds
    hits: list[Hit] = []
    left: dict[str, list[str]] = {}
    files = given = 0
    for path in paths:
        if time.monotonic() > end:
            left.setdefault(f"no time was left of {bounds.seconds:g} s", []).append(path)
            continue
        try:
            content = read_regular(export.folder / path, LARGEST)
            seen = None if content is None else check(path, content)
            found = None if seen is None else list(seen)
        except NotUnderstood as error:
            left.setdefault(_kind_of_error(error), []).append(path)
            given += 1
            continue
        except ObservationError as error:
            reason = "too large" if "larger than" in str(error) else "can't be read"
            left.setdefault(reason, []).append(path)
            given += 1
            continue
        if found is None:
            continue
        given += 1
        files += 1
        hits += (_hit(each, path) for each in found[:MOST_HITS])
        if len(found) > MOST_HITS:
            left.setdefault(f"more than {MOST_HITS} hits in a file", []).append(path)
    skipped = tuple(left_out(reason, paths) for reason, paths in left.items())
    if not files and (given or skipped):
        return Look(skipped=skipped, reason=f"no {kind} file could be read")
    return Look(tuple(hits), files, frozenset({kind} if files else ()), skipped)


def _kind_of_error(error: NotUnderstood) -> str:
    """Why a file could not be read, so that the same troubles are counted together."""
    return plain(str(error).partition(" in line ")[0].partition(": ")[0], 120)


def _hit(seen: Seen, path: str) -> Hit:
    return Hit(
        rule=seen.rule.id,
        severity=seen.severity or seen.rule.severity,
        message=plain(f"{seen.rule.what}: {seen.subject}" if seen.subject else seen.rule.what, 400),
        anchor=digest("".join(seen.anchor.split())),
        path=shown(path),
        line=seen.line,
        remediation=seen.rule.fix,
    )
