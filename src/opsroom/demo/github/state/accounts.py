"""Users, organisations, and the tokens that they gave away."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

AccountKind = Literal["User", "Organization", "Bot"]
TokenKind = Literal["classic", "fine-grained", "installation"]
Role = Literal["admin", "maintain", "write", "triage", "read"]
Access = Literal["read", "write"]

ROLES: tuple[Role, ...] = ("read", "triage", "write", "maintain", "admin")
"""From least to most."""


@dataclass(slots=True, eq=False)
class Account:
    """Who owns repositories, or acts. Only an organisation has `members`."""

    id: int
    node_id: str
    kind: AccountKind
    login: str
    created_at: datetime
    name: str = ""
    email: str = ""
    members: dict[str, Literal["admin", "member"]] = field(
        default_factory=dict[str, Literal["admin", "member"]]
    )
    """Lower-case logins, and what each is in this organisation."""
    single_sign_on: bool = False
    """Whether classic and fine-grained tokens must be authorised for this organisation."""


@dataclass(slots=True, eq=False)
class Token:
    """A secret that somebody can act with.

    A classic token has `scopes`. The other kinds have `permissions`, and reach the `repositories`
    (database ids) that were chosen; None means all of the owner's.
    """

    text: str
    kind: TokenKind
    account: Account
    scopes: frozenset[str] = frozenset()
    permissions: dict[str, Access] = field(default_factory=dict[str, Access])
    repositories: frozenset[int] | None = None
    expires_at: datetime | None = None
    authorized: set[str] = field(default_factory=set[str])
    """Lower-case logins of organisations with single sign-on that this token may enter."""
    owner: Account | None = None
    """Whose resources a fine-grained or an installation token reaches."""
    installation: int | None = None
