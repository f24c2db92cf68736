"""SARIF 2.1.0 of an audit: what code-scanning pages and editors read."""

from pathlib import Path
from typing import Any

from opsroom import __version__
from opsroom.judge.examination import built_in
from opsroom.model.finding import Finding
from opsroom.model.severity import Severity
from opsroom.operations.audit import Audit

LEVELS = {
    Severity.INFO: "note",
    Severity.LOW: "note",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "error",
}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(audit: Audit) -> dict[str, Any]:
    """One run: a rule for each check, a result for each finding, a note for each problem."""
    checks = built_in()
    rules = list(checks)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "opsroom",
                        "version": __version__,
                        "rules": [
                            {
                                "id": rule,
                                "shortDescription": {"text": checks[rule].what},
                                "fullDescription": {"text": checks[rule].why},
                                "help": {"text": checks[rule].fix},
                                "defaultConfiguration": {"level": LEVELS[checks[rule].severity]},
                            }
                            for rule in rules
                        ],
                    }
                },
                "invocations": [
                    {
                        "executionSuccessful": audit.complete,
                        "endTimeUtc": audit.as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
                        "toolExecutionNotifications": [
                            {"level": "error", "message": {"text": f"{path}: {reason}"}}
                            for path, reason in audit.problems
                        ],
                    }
                ],
                "results": [
                    _result(
                        audited.snapshot.repository.name,
                        audited.snapshot.path or "",
                        finding,
                        rules,
                    )
                    for audited in audit.repositories
                    for finding in audited.findings
                ],
            }
        ],
    }


def _result(repository: str, path: str, finding: Finding, rules: list[str]) -> dict[str, Any]:
    place = Path(path, finding.location)
    return {
        "ruleId": finding.rule,
        "ruleIndex": rules.index(finding.rule),
        "level": LEVELS[finding.severity],
        "message": {"text": f"{repository}: {finding.message}"},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": place.as_uri()}}}],
        "partialFingerprints": {"opsroom/v1": finding.fingerprint},
        "properties": {"repository": repository, "severity": finding.severity.value},
    }
