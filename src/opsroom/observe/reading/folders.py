"""Folders that files name. A content is read once, wherever it lies: none is seen from the top."""

import re
from posixpath import normpath

from opsroom.model.text import plain
from opsroom.observe.reading.values import LONGEST

UNSETTLED = re.compile(r"[$`{}]|://|^git@")


def folder(written: str) -> str:
    """A folder as a file names it, in its shortest form; empty: its own, or it can't be told.

    What is absolute, an address or depends on variables can't.
    """
    if not written or len(written) > LONGEST or UNSETTLED.search(written):
        return ""
    found = normpath(written)
    return "" if found == "." or found.startswith("/") else plain(found)
