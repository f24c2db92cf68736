"""semgrep: languages that no other scanner of ours looks at, by rules of our own.

It asks nobody: no registry, no metrics. Its report lists every file that it looked at, and every
one that it could not parse.
"""

import json
from collections.abc import Mapping
from typing import Any

from opsroom.clients.git.exports import Export
from opsroom.clients.process import Completed
from opsroom.model.severity import Severity
from opsroom.model.shapes import listed, mapping, objects, string
from opsroom.observe.documents.sarif import Result, digest
from opsroom.observe.kinds import kind_of
from opsroom.observe.programs.hits import Reader, hits, named, together, unread
from opsroom.observe.programs.program import Clock, missing, program, start, version, why
from opsroom.observe.programs.semgrep_rules import RULES
from opsroom.observe.programs.staging import Staged, staged
from opsroom.observe.scanners import Bounds, Look, Missing, Offer, Scanner

KINDS = frozenset({"javascript", "typescript", "go", "php", "ruby", "java"})
NOT_UNDERSTOOD = (".vue", ".svelte")
"""Pages with a script inside, which it can't take apart."""

ARGUMENTS = (
    "scan",
    "--metrics=off",
    "--disable-version-check",
    "--disable-nosem",
    "--no-git-ignore",
    "--oss-only",
    "--jobs=1",
    "--timeout=10",
    "--max-target-bytes=0",
    "--quiet",
    "--json",
)
CONFIGURATION = json.dumps({"rules": RULES})

SEVERITIES = {"ERROR": Severity.MEDIUM, "WARNING": Severity.LOW}

READER = Reader(
    rule=lambda result: f"semgrep/{result.rule.rpartition('.')[2]}",
    severity=lambda result, path: SEVERITIES.get(result.level, Severity.INFO),
)


def offer() -> Offer | Missing:
    """Which semgrep is here; its rules are ours."""
    path = program("semgrep")
    told = None if path is None else version(path)
    if told is None:
        return missing("semgrep", "semgrep")
    return Offer(told, digest(CONFIGURATION)[:16])


def look(export: Export, bounds: Bounds) -> Look:
    """What semgrep sees."""
    path = program("semgrep")
    if path is None:
        return Look(reason="semgrep is not installed")
    clock = Clock(bounds)
    given = [each for each in export.files if kind_of(each) in KINDS]
    pages = {each for each in given if each.lower().endswith(NOT_UNDERSTOOD)}
    with staged(export, (each for each in given if each not in pages)) as copy:
        if not copy.names:
            return Look(skipped=copy.skipped)
        # Without a list of its own it would pass over tests and vendored code.
        (copy.folder / ".semgrepignore").touch()
        configuration = copy.empty / "rules.json"
        configuration.write_text(CONFIGURATION)
        argv = [path, *ARGUMENTS, f"--config={configuration}", "--", str(copy.folder)]
        done = start(argv, copy.empty, clock.left())
        if reason := why("semgrep", done, bounds, frozenset({0, 1})):
            return Look(reason=reason)
        left_out = Look(skipped=unread(sorted(pages), (), "pages, which semgrep can't take apart"))
        return together([_look(copy, done), left_out], "semgrep could parse none of the files")


def _look(copy: Staged, done: Completed) -> Look:
    try:
        report = mapping(json.loads(done.stdout))
    except (ValueError, RecursionError):
        return Look(reason="semgrep: the report is not JSON")
    broken: set[str] = set()
    for error in objects(report.get("errors")):
        path = string(error.get("path"))
        if not path and string(error.get("level")) == "error":
            return Look(reason=f"semgrep failed: {string(error.get('type')) or 'it says not why'}")
        broken |= named(copy, [path])
    scanned = listed(mapping(report.get("paths")).get("scanned")) or []
    read = named(copy, map(string, scanned)) - broken
    harvest = hits(map(_result, objects(report.get("results"))), copy, READER)
    others = [path for path in copy.names.values() if path not in broken]
    return Look(
        tuple(harvest.hits),
        len(read),
        frozenset(kind for each in read if (kind := kind_of(each)) in KINDS),
        (
            *copy.skipped,
            *harvest.skipped,
            *unread(sorted(broken), (), "semgrep could not parse all of it"),
            *unread(others, read, "semgrep did not look at it"),
        ),
    )


def _result(found: Mapping[str, Any]) -> Result:
    extra = mapping(found.get("extra"))
    begin, end = (mapping(found.get(key)).get("line") for key in ("start", "end"))
    return Result(
        rule=string(found.get("check_id")) or "unknown",
        level=string(extra.get("severity")),
        message=string(extra.get("message")),
        path=string(found.get("path")),
        line=begin if isinstance(begin, int) else 0,
        end=end if isinstance(end, int) else 0,
        snippet="",
        properties={},
        suppressed=False,
    )


SCANNER = Scanner(
    look=look,
    offer=offer,
    kinds=KINDS,
    rules=("semgrep/*",),
    what="JavaScript, TypeScript, Go, PHP, Ruby and Java, by few rules of our own (semgrep).",
    optional=True,
)
