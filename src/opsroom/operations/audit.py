"""An audit: folders of clones looked at once, judged and reported. Needs no store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from opsroom.errors import SettingsError
from opsroom.judge.examination import built_in, examine, unknown_rules
from opsroom.model.advisory import AdvisoryData
from opsroom.model.coverage import Coverage
from opsroom.model.facts import Unknown
from opsroom.model.finding import Finding
from opsroom.model.health import Health
from opsroom.model.scan import Scan
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot
from opsroom.observe.survey import survey
from opsroom.operations import gather
from opsroom.settings import Settings

if TYPE_CHECKING:
    from opsroom.operations.scans.coverage import ScanNumbers

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Audited:
    """One repository as the audit saw it. `unlooked` is what no scanner could look at, and why."""

    snapshot: Snapshot
    health: Health
    findings: tuple[Finding, ...]
    scans: tuple[Scan, ...] = ()
    unlooked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditScans:
    """What the scanners of an audit covered. `failed` could not look, though they are here."""

    numbers: "ScanNumbers"
    unlooked: Sequence[str] = ()
    data: Sequence[AdvisoryData] = ()
    note: str = ""
    failed: Sequence[tuple[str, str]] = field(default=())
    """Names of repositories, each with a scanner and its reason."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What was seen. `problems` are paths that could not be looked at, with the reason; `scans` is
    there when scanners were asked, too."""

    as_of: datetime
    repositories: tuple[Audited, ...]
    problems: tuple[tuple[str, str], ...]
    scans: AuditScans | None = None

    @property
    def coverage(self) -> Coverage:
        """How many repositories were looked at in full; a path with a problem is an unknown one."""
        unknown = sum(
            any(isinstance(group, Unknown) for group in audited.snapshot.groups)
            for audited in self.repositories
        )
        whole, closed = len(self.repositories) - unknown, len(self.problems)
        return Coverage(asked=whole + unknown + closed, fresh=whole, unknown=unknown + closed)

    @property
    def complete(self) -> bool:
        """Whether everything that was asked could be observed."""
        failed = self.scans is not None and self.scans.failed
        return not (self.problems or self.coverage.unknown or failed)

    def fails(self, severity: Severity) -> bool:
        """Whether any finding is at least so bad."""
        return any(
            finding.severity.rank >= severity.rank
            for audited in self.repositories
            for finding in audited.findings
        )

    def document(self) -> dict[str, object]:
        """The JSON form."""
        return {
            "as_of": self.as_of.isoformat().replace("+00:00", "Z"),
            "coverage": self.coverage.model_dump(),
            "repositories": [
                {
                    "name": audited.snapshot.repository.name,
                    "path": audited.snapshot.path,
                    "health": {
                        "grade": audited.health.grade.value,
                        "score": audited.health.score,
                        "costs": [cost.model_dump(mode="json") for cost in audited.health.costs],
                    },
                    "findings": [_document(finding) for finding in audited.findings],
                    "unknown": list(audited.health.unknown),
                    **(_looks(audited) if self.scans else {}),
                }
                for audited in self.repositories
            ],
            "problems": [{"path": path, "reason": reason} for path, reason in self.problems],
            **(_scanned(self.scans) if self.scans else {}),
        }


def _document(finding: Finding) -> dict[str, object]:
    told = finding.advisory
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "location": finding.location,
        "remediation": finding.remediation,
        "fingerprint": finding.fingerprint,
        **({"scanner": finding.scanner} if finding.scanner else {}),
        **({"advisory": told.model_dump(mode="json")} if told else {}),
    }


def _looks(audited: Audited) -> Mapping[str, object]:
    """Which scanner looked at what of one repository, and what nobody did."""
    return {
        "scans": [scan.model_dump(mode="json", exclude={"key"}) for scan in audited.scans],
        "unlooked": list(audited.unlooked),
    }


def _scanned(scans: AuditScans) -> Mapping[str, object]:
    """What the scanners covered of all repositories, and how old the advisories are."""
    return {
        "scans": {**scans.numbers.model_dump(), "share": scans.numbers.share},
        "unlooked": list(scans.unlooked),
        "advisories": [each.model_dump(mode="json") for each in scans.data],
        "note": scans.note,
        "failed": [{"repository": name, "reason": reason} for name, reason in scans.failed],
    }


def audit(settings: Settings, progress: Progress | None = None) -> Audit:
    """Look at the clones in the folders of the settings now; worst repositories come first.

    Raises:
        SettingsError: a rule of the settings is unknown.
        ObservationError: there is no git that could be used.
    """
    refuse_unknown_rules(settings)
    now = datetime.now(UTC)
    seen = survey([source.path for source in settings.directories], progress=progress)
    repositories: list[Audited] = []
    for snapshot in gather.snapshots(gather.sighted(seen.clones, settings.directories)):
        examination = examine(snapshot, None, settings.limits, now)
        repositories.append(Audited(snapshot, examination.health, examination.findings))
    return Audit(
        as_of=seen.at,
        repositories=tuple(sorted(repositories, key=worst_first)),
        problems=tuple((problem.path, problem.reason) for problem in seen.problems),
    )


def refuse_unknown_rules(settings: Settings) -> None:
    """Refuse a setting for a rule that doesn't exist.

    Raises:
        SettingsError: names the rule and the nearest one.
    """
    if not unknown_rules(settings.limits):
        return
    from opsroom.operations.scans.rules import scanned_rules

    for rule, near in unknown_rules(settings.limits, scanned=scanned_rules()):
        hint = f"did you mean {near!r}?" if near else f"there is: {', '.join(built_in())}"
        raise SettingsError(f"{settings.file}: [[check]] names no rule {rule!r}", hint)


def worst_first(audited: Audited) -> tuple[int, int, str]:
    """Sorts the worst repositories first: by grade, score and name."""
    health = audited.health
    return (-health.grade.rank, health.score or 0, audited.snapshot.repository.name)
