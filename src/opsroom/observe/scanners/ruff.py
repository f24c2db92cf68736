"""ruff, rules S: dangerous calls in Python, as Bandit defined them.

The repository's configuration, `.gitignore` and comments that excuse a line are not obeyed, and no
folder is left out by its name. ruff says how many files it checked, and which it could not read or
parse.
"""

import re
from collections.abc import Sequence
from posixpath import basename

from opsroom.clients.git.exports import Export
from opsroom.clients.process import Completed
from opsroom.model.severity import Severity
from opsroom.model.text import readable
from opsroom.observe.covering import kind_at
from opsroom.observe.documents import sarif
from opsroom.observe.documents.sarif import Result
from opsroom.observe.programs.hits import Reader, apart, hits, named, together, unread
from opsroom.observe.programs.program import Clock, missing, program, start, version, why
from opsroom.observe.programs.staging import Staged, portions, staged
from opsroom.observe.scanners import Bounds, Look, Missing, Offer, Scanner

LEFT_OUT = ("S101", "S311", "S404", "S603", "S607")
"""Rules that flag what is almost always right: `assert`, `random`, that a program is started, with
an argument list, by its name. They would bury the rest."""

ARGUMENTS = (
    "check",
    "--isolated",
    "--no-cache",
    "--select=S",
    f"--ignore={','.join(LEFT_OUT)}",
    "--ignore-noqa",
    "--no-respect-gitignore",
    "--config=exclude=[]",
    "--exit-zero",
    "--output-format=sarif",
    "--verbose",
)

CHECKED = re.compile(r"Checked (\d+) files? in")
FAILED = re.compile(r"^warning: Failed to lint (.+?): ", re.MULTILINE)
SYNTAX = "invalid-syntax"

HIGH = frozenset(
    {
        *("S202", "S301", "S302", "S307", "S323", "S501", "S502", "S503", "S505", "S507", "S602"),
        *("S605", "S608", "S609", "S201", "S304", "S305"),
    }
)
"""A stranger's input may run, or a connection that looks safe is not."""
LOW = frozenset(
    {
        *("S105", "S106", "S107", "S108", "S110", "S112", "S113", "S310", "S314", "S318", "S320"),
        *("S324", "S403", "S405", "S406", "S407", "S408", "S409", "S411", "S412", "S413", "S606"),
    }
)
"""Often harmless where they stand."""
SECRET = frozenset({"S105", "S106", "S107"})
TESTS = frozenset({"test", "tests", "testing", "conftest.py"})


def is_test(path: str) -> bool:
    """Whether a path is, by its name, of code that only tests run."""
    name = basename(path)
    return bool(TESTS.intersection(path.split("/"))) or (
        name.startswith("test_") or name.endswith("_test.py")
    )


def severity(result: Result, path: str) -> Severity:
    """By rule; in tests a remark, for nobody but us feeds them."""
    if is_test(path):
        return Severity.INFO
    if result.rule in HIGH:
        return Severity.HIGH
    return Severity.LOW if result.rule in LOW else Severity.MEDIUM


READER = Reader(
    rule=lambda result: None if result.rule == SYNTAX else f"ruff/{result.rule}",
    severity=severity,
    secret=lambda result: result.rule in SECRET,
)


def offer() -> Offer | Missing:
    """Which ruff is here."""
    path = program("ruff")
    told = None if path is None else version(path)
    return missing("ruff", "ruff") if told is None else Offer(told.removeprefix("ruff "))


def look(export: Export, bounds: Bounds) -> Look:
    """What ruff sees."""
    path = program("ruff")
    if path is None:
        return Look(reason="ruff is not installed")
    clock = Clock(bounds)

    def look_at(paths: Sequence[str]) -> Look:
        with staged(export, paths, ending=".py") as copy:
            done = start([path, *ARGUMENTS, "--", str(copy.folder)], copy.empty, clock.left())
            if reason := why("ruff", done, bounds, frozenset({0})):
                return Look(reason=reason)
            return _look(copy, done)

    looks: list[Look] = []
    for portion in portions(each for each in export.files if kind_at(export, each) == "python"):
        looks += apart(portion, look_at, lambda: not clock.is_over)
    return together(looks, "ruff could parse none of the files")


def _look(copy: Staged, done: Completed) -> Look:
    report = sarif.read(done.stdout)
    if report.reason is not None:
        return Look(reason=f"ruff: {report.reason}")
    complaints = readable(done.stderr)
    told = CHECKED.findall(complaints)
    if copy.names and (not told or int(told[-1]) != len(copy.names)):
        return Look(reason="ruff does not say that it checked every file")
    harvest = hits(report.results, copy, READER)
    syntax = (result.path or "" for result in report.results if result.rule == SYNTAX)
    broken = named(copy, syntax)
    undecoded = named(copy, FAILED.findall(complaints))
    read = [each for each in copy.names.values() if each not in broken | undecoded]
    return Look(
        tuple(harvest.hits),
        len(read),
        frozenset({"python"} if read else ()),
        (
            *copy.skipped,
            *report.skipped,
            *harvest.skipped,
            *unread(sorted(broken), (), "not the Python that ruff can parse"),
            *unread(sorted(undecoded), (), "ruff could not read it: not UTF-8"),
        ),
    )


SCANNER = Scanner(
    look=look,
    offer=offer,
    kinds=frozenset({"python"}),
    rules=("ruff/S*",),
    what="Dangerous calls in Python (ruff's rules S, after Bandit).",
)
