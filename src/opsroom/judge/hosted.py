"""What a host tells of a repository, and how a clone stands against it.

What a clone says of its upstream is as old as its last fetch; the host's own word is newer. A
snapshot holds both, looked at at different times, so that here the question is always: which of
the two is the older one?
"""

from fnmatch import fnmatchcase

from opsroom.model.ci import Ci, CiRun, CiState
from opsroom.model.facts import Unknown
from opsroom.model.host import HostSettings, Remote
from opsroom.model.identity import remote_identity
from opsroom.model.repository import RepositoryState
from opsroom.model.snapshot import Branch, Refs, RemoteAddress, Snapshot

NO_HOST = "no host was asked"
TOO_EARLY = "the host was asked before this clone moved"


def told(snapshot: Snapshot) -> Remote | None:
    """What the host says of the repository itself, where it does."""
    return snapshot.remote if isinstance(snapshot.remote, Remote) else None


def archived(snapshot: Snapshot) -> bool:
    """Whether nobody can push to it any more: nothing there can be mended."""
    remote = told(snapshot)
    here = snapshot.repository.state is RepositoryState.ARCHIVED
    return here or (remote is not None and remote.archived)


def ci_state(snapshot: Snapshot) -> CiState | None:
    """The state of CI on the default branch; None where it is not known."""
    return snapshot.ci.state if isinstance(snapshot.ci, Ci) else None


def with_last(snapshot: Snapshot, before: Snapshot | None) -> Snapshot:
    """The snapshot with what CI last came to: while it runs, what it said before still stands."""
    ci, known = snapshot.ci, before.ci if before else None
    if not isinstance(ci, Ci):
        return snapshot
    last = known.last if isinstance(known, Ci) else None
    match ci.state:
        case "passing" | "failing":
            last = ci.state
        case "none":
            last = None
        case "running":
            pass
    if last == ci.last:
        return snapshot
    return snapshot.model_copy(update={"ci": ci.model_copy(update={"last": last})})


def labels(snapshot: Snapshot) -> frozenset[str]:
    """The labels that settings gave it, and the topics that it has on its host."""
    remote = told(snapshot)
    return frozenset((*snapshot.repository.labels, *(remote.topics if remote else ())))


def description(snapshot: Snapshot) -> str:
    """What it is said to be, on its host or here."""
    remote = told(snapshot)
    return (remote and remote.description) or snapshot.repository.description


def kinds(snapshot: Snapshot) -> dict[str, bool | None]:
    """Whether it is of each kind that only a host tells; None where none has told."""
    remote = told(snapshot)
    visibility = remote.visibility if remote else None
    return {
        "archived": archived(snapshot) or (None if isinstance(snapshot.remote, Unknown) else False),
        "fork": remote.fork if remote else None,
        "template": remote.template if remote else None,
        "private": visibility != "public" if visibility else None,
        "public": visibility == "public" if visibility else None,
    }


def names_it(address: RemoteAddress, snapshot: Snapshot) -> bool:
    """Whether a clone's remote is this repository on its host, under whichever of its names."""
    identity = remote_identity(address.url)
    return identity is not None and "/".join(identity).lower() in _keys(snapshot)


def _keys(snapshot: Snapshot) -> frozenset[str]:
    repository, remote = snapshot.repository, told(snapshot)
    now = (f"{remote.host}/{remote.full_name}".lower(),) if remote else ()
    return frozenset((repository.key, *repository.also, *now))


def follows_default(branch: Branch, refs: Refs, snapshot: Snapshot) -> bool:
    """Whether a local branch follows the default branch that the repository has on its host."""
    remote = told(snapshot)
    if remote is None or not remote.default_branch or not branch.upstream:
        return False
    return any(
        branch.upstream == f"{address.name}/{remote.default_branch}"
        for address in refs.remotes
        if names_it(address, snapshot)
    )


def is_pushed(branch: Branch, snapshot: Snapshot) -> bool:
    """Whether the host has all of a branch, though the clone may not have heard of it."""
    remote = told(snapshot)
    return remote is not None and remote.head == branch.head


def unfetched(branch: Branch, refs: Refs, snapshot: Snapshot) -> bool | None:
    """Whether the host has commits of this branch that were never fetched here.

    None where the two can't be compared in time: the clone moved after the host was asked, so it
    may be the clone that is ahead.
    """
    remote = told(snapshot)
    if remote is None or remote.head is None or not follows_default(branch, refs, snapshot):
        return False
    if remote.head in (branch.head, branch.upstream_head):
        return False
    newer = remote.head_at is not None and remote.head_at > branch.committed_at
    return True if newer or remote.at >= refs.at else None


def protected(remote: Remote, settings: HostSettings) -> bool | None:
    """Whether a rule or an active ruleset covers the default branch; None where that isn't told.

    Which branches a ruleset takes is not told: one that is active counts.
    """
    branch = remote.default_branch
    if branch and any(protects(rule.pattern, branch) for rule in settings.rules or ()):
        return True
    if any(
        ruleset.enforcement == "active" and ruleset.target.lower() == "branch"
        for ruleset in settings.rulesets or ()
    ):
        return True
    return None if branch is None or None in (settings.rules, settings.rulesets) else False


def telling(ci: Ci) -> CiRun | None:
    """The run that a state comes from: a failed one, one that goes on, else the newest."""
    ranked = sorted(ci.runs, key=lambda run: run.updated_at, reverse=True)
    if ci.state == "failing":
        ranked.sort(key=lambda run: not run.failed)
    if ci.state == "running":
        ranked.sort(key=lambda run: run.status == "done")
    return ranked[0] if ranked else None


def protects(pattern: str, branch: str) -> bool:
    """Whether a rule's pattern takes a branch. A star stops at a slash, as it does on GitHub."""
    return pattern.count("/") == branch.count("/") and fnmatchcase(branch, pattern)
