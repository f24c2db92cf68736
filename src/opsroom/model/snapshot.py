"""A Snapshot: the newest facts of one repository, from every source that sees it.

Facts come in groups; each group carries its own `at` (when it was really looked at) and `source`,
or is `Unknown` with the reason.
"""

from datetime import datetime
from typing import Literal

from opsroom.model.ci import Ci
from opsroom.model.facts import Facts, Unknown
from opsroom.model.host import HostSettings, Remote, Security, Whereabouts
from opsroom.model.repository import Clone, Repository
from opsroom.model.tags import Tags
from opsroom.model.value import Value

Operation = Literal["merge", "rebase", "cherry-pick", "revert", "bisect", "am"]


class Worktree(Facts):
    """One checked-out tree: what `git status` says of it.

    `head` is None before the first commit, `branch` is None when HEAD is detached. `ahead` and
    `behind` are None when there is no upstream, or the upstream is gone. Counts are of paths;
    `examples` names a few of them, untracked ones last. `unfiltered` counts paths that only a
    filter of the repository's own configuration could compare: those are unknown, not changed.
    """

    path: str
    head: str | None
    branch: str | None
    upstream: str | None = None
    ahead: int | None = None
    behind: int | None = None
    staged: int = 0
    modified: int = 0
    untracked: int = 0
    conflicts: int = 0
    unfiltered: int = 0
    examples: tuple[str, ...] = ()
    operation: Operation | None = None
    orphaned_commits: bool | None = None
    """With a detached HEAD: whether no branch or tag holds its commit."""

    @property
    def dirty(self) -> bool:
        """Whether tracked files differ from the last commit."""
        return bool(self.staged or self.modified or self.conflicts)


class Branch(Value):
    """A local branch. `merged` is into the default branch, None when that can't be told."""

    name: str
    head: str
    committed_at: datetime
    upstream: str | None = None
    upstream_head: str | None = None
    """The commit of the upstream, as it was last fetched or pushed."""
    upstream_gone: bool = False
    ahead: int = 0
    behind: int = 0
    merged: bool | None = None


class RemoteAddress(Value):
    """A configured remote; credentials are already cut out of its URLs."""

    name: str
    url: str
    push_url: str | None = None


class Refs(Facts):
    """Branches, remotes and what surrounds them, from the Git directory alone (no network)."""

    branches: tuple[Branch, ...] = ()
    remotes: tuple[RemoteAddress, ...] = ()
    remote_default_branch: str | None = None
    """The branch that origin/HEAD names here, without `origin/`."""
    default_branch: str | None = None
    """origin/HEAD's branch, else main or master where only one exists, else the only branch."""
    last_commit_at: datetime | None = None
    """The newest commit on any local branch."""
    authors: int | None = None
    """Different people among the authors of the newest 50 commits of HEAD, joined by name or
    address, programs left out; None without any."""
    tags: int = 0
    stashes: int = 0
    fetched_at: datetime | None = None
    shallow: bool = False
    partial: bool = False


class LargeFile(Value):
    """A tracked file and its size in bytes, as Git stores it."""

    path: str
    size: int


class Files(Facts):
    """What is tracked. Paths are relative to the top; None means there is none.

    `manifests` are dependency manifests without regard to locks; `unlocked` are those for whose
    ecosystem a lockfile is expected beside them and is not there.
    """

    count: int = 0
    readme: str | None = None
    license: str | None = None
    gitignore: str | None = None
    security_policy: str | None = None
    codeowners: str | None = None
    update_bot: str | None = None
    ci: tuple[str, ...] = ()
    manifests: tuple[str, ...] = ()
    unlocked: tuple[str, ...] = ()
    large: tuple[LargeFile, ...] = ()
    vendored: tuple[str, ...] = ()
    """Folders of installed dependencies that are tracked (`node_modules`, `.venv`, ...)."""
    submodules: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    """Folders (a slash at the end) that are there and were not looked into: of a host's list."""


class CloneFacts(Value):
    """Everything known of one clone: a work tree for each checkout, refs and files once."""

    clone: Clone
    worktrees: tuple[Worktree | Unknown, ...] = ()
    refs: Refs | Unknown
    files: Files | Unknown
    tags: Tags | Unknown | None = None
    """As a look saw them. They are many, so the store hands them out by themselves: None then."""

    @property
    def groups(self) -> tuple[Facts | Unknown, ...]:
        """Every group of facts of this clone, but its tags."""
        return (*self.worktrees, self.refs, self.files)


class Snapshot(Value):
    """The newest facts of one repository: of its clones here, and of its host.

    A group of the host's is None where no source asks a host about this repository. `listed` is
    what the head of the default branch tracks, as far as the host was asked to list it.
    """

    repository: Repository
    clones: tuple[CloneFacts, ...] = ()
    remote: Remote | Unknown | None = None
    settings: HostSettings | Unknown | None = None
    ci: Ci | Unknown | None = None
    security: Security | Unknown | None = None
    listed: Files | Unknown | None = None
    tags: Tags | Unknown | None = None
    """The host's, as a look saw them; None in what the store hands out, as those of clones."""
    whereabouts: Whereabouts | Unknown | None = None
    """What its host says of it where no source lists it: nothing that anybody keeps fresh."""

    @property
    def groups(self) -> tuple[Facts | Unknown, ...]:
        """Every group of facts that somebody looks at: of every clone, then of the host."""
        cloned = (group for clone in self.clones for group in clone.groups)
        return (*cloned, *self.hosted)

    @property
    def hosted(self) -> tuple[Facts | Unknown, ...]:
        """The groups that a host tells, as far as one was asked."""
        groups = (self.remote, self.settings, self.ci, self.security, self.listed)
        return tuple(group for group in groups if group is not None)

    @property
    def worktrees(self) -> tuple[Worktree | Unknown, ...]:
        """Every work tree, of every clone."""
        return tuple(tree for clone in self.clones for tree in clone.worktrees)

    @property
    def path(self) -> str | None:
        """Where this repository is on this machine."""
        return self.clones[0].clone.path if self.clones else None

    @property
    def at(self) -> datetime | None:
        """The oldest look among its groups: everything here was true then or later."""
        return min((group.at for group in self.groups), default=None)
