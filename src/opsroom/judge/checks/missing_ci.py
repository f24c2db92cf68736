"""No CI is configured."""

from collections.abc import Iterator

from opsroom.judge.subjects import absent
from opsroom.model.check import Check, Outcome
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot

ELSEWHERE = frozenset(
    f"{folder}/"
    for folder in (
        *(".circleci", ".woodpecker", ".builds", ".semaphore", ".buildkite"),
        *(".forgejo", ".gitea", ".ci"),
    )
)
"""Folders of other CI systems than the host's own."""


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a repository."""
    return absent(snapshot, "CI configuration", lambda files: files.ci, hides=ELSEWHERE)


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    personal=Severity.INFO,
    what="No configuration of a CI system is tracked.",
    why="Nothing tells that a commit broke the build until somebody tries.",
    fix="Add a workflow that builds and tests each push, such as .github/workflows/ci.yml.",
)
