"""Our own checks of configuration: rules in tables, and who sees where they are broken.

    a file -> its reader (bounded) -> seen: a rule, a line, what tells it from others -> hits

Few rules that are nearly always right, rather than many. Severities are low unless somebody else
could get in: in a homelab an image of `latest` is a habit, not a hole.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from opsroom.model.severity import Severity


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `id` is what findings carry; the texts are for people who have one."""

    id: str
    severity: Severity
    what: str
    why: str
    fix: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A rule that is broken. `subject` is what it is about, in words; never a secret.

    `anchor` tells it from others of its rule in the file when lines move: what is flagged, as text.
    """

    rule: Rule
    line: int
    subject: str
    anchor: str
    severity: Severity | None = None
    """Where it is milder or worse than the rule in general."""


Check = Callable[[str, bytes], Iterable[Seen] | None]
"""Looks at the file at a path. Raises NotUnderstood; None: it is no file of the kind after all."""
