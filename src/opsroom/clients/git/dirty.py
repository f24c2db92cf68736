"""What a work tree holds beside its commit: files that were changed, or that nobody tracks yet."""

import hashlib
import os
import stat
from contextlib import suppress
from pathlib import Path

from opsroom.clients.git.command import Setting, git
from opsroom.clients.git.config import read_config
from opsroom.clients.git.laying import LARGEST_FILE, Left, Writer, refused
from opsroom.clients.git.place import Place
from opsroom.clients.git.user import user

MOST = 2_000
LARGEST = 64 << 20
"""Files that are laid out of one work tree, and their bytes together."""

STATUS = (
    *("status", "--porcelain=v2", "-z", "--no-renames", "--ignore-submodules=all"),
    "--no-ahead-behind",
)
INTO = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


def dirty_paths(place: Place) -> list[bytes]:
    """Paths that differ from HEAD or the index, or are neither tracked nor ignored, sorted.

    Raises:
        ObservationError: git could not tell.
    """
    config = read_config(place)
    settings: tuple[Setting, ...] = config.overrides() + user().overrides(frozenset(config.values))
    own = config.hides_untracked
    hidden = user().hides_untracked if own is None else own
    mode = f"--untracked-files={'no' if hidden else 'all'}"
    paths: set[bytes] = set()
    for line in git(place, [*STATUS, mode], overrides=settings).split(b"\0"):
        match line[:1]:
            case b"1":
                paths.add(line.split(b" ", 8)[8])
            case b"u":
                paths.add(line.split(b" ", 10)[10])
            case b"?":
                paths.add(line[2:])
            case _:
                continue
    return sorted(path for path in paths if not path.endswith(b"/"))


def dirty_digest(place: Place) -> str:
    """Changes when a dirty file does, as far as `stat` tells; empty for a clean work tree.

    Raises:
        ObservationError: git could not tell.
    """
    paths = dirty_paths(place)
    if not paths:
        return ""
    digest = hashlib.sha256()
    for path in paths[:MOST]:
        digest.update(path + b"\0")
        with suppress(OSError):
            found = os.lstat(os.path.join(os.fsencode(place.folder), path))
            digest.update(f"{found.st_mtime_ns} {found.st_size} {found.st_ino}".encode("ascii"))
    return digest.hexdigest()[:32]


def lay_out_dirty(place: Place, folder: Path, left: Left) -> tuple[str, ...]:
    """Write the present content of dirty files below `folder`, and give their names.

    Raises:
        ObservationError: git could not tell which they are.
        OSError: the disk is full.
    """
    writer, written, total = Writer(folder), list[str](), 0
    root = os.open(place.folder, INTO)
    try:
        for path in dirty_paths(place):
            if refused(path):
                continue
            if len(written) >= MOST or total > LARGEST:
                left.out(f"more than {MOST:,} changed files of a work tree", path)
                continue
            content = _content(root, path, left)
            if content is not None and (name := writer.write(path, content)) is not None:
                written.append(name)
                total += len(content)
    finally:
        os.close(root)
    return tuple(sorted(written))


def _content(root: int, path: bytes, left: Left) -> bytes | None:
    """The bytes of a regular file below `root`, no link followed; None: there is none to read."""
    *folders, name = path.split(b"/")
    at = os.dup(root)
    try:
        for folder in folders:
            deeper = os.open(folder, INTO, dir_fd=at)
            os.close(at)
            at = deeper
        handle = os.open(name, READ, dir_fd=at)
    except OSError:  # removed, a link, or not ours to read
        return None
    finally:
        os.close(at)
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return None
        if status.st_size > LARGEST_FILE:
            left.out(f"larger than {LARGEST_FILE:,} bytes", path)
            return None
        with open(handle, "rb", closefd=False) as file:
            return file.read(LARGEST_FILE)
    finally:
        os.close(handle)
