"""Questions about commits that take git to answer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from opsroom.clients.git.command import git
from opsroom.clients.git.place import Place

NEWEST = 50
LAST_MOMENT = 253_402_300_799
"""The end of the year 9999 in seconds since 1970: a commit may claim any date."""

BRANCH_FORMAT = "%00".join(
    (
        "%(refname)",
        "%(objectname)",
        "%(committerdate:unix)",
        "%(upstream)",
        "%(upstream:track,nobracket)",
    )
)


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit: when it was made, and its author's address and name."""

    oid: str
    at: datetime
    address: bytes
    name: bytes


@dataclass(frozen=True, slots=True)
class BranchTip:
    """A local branch as git lists it. `name` and `upstream` are full ref names."""

    name: bytes
    oid: str
    at: datetime
    upstream: bytes | None
    gone: bool
    ahead: int
    behind: int


def moment(seconds: bytes) -> datetime:
    """A commit's date; one that no calendar holds is moved to the nearest that it does."""
    try:
        number = int(seconds)
    except ValueError:
        number = 0
    return datetime.fromtimestamp(min(max(number, 0), LAST_MOMENT), UTC)


def newest_commits(place: Place) -> Sequence[Commit]:
    """The newest 50 commits of HEAD, the newest first. HEAD must have been born.

    Raises:
        ObservationError: an object is missing or corrupt, or git could not tell.
    """
    wanted = "--format=%ct %ae%n%an"
    lines = git(place, ["rev-list", f"--max-count={NEWEST}", wanted, "HEAD", "--"]).split(b"\n")
    commits: list[Commit] = []
    for header, body, name in zip(lines[0:-1:3], lines[1::3], lines[2::3], strict=True):
        at, _, address = body.partition(b" ")
        commits.append(Commit(header.split(b" ")[1].decode("ascii"), moment(at), address, name))
    return commits


def branch_tips(place: Place) -> Sequence[BranchTip]:
    """Every local branch with its date, and how far it is from its upstream."""
    output = git(place, ["for-each-ref", f"--format={BRANCH_FORMAT}", "refs/heads"])
    return [_tip(line) for line in output.split(b"\n") if line]


def _tip(line: bytes) -> BranchTip:
    name, oid, at, upstream, track = line.split(b"\0")
    ahead = behind = 0
    for part in track.split(b", "):
        word, _, number = part.partition(b" ")
        if word == b"ahead":
            ahead = int(number)
        elif word == b"behind":
            behind = int(number)
    return BranchTip(
        name, oid.decode("ascii"), moment(at), upstream or None, track == b"gone", ahead, behind
    )


def merged_branches(place: Place, into: Collection[str]) -> frozenset[bytes]:
    """Full names of local branches whose tip one of the commits `into` holds."""
    options = [f"--merged={oid}" for oid in into]
    return frozenset(
        git(place, ["for-each-ref", "--format=%(refname)", *options, "refs/heads"]).splitlines()
    )


def held_by_a_ref(place: Place, oid: str) -> bool:
    """Whether a branch, tag or remote-tracking branch holds this commit."""
    spaces = ["refs/heads", "refs/tags", "refs/remotes"]
    arguments = ["for-each-ref", "--count=1", "--format=x", f"--contains={oid}", *spaces]
    return bool(git(place, arguments))
