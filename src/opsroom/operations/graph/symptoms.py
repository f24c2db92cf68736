"""What hurts and what changed, gathered from rows, runs of CI and the journal.

A commit is dated by the first run that it started, which is when it was pushed; else as its author
dates it, else when it was seen first.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from opsroom.judge import hosted
from opsroom.judge.graph.evidence import WINDOW
from opsroom.judge.graph.symptoms import Change, Symptom
from opsroom.judge.graph.upstream import DEPTH
from opsroom.model.ci import Ci, CiRun
from opsroom.model.event import Event
from opsroom.model.facts import Unknown
from opsroom.operations.ci_lines import RunLine, lines
from opsroom.operations.fleet import Row
from opsroom.operations.graph.sight import Sight
from opsroom.operations.room import Room

if TYPE_CHECKING:
    from opsroom.store.ci_runs import KeptRun

MOST = 300
"""Symptoms of which causes are looked for, and repositories above them whose runs are read."""
EVENTS = 5000
"""Events that are read for commits of which no run is known."""
RECENT = 20
"""Commits of one repository that may be causes, newest first."""
SOMETIMES = 2
"""Failures that went away with nothing changed, from which on it is flaky."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""When those ran who are known to be well, and not to have run lately."""
FOLLOWED = ("latest", "HEAD")
"""Versions that lead to the newest, beside the name of the branch."""


@dataclass(frozen=True)
class Ailing:
    """Symptoms, with the run that each is known from, and the commits of all who may be causes."""

    symptoms: Mapping[Symptom, RunLine]
    changes: Mapping[Change, Event | None]
    well: Mapping[int, tuple[datetime, ...]]
    above: Sequence[int]
    """The repositories above those that hurt, nearest first, that were looked at."""
    untold: int
    """Symptoms that were left out, because they are so many."""


async def gather(room: Room, sight: Sight, failing: Sequence[int]) -> Ailing:
    """Gather what is known of these repositories, whose CI fails, and of those above them.

    Where they are too many the last ones are left out.
    """
    from opsroom.operations.ci_lines import kept_runs

    hurting = failing[:MOST]
    above = _above(sight, hurting)
    keys = {number: sight.rows[number].repository.key for number in {*hurting, *above}}
    async with room.store.read() as connection:
        kept = await kept_runs(connection, list(keys.values()))
    since = room.now() - WINDOW
    events = await room.store.journal.of_kind("repository.changed", since, EVENTS)
    moved = _moved(events)
    symptoms = {
        symptom: line
        for number in hurting
        for symptom, line in _symptoms(number, sight.rows[number], kept.get(keys[number], ()))
    }
    changes = {
        change: event
        for number, key in keys.items()
        for change, event in _commits(
            number, sight.rows[number], kept.get(key, ()), moved, room.now() - WINDOW * 2
        )
    }
    changes |= {change: None for number in keys for change in _releases(number, sight.rows[number])}
    well = {number: times for number, row in sight.rows.items() if (times := _well(row))}
    return Ailing(symptoms, changes, well, above, len(failing) - len(hurting))


def _above(sight: Sight, hurting: Iterable[int]) -> list[int]:
    """The repositories above those that hurt, nearest first, then those that most of them use."""
    seen = set(hurting)
    level, found = list(seen), list[int]()
    for _ in range(DEPTH):
        uses = Counter(
            target
            for source in level
            for target in {edge.target for edge in sight.edges.get(source, ())}
            if target in sight.rows and target not in seen
        )
        level = sorted(uses, key=lambda target: (-uses[target], target))[: MOST - len(found)]
        seen.update(level)
        found += level
    return found


def _symptoms(
    number: int, row: Row, kept: Sequence["KeptRun"]
) -> Iterable[tuple[Symptom, RunLine]]:
    for line in lines(row, kept):
        if line.since is None:
            continue
        runs = _of_branch(row, kept, line.workflow)
        yield Symptom(
            number,
            line.since,
            line.ci_run or "",
            signature=line.signature or "",
            error=line.error or "",
            well_until=max(
                (run.created_at for run in runs
                 if run.conclusion == "success" and run.created_at < line.since),
                default=None,
            ),
            flaky=_flaky([run for run in runs if run.created_at < line.since]),
            path=_path(row, kept, line),
        ), line  # fmt: skip


def _path(row: Row, kept: Sequence["KeptRun"], line: RunLine) -> str:
    """The file of the workflow that a line is of; empty: unknown."""
    ci = row.snapshot.ci
    runs = [*(ci.runs if isinstance(ci, Ci) else ()), *(each.run for each in kept)]
    return next((run.path for run in runs if run.id == line.ci_run and run.path), "")


