"""A glance at a store: one line for a shell prompt, without opening it in full.

Reads the SQLite file directly and read-only, since a prompt can't wait for a database library.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from opsroom.errors import StoreError

MARKS = {"red": "■", "yellow": "▲", "green": "●", "unknown": "?"}

GRADES = """
    SELECT verdicts.grade, count(*) FROM verdicts
    JOIN repositories ON repositories.id = verdicts.repository_id
    WHERE repositories.state <> 'gone' GROUP BY verdicts.grade
"""


def glance(home: Path) -> str:
    """How many repositories have each grade, worst first, as the store has it.

    Raises:
        StoreError: there is no SQLite store in `home`, or it can't be read.
    """
    file = home / "store.sqlite"
    if not file.is_file():
        raise StoreError(f"no store in {home}", "start `opsroom serve` or `opsroom status` once")
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=1)) as connection:
            counts: dict[str, int] = dict(connection.execute(GRADES).fetchall())
    except sqlite3.Error as error:
        raise StoreError(f"{file} can't be read", str(error)) from error
    told = [f"{mark}{counts[grade]}" for grade, mark in MARKS.items() if counts.get(grade)]
    return " ".join(told) or "no repositories"
