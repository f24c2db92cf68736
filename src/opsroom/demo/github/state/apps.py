"""GitHub Apps and where they are installed."""

from dataclasses import dataclass, field
from datetime import datetime

from opsroom.demo.github.state.accounts import Access, Account
from opsroom.demo.github.state.hooks import Hook


@dataclass(slots=True, eq=False)
class HostApp:
    """An App: it signs with the private half of `public_key` (PEM), and has one hook of its own."""

    id: int
    node_id: str
    slug: str
    name: str
    owner: Account
    bot: Account
    public_key: str
    permissions: dict[str, Access]
    events: tuple[str, ...]
    created_at: datetime
    client_id: str
    hook: Hook | None = None
    installations: dict[int, "Installation"] = field(default_factory=dict[int, "Installation"])


@dataclass(slots=True, eq=False)
class Installation:
    """An App in one account. `repositories` are the chosen database ids; None means all."""

    id: int
    node_id: str
    app: HostApp
    account: Account
    created_at: datetime
    repositories: frozenset[int] | None = None
    suspended_at: datetime | None = None
