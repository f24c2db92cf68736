"""No security policy is tracked."""

from collections.abc import Iterator

from opsroom.judge.subjects import COMMUNITY, absent
from opsroom.model.check import Check, Outcome, no
from opsroom.model.host import HostSettings
from opsroom.model.severity import Severity
from opsroom.model.snapshot import Snapshot


def look(snapshot: Snapshot, *_: object) -> Iterator[Outcome]:
    """One outcome a repository. Its host also knows of a policy that its owner has for all."""
    settings = snapshot.settings
    if isinstance(settings, HostSettings) and settings.security_policy:
        return iter((no(),))
    says_no = isinstance(settings, HostSettings) and settings.security_policy is False
    return absent(
        snapshot,
        "security policy",
        lambda files: files.security_policy,
        hides=frozenset() if says_no else COMMUNITY,
    )


CHECK = Check(
    look=look,
    severity=Severity.INFO,
    public=Severity.LOW,
    what="No SECURITY.md is tracked (top, .github or docs), and its host knows of none.",
    why="Who finds a hole doesn't know whom to tell in private, and opens a public issue.",
    fix="Add SECURITY.md: where to report, and how soon an answer comes.",
)
