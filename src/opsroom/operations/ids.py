"""Ids say their kind: one of the wrong kind is answered with the call that would work."""

from collections.abc import Iterable

from opsroom.errors import Call, UsageError
from opsroom.model.text import plain
from opsroom.operations.fleet import Row

KINDS = ("finding", "alert", "incident", "plan", "run", "ci")
"""What stands before the underscore in the id of anything but a repository or a cursor."""


def refuse(rows: Iterable[Row], text: str) -> None:
    """Refuse the id of something else, where a repository or a cursor is wanted.

    Raises:
        UsageError: says what the id is of, and which call would work.
    """
    kind, underscore, _ = text.partition("_")
    if not underscore or kind not in KINDS:
        return
    holders = (row for row in rows for kept in row.kept if kept.finding.id == text)
    if holder := next(holders, None):
        call = Call("repo_health", {"repository": holder.name}, "the repository of this finding")
        raise UsageError(f"{text} is a finding", f"its repository is {holder.name}", [call])
    raise UsageError(
        f"{plain(text, 60)!r} is the id of a {kind}", "give a repository's owner/name or a cursor"
    )
