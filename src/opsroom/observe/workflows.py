"""What a workflow of GitHub Actions may do, out of its file: what threats are told from.

    bytes -> YAML, bounded -> triggers, secrets, rights, actions, and where each stands

Expressions are read as far as names go: `secrets.NAME` and `secrets['NAME']` are one secret, and
everything else that names `secrets` is all of them. What reaches a checkout through a variable of
the environment or an output of another step is not followed.
"""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from opsroom.model.text import plain
from opsroom.model.threat import Workflow
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.reading.plain_text import text_of
from opsroom.observe.reading.values import rows, table, words
from opsroom.observe.reading.yaml_text import Entries, Node, document

MOST_BYTES = 2 << 20
MOST_NAMES = 1_000
"""Of each kind: triggers, secrets, rights, actions."""
LONGEST = 200

PATHS = tuple(
    f".{host}/workflows/*.{ending}"
    for host in ("github", "forgejo", "gitea")
    for ending in ("yml", "yaml")
)
QUOTED = re.compile(r"(\[\s*)?'[^']*'")
"""A text; in brackets it is a name."""
NAMED = re.compile(
    r"(?<![\w.-])secrets\s*(?:\.\s*([A-Za-z_][\w-]*)|\[\s*'([^']*)'\s*\])", re.IGNORECASE
)
ANY = re.compile(r"(?<![\w.-])secrets(?![\w-])", re.IGNORECASE)
ALL, INHERIT = "*", "inherit"

PROPOSED = re.compile(
    r"github\s*\.\s*(?:head_ref\b|event\s*\.\s*(?:pull_request\s*\.\s*(?:head\b|merge_commit_sha\b)"
    r"|workflow_run\s*\.\s*(?:head_|pull_requests\b)))|refs/pull/",
    re.IGNORECASE,
)
"""Expressions for what a pull request proposes, or for what the run before it ran on."""
BROUGHT = re.compile(r"\bgh\s+pr\s+checkout\b|\bgit\s+(?:fetch|checkout|switch|pull|clone|merge)\b")
PULLED = re.compile(r"\bpull/(?:\$\{\{[^}]{1,100}\}\}|[^\s/]{1,80})/(?:head|merge)\b")


def is_workflow(path: str) -> bool:
    """Whether a path is where hosts look for workflows: right in that folder."""
    return path.count("/") == 2 and any(fnmatchcase(path, glob) for glob in PATHS)


def read(path: str, content: bytes) -> Workflow:
    """Read one workflow.

    Raises:
        NotUnderstood: it is no YAML, over a bound, or has no jobs.
    """
    top = document(content, MOST_BYTES)
    if not isinstance(top, Entries) or not isinstance(top.get("jobs"), Entries):
        raise NotUnderstood("no jobs: it is no workflow")
    lines = text_of(content, MOST_BYTES).split("\n")
    jobs = [job for job in table(top["jobs"]).values() if isinstance(job, Entries)]
    triggers = dict(_triggers(top))
    secrets = _secrets(top, jobs, lines)
    permissions = dict(_permissions([top, *jobs]))
    uses = dict(_uses(jobs))
    checkout = next(_checkouts(jobs), 0)
    places = [
        *((f"on:{name}", line) for name, line in triggers.items()),
        *((f"secret:{name}", line) for name, line in secrets.items()),
        *permissions.items(),
        *([("checkout", checkout)] if checkout else []),
    ]
    if max(map(len, (triggers, secrets, permissions, uses))) > MOST_NAMES:
        raise NotUnderstood(f"more than {MOST_NAMES:,} names of one kind")
    return Workflow(
        path=path,
        triggers=frozenset(triggers),
        secrets=frozenset(secrets),
        permissions=frozenset(permissions),
        uses=frozenset(uses),
        runs_proposal=checkout > 0,
        lines=tuple(places),
    )


def _triggers(top: Entries) -> Iterator[tuple[str, int]]:
    line = top.lines.get("on", 0)
    match top.get("on"):
        case Entries() as events:
            yield from ((_name(event), events.lines[event]) for event in events)
        case list() as events:
            yield from ((_name(words(event)), line) for event in events)
        case event:
            if words(event):
                yield _name(words(event)), line


def _secrets(top: Entries, jobs: list[Entries], lines: list[str]) -> dict[str, int]:
    """Return each secret that is read, with the line where it first stands."""
    found: dict[str, int] = {}
    for text, line, is_condition in _texts(top, 0):
        for expression in _expressions(text, whole=is_condition):
            for name in _named(expression):
                found.setdefault(name, line if name == ALL else _line(name, line, lines))
    for job in jobs:
        if words(job.get("secrets")) == INHERIT:
            found.setdefault(INHERIT, job.lines["secrets"])
    return found


def _texts(node: Node, line: int, *, is_condition: bool = False) -> Iterator[tuple[str, int, bool]]:
    """Yield every text with its line, and whether it stands at `if`. The reader bounds the depth
    and how many there are."""
    if isinstance(node, Entries):
        for key, value in node.items():
            yield key, node.lines[key], False
            yield from _texts(value, node.lines[key], is_condition=key == "if")
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item, line)
    elif isinstance(node, str):
        yield node, line, is_condition


def _expressions(text: str, *, whole: bool) -> Iterator[str]:
    """Yield what stands between `${{` and `}}`; a condition needs no such signs."""
    if whole:
        yield text
    elif "${{" in text:
        yield from (part.partition("}}")[0] for part in text.split("${{")[1:])


def _named(expression: str) -> Iterator[str]:
    if not ANY.search(expression):
        return
    read_as = QUOTED.sub(lambda found: found[0] if found[1] else "''", expression)
    yield from (_name((found[1] or found[2]).upper()) for found in NAMED.finditer(read_as))
    if ANY.search(NAMED.sub("", read_as)):
        yield ALL


def _line(name: str, first: int, lines: list[str]) -> int:
    """Return the first line at or after `first` with the name: a text may have many lines."""
    for number in range(max(first, 1), min(first + 200, len(lines)) + 1):
        if name in lines[number - 1].upper():
            return number
    return first


def _permissions(holders: list[Entries]) -> Iterator[tuple[str, int]]:
    """Yield every right to write, of the workflow and of its jobs."""
    for holder in holders:
        given = holder.get("permissions")
        if words(given) == "write-all":
            yield "write-all", holder.lines["permissions"]
        elif isinstance(given, Entries):
            for scope, level in given.items():
                if words(level) == "write":
                    yield f"{_name(scope)}: write", given.lines[scope]


def _steps(jobs: list[Entries]) -> Iterator[Entries]:
    for job in jobs:
        yield from (step for step in rows(job.get("steps")) if isinstance(step, Entries))


def _uses(jobs: list[Entries]) -> Iterator[tuple[str, int]]:
    for holder in (*jobs, *_steps(jobs)):
        if used := words(holder.get("uses")):
            yield _name(used), holder.lines["uses"]


def _checkouts(jobs: list[Entries]) -> Iterator[int]:
    """Yield the lines of steps that bring what a pull request proposes."""
    for step in _steps(jobs):
        given = table(step.get("with"))
        if "/checkout@" in words(step.get("uses")):
            asked = " ".join(words(given.get(key)) for key in ("ref", "repository"))
            if PROPOSED.search(asked):
                yield step.lines["uses"]
        for line in words(step.get("run")).split("\n"):
            brings = BROUGHT.search(line)
            if brings and ("gh" in brings[0] or PROPOSED.search(line) or PULLED.search(line)):
                yield step.lines["run"]


def _name(text: str) -> str:
    return plain(text, LONGEST)
