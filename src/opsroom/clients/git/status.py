"""What `git status` says of one work tree."""

import os
from collections.abc import Collection
from dataclasses import dataclass, field

from opsroom.clients.git.command import Setting, git
from opsroom.clients.git.place import Place
from opsroom.clients.git.regular import read_regular

COMMAND = (
    "status",
    "--porcelain=v2",
    "--branch",
    "--show-stash",
    "--ahead-behind",
    "--no-renames",
    "--ignore-submodules=dirty",
    "-z",
)
EXAMPLES = 5
SUBMODULE_MODE = b"160000"


@dataclass(slots=True)
class Status:
    """One work tree. Paths are bytes, relative to its top.

    `head` is None before the first commit, `branch` is None when HEAD is detached; `ahead` and
    `behind` are None without an upstream, or when it is gone.
    """

    head: str | None = None
    branch: bytes | None = None
    upstream: bytes | None = None
    ahead: int | None = None
    behind: int | None = None
    stashes: int = 0
    staged: int = 0
    conflicts: int = 0
    untracked: int = 0
    modified: list[bytes] = field(default_factory=list[bytes])
    unfiltered: int = 0
    examples: list[bytes] = field(default_factory=list[bytes])


def read_status(
    place: Place,
    overrides: Collection[Setting],
    filters: Collection[str],
    *,
    own_attributes: bool,
    untracked: bool,
) -> Status:
    """Ask git for the state of the work tree at `place`.

    `filters` are the filters that were taken their program: paths that only one of them could
    compare are counted as `unfiltered`. `own_attributes`: the repository's configuration names a
    file of attributes. `untracked`: look for files that are not tracked.

    Raises:
        ObservationError: git could not tell.
    """
    mode = f"--untracked-files={'normal' if untracked else 'no'}"
    status = parse_status(git(place, [*COMMAND, mode], overrides=overrides))
    if status.modified and filters and (own_attributes or _mentions_filter(place, status.modified)):
        _set_apart(place, overrides, filters, status)
    return status


def parse_status(output: bytes) -> Status:
    """Read porcelain version 2, separated by NUL, without renames."""
    status = Status()
    for line in output.split(b"\0"):
        kind = line[:1]
        if kind == b"1":
            _changed(status, line)
        elif kind == b"?":
            status.untracked += 1
            _example(status, line[2:])
        elif kind == b"u":
            status.conflicts += 1
            _example(status, line.split(b" ", 10)[10])
        elif kind == b"#":
            _header(status, line)
    return status


def _changed(status: Status, line: bytes) -> None:
    path = line.split(b" ", 8)[8]
    if line[2:3] != b".":
        status.staged += 1
    if line[3:4] != b".":
        status.modified.append(path)
    _example(status, path)


def _example(status: Status, path: bytes) -> None:
    if len(status.examples) < EXAMPLES:
        status.examples.append(path)


def _header(status: Status, line: bytes) -> None:
    _, name, value = line.split(b" ", 2)
    if name == b"branch.oid":
        status.head = None if value == b"(initial)" else value.decode("ascii")
    elif name == b"branch.head":
        status.branch = None if value == b"(detached)" else value
    elif name == b"branch.upstream":
        status.upstream = value
    elif name == b"branch.ab":
        ahead, behind = value.split(b" ")
        status.ahead, status.behind = int(ahead), -int(behind)
    elif name == b"stash":
        status.stashes = int(value)


def _mentions_filter(place: Place, modified: Collection[bytes]) -> bool:
    """Whether a file of attributes that could govern these paths says `filter` at all."""
    top = os.fsencode(str(place.worktree))
    folders = {b""}
    for path in modified:
        folder = os.path.dirname(path)
        while folder not in folders:
            folders.add(folder)
            folder = os.path.dirname(folder)
    files = [os.path.join(top, folder, b".gitattributes") for folder in folders]
    files.append(os.fsencode(place.common_dir / "info" / "attributes"))
    files += [os.fsencode(file) for file in _user_attributes()]
    return any(b"filter" in (read_regular(os.fsdecode(file)) or b"") for file in files)


def _user_attributes() -> list[str]:
    config = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return [os.path.join(config, "git", "attributes")]


def _set_apart(
    place: Place, overrides: Collection[Setting], filters: Collection[str], status: Status
) -> None:
    """Move the paths that a silenced filter would have compared from modified to unfiltered."""
    answer = git(
        place,
        ["check-attr", "--stdin", "-z", "filter"],
        overrides=overrides,
        stdin=b"\0".join(status.modified) + b"\0",
    ).split(b"\0")
    names = {os.fsencode(name) for name in filters}
    apart = {
        path for path, value in zip(answer[0::3], answer[2::3], strict=False) if value in names
    }
    status.unfiltered = len(apart)
    status.modified = [path for path in status.modified if path not in apart]
