"""SARIF 2.1.0 of findings: what code-scanning pages and editors read.

One run: a rule for each check and for what scanners reported, a result for each finding, a note
for each thing that could not be looked at.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from opsroom import __version__
from opsroom.errors import UsageError
from opsroom.judge.findings.hits import place_of
from opsroom.model.finding import Finding, FindingState, Suppression
from opsroom.model.where import Where
from opsroom.operations.audit import Audit
from opsroom.operations.findings.sarif_rules import LEVELS, rules_of
from opsroom.operations.graph.uses import learn
from opsroom.operations.room import Room

MOST = 25_000
"""Results in one document: pages that read SARIF take no more in a run."""
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True, slots=True)
class Told:
    """One finding of a repository, whose clone is at `path` if it has one here."""

    repository: str
    path: str | None
    finding: Finding
    suppression: Suppression | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that could not be looked at. `failed`: it was asked, and should have been."""

    text: str
    failed: bool = True


def of_audit(audit: Audit) -> dict[str, Any]:
    """The document of an audit."""
    told = [
        Told(audited.snapshot.repository.name, audited.snapshot.path, finding)
        for audited in audit.repositories
        for finding in audited.findings
    ]
    notices = [Notice(f"{path}: {reason}") for path, reason in audit.problems]
    if audit.scans is not None:
        notices += [Notice(f"{name}: {why}") for name, why in audit.scans.failed]
        notices += [Notice(f"not looked at: {why}", failed=False) for why in audit.scans.unlooked]
        notices += [Notice(audit.scans.note, failed=False)] if audit.scans.note else []
    return sarif(told, notices, audit.as_of, complete=audit.complete)


async def of_fleet(room: Room, where: str) -> dict[str, Any]:
    """The document of what is open or suppressed in the repositories that a filter means.

    Raises:
        UsageError: the filter can't be understood, or means more findings than a document holds.
    """
    import anyio.to_thread

    from opsroom.operations.scans.coverage import unlooked

    wanted = Where.parse(where)
    await learn(room, wanted)
    await room.refresh()
    rows = [row for row in room.rows() if wanted.matches(row)]
    at, covered = room.looked(rows, whole=not wanted.terms)
    told = [
        Told(row.name, row.snapshot.path, kept.finding, kept.suppression)
        for row in rows
        for kept in row.kept
        if kept.state is not FindingState.FIXED
    ]
    if len(told) > MOST:
        raise UsageError(f"{len(told)} findings are more than {MOST}", "narrow `where`")
    notices = [Notice(text) for text in room.problems()]
    notices += [Notice(f"not looked at: {why}", failed=False) for why in unlooked(rows)]
    complete = not (room.problems() or covered.stale or covered.unknown)
    made = partial(sarif, told, notices, at or room.now(), complete=complete)
    return await anyio.to_thread.run_sync(made)


def sarif(
    told: Sequence[Told], notices: Iterable[Notice], at: datetime, *, complete: bool
) -> dict[str, Any]:
    """The document. `complete`: everything that was asked could be observed."""
    rules = rules_of(each.finding for each in told)
    places = {rule["id"]: index for index, rule in enumerate(rules)}
    roots = {each.repository: each.path for each in told if each.finding.scanner}
    run = {
        "tool": {"driver": {"name": "opsroom", "version": __version__, "rules": rules}},
        "originalUriBaseIds": {name: _root(name, path) for name, path in roots.items()},
        "invocations": [
            {
                "executionSuccessful": complete,
                "endTimeUtc": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "toolExecutionNotifications": [
                    {
                        "level": "error" if notice.failed else "warning",
                        "message": {"text": notice.text},
                    }
                    for notice in notices
                ],
            }
        ],
        "results": [_result(each, places[each.finding.rule]) for each in told],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _root(name: str, path: str | None) -> dict[str, Any]:
    """What the addresses of files are relative to: the clone, where there is one here."""
    described = {"description": {"text": f"the repository {name}"}}
    return {**described, "uri": f"{Path(path).as_uri()}/"} if path else described


def _result(told: Told, index: int) -> dict[str, Any]:
    finding, decided = told.finding, told.suppression
    path, line, commit = place_of(finding.location)
    properties = {
        "repository": told.repository,
        "severity": finding.severity.value,
        "scanner": finding.scanner,
        "commit": commit,
        "advisory": finding.advisory.model_dump(mode="json") if finding.advisory else None,
    }
    region = {"region": {"startLine": line}} if line else {}
    artifact = _artifact(told, path) if finding.scanner else _absolute(told, finding.location)
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": f"{told.repository}: {finding.message}"},
        "locations": [{"physicalLocation": {"artifactLocation": artifact, **region}}],
        "partialFingerprints": {"opsroom/v1": finding.fingerprint},
        "suppressions": [_suppression(decided)] if decided else [],
        "properties": {key: value for key, value in properties.items() if value},
    }


def _artifact(told: Told, path: str) -> dict[str, Any]:
    """A file of the repository, or the repository itself."""
    return {"uri": quote(path) or "./", "uriBaseId": told.repository}


def _absolute(told: Told, location: str) -> dict[str, Any]:
    """What a check names: a path on this machine."""
    if told.path is None and not location.startswith("/"):
        return {"uri": quote(location) or "./"}
    return {"uri": Path(told.path or "/", location).as_uri()}


def _suppression(decided: Suppression) -> dict[str, Any]:
    until = {"until": decided.until.isoformat()} if decided.until else {}
    return {
        "kind": "external",
        "status": "accepted",
        "justification": decided.reason,
        "properties": {"by": decided.by, "at": decided.at.isoformat(), **until},
    }
