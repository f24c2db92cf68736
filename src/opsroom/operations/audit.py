"""An audit: folders of clones looked at once, judged and reported. Needs no store."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from opsroom.errors import SettingsError
from opsroom.judge.examination import built_in, examine, unknown_rules
from opsroom.model.coverage import Coverage
from opsroom.model.facts import Unknown
from opsroom.model.finding import Finding
from opsroom.model.health import Health
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot
from opsroom.observe.survey import survey
from opsroom.operations import gather
from opsroom.settings import Settings

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Audited:
    """One repository as the audit saw it."""

    snapshot: Snapshot
    health: Health
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Audit:
    """What was seen. `problems` are paths that could not be looked at, with the reason."""

    as_of: datetime
    repositories: tuple[Audited, ...]
    problems: tuple[tuple[str, str], ...]

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
        return not self.problems and not self.coverage.unknown

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
                }
                for audited in self.repositories
            ],
            "problems": [{"path": path, "reason": reason} for path, reason in self.problems],
        }


def _document(finding: Finding) -> dict[str, str]:
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "location": finding.location,
        "remediation": finding.remediation,
        "fingerprint": finding.fingerprint,
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
        repositories=tuple(sorted(repositories, key=_worst_first)),
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


def _worst_first(audited: Audited) -> tuple[int, int, str]:
    health = audited.health
    return (-health.grade.rank, health.score or 0, audited.snapshot.repository.name)
