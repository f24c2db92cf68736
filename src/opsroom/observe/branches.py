"""Branches, remotes and what surrounds them: the group of facts named refs.

The ordinary clone has one local branch, checked out: then its date is that of the newest commit,
its upstream is what `git status` said, and no process beyond the one for authors is needed.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from opsroom.clients.git.config import Config
from opsroom.clients.git.history import (
    BranchTip,
    Commit,
    branch_tips,
    merged_branches,
    newest_commits,
)
from opsroom.clients.git.refs import HEADS, REMOTES, TAGS, Head, RefStore
from opsroom.clients.git.regular import read_regular
from opsroom.clients.git.status import Status
from opsroom.clients.git.user import user
from opsroom.errors import ObservationError
from opsroom.model.identity import without_credentials
from opsroom.model.snapshot import Branch, Refs, RemoteAddress
from opsroom.model.text import plain, readable
from opsroom.observe.authors import count_authors
from opsroom.observe.checkout import Checkout

URL_LIMIT = 500
USUAL = (b"main", b"master")


def describe_refs(
    checkout: Checkout,
    config: Config,
    refs: RefStore,
    head: Head,
    statuses: Sequence[Status],
    *,
    at: datetime,
    source: str,
) -> Refs:
    """The group `refs` of one clone. `statuses` are those of its work trees that could be had.

    Raises:
        ObservationError: git could not tell.
    """
    place = checkout.place
    commits = newest_commits(place) if refs.resolve(head) else ()
    tips = _tips(refs, head, commits, statuses)
    if tips is None:
        tips = branch_tips(place)
    remote_default = _remote_default(refs)
    default = _default(refs, remote_default)
    merged = _merged(checkout, refs, tips, default)
    return Refs(
        at=at,
        source=source,
        branches=tuple(_branch(tip, default, merged, refs.oids) for tip in tips),
        remotes=_remotes(config),
        remote_default_branch=_short(remote_default),
        default_branch=_short(default),
        last_commit_at=max((tip.at for tip in tips), default=None),
        authors=count_authors(commits) or None,
        tags=len(refs.names(TAGS)),
        stashes=_stashes(place.common_dir, statuses),
        fetched_at=_fetched_at(checkout),
        shallow=(place.common_dir / "shallow").exists(),
        partial=config.partial,
    )


def _tips(
    refs: RefStore, head: Head, commits: Sequence[Commit], statuses: Sequence[Status]
) -> Sequence[BranchTip] | None:
    """The branches as far as they are known already: none, or only the one that is checked out."""
    names = refs.names(HEADS)
    if not names:
        return ()
    if names != [head.branch] or not commits:
        return None
    oid = refs.oids[names[0]]
    for status in statuses:
        if status.branch == names[0].removeprefix(HEADS) and oid == commits[0].oid == status.head:
            gone = status.upstream is not None and status.ahead is None
            ahead, behind = status.ahead or 0, status.behind or 0
            return (BranchTip(names[0], oid, commits[0].at, status.upstream, gone, ahead, behind),)
    return None


def _branch(
    tip: BranchTip,
    default: bytes | None,
    merged: frozenset[bytes] | None,
    oids: Mapping[bytes, str],
) -> Branch:
    own = tip.name == HEADS + (default or b"")
    upstream = tip.upstream
    if upstream is not None:
        upstream = upstream.removeprefix(REMOTES).removeprefix(HEADS)
    return Branch(
        name=plain(readable(tip.name.removeprefix(HEADS))),
        head=tip.oid,
        committed_at=tip.at,
        upstream=_short(upstream),
        upstream_gone=tip.gone,
        ahead=tip.ahead,
        behind=tip.behind,
        merged=None if merged is None or own else tip.name in merged,
        upstream_head=_tracked(tip.upstream, oids),
    )


def _tracked(upstream: bytes | None, oids: Mapping[bytes, str]) -> str | None:
    """The commit of an upstream, whose name may be a short one."""
    names = () if upstream is None else (upstream, REMOTES + upstream, HEADS + upstream)
    return next((oids[name] for name in names if name in oids), None)


def _merged(
    checkout: Checkout, refs: RefStore, tips: Sequence[BranchTip], default: bytes | None
) -> frozenset[bytes] | None:
    """Branches that the default branch holds, here or as it was last seen on the remote."""
    if default is None or all(tip.name == HEADS + default for tip in tips):
        return None
    places = (HEADS + default, REMOTES + b"origin/" + default)
    into = [refs.oids[name] for name in places if name in refs.oids]
    return merged_branches(checkout.place, into) if into else None


def _remote_default(refs: RefStore) -> bytes | None:
    target = refs.symbolic.get(REMOTES + b"origin/HEAD", b"")
    prefix = REMOTES + b"origin/"
    return target.removeprefix(prefix) if target.startswith(prefix) else None


def _default(refs: RefStore, remote_default: bytes | None) -> bytes | None:
    if remote_default is not None:
        return remote_default
    names = [name.removeprefix(HEADS) for name in refs.names(HEADS)]
    usual = [name for name in USUAL if name in names]
    if len(usual) == 1:
        return usual[0]
    return names[0] if len(names) == 1 else None


def _remotes(config: Config) -> tuple[RemoteAddress, ...]:
    return tuple(
        RemoteAddress(
            name=plain(_clean(name)),
            url=_address(keys["url"][0]),
            push_url=_address(keys["pushurl"][0]) if "pushurl" in keys else None,
        )
        for name, keys in sorted(config.sections("remote").items())
        if "url" in keys
    )


def _address(url: str) -> str:
    return plain(without_credentials(_clean(user().rewritten(url))), URL_LIMIT)


def _clean(text: str) -> str:
    return readable(text.encode("utf-8", "surrogateescape"))


def _stashes(common_dir: Path, statuses: Sequence[Status]) -> int:
    """A line of the stash's reflog each; git counts them where that is not a file (reftable)."""
    log = read_regular(common_dir / "logs" / "refs" / "stash", 64 << 20)
    if log is not None:
        return log.count(b"\n")
    return max((status.stashes for status in statuses), default=0)


def _fetched_at(checkout: Checkout) -> datetime | None:
    """When a fetch last came through, or else when it was cloned.

    A fetch that fails leaves an empty FETCH_HEAD behind.
    """
    seen = [place.git_dir / "FETCH_HEAD" for place in (checkout.place, *checkout.worktrees)]
    times: list[float] = []
    for path in seen:
        try:
            status = path.stat()
        except OSError:
            continue
        if status.st_size:
            times.append(status.st_mtime)
    if times:
        return datetime.fromtimestamp(max(times), UTC)
    return _cloned_at(checkout.place.git_dir)


def _cloned_at(git_dir: Path) -> datetime | None:
    try:
        log = read_regular(git_dir / "logs" / "HEAD", 16 << 20) or b""
    except ObservationError:
        return None
    who, _, message = log.partition(b"\n")[0].partition(b"\t")
    if not message.startswith(b"clone:"):
        return None
    try:
        return datetime.fromtimestamp(int(who.split(b" ")[-2]), UTC)
    except (IndexError, ValueError, OverflowError, OSError):
        return None


def _short(raw: bytes | None) -> str | None:
    return None if raw is None else plain(readable(raw))
