"""What a host tells of a repository: groups of facts that no clone holds.

A host is where remotes live: github.com, an Enterprise server. A fact that the token or the server
doesn't tell is None, with the reason in `untold` under the fact's name: never zero, never False.
"""

from datetime import datetime
from typing import Literal

from opsroom.model.facts import Facts
from opsroom.model.severity import Severity
from opsroom.model.value import Value

Visibility = Literal["public", "private", "internal"]


class Untold(Value):
    """One fact that could not be had, and why (`no permission`, `not available on this server`)."""

    fact: str
    reason: str


class HostFacts(Facts):
    """A group of facts from a host. `untold` names the fields that are None for a reason."""

    untold: tuple[Untold, ...] = ()


class PullRequest(Value):
    """An open pull request. `mergeable` is None while the host computes it."""

    number: int
    title: str
    author: str | None
    draft: bool
    head: str
    created_at: datetime
    updated_at: datetime
    mergeable: bool | None = None
    review: Literal["approved", "changes_requested", "review_required"] | None = None


class Release(Value):
    """The newest release."""

    tag: str
    published_at: datetime | None
    prerelease: bool = False


class Remote(HostFacts):
    """The repository itself, as its host has it.

    `id` survives renames and transfers; `full_name` is what the host calls it now. `head` is the
    commit of the default branch, None in a repository without commits. Sizes are in kilobytes.
    """

    host: str
    id: str
    number: int | None = None
    full_name: str
    url: str
    description: str = ""
    visibility: Visibility | None = None
    archived: bool = False
    disabled: bool = False
    fork: bool = False
    template: bool = False
    empty: bool = False
    default_branch: str | None = None
    head: str | None = None
    head_at: datetime | None = None
    created_at: datetime | None = None
    pushed_at: datetime | None = None
    updated_at: datetime | None = None
    size: int | None = None
    language: str | None = None
    license: str | None = None
    topics: tuple[str, ...] = ()
    stars: int = 0
    forks: int = 0
    branches: int | None = None
    issues: int | None = None
    """Open issues."""
    pulls: int | None = None
    """Open pull requests; `newest_pulls` are at most ten of them, last updated first."""
    newest_pulls: tuple[PullRequest, ...] = ()
    release: Release | None = None
    permission: Literal["admin", "maintain", "write", "triage", "read"] | None = None
    """What the token's owner may do here."""
    moved_at: datetime | None = None
    """A sweep saw then that something moved, and it was not looked at in full since. What a sweep
    tells (names, head, archived, visibility) is of then; everything else is of `at`."""

    @property
    def only_swept(self) -> bool:
        """Whether it was never looked at in full: all that is known is what a sweep tells."""
        return self.moved_at is not None and self.moved_at <= self.at


class Whereabouts(HostFacts):
    """What became of a name that clones say, and that its host doesn't list under its owner.

    `full_name` is the repository that the name leads to now, of an owner that nobody watches.
    None: the host says that there is none; it says the same of what it hides.
    """

    full_name: str | None = None
    url: str = ""


class BranchRule(Value):
    """One rule of classic branch protection."""

    pattern: str
    checks: tuple[str, ...] = ()
    """Names of required status checks; empty: none is required."""
    reviews: int | None = None
    """Approving reviews that are required; None: none is."""
    admins: bool = False
    """Whether it binds administrators too."""
    force_pushes: bool = False
    deletions: bool = False
    linear: bool = False


class Ruleset(Value):
    """One ruleset, of the repository or of its owner."""

    id: str
    name: str
    enforcement: Literal["active", "evaluate", "disabled"]
    target: str


class HostSettings(HostFacts):
    """How the repository is set up on its host."""

    issues: bool | None = None
    vulnerability_alerts: bool | None = None
    security_policy: bool | None = None
    delete_branch_on_merge: bool | None = None
    auto_merge: bool | None = None
    merge_methods: tuple[Literal["merge", "squash", "rebase"], ...] = ()
    signoff: bool | None = None
    rules: tuple[BranchRule, ...] | None = None
    rulesets: tuple[Ruleset, ...] | None = None


class SecurityAlert(Value):
    """One open alert that the host itself raised.

    `package` is a purl without version and `advisory` an id, both of dependencies alone.
    """

    kind: Literal["dependency", "code", "secret"]
    number: int
    severity: Severity
    summary: str
    created_at: datetime
    url: str = ""
    location: str = ""
    package: str | None = None
    advisory: str | None = None
    fixed: str | None = None
    """The first version without the flaw; None: there is none yet."""
    scope: Literal["runtime", "development"] | None = None


class Security(HostFacts):
    """The host's own open alerts. A list is None when it could not be had: see `untold`."""

    dependency: tuple[SecurityAlert, ...] | None = None
    code: tuple[SecurityAlert, ...] | None = None
    secret: tuple[SecurityAlert, ...] | None = None