def _of_branch(row: Row, kept: Sequence["KeptRun"], workflow: str = "") -> list[CiRun]:
    """The runs of the default branch, of one workflow or of all, oldest first."""
    remote = hosted.told(row.snapshot)
    branch = remote.default_branch if remote else None
    runs = [
        each.run
        for each in kept
        if branch in (None, each.run.branch) and workflow in ("", each.run.workflow)
    ]
    return sorted(runs, key=lambda run: (run.created_at, run.number))


def _flaky(runs: Sequence[CiRun]) -> bool:
    """Whether it failed now and then before: passed when tried again, or failed once and no more.

    A failure that lasts over several commits is none of these, whatever ended it.
    """
    ended = [run for run in runs if run.conclusion == "success" or run.failed]
    again = sum(run.attempt > 1 and not run.failed for run in ended)
    once = sum(
        run.failed and not (place and ended[place - 1].failed) and not after.failed
        for place, (run, after) in enumerate(pairwise(ended))
    )
    return again + once >= SOMETIMES


def _moved(events: Iterable[Event]) -> dict[str, list[tuple[Event, dict[str, str]]]]:
    """The events by the address that they name, with the commits that branches moved to."""
    found: dict[str, list[tuple[Event, dict[str, str]]]] = {}
    for event in events:
        heads: dict[str, dict[str, str]] = event.data.get("heads") or {}
        for url, branches in heads.items():
            found.setdefault(url, []).append((event, branches))
    return found


def _commits(
    number: int,
    row: Row,
    kept: Sequence["KeptRun"],
    moved: Mapping[str, Sequence[tuple[Event, dict[str, str]]]],
    earliest: datetime,
) -> Iterable[tuple[Change, Event | None]]:
    """The newest commits of the default branch, with the event that tells of each."""
    branch, head, head_at = _tip(row)
    times: dict[str, datetime] = {}
    for run in _of_branch(row, kept):
        if run.event in ("", "push"):
            times.setdefault(run.head, run.created_at)
    if head and head_at:
        times.setdefault(head, head_at)
    told: dict[str, Event] = {}
    for event, heads in moved.get(row.url or "", ()):
        for name, commit in heads.items():
            if branch in ("", name):
                told.setdefault(commit, event)
                times.setdefault(commit, event.at)
    ordered = sorted((at, commit) for commit, at in times.items() if at >= earliest)[-RECENT:]
    for place, (at, commit) in enumerate(ordered, 1):
        until = ordered[place][0] if place < len(ordered) else None
        yield Change(
            number, "commit", at, commit, until,
            versions=(*((branch,) if branch else ()), *FOLLOWED), words=(row.name,),
        ), told.get(commit)  # fmt: skip


def _tip(row: Row) -> tuple[str, str, datetime | None]:
    """The default branch with its newest commit: as its host tells, else as a clone does."""
    remote = hosted.told(row.snapshot)
    if remote is not None:
        return remote.default_branch or "", remote.head or "", remote.head_at
    for clone in row.snapshot.clones:
        refs = clone.refs
        for each in () if isinstance(refs, Unknown) else refs.branches:
            if not isinstance(refs, Unknown) and each.name == refs.default_branch:
                return each.name, each.head, each.committed_at
    return "", "", None


def _releases(number: int, row: Row) -> Iterable[Change]:
    """The newest release: its tag, its version, and the shorter tags that are moved with it."""
    remote = hosted.told(row.snapshot)
    release = remote.release if remote else None
    if release is None or release.published_at is None:
        return
    parts = release.tag.split(".")
    shorter = [".".join(parts[:size]) for size in range(1, len(parts) + 1)]
    versions = dict.fromkeys((*shorter, release.tag.removeprefix("v")))
    yield Change(
        number, "release", release.published_at, release.tag,
        versions=tuple(versions), words=(row.name,),
    )  # fmt: skip


def _well(row: Row) -> tuple[datetime, ...]:
    """When it ran and was well; none: that isn't known."""
    ci = row.snapshot.ci
    if row.blind or not isinstance(ci, Ci) or ci.state == "failing":
        return ()
    if ci.state == "running":
        return (LONG_AGO,) if ci.last == "passing" else ()
    times = [run.started_at or run.created_at for run in ci.runs if run.conclusion == "success"]
    return tuple(sorted(times)) or (LONG_AGO,)
