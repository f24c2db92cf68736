"""The line of a log that says why a step failed.

Tools put what went wrong in a form of their own, then say again and again that something did. So
lines have three ranks: what a tool says of the thing itself, what is an error in so many words,
and what only follows from one. The first line of the best rank is taken.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TAIL = 64 * 1024
"""Characters of a log that are read, from its end."""
LINE = 500
"""Characters of a line that are read."""
BEYOND = 8
"""Lines after a heading in which its detail is looked for."""

ESCAPES = re.compile(r"\x1b(?:\[[0-9;:?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
STAMP = re.compile(r"\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?[ \t]?")
BUILDKIT = re.compile(r"#\d+ (?:\d+\.\d+ )?")
FRAME = re.compile(r"^[\u2500-\u257f|]+ ?")
RUN = "##[group]Run "
ENDED = re.compile(r"##\[error\](?:The process .* failed with exit code|Process completed with)")


@dataclass(frozen=True, slots=True)
class Said:
    """The line that says why, and what belongs to it: the next line, or the test it is of."""

    line: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.line}: {self.detail}" if self.detail else self.line


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


PYTEST = re.compile(r"E {2,}(?=\S)")
WEAK = re.compile(r"E +(?:assert\b|AssertionError)")
FAILED_TEST = re.compile(r"(?:FAILED|ERROR) \S+?::([\w:]+)")
TRACE = r"(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Interrupt|Exit|NotFound|Timeout)(?::|$)"

THING = _any(
    r"\S+?\(\d+,\d+\): error TS\d+:|\S+? - error TS\d+:",  # tsc
    r"error(?:\[E\d+\])?: (?!could not compile|aborting due|process didn't|Recipe |failed to push)",
    r"\S+\.go:\d+:\d+: (?!warning)",  # go build, vet
    r"go: \S+.*: ",
    r"panic: ",
    r"\[ERROR\] (?:COMPILATION ERROR|Failed to execute goal|\S+\.java:|templates/|values|Chart)",
    r"ERROR: (?:Could not|No matching distribution|Cannot install|ResolutionImpossible)",  # pip
    r"ERROR: failed to solve: (?!process .*did not complete)",  # buildkit
    r"E: (?:Unable|Failed|Package|Could not|Version|The repository)",  # apt
    r"fatal: \[[^\]]*\]: \w+!",  # ansible
    r"[a-z][\w-]*\[[a-z][\w-]*\]: [A-Z]",  # ansible-lint
    r"\S+:\d+:\d+: [A-Z]{1,4}\d{2,4} ",  # ruff, flake8
    r"\S+:\d+(?::\d+)?: error: ",  # mypy, gcc, clang
    r" +\d+:\d+ +error +\S",  # eslint, yamllint
    r"FATA\[\d+\] ",
    r"rpc error: ",
    r"Error response from daemon: ",
    r"fatal: (?!\[)",  # git
)
HEADINGS = _any(
    r"Error: (?!.*\b(?:failed|Command failed)\b|Process completed|buildx failed)\S",  # terraform
    r"--- FAIL: ",  # go test
    r"thread '.*' (?:\(\d+\) )?panicked at ",  # rust
    r" *● .+ › ",  # jest
    r"not ok \d+ - ",  # TAP
    r"npm (?:ERR!|error) code E(?!LIFECYCLE)\w+",
)
WORDS = _any(
    rf"(?:[Cc]aused by: )?{TRACE}",
    r"##\[error\](?!Process completed|The process )",
    r"(?i:error|fatal|failed)(?: \w+)?: +\S",
    r"\[(?:ERROR|FATAL)\] ",
    r"(?:ERROR|FATAL|CRITICAL)[: ]",
    r".*: (?:command )?not found$",
    r".*(?:No such file or directory|Permission denied|Connection (?:refused|reset|timed out))",
    r".*(?:[Nn]o space left on device|Out of memory|out of memory|Killed$|Segmentation fault)",
    r".*(?:i/o timeout|deadline exceeded|timed out|Temporary failure in name resolution)",
    r".*(?:runner has received a shutdown signal|exceeded the maximum execution time)",
    r".*lost communication with the server",
)
FOLLOWS = _any(
    r"##\[error\](?:Process completed|The process |Terraform exited|The operation was canceled)",
    r"make(?:\[\d+\])?: \*\*\*",
    r"npm (?:ERR!|error)",
    r"error: (?:could not compile|aborting due|process didn't exit|Recipe |failed to push)",
    r"ERROR: (?:failed to solve: process|process|Job failed)",
    r"#?\d* ?ERROR: process",
    r"(?:Error|ERROR): .*(?:failed|exit (?:status|code))",
    r"FAIL\b|FAILED\b|Failed: \d|exit (?:status|code)",
)
NOISE = _any(r"\s*$", r"##\[", r"[-=_*~.^ ]+$", r"\[command\]", r"Post job cleanup", r"\d+$")


def first_error(log: str) -> Said | None:
    """Return what a log says of why it ends, None where it says no more than that it does."""
    lines = _of_failing_step([_clean(line) for line in log[-TAIL:].split("\n")])
    return _pytest(lines) or _ranked(lines) or _last_words(lines)


def consequence(log: str) -> str:
    """Return the last line of a failed step that says that it failed, though not why."""
    lines = _of_failing_step([_clean(line) for line in log[-TAIL:].split("\n")])
    said = [line for line in lines if FOLLOWS.match(line)]
    return said[-1].removeprefix("##[error]") if said else ""


def _clean(line: str) -> str:
    """Take off what a terminal, a runner and a builder put around a line."""
    line = line.rstrip("\r").rpartition("\r")[2]
    line = STAMP.sub("", line[: LINE * 2], count=1)
    line = UNSEEN.sub("", ESCAPES.sub("", line))
    line = FRAME.sub("", BUILDKIT.sub("", line, count=1) if line.startswith("#") else line)
    return line[:LINE].rstrip()


def _of_failing_step(lines: Sequence[str]) -> Sequence[str]:
    """Return the lines of the step that failed first, as far as the runner marked where it is."""
    end = next((at for at, line in enumerate(lines) if ENDED.match(line)), len(lines) - 1)
    begun = [at for at, line in enumerate(lines[: end + 1]) if line.startswith(RUN)]
    return lines[begun[-1] + 1 if begun else 0 : end + 1]


def _pytest(lines: Sequence[str]) -> Said | None:
    """Take the first line that pytest marks. A bare assertion says nothing without its test."""
    for line in lines:
        if PYTEST.match(line):
            test = next((found[1] for each in lines if (found := FAILED_TEST.match(each))), "")
            said = PYTEST.sub("", line)
            return Said(said, f"in {test}" if test and WEAK.match(line) else "")
    return None


def _ranked(lines: Sequence[str]) -> Said | None:
    for rank in (_things, _words):
        found = next(rank(lines), None)
        if found:
            return found
    return None


def _things(lines: Sequence[str]) -> Iterator[Said]:
    for at, line in enumerate(lines):
        if HEADINGS.match(line):
            yield Said(_bare(line), _detail(line, lines[at + 1 : at + 1 + BEYOND]))
        elif THING.match(line):
            yield Said(_bare(line))


def _words(lines: Sequence[str]) -> Iterator[Said]:
    for line in lines:
        if WORDS.match(line) and not FOLLOWS.match(line):
            yield Said(_bare(line))


def _last_words(lines: Sequence[str]) -> Said | None:
    """Take what was said last before the end, where something was."""
    said = [line for line in lines[:-1] if not NOISE.match(line) and not FOLLOWS.match(line)]
    ended = bool(lines) and lines[-1].startswith("##[error]")
    return Said(_bare(said[-1])) if said and ended else None


def _detail(heading: str, after: Sequence[str]) -> str:
    """Return the line below a heading that tells more: no place, no source code, no frame."""
    npm = heading.startswith("npm ")
    for line in after:
        bare = _bare(line)
        if npm and bare.startswith("code "):
            continue
        if bare and not re.match(
            r"(?:on |at |--> |\d+: |[-.]{3}|\w+_ms: |location: |failureType)", bare
        ):
            return bare
    return ""


def _bare(line: str) -> str:
    line = line.removeprefix("##[error]").strip()
    return re.sub(r"^npm (?:ERR!|error) ?", "", line).strip()
