"""A repository as its host has it: settings, refs, and everything that hangs on it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from opsroom.demo.github.objects import Objects
from opsroom.demo.github.state.accounts import Account, Role
from opsroom.demo.github.state.actions import ActionsRun, ActionsWorkflow
from opsroom.demo.github.state.alerts import CodeAlert, DependabotAlert, DraftAdvisory, SecretAlert
from opsroom.demo.github.state.checks import CheckSuite, CommitStatus
from opsroom.demo.github.state.hooks import Hook
from opsroom.demo.github.state.issues import Issue, Label
from opsroom.demo.github.state.protection import HostRuleset, Protection
from opsroom.demo.github.state.pulls import Pull

HEADS = "refs/heads/"


@dataclass(slots=True, eq=False)
class HostRelease:
    """A release: a tag with something said about it."""

    id: int
    node_id: str
    tag: str
    target: str
    name: str
    body: str
    author: Account
    created_at: datetime
    published_at: datetime | None
    draft: bool = False
    prerelease: bool = False


@dataclass(slots=True)
class Features:
    """Switches of a repository's settings page."""

    issues: bool = True
    projects: bool = True
    wiki: bool = True
    discussions: bool = False
    merge_commit: bool = True
    squash: bool = True
    rebase: bool = True
    auto_merge: bool = False
    delete_on_merge: bool = False
    update_branch: bool = False
    signoff: bool = False
    vulnerability_alerts: bool = True
    security_fixes: bool = False
    code_scanning: bool = True
    secret_scanning: bool = True


@dataclass(slots=True, eq=False)
class Hosted:
    """One repository. `refs` maps full names to commits and is what Git will find, too.

    `objects` knows trees, blobs and commits, on disk or (yet) in memory alone.
    """

    id: int
    node_id: str
    owner: Account
    name: str
    objects: Objects
    created_at: datetime
    updated_at: datetime
    pushed_at: datetime | None = None
    description: str | None = None
    homepage: str | None = None
    language: str | None = None
    license: str | None = None
    """An SPDX id."""
    topics: tuple[str, ...] = ()
    visibility: Literal["public", "private", "internal"] = "public"
    default_branch: str = "main"
    archived: bool = False
    disabled: bool = False
    template: bool = False
    size: int = 0
    """Kilobytes."""
    stars: int = 0
    parent: "Hosted | None" = None
    forks: int = 0
    poison: bool = False
    """Whether every GraphQL query that looks into it dies with a 502."""
    deleted: bool = False
    features: Features = field(default_factory=Features)
    refs: dict[str, str] = field(default_factory=dict[str, str])
    collaborators: dict[str, Role] = field(default_factory=dict[str, Role])
    """Lower-case logins, beside the owner and the members of the owning organisation."""
    numbers: int = 0
    """The newest number of an issue or a pull request."""
    labels: dict[str, Label] = field(default_factory=dict[str, Label])
    """By lower-case name."""
    issues: dict[int, Issue] = field(default_factory=dict[int, Issue])
    """Without pull requests."""
    pulls: dict[int, Pull] = field(default_factory=dict[int, Pull])
    workflows: dict[int, ActionsWorkflow] = field(default_factory=dict[int, ActionsWorkflow])
    runs: dict[int, ActionsRun] = field(default_factory=dict[int, ActionsRun])
    """In the order in which they were created."""
    suites: dict[str, list[CheckSuite]] = field(default_factory=dict[str, list[CheckSuite]])
    """By commit."""
    statuses: dict[str, list[CommitStatus]] = field(default_factory=dict[str, list[CommitStatus]])
    """By commit, newest last."""
    dependabot: dict[int, DependabotAlert] = field(default_factory=dict[int, DependabotAlert])
    code: dict[int, CodeAlert] = field(default_factory=dict[int, CodeAlert])
    secrets: dict[int, SecretAlert] = field(default_factory=dict[int, SecretAlert])
    advisories: list[DraftAdvisory] = field(default_factory=list[DraftAdvisory])
    protections: dict[str, Protection] = field(default_factory=dict[str, Protection])
    """By pattern."""
    rulesets: dict[int, HostRuleset] = field(default_factory=dict[int, HostRuleset])
    hooks: dict[int, Hook] = field(default_factory=dict[int, Hook])
    releases: list[HostRelease] = field(default_factory=list[HostRelease])
    """Newest last."""

    @property
    def full_name(self) -> str:
        """`owner/name` as it is now."""
        return f"{self.owner.login}/{self.name}"

    @property
    def private(self) -> bool:
        """Whether it is not for everybody."""
        return self.visibility != "public"

    @property
    def head(self) -> str | None:
        """The commit of the default branch; None in a repository without commits."""
        return self.refs.get(HEADS + self.default_branch)

    @property
    def empty(self) -> bool:
        """Whether it has no branch at all."""
        return not any(ref.startswith(HEADS) for ref in self.refs)

    def branches(self) -> dict[str, str]:
        """Names of branches and their commits, sorted by name."""
        return {
            ref.removeprefix(HEADS): oid
            for ref, oid in sorted(self.refs.items())
            if ref.startswith(HEADS)
        }

    def checks(self, commit: str) -> list[CheckSuite]:
        """The check suites of a commit."""
        return self.suites.get(commit, [])
