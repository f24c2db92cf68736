"""What a repository tracks, and which of it is large."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from opsroom.clients.git.command import Setting, git
from opsroom.clients.git.config import Config
from opsroom.clients.git.index import (
    SUBMODULE,
    Entry,
    NotSimple,
    oid_length,
    parse_index,
    read_index,
)
from opsroom.clients.git.place import Corrupt, Place

EMPTY_BLOBS = frozenset(
    bytes.fromhex(oid)
    for oid in (
        "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
        "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
    )
)


@dataclass(frozen=True, slots=True)
class Tracked:
    """Tracked paths, which of them are submodules, and those larger than was asked, with bytes."""

    paths: Sequence[bytes]
    submodules: Sequence[bytes]
    large: Sequence[tuple[bytes, int]]


def read_tracked(
    place: Place, config: Config, overrides: Collection[Setting], *, born: bool, large: int
) -> Tracked:
    """What is tracked at `place`: by its index, or by HEAD where there is none.

    `born`: HEAD has a commit. `large`: bytes, by the size that Git stores, so that a Git LFS
    pointer is small. A work tree file of 4 GiB and more counts modulo 4 GiB, as in the index.

    Raises:
        ObservationError: an object is missing, the index is corrupt, or git could not tell.
    """
    content = read_index(place, config) if place.worktree else None
    if content is not None:
        try:
            entries = parse_index(content, oid_length(config))
            doubtful = [entry for entry in entries if _may_be_large(entry, large)]
        except NotSimple:
            entries = _list_index(place, overrides)
            doubtful = [entry for entry in entries if entry.mode != SUBMODULE]
        sizes = _sizes(place, config, overrides, doubtful)
    elif born:
        entries = _list_head(place, overrides)
        sizes = {entry.oid: entry.size for entry in entries}
    else:
        return Tracked((), (), ())
    return Tracked(
        [entry.path for entry in entries],
        [entry.path for entry in entries if entry.mode == SUBMODULE],
        [(entry.path, size) for entry in entries if (size := sizes.get(entry.oid, 0)) > large],
    )


def _may_be_large(entry: Entry, large: int) -> bool:
    """By its size in the work tree, or because the index doesn't know that size."""
    if entry.mode == SUBMODULE:
        return False
    return entry.size > large or (entry.size == 0 and entry.oid not in EMPTY_BLOBS)


def _list_index(place: Place, overrides: Collection[Setting]) -> list[Entry]:
    entries: dict[bytes, Entry] = {}
    for item in git(place, ["ls-files", "--stage", "-z"], overrides=overrides).split(b"\0"):
        if item:
            meta, _, path = item.partition(b"\t")
            mode, oid, _ = meta.split(b" ")
            entries.setdefault(path, Entry(path, bytes.fromhex(oid.decode()), int(mode, 8), 0))
    return list(entries.values())


def _list_head(place: Place, overrides: Collection[Setting]) -> list[Entry]:
    arguments = ["ls-tree", "-r", "-l", "-z", "--full-tree", "HEAD"]
    return [
        _tree_entry(item)
        for item in git(place, arguments, overrides=overrides).split(b"\0")
        if item
    ]


def _tree_entry(item: bytes) -> Entry:
    meta, _, path = item.partition(b"\t")
    mode, _, oid, size = meta.split()
    length = int(size) if size.isdigit() else 0
    return Entry(path, bytes.fromhex(oid.decode()), int(mode, 8), length)


def _sizes(
    place: Place, config: Config, overrides: Collection[Setting], entries: Iterable[Entry]
) -> dict[bytes, int]:
    """Sizes of blobs by their id. Those that a partial clone lacks are left out."""
    oids = sorted({entry.oid for entry in entries})
    if not oids:
        return {}
    answer = git(
        place,
        ["cat-file", "--batch-check=%(objectsize)", "--buffer"],
        overrides=overrides,
        stdin="".join(f"{oid.hex()}\n" for oid in oids).encode("ascii"),
    )
    sizes: dict[bytes, int] = {}
    for oid, line in zip(oids, answer.splitlines(), strict=True):
        if line.isdigit():
            sizes[oid] = int(line)
        elif not config.partial:
            raise Corrupt(f"object {oid.hex()} is missing")
    return sizes
