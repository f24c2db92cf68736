"""The verb `scan`: have repositories looked at by scanners, and say what is already known."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from pydantic import Field

from opsroom.errors import UsageError
from opsroom.model.scan import Scan
from opsroom.model.severity import Severity
from opsroom.model.text import plain
from opsroom.model.value import Value
from opsroom.model.where import Where
from opsroom.operations.answers import QUOTED, Answer, Next, Omitted, fit, lead
from opsroom.operations.fleet import Row, ranked
from opsroom.operations.graph.uses import learn
from opsroom.operations.room import Room


class KnownScan(Value):
    """What was known of one repository when it was asked for. `at`: the oldest look that counts."""

    repository: str
    path: str | None
    url: str | None
    commit: str | None
    at: datetime | None
    scanners: list[str] = Field(description="those whose last look saw something")
    unknown: list[str] = Field(description="those that could not look, and why")
    findings: dict[Severity, int] = Field(description="open ones that scanners saw")


class Requested(Answer):
    """A scan that was asked for. Ask `run_status` with `run` how far it is."""

    run: str | None = Field(description="null: nothing matches, so nothing is scanned")
    scanners: list[str]
    queued: int
    known: list[KnownScan] = Field(description="what was known before, worst first")
    omitted: Omitted
    next: list[Next]

    def reading(self) -> str:
        """The run, and a line for each repository that is already known."""
        begun = f"{self.queued} queued as {self.run}" if self.run else "nothing to scan"
        lines = [
            *lead(self.as_of, self.coverage, self.note),
            f"{begun}: {', '.join(self.scanners)}",
        ]
        lines += [_line(each) for each in self.known]
        if self.omitted.count:
            lines.append(f"{self.omitted.count} more repositories")
        return "\n".join([*lines, *([QUOTED] if self.known else [])])


def _line(known: KnownScan) -> str:
    if known.at is None:
        return f"- {known.repository}: never looked at"
    counts = ", ".join(f"{count} {each.value}" for each, count in known.findings.items())
    unknown = f"; unknown: {'; '.join(known.unknown)}" if known.unknown else ""
    seen = f"{(known.commit or '')[:8]} at {known.at:%m-%dT%H:%M}"
    return f"- {known.repository}: {counts or 'no findings'} ({seen}){unknown}"


async def scan(room: Room, where: str, scanners: Sequence[str], max_tokens: int) -> Requested:
    """Queue a scan of what matches a filter.

    Raises:
        UsageError: the filter can't be understood, or there is no such scanner.
    """
    import anyio.to_thread

    from opsroom.operations.scans.equipment import chosen, equip
    from opsroom.operations.scans.requests import request

    wanted = Where.parse(where)
    await room.settled()
    await learn(room, wanted)
    await room.refresh()
    equipment = await anyio.to_thread.run_sync(equip, room.settings)
    names = chosen(equipment, scanners)
    if not names:
        raise UsageError("the settings choose no scanner", "[scan] scanners is empty")
    rows = [row for row in room.rows() if wanted.matches(row)]
    run = await request(room, rows, names if scanners else (), "agent", where) if rows else None
    seen, covered = room.looked(rows, whole=not wanted.terms)
    notes = [
        room.note(),
        "" if rows or not wanted.terms else "nothing matches the filter",
        "" if room.scans else "it begins when a centre (`opsroom serve`) runs on this store",
    ]

    def build(few: Sequence[Row]) -> Requested:
        left = len(rows) - len(few)
        return Requested(
            as_of=seen,
            coverage=covered,
            note="; ".join(note for note in notes if note),
            run=run.id if run else None,
            scanners=list(names),
            queued=run.total - run.failed if run else 0,
            known=[_known(row) for row in few],
            omitted=Omitted(count=left, worst=None),
            next=[_next(run.id)] if run else [],
        )

    return fit(ranked(rows), max_tokens, build)


def _next(run: str) -> Next:
    return Next(tool="run_status", arguments={"run": run}, why="says how far it is")


def _known(row: Row) -> KnownScan:
    done: list[Scan] = [scan for scan in row.scans if scan.reason is None]
    counts = Counter(kept.finding.severity for kept in row.findings if kept.finding.scanner)
    return KnownScan(
        repository=row.name,
        path=row.snapshot.path,
        url=row.url,
        commit=done[0].commit if done else None,
        at=min((scan.at for scan in done), default=None),
        scanners=[scan.scanner for scan in done],
        unknown=[f"{scan.scanner}: {plain(scan.reason, 160)}" for scan in row.scans if scan.reason],
        findings={each: counts[each] for each in reversed(Severity) if counts[each]},
    )
