"""A credential of a kind that opens something, in the files of today."""

from collections.abc import Iterator

from opsroom.model.scan import Hit
from opsroom.model.severity import Severity
from opsroom.model.threat import Scene, Threat

RULE = "live-looking-credential"
LEAKED = "leaked-secret"


def look(scene: Scene, before: Scene | None) -> Iterator[Hit]:
    """One hit for each that is in no commit of the past alone. The kind was told by the scanner:
    critical are those that open a cloud, a registry, code or money, outside of tests.
    """
    known = frozenset(hit.anchor for hit in before.secrets) if before is not None else None
    for secret in scene.secrets:
        if secret.rule != LEAKED or secret.commit or secret.severity is not Severity.CRITICAL:
            continue
        if known is None or secret.anchor not in known:
            yield Hit(
                rule=RULE,
                severity=THREAT.severity,
                message=f"looks live: {secret.message}",
                anchor=secret.anchor,
                path=secret.path,
                line=secret.line,
                remediation=THREAT.fix,
            )


THREAT = Threat(
    look=look,
    severity=Severity.CRITICAL,
    what="A credential of a kind that opens a cloud, a registry, code or money is in the files of "
    "today, and in none that are for tests.",
    why="It is tried by others within minutes of being seen, and history keeps it when the file is "
    "changed.",
    fix="Revoke it first, then give out a new one from where the program reads its secrets, and "
    "only then take it out of the files.",
)
