"""checkov: Terraform, Kubernetes and Dockerfiles, by its own hundreds of checks.

Offline it doesn't say how bad a finding is, so each counts as low. It names every check that a file
passed or failed: a file with neither was not read.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from opsroom.clients.git.exports import Export
from opsroom.clients.process import Completed
from opsroom.model.severity import Severity
from opsroom.model.shapes import listed, mapping, objects, string
from opsroom.observe.covering import kind_at
from opsroom.observe.documents.sarif import Result
from opsroom.observe.programs.hits import Reader, hits, named, together, unread
from opsroom.observe.programs.infrastructure import KINDS, heard, of_kinds
from opsroom.observe.programs.program import missing, program, start, version, why
from opsroom.observe.programs.staging import Staged, staged
from opsroom.observe.scanners import Bounds, Look, Missing, Offer, Scanner

ARGUMENTS = (
    "--framework",
    "terraform",
    "kubernetes",
    "dockerfile",
    "--skip-download",
    "--download-external-modules=false",
    "--compact",
    "--soft-fail",
    "--output=json",
)
MOST_RESULTS = 20_000

READER = Reader(
    rule=lambda result: f"checkov/{result.rule}", severity=lambda result, path: Severity.LOW
)


def offer() -> Offer | Missing:
    """Which checkov is here."""
    path = program("checkov")
    told = None if path is None else version(path)
    return missing("checkov", "checkov") if told is None else Offer(told)


def look(export: Export, bounds: Bounds) -> Look:
    """What checkov sees."""
    path = program("checkov")
    if path is None:
        return Look(reason="checkov is not installed")
    with staged(export, of_kinds(export), heard) as copy:
        if not copy.names:
            return Look(skipped=copy.skipped)
        argv = [path, f"--directory={copy.folder}", *ARGUMENTS]
        done = start(argv, copy.empty, bounds)
        if reason := why("checkov", done, bounds, frozenset({0})):
            return Look(reason=reason)
        return together([_look(export, copy, done)], "checkov could read none of the files")


def _look(export: Export, copy: Staged, done: Completed) -> Look:
    try:
        document: object = json.loads(done.stdout)
    except (ValueError, RecursionError):
        return Look(reason="checkov: the report is not JSON")
    reports = objects(document) if listed(document) is not None else [mapping(document)]
    failed: list[Result] = []
    looked: list[str] = []
    for report in reports:
        results = mapping(report.get("results"))
        looked += (
            string(check.get("file_abs_path"))
            for part in ("passed_checks", "failed_checks")
            for check in objects(results.get(part))
        )
        failed += _failed(results)
    read = named(copy, looked)
    harvest = hits(failed[:MOST_RESULTS], copy, READER)
    return Look(
        tuple(harvest.hits),
        len(read),
        frozenset(kind for each in read if (kind := kind_at(export, each)) in KINDS),
        (
            *copy.skipped,
            *harvest.skipped,
            *unread(copy.names.values(), read, "checkov has no check for it, or could not read it"),
        ),
    )


def _failed(results: Mapping[str, Any]) -> Iterator[Result]:
    for check in objects(results.get("failed_checks")):
        lines = listed(check.get("file_line_range")) or [0, 0]
        begin, end = (each if isinstance(each, int) else 0 for each in (*lines, 0, 0)[:2])
        yield Result(
            rule=string(check.get("check_id")) or "unknown",
            level="note",
            message=f"{string(check.get('check_name'))}: {string(check.get('resource'))}",
            path=string(check.get("file_abs_path")),
            line=begin,
            end=end,
            snippet="",
            properties={},
            suppressed=False,
        )


SCANNER = Scanner(
    look=look,
    offer=offer,
    kinds=KINDS,
    rules=("checkov/CKV*",),
    what="Terraform, Kubernetes and Dockerfiles, by hundreds of checks (checkov).",
    default=False,
    optional=True,
)
