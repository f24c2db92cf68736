"""Dependencies are declared, and no bot keeps them up to date."""

from collections.abc import Iterator

from opsroom.judge.subjects import COMMUNITY, absent
from opsroom.model.check import Check, Outcome
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a repository."""
    return absent(
        snapshot,
        "configuration of an update bot",
        lambda files: files.update_bot,
        lambda files: files.manifests or files.ci,
        hides=COMMUNITY,
    )


CHECK = Check(
    look=look,
    severity=Severity.LOW,
    personal=Severity.INFO,
    what="Dependency manifests or CI workflows are tracked, and no Dependabot or Renovate "
    "configuration.",
    why="Versions fall behind unseen, and a security fix is noticed when it is late.",
    fix="Add .github/dependabot.yml or renovate.json.",
)
