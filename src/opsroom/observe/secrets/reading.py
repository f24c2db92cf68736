"""Reading files under a folder: nothing outside of it, regular files only, in bounded pieces."""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC

LARGEST = 64 << 20
"""Bytes of one file or blob that are looked at; a larger one is skipped, and counted."""

PIECE = 4 << 20
OVERLAP = 16 << 10
"""Large content is looked at in pieces that overlap, so that no secret is cut in two."""


class TooLarge(Exception):
    """More than `LARGEST` bytes."""


class Tree:
    """The files under a folder. No part of a path may be a link, whoever moves it meanwhile."""

    def __init__(self, folder: Path) -> None:
        self._folder = os.open(folder, FOLDER)

    def close(self) -> None:
        """Give the folder back."""
        os.close(self._folder)

    def read(self, path: str) -> bytes:
        """The content of a file of the tree.

        Raises:
            OSError: it is not there, is not a regular file, or a part of its path is a link.
            TooLarge: it is too large to be looked at.
        """
        *folders, name = path.split("/")
        if not name or any(part in {"", ".", ".."} for part in (*folders, name)):
            raise FileNotFoundError(path)
        at = self._folder
        opened: list[int] = []
        try:
            for part in folders:
                at = os.open(part, FOLDER, dir_fd=at)
                opened.append(at)
            descriptor = os.open(name, FILE, dir_fd=at)
            opened.append(descriptor)
            return _content(descriptor)
        finally:
            for each in opened:
                with suppress(OSError):
                    os.close(each)


def _content(descriptor: int) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise FileNotFoundError("not a regular file")
    if status.st_size > LARGEST:
        raise TooLarge
    content = bytearray()
    while chunk := os.read(descriptor, PIECE):
        content += chunk
        if len(content) > LARGEST:
            raise TooLarge
    return bytes(content)


def pieces(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The content in pieces that overlap, each with its offset."""
    at = 0
    while True:
        yield at, content[at : at + PIECE]
        if at + PIECE >= len(content):
            return
        at += PIECE - OVERLAP
