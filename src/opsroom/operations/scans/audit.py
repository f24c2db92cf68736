"""An audit with scanners: folders of clones looked at and scanned once, without a centre.

clones -> a store that is thrown away -> checks and scanners -> an Audit, with what was covered
"""

from datetime import UTC, datetime

from opsroom.judge.findings.ranking import rank
from opsroom.model.finding import Finding
from opsroom.operations.advisories.data import age_note
from opsroom.operations.audit import (
    Audit,
    Audited,
    AuditScans,
    Progress,
    refuse_unknown_rules,
    worst_first,
)
from opsroom.operations.findings.groups import case
from opsroom.operations.fleet import Row
from opsroom.operations.scans.coverage import failed, numbers, reasons, unlooked
from opsroom.operations.scans.equipment import refuse_unknown_scanners
from opsroom.operations.scans.once import scan_once
from opsroom.settings import Settings


async def audit_and_scan(settings: Settings, progress: Progress | None = None) -> Audit:
    """Look at the clones in the folders of the settings and scan them; worst repositories first.

    The findings of each repository are ranked by exposure.

    Raises:
        SettingsError: a rule or a scanner of the settings is unknown.
        ObservationError: there is no git that could be used.
        StoreError: there is no room for what is seen meanwhile.
    """
    refuse_unknown_rules(settings)
    refuse_unknown_scanners(settings)
    began = datetime.now(UTC)
    seen = await scan_once(settings, progress=progress)
    audited = [
        Audited(row.snapshot, row.health, _ranked(row), row.scans, tuple(reasons(row)))
        for row in seen.rows
    ]
    note = age_note(seen.data, datetime.now(UTC))
    return Audit(
        as_of=min((row.snapshot.at for row in seen.rows if row.snapshot.at), default=began),
        repositories=tuple(sorted(audited, key=worst_first)),
        problems=tuple(seen.problems),
        scans=AuditScans(
            numbers=numbers(seen.rows),
            unlooked=unlooked(seen.rows),
            data=seen.data,
            note=note,
            failed=[(row.name, why) for row in seen.rows for why in failed(row, seen.missing)],
        ),
    )


def _ranked(row: Row) -> tuple[Finding, ...]:
    """The open findings of a repository, most exposed first."""
    ordered = sorted(row.findings, key=lambda kept: rank(case(row, kept)).order)
    return tuple(kept.finding for kept in ordered)
