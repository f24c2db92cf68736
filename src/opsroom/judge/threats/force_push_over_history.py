"""A branch that others build on was moved to where its past is no longer in it."""

import re
from collections.abc import Iterator

from opsroom.model.scan import Hit
from opsroom.model.severity import Severity
from opsroom.model.text import plain
from opsroom.model.threat import Scene, Threat

RULE = "force-push-over-history"
SHARED = re.compile(r"main|master|trunk|stable|prod|production|(?:release|releases|stable)[/-].+")
"""Branches that nobody should rewrite, besides the default one."""


def look(scene: Scene, _: Scene | None) -> Iterator[Hit]:
    """One hit for each such branch. Other branches are rewritten every day."""
    for branch, old, new in scene.forced:
        default = branch == scene.default_branch
        if default or SHARED.fullmatch(branch):
            yield Hit(
                rule=RULE,
                severity=THREAT.severity if default else Severity.MEDIUM,
                message=f"{plain(branch, 100)} was moved from {plain(old, 10)} to "
                f"{plain(new, 10)}, which doesn't hold it",
                anchor=f"{branch} {old}",
                commit=new,
                remediation=THREAT.fix,
            )


THREAT = Threat(
    look=look,
    severity=Severity.HIGH,
    what="The default branch, or one of releases, was force-pushed: its new head doesn't hold the "
    "old one. Medium where it is not the default branch.",
    why="Commits that others built on are gone, and what replaced them was perhaps reviewed by "
    "nobody.",
    fix="Compare both heads (`git log new..old`); push the old one again if it wasn't meant, and "
    "protect the branch against force-pushes.",
    event=True,
)
