"""Alerts of Dependabot, of code scanning and of secret scanning, and the advisories behind them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from opsroom.demo.github.state.accounts import Account

Level = Literal["low", "medium", "high", "critical"]


@dataclass(frozen=True, slots=True)
class HostAdvisory:
    """One flaw of one package, as the advisory database has it. `ecosystem` as in REST (`pip`)."""

    ghsa_id: str
    cve_id: str | None
    summary: str
    description: str
    severity: Level
    ecosystem: str
    package: str
    vulnerable: str
    """The range of versions, as `< 4.17.21`."""
    patched: str | None
    published_at: datetime
    score: float = 0.0
    vector: str | None = None
    weaknesses: tuple[tuple[str, str], ...] = ()
    """Ids and names, as `("CWE-400", "...")`."""


@dataclass(slots=True, eq=False)
class DependabotAlert:
    """A vulnerable dependency of a repository. `number` is unique in its repository and kind."""

    node_id: str
    number: int
    advisory: HostAdvisory
    manifest: str
    scope: Literal["runtime", "development"]
    created_at: datetime
    updated_at: datetime
    state: Literal["open", "fixed", "dismissed", "auto_dismissed"] = "open"
    dismissed_at: datetime | None = None
    dismissed_by: Account | None = None
    dismissed_reason: str | None = None
    dismissed_comment: str | None = None
    fixed_at: datetime | None = None
    relationship: Literal["direct", "transitive", "unknown"] = "direct"


@dataclass(slots=True, eq=False)
class CodeAlert:
    """What code scanning found."""

    number: int
    rule: str
    description: str
    severity: Literal["none", "note", "warning", "error"]
    security: Level | None
    tool: str
    path: str
    line: int
    commit: str
    ref: str
    message: str
    created_at: datetime
    updated_at: datetime
    state: Literal["open", "dismissed", "fixed"] = "open"
    dismissed_at: datetime | None = None
    dismissed_by: Account | None = None
    dismissed_reason: str | None = None
    dismissed_comment: str | None = None
    fixed_at: datetime | None = None
    tags: tuple[str, ...] = ("security",)


@dataclass(slots=True, eq=False)
class SecretAlert:
    """A secret that was pushed. The secret itself is made up, like everything here."""

    number: int
    kind: str
    """As `github_personal_access_token`."""
    display: str
    secret: str
    created_at: datetime
    updated_at: datetime
    state: Literal["open", "resolved"] = "open"
    resolution: Literal["false_positive", "wont_fix", "revoked", "used_in_tests"] | None = None
    resolved_at: datetime | None = None
    resolved_by: Account | None = None
    resolution_comment: str | None = None
    validity: Literal["active", "inactive", "unknown"] = "unknown"
    locations: list[tuple[str, int, str]] = field(default_factory=list[tuple[str, int, str]])
    """Path, line and commit."""


@dataclass(slots=True, eq=False)
class DraftAdvisory:
    """An advisory that a repository wrote about itself."""

    ghsa_id: str
    summary: str
    description: str
    severity: Level
    ecosystem: str
    package: str
    vulnerable: str
    patched: str
    author: Account
    created_at: datetime
    updated_at: datetime
    state: Literal["draft", "published", "closed", "triage", "withdrawn"] = "draft"
    published_at: datetime | None = None
    closed_at: datetime | None = None
    cve_id: str | None = None
