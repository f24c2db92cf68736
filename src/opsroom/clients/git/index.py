"""The index, parsed in this process: what is tracked, and how large.

Format: gitformat-index(5), versions 2, 3 and 4. A split or sparse index, or one with an extension
that has to be understood, is left to git.
"""

import hashlib
import struct
from collections.abc import Iterator
from typing import NamedTuple

from opsroom.clients.git.config import Config
from opsroom.clients.git.place import Corrupt, Place
from opsroom.clients.git.regular import read_regular

EXTENDED = 0x4000
NAME_LENGTH = 0x0FFF
STAGE = 0x3000
VERSIONS = (2, 3, 4)
MAX_INDEX = 512 << 20
SUBMODULE = 0o160000


class Entry(NamedTuple):
    """A tracked path. `size` is what the file in the work tree had at the last `git add`, or 0."""

    path: bytes
    oid: bytes
    mode: int
    size: int


class NotSimple(Exception):
    """The index takes git to understand it, or is broken: git will say which."""


def read_index(place: Place, config: Config) -> bytes | None:
    """The index of a work tree, None where there is none yet.

    Git doesn't compare the checksum when it reads: it would take what is left of a broken index,
    and the pages behind it, for entries. (`index.skipHash` leaves a checksum of zeros.)

    Raises:
        ObservationError: it is corrupt, or can't be read.
    """
    content = read_regular(place.git_dir / "index", MAX_INDEX)
    if content is None:
        return None
    length = oid_length(config)
    digest = hashlib.sha256 if length == 32 else hashlib.sha1
    checksum = content[-length:]
    body = memoryview(content)[:-length]
    if any(checksum) and digest(body, usedforsecurity=False).digest() != checksum:
        raise Corrupt("the index is corrupt: its checksum doesn't fit")
    return content


def oid_length(config: Config) -> int:
    """Bytes of an object id in this repository."""
    return 32 if config.last("extensions.objectformat") == "sha256" else 20


def parse_index(content: bytes, length: int) -> list[Entry]:
    """Every tracked path once, in the order of the index. Object ids have `length` bytes.

    Raises:
        NotSimple: it takes git to understand it, or it is broken.
    """
    version = int.from_bytes(content[4:8])
    if content[:4] != b"DIRC" or version not in VERSIONS:
        raise NotSimple
    try:
        return list(_entries(content, version, int.from_bytes(content[8:12]), length))
    except (IndexError, ValueError, struct.error) as error:
        raise NotSimple from error


def _entries(content: bytes, version: int, count: int, length: int) -> Iterator[Entry]:
    """Of an entry's ten words of stat data only mode and size are of interest."""
    fixed = struct.Struct(f">24xI8xI{length}sH")
    position = 12
    end = len(content) - length
    previous = b""
    for _ in range(count):
        mode, size, oid, flags = fixed.unpack_from(content, position)
        name = position + fixed.size + (2 if flags & EXTENDED else 0)
        if version == 4:
            name, kept = _prefix_length(content, name, len(previous))
            stop = content.index(b"\0", name, end)
            path = previous[:kept] + content[name:stop]
            following = stop + 1
        else:
            known = flags & NAME_LENGTH
            stop = content.index(b"\0", name, end) if known == NAME_LENGTH else name + known
            path = content[name:stop]
            following = position + ((stop - position + 8) & ~7)
        if following > end or not path:
            raise NotSimple
        if not (flags & STAGE and path == previous):
            yield Entry(path, oid, mode, size)
        previous = path
        position = following
    _check_extensions(content, position, end)


def _prefix_length(content: bytes, position: int, previous: int) -> tuple[int, int]:
    """Version 4: how much of the previous name is kept, in Git's offset encoding of what is not."""
    byte = content[position]
    dropped = byte & 0x7F
    while byte & 0x80:
        position += 1
        byte = content[position]
        dropped = ((dropped + 1) << 7) | (byte & 0x7F)
    if dropped > previous:
        raise NotSimple
    return position + 1, previous - dropped


def _check_extensions(content: bytes, position: int, end: int) -> None:
    """An extension whose name starts in lower case (split, sparse) must be understood."""
    while position < end:
        if not content[position : position + 1].isupper():
            raise NotSimple
        position += 8 + int.from_bytes(content[position + 4 : position + 8])
    if position != end:
        raise NotSimple
