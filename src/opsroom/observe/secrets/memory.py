"""The memory of the past: what of a repository was read, and which secrets are in it.

The past does not change, it only grows: what was read once by the same rules is not read again.
A look keeps a new memory under a name of its own, and only the name that was recorded with a look
is recalled: a look that was lost in between loses nothing. It holds keyed hashes and places, as
findings do, and no secret.
"""

import json
import os
import re
import secrets
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from opsroom.observe.secrets.key import keyed
from opsroom.observe.secrets.report import MOST, MOST_PLACES, Leak, LeftOut, leak_of, left_of

NAME = re.compile(r"[0-9a-f]{16}")
PASTS = "past"
"""The folder of all memories, in that of the compiled rules."""

FORM = 1
"""Of the file: another one is not gone by."""

BUDGET = 2 << 30
"""Bytes of all memories together; of more the oldest go, and their pasts are read again."""

MOST_FILES = 100_000
MOST_BLOBS = 4_000_000
"""Blobs that can be remembered one by one."""


@dataclass(slots=True)
class Memory:
    """What was read of one repository.

    `tips` are commits of which the whole past was read, and `blobs` what was read beside it.
    `leaks` are all secrets in both, with the commits that hold them; `skipped` is what was left
    out of both for good. `before` is the memory that this one was made from.
    """

    tips: tuple[str, ...] = ()
    blobs: set[str] = field(default_factory=set[str])
    leaks: dict[str, Leak] = field(default_factory=dict[str, Leak])
    skipped: LeftOut = field(default_factory=LeftOut)
    before: str = ""

    @property
    def commits(self) -> frozenset[str]:
        """The commits that are said to hold secrets."""
        return frozenset(place[2] for leak in self.leaks.values() for place in leak.places)


def join(leaks: dict[str, Leak], others: Iterable[Leak]) -> None:
    """Add what is remembered to what was seen; of places with the same line the remembered goes."""
    for other in others:
        leak = leaks.get(other.hash)
        if leak is None:
            if len(leaks) < MOST:
                leaks[other.hash] = Leak(
                    other.kind, other.severity, other.hash, list(other.places), other.count
                )
            continue
        there = {(path, line) for path, line, _ in leak.places}
        more = [place for place in other.places if place[:2] not in there]
        leak.places += more[: max(0, MOST_PLACES - len(leak.places))]
        leak.count += len(more)


def recall(folder: Path, name: str, key: bytes) -> Memory | None:
    """What was kept under a name; None: nothing that can be gone by."""
    if not NAME.fullmatch(name):
        return None
    try:
        said = json.loads((folder / name).read_bytes())
        os.utime(folder / name)
        if said["form"] != FORM or said["proof"] != _proof(key):
            return None
        return _memory(said)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep(folder: Path, memory: Memory, key: bytes) -> str:
    """Keep a memory beside the one that it was made from; gives its name.

    Raises:
        OSError: there is no room.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = secrets.token_hex(8)
    said = {
        "form": FORM,
        "proof": _proof(key),
        "tips": memory.tips,
        "blobs": sorted(memory.blobs) if len(memory.blobs) <= MOST_BLOBS else [],
        "leaks": [asdict(leak) for leak in memory.leaks.values()],
        "skipped": memory.skipped,
        "before": memory.before,
    }
    draft = folder / f".{name}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as opened:
            json.dump(said, opened)
        draft.rename(folder / name)
    finally:
        draft.unlink(missing_ok=True)
    return name


def forget(folder: Path, name: str) -> None:
    """Nobody recalls this one any more."""
    if NAME.fullmatch(name):
        (folder / name).unlink(missing_ok=True)


def sweep(folder: Path, budget: int = BUDGET, most: int = MOST_FILES) -> None:
    """Remove what was not recalled for longest, where all together are too large."""
    found: list[tuple[float, int, str]] = []
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError):
            told = path.lstat()
            found.append((told.st_mtime, told.st_size, path.name))
    size = 0
    for number, (_, bytes_, name) in enumerate(sorted(found, reverse=True)):
        size += bytes_
        if size > budget or number >= most:
            (folder / name).unlink(missing_ok=True)


def still_holds(memory: Memory, lost: Collection[str]) -> bool:
    """Whether every commit that holds a remembered secret is still reached."""
    return memory.commits.isdisjoint(lost)


def _proof(key: bytes) -> str:
    """Says by which key the hashes were made."""
    return keyed(key, b"memory of the past")


def _memory(said: dict[str, Any]) -> Memory:
    leaks = map(leak_of, said["leaks"])
    return Memory(
        tuple(map(str, said["tips"])),
        set(map(str, said["blobs"])),
        {leak.hash: leak for leak in leaks},
        left_of(said["skipped"]),
        str(said["before"]),
    )
