"""OpenVEX of one repository: what was decided about flaws that are known of its packages.

Open findings are told as `affected`, suppressed ones as what was said of them. The shape is that
of the OpenVEX specification, version 0.2.0.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from opsroom import __version__
from opsroom.model.finding import FindingState, KeptFinding
from opsroom.model.vex import VexStatus

CONTEXT = "https://openvex.dev/ns/v0.2.0"


def document(name: str, at: datetime, findings: Iterable[KeptFinding]) -> dict[str, Any]:
    """The document, as JSON. Its id changes exactly when its statements do."""
    statements = [
        _statement(kept)
        for kept in findings
        if kept.finding.advisory and kept.state is not FindingState.FIXED
    ]
    digest = hashlib.sha256(json.dumps([name, statements], sort_keys=True).encode()).hexdigest()
    return {
        "@context": CONTEXT,
        "@id": f"urn:opsroom:vex:{digest[:32]}",
        "author": "Opsroom",
        "timestamp": _time(at),
        "version": 1,
        "tooling": f"opsroom {__version__}",
        "statements": statements,
    }


def _statement(kept: KeptFinding) -> dict[str, Any]:
    advisory, told = kept.finding.advisory, kept.suppression
    assert advisory is not None  # noqa: S101 - asked for by the caller; tells the type checker
    purl = f"{advisory.package}@{advisory.version}" if advisory.version else advisory.package
    statement: dict[str, Any] = {
        "vulnerability": {"name": advisory.id, "aliases": list(advisory.aliases)},
        "products": [{"@id": purl, "identifiers": {"purl": purl}}],
        "timestamp": _time(told.at if told else kept.opened_at),
    }
    if told is None or kept.state is not FindingState.SUPPRESSED:
        action = kept.finding.remediation or "none is known yet"
        return statement | {"status": VexStatus.AFFECTED.value, "action_statement": action}
    status, _, justification = told.vex.partition(":")
    known = VexStatus(status) if status else VexStatus.NOT_AFFECTED
    statement |= {"status": known.value}
    if known is VexStatus.AFFECTED:
        return statement | {"action_statement": told.reason}
    if known is VexStatus.NOT_AFFECTED:
        statement |= {"impact_statement": told.reason}
        return statement | ({"justification": justification} if justification else {})
    return statement | {"status_notes": told.reason}


def _time(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
