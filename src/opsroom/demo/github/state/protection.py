"""What is not allowed on branches: classic protection and rulesets."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(slots=True, eq=False)
class Protection:
    """Classic protection of the branches that match `pattern`.

    `checks` are pairs of a required context and the id of the App that must report it (or None);
    None as a whole: no check is required. `reviews` likewise: the number of approving reviews.
    """

    id: int
    node_id: str
    pattern: str
    checks: tuple[tuple[str, int | None], ...] | None = None
    strict: bool = False
    reviews: int | None = None
    dismiss_stale: bool = False
    code_owners: bool = False
    last_push: bool = False
    admins: bool = False
    linear: bool = False
    force_pushes: bool = False
    deletions: bool = False
    block_creations: bool = False
    conversations: bool = False
    locked: bool = False
    fork_syncing: bool = False
    restrictions: tuple[str, ...] | None = None
    """Lower-case logins that may push; None: anybody with write access."""


@dataclass(slots=True, eq=False)
class HostRuleset:
    """A ruleset of a repository or an organisation; `rules` and `conditions` as REST has them."""

    id: int
    node_id: str
    name: str
    source: str
    source_type: Literal["Repository", "Organization"]
    created_at: datetime
    updated_at: datetime
    target: Literal["branch", "tag", "push"] = "branch"
    enforcement: Literal["active", "evaluate", "disabled"] = "active"
    conditions: dict[str, Any] = field(default_factory=dict[str, Any])
    rules: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    bypass: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
