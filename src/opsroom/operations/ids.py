"""Ids say their kind: one of the wrong kind is answered with the call that would work."""

import re
from collections.abc import Iterable

from opsroom.errors import Call, UsageError
from opsroom.model.text import plain
from opsroom.operations.fleet import Row

KINDS = ("finding", "alert", "incident", "plan", "run", "ci")
"""What stands before the underscore in the id of anything but a repository or a cursor."""
CI_RUN = re.compile(r"ci_([0-9]{1,19})(?:@([A-Za-z0-9._~-]{1,255}))?")
LONGEST = 2**63
GITHUB = "github.com"


def refuse(rows: Iterable[Row], text: str) -> None:
    """Refuse the id of something else, where a repository or a cursor is wanted.

    Raises:
        UsageError: says what the id is of, and which call would work.
    """
    kind, underscore, _ = text.partition("_")
    if not underscore or kind not in KINDS:
        return
    _refuse_finding(rows, text)
    calls = [Call("ci_status", {"ci_run": text}, "what is known of this run")]
    if kind == "run":
        calls = [Call("run_status", {"run": text}, "how far this run is")]
    if kind == "finding":
        calls = [Call("findings", {}, "lists findings with their ids")]
    raise UsageError(
        f"{plain(text, 60)!r} is the id of a {'CI run' if kind == 'ci' else kind}",
        "give a repository's owner/name or a cursor",
        calls if kind in ("run", "finding") or CI_RUN.fullmatch(text) else [],
    )


def finding(rows: Iterable[Row], text: str) -> None:
    """Refuse what is not written as the id of a finding.

    Raises:
        UsageError: says what it is of, where that can be told, and which call would work.
    """
    if not text.startswith("finding_"):
        refuse(rows, text)
        raise UsageError(
            f"{plain(text, 60)!r} is not the id of a finding",
            "it is written finding_ and 16 digits",
            [Call("findings", {}, "lists findings with their ids")],
        )


def ci_run(rows: Iterable[Row], text: str) -> tuple[str, int]:
    """The host and the number that the id of a CI run is made of.

    Raises:
        UsageError: it is the id of something else; says which call would work.
    """
    found = CI_RUN.fullmatch(text.strip())
    if found and int(found[1]) < LONGEST:
        return (found[2] or GITHUB).replace("~", ":").lower(), int(found[1])
    known = list(rows)
    _refuse_finding(known, text)
    wanted = plain(text, 60)
    hint = "it is written ci_123, or ci_123@host; ci_status without it lists the newest"
    calls = [Call("ci_status", {}, "lists what fails, with the ids of the runs")]
    if text.strip().isdigit():
        calls.insert(0, Call("ci_status", {"ci_run": f"ci_{text.strip()}"}, "the same, as an id"))
    elif any(row.name.lower() == text.strip().lower() for row in known):
        calls.insert(
            0, Call("ci_status", {"where": f'repo:"{text.strip()}"'}, "CI of this repository")
        )
    raise UsageError(f"{wanted!r} is not the id of a CI run", hint, calls)


def _refuse_finding(rows: Iterable[Row], text: str) -> None:
    holders = (row for row in rows for kept in row.kept if kept.finding.id == text)
    if holder := next(holders, None):
        call = Call("repo_health", {"repository": holder.name}, "the repository of this finding")
        hint = f"its repository is {holder.name}; opsroom://findings/{text} tells all of it"
        raise UsageError(f"{text} is a finding", hint, [call])
