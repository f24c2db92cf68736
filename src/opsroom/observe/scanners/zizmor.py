"""zizmor: workflows and actions of GitHub, Dependabot's and pre-commit's configuration.

It says of each file that it has completed it; what was given and not completed was not understood.
"""

import re
from posixpath import basename

from opsroom.clients.git.exports import Export
from opsroom.clients.process import Completed
from opsroom.model.severity import Severity
from opsroom.model.text import readable
from opsroom.observe.documents import sarif
from opsroom.observe.documents.sarif import Result
from opsroom.observe.kinds import kind_of
from opsroom.observe.programs.hits import Reader, hits, named, together, unread
from opsroom.observe.programs.program import Clock, missing, program, start, version, why
from opsroom.observe.programs.staging import Staged, portions, staged
from opsroom.observe.scanners import Bounds, Look, Missing, Offer, Scanner

KINDS = frozenset({"actions", "dependabot"})
BESIDE = frozenset({".pre-commit-config.yaml", ".pre-commit-hooks.yaml"})
"""Names that it reads as well, where there is something else to read."""

ARGUMENTS = (
    "--offline",
    "--no-config",
    "--no-ignores",
    "--collect=all",
    "--no-progress",
    "--color=never",
    "--format=sarif",
    "--no-exit-codes",
)
NOTHING_COLLECTED = 3
"""The exit code when no file could be parsed."""

UNPARSED = "zizmor could not parse it"
COMPLETED = re.compile(r"^ INFO audit: zizmor: \S+ completed (.+)$", re.MULTILINE)

SEVERITIES = {
    "High": Severity.HIGH,
    "Medium": Severity.MEDIUM,
    "Low": Severity.LOW,
    "Informational": Severity.INFO,
}
MILDER = {
    Severity.HIGH: Severity.MEDIUM,
    Severity.MEDIUM: Severity.LOW,
    Severity.LOW: Severity.INFO,
}
LOW_AT_MOST = frozenset({"artipacked", "unpinned-uses", "unpinned-images", "dependabot-cooldown"})
"""Habits that nearly every repository has, and that are no hole by themselves."""


def severity(result: Result, path: str) -> Severity:
    """As zizmor says, one step milder where it isn't sure, and low for mere habits."""
    told = SEVERITIES.get(str(result.properties.get("zizmor/severity")), Severity.LOW)
    if result.properties.get("zizmor/confidence") == "Low":
        told = MILDER.get(told, told)
    if result.rule.removeprefix("zizmor/") in LOW_AT_MOST and told.rank > Severity.LOW.rank:
        return Severity.LOW
    return told


READER = Reader(
    rule=lambda result: f"zizmor/{result.rule.removeprefix('zizmor/')}", severity=severity
)


def offer() -> Offer | Missing:
    """Which zizmor is here."""
    path = program("zizmor")
    told = None if path is None else version(path)
    return missing("zizmor", "zizmor") if told is None else Offer(told.removeprefix("zizmor "))


def look(export: Export, bounds: Bounds) -> Look:
    """What zizmor sees."""
    path = program("zizmor")
    if path is None:
        return Look(reason="zizmor is not installed")
    given = [each for each in export.files if kind_of(each) in KINDS or basename(each) in BESIDE]
    clock = Clock(bounds)
    looks: list[Look] = []
    for portion in portions(given):
        with staged(export, portion) as copy:
            done = start([path, *ARGUMENTS, "--", str(copy.folder)], copy.empty, clock.left())
            if reason := why("zizmor", done, bounds, frozenset({0, NOTHING_COLLECTED})):
                return Look(reason=reason)
            looks.append(_look(copy, done))
    return together(looks, "zizmor could parse none of the files")


def _look(copy: Staged, done: Completed) -> Look:
    if done.code == NOTHING_COLLECTED:
        return Look(skipped=(*copy.skipped, *unread(copy.names.values(), (), UNPARSED)))
    report = sarif.read(done.stdout)
    if report.reason is not None:
        return Look(reason=f"zizmor: {report.reason}")
    harvest = hits(report.results, copy, READER)
    read = named(copy, COMPLETED.findall(readable(done.stderr)))
    return Look(
        tuple(harvest.hits),
        len(read),
        frozenset(kind for each in read if (kind := kind_of(each)) in KINDS),
        (
            *copy.skipped,
            *report.skipped,
            *harvest.skipped,
            *unread(copy.names.values(), read, UNPARSED),
        ),
    )


SCANNER = Scanner(
    look=look,
    offer=offer,
    kinds=KINDS,
    rules=("zizmor/*",),
    what="Workflows and actions of GitHub, and Dependabot's configuration (zizmor).",
)
