"""Tables for people: grades by colour, shape and word."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from opsroom.model.coverage import Coverage
from opsroom.model.health import Grade

if TYPE_CHECKING:
    from opsroom.model.finding import Finding
    from opsroom.operations.audit import Audit, AuditScans
    from opsroom.operations.status import FleetStatus

MARKS = {
    Grade.GREEN: "[green]● green[/]",
    Grade.YELLOW: "[yellow]▲ yellow[/]",
    Grade.RED: "[red]■ red[/]",
    Grade.UNKNOWN: "[magenta]? unknown[/]",
}


def show_audit(audit: "Audit", *, everything: bool) -> None:
    """The audit as a table, worst first, then what could not be looked at."""
    rows = [
        (
            audited.health.grade,
            audited.snapshot.repository.name,
            audited.health.score,
            [_told(finding) for finding in audited.findings],
            audited.health.unknown,
        )
        for audited in audit.repositories
    ]
    console = Console(highlight=False)
    most = 4 if audit.scans is None else 8
    shown = [row for row in rows if everything or row[0] is not Grade.GREEN]
    if shown:
        table = _table()
        for grade, name, score, findings, unknown in shown:
            told = [escape(line) for line in (*unknown, *findings[:most])]
            if len(findings) > most:
                told.append(f"and {len(findings) - most} more")
            table.add_row(MARKS[grade], _score(score), escape(name), "\n".join(told))
        console.print(table)
    console.print(_summary([row[0] for row in rows], audit.coverage, hidden=len(rows) - len(shown)))
    if audit.scans is not None:
        _show_scans(console, audit.scans)
    for path, reason in audit.problems:
        Console(stderr=True, highlight=False).print(
            f"[magenta]?[/] {escape(path)}: {escape(reason)}"
        )


def _told(finding: "Finding") -> str:
    """A finding in one line: how bad, what, and where in the repository."""
    if not finding.scanner:
        return f"{finding.severity.value} {finding.rule}: {finding.message}"
    where = f" {finding.location}" if finding.location else ""
    return f"{finding.severity.value} {finding.rule}{where}: {finding.message}"


def _show_scans(console: Console, scans: "AuditScans") -> None:
    """What scanners covered: no finding means nothing where nobody looked."""
    console.print(escape(scans.numbers.reading()))
    for line in (*scans.unlooked[:10], *([scans.note] if scans.note else [])):
        console.print(f"[magenta]?[/] {escape(line)}")


def show_standing(status: "FleetStatus") -> None:
    """The fleet as a table, worst first, then what to know about it."""
    console = Console(highlight=False)
    if status.worst:
        table = _table()
        for standing in status.worst:
            reasons = escape("\n".join(standing.reasons))
            mark, score = MARKS[standing.grade], _score(standing.score)
            table.add_row(mark, score, escape(standing.repository), reasons)
        console.print(table)
    graded = [grade for grade in Grade for _ in range(getattr(status.counts, grade.value))]
    console.print(_summary(graded, status.coverage, hidden=0))
    for line in (*([status.note] if status.note else []), *status.problems):
        console.print(f"[magenta]?[/] {escape(line)}")
    if status.omitted.count:
        console.print(f"{status.omitted.count} more, worst {status.omitted.worst}")


def _table() -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("health")
    table.add_column("score", justify="right")
    table.add_column("repository", overflow="fold")
    table.add_column("why", overflow="fold", ratio=1)
    return table


def _score(score: int | None) -> str:
    return "–" if score is None else str(score)


def _summary(grades: Sequence[Grade], coverage: Coverage, *, hidden: int) -> str:
    counted = [f"{grades.count(grade)} {MARKS[grade]}" for grade in Grade if grade in grades]
    missing = {"stale": coverage.stale, "not fully observed": coverage.unknown}
    also = [f"{count} {word}" for word, count in missing.items() if count]
    hint = [f"{hidden} green not listed (--all lists them)"] if hidden else []
    told = "; ".join([", ".join(counted) or "none", *also, *hint])
    noun = "repository" if coverage.asked == 1 else "repositories"
    return f"{coverage.asked} {noun}: {told}"
