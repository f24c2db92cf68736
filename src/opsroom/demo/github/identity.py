"""Who asks, and what they may see and do."""

from collections.abc import Mapping
from dataclasses import dataclass

from opsroom.demo.github.refusals import Refusal, forbidden, not_found
from opsroom.demo.github.state.accounts import ROLES, Access, Account, Role, Token
from opsroom.demo.github.state.apps import HostApp
from opsroom.demo.github.state.repository import Hosted

SCOPES: Mapping[str, tuple[str, ...]] = {
    "vulnerability_alerts": ("security_events",),
    "security_events": ("security_events",),
    "secret_scanning_alerts": ("security_events",),
    "repository_advisories": ("repository_advisories:read", "security_events"),
    "repository_hooks": ("admin:repo_hook", "write:repo_hook", "read:repo_hook"),
}
"""Scopes of a classic token that allow what a permission does, beside `repo`."""

SENSITIVE = frozenset(
    {
        "administration",
        "vulnerability_alerts",
        "security_events",
        "secret_scanning_alerts",
        "repository_hooks",
    }
)
"""Permissions that nobody has on a public repository merely because it is public."""

NEEDED: Mapping[tuple[str, Access], Role] = {
    ("administration", "read"): "admin",
    ("administration", "write"): "admin",
    ("repository_hooks", "read"): "admin",
    ("repository_hooks", "write"): "admin",
    ("vulnerability_alerts", "read"): "write",
    ("vulnerability_alerts", "write"): "write",
    ("security_events", "read"): "write",
    ("security_events", "write"): "write",
    ("secret_scanning_alerts", "read"): "write",
    ("secret_scanning_alerts", "write"): "write",
    ("issues", "write"): "read",
}
"""The role that a permission takes; others take `read` to read and `write` to write."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks. `app` is set for a JWT, which stands for the App itself.

    `key` is whose limits are charged: those of a user are shared by all of their tokens.
    """

    key: str
    account: Account
    token: Token | None = None
    app: HostApp | None = None
    anonymous: bool = False

    @property
    def scopes(self) -> frozenset[str] | None:
        """Scopes of a classic token; None for the other kinds."""
        if self.token is None or self.token.kind != "classic":
            return None
        return self.token.scopes

    def role(self, repository: Hosted) -> Role | None:
        """What the caller is in the repository, whatever the token may do."""
        if self.anonymous or self.app is not None:
            return None if repository.private else "read"
        token = self.token
        if token is not None and token.kind == "installation":
            return "write" if self._reaches(repository) else _public(repository)
        owner = repository.owner
        login = self.account.login.lower()
        if owner is self.account or owner.members.get(login) == "admin":
            return "admin"
        found = repository.collaborators.get(login)
        if found is None and login in owner.members:
            return "write"
        return found or _public(repository)

    def _reaches(self, repository: Hosted) -> bool:
        """Whether a token with chosen repositories was given this one."""
        token = self.token
        if token is None or token.kind == "classic":
            return True
        if token.owner is not None and token.owner is not repository.owner:
            return False
        return token.repositories is None or repository.id in token.repositories

    def shut_out(self, owner: Account) -> bool:
        """Whether the token isn't authorised for an organisation with single sign-on."""
        token = self.token
        if token is None or token.kind == "installation" or not owner.single_sign_on:
            return False
        return owner.login.lower() not in token.authorized

    def sees(self, repository: Hosted) -> bool:
        """Whether the repository exists for this caller."""
        if not repository.private:
            return True
        if self.role(repository) is None or not self._reaches(repository):
            return False
        return self.scopes is None or "repo" in self.scopes

    def reads(self, repository: Hosted, permission: str) -> bool:
        """Whether the caller may read what needs a permission, as `vulnerability_alerts`."""
        return self.refusal(repository, permission, "read") is None

    def refusal(self, repository: Hosted, permission: str, access: Access) -> Refusal | None:
        """Why the caller may not do something in a repository that it sees; None: it may."""
        if self.anonymous:
            public = access == "read" and permission not in SENSITIVE
            return None if public else Refusal(401, "Requires authentication")
        if self.app is not None or self.token is None:
            return forbidden("Resource not accessible by integration")
        if access == "read" and permission not in SENSITIVE and not repository.private:
            return None
        if self.token.kind == "classic":
            return self._scope(repository, permission, access)
        given = self.token.permissions.get(permission)
        who = "integration" if self.token.kind == "installation" else "personal access token"
        if permission == "metadata" and access == "read":
            return None
        if given is None or (access == "write" and given == "read"):
            return forbidden(f"Resource not accessible by {who}")
        if not self._reaches(repository):
            return forbidden(f"Resource not accessible by {who}")
        return (
            None
            if self.token.kind == "installation"
            else self._rank(repository, permission, access)
        )

    def _scope(self, repository: Hosted, permission: str, access: Access) -> Refusal | None:
        scopes = self.scopes or frozenset()
        enough = {"repo", *SCOPES.get(permission, ())}
        if not repository.private and permission not in SENSITIVE:
            enough.add("public_repo")
        if access == "write":
            enough -= {"read:repo_hook"}
        if not scopes & enough:
            refused = not_found() if access == "write" else _unauthorized(permission)
            refused.headers["x-accepted-oauth-scopes"] = ", ".join(sorted(enough))
            return refused
        return self._rank(repository, permission, access)

    def _rank(self, repository: Hosted, permission: str, access: Access) -> Refusal | None:
        needed = NEEDED.get((permission, access), "write" if access == "write" else "read")
        role = self.role(repository)
        if role is not None and ROLES.index(role) >= ROLES.index(needed):
            return None
        if needed == "admin":
            return forbidden("Must have admin rights to Repository.")
        return _unauthorized(permission)


def _public(repository: Hosted) -> Role | None:
    return None if repository.private else "read"


def _unauthorized(permission: str) -> Refusal:
    if permission in SENSITIVE:
        return forbidden("You are not authorized to perform this operation.")
    return forbidden("Must have push access to Repository")
