"""The past of a repository: every blob that some commits reach, and what is in it.

Nothing that the repository says of itself makes a part of its past disappear: replaced objects,
grafts and its own table of commits are not obeyed. Where a part is really missing (a shallow or a
partial clone) that is said.
"""

import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from opsroom.clients.git.command import GitFailed, Setting, complaint, environment, git_program
from opsroom.clients.git.place import Place
from opsroom.clients.process import run

AS_IT_IS: tuple[Setting, ...] = (
    ("core.useReplaceRefs", "false"),
    ("core.commitGraph", "false"),
)

MAX_OUTPUT = 512 << 20
MAX_MEMORY = 2 << 30
BATCH_BYTES = 24 << 20
BATCH_BLOBS = 4000


@dataclass(frozen=True, slots=True)
class Blob:
    """The content of a file at some time: its id, its size in bytes, a path and a commit of it.

    The path is one of those that it had, and is cut at the end of its first line. The commit is
    the newest that was found to hold it.
    """

    oid: str
    path: bytes
    commit: str
    size: int


@dataclass(frozen=True, slots=True)
class Past:
    """All blobs, the newest commit's first. `missing` objects are not in the clone, or broken."""

    blobs: Sequence[Blob]
    missing: int
    shallow: bool


def past(place: Place, tips: Collection[str], known: Collection[str], timeout: float) -> Past:
    """Every blob that `tips` reach and `known` don't. What of `known` is gone does not count.

    Raises:
        GitFailed: a commit is missing, or git was stopped at a bound. `timeout` is in seconds.
    """
    here = _kinds(place, known, timeout)
    named = "".join([*(f"{tip}\n" for tip in tips), *(f"^{oid}\n" for oid in known if oid in here)])
    listed = _git(
        place,
        ["rev-list", "--objects", "--in-commit-order", "--missing=print", "--stdin"],
        named.encode("ascii"),
        timeout,
    )
    missing = 0
    commit = ""
    seen: dict[str, tuple[bytes, str]] = {}
    for line in listed.split(b"\n"):
        oid, space, path = line.partition(b" ")
        if line.startswith(b"?"):
            missing += 1
        elif space:
            seen[oid.decode("ascii")] = (path, commit)
        else:
            commit = oid.decode("ascii")
    sizes = _kinds(place, seen, timeout)
    missing += sum(oid not in sizes for oid in seen)  # there, but broken
    blobs = [
        Blob(oid, path, at, sizes[oid][1])
        for oid, (path, at) in seen.items()
        if oid in sizes and sizes[oid][0] == b"blob"
    ]
    shallow = os.path.exists(place.common_dir / "shallow")
    return Past(blobs, missing, shallow)


def lost(
    place: Place, tips: Collection[str], commits: Collection[str], timeout: float
) -> frozenset[str]:
    """Those of some commits that `tips` don't reach (any more), or that are gone.

    Raises:
        GitFailed: a tip is missing, or git was stopped at a bound. `timeout` is in seconds.
    """
    here = _kinds(place, commits, timeout)
    if not here:
        return frozenset(commits)
    named = "".join([*(f"{oid}\n" for oid in here), *(f"^{tip}\n" for tip in tips)])
    beyond = _git(place, ["rev-list", "--stdin"], named.encode("ascii"), timeout)
    return frozenset(commits) - (here.keys() - set(beyond.decode("ascii").split()))


def contents(
    place: Place, blobs: Sequence[Blob], timeout: float
) -> Iterator[tuple[Blob, bytes | None]]:
    """Each blob with its content, None where it can't be had; some megabytes are held at a time.

    Raises:
        GitFailed: git was stopped at a bound. `timeout` is that of each of its answers.
    """
    for batch in _batches(blobs):
        answer = memoryview(
            _git(
                place,
                ["cat-file", "--batch", "--buffer"],
                "".join(f"{blob.oid}\n" for blob in batch).encode("ascii"),
                timeout,
            )
        )
        at = 0
        for blob in batch:
            end = _line_end(answer, at)
            head = bytes(answer[at:end]).split()
            at = end + 1
            if len(head) != 3 or not head[2].isdigit():
                yield blob, None
                continue
            size = int(head[2])
            yield blob, bytes(answer[at : at + size])
            at += size + 1


def _line_end(answer: memoryview, start: int) -> int:
    """Where a header ends: it is never longer than an id, a type and a number."""
    window = bytes(answer[start : start + 256])
    end = window.find(b"\n")
    if end < 0:
        raise GitFailed("git cat-file: an answer that is none")
    return start + end


def _batches(blobs: Sequence[Blob]) -> Iterator[list[Blob]]:
    batch: list[Blob] = []
    size = 0
    for blob in blobs:
        if batch and (size + blob.size > BATCH_BYTES or len(batch) >= BATCH_BLOBS):
            yield batch
            batch, size = [], 0
        batch.append(blob)
        size += blob.size
    if batch:
        yield batch


def _kinds(place: Place, oids: Collection[str], timeout: float) -> dict[str, tuple[bytes, int]]:
    """What objects are, and their sizes; those that are missing are left out."""
    if not oids:
        return {}
    answer = _git(
        place,
        ["cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)", "--buffer"],
        "".join(f"{oid}\n" for oid in oids).encode("ascii"),
        timeout,
    )
    found: dict[str, tuple[bytes, int]] = {}
    for line in answer.splitlines():
        words = line.split()
        if len(words) == 3:
            found[words[0].decode("ascii")] = (words[1], int(words[2]))
    return found


def _git(place: Place, arguments: Sequence[str], stdin: bytes, timeout: float) -> bytes:
    done = run(
        [git_program(), *arguments],
        cwd=place.folder,
        env={**environment(place, AS_IT_IS), "GIT_GRAFT_FILE": os.devnull},
        stdin=stdin,
        timeout=timeout,
        max_output=MAX_OUTPUT,
        max_memory=MAX_MEMORY,
    )
    if done.outcome != "finished" or done.code != 0:
        raise GitFailed(complaint(arguments[0], done, timeout))
    return done.stdout
