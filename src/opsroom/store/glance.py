"""A glance at a store: one line for a shell prompt, without opening it in full.

Reads the SQLite file directly and read-only, since a prompt can't wait for a database library.
"""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from opsroom.errors import StoreError
from opsroom.model.duration import UNITS

MARKS = {"red": "■", "yellow": "▲", "green": "●", "unknown": "?"}

GRADES = """
    SELECT verdicts.grade, count(*) FROM verdicts
    JOIN repositories ON repositories.id = verdicts.repository_id
    WHERE repositories.state <> 'gone' AND EXISTS (
        SELECT 1 FROM json_each(repositories.sources) AS seen
        JOIN json_each(?) AS wanted ON wanted.value = seen.value
    )
    GROUP BY verdicts.grade
"""

PASSES = """
    SELECT surveys.at, coalesce(sweeps.sweep_every, 0) FROM json_each(?) AS wanted
    LEFT JOIN surveys ON surveys.source = wanted.value
    LEFT JOIN sweeps ON sweeps.source = wanted.value
"""


def glance(home: Path, sources: Sequence[str], late: timedelta, now: datetime) -> str:
    """How many repositories of these sources have each grade, worst first, as the store has it.

    `!` and an age end the line when a source was not passed over lately: nobody watches it, or
    it can't be looked at. The age is that of the oldest; `!never` when there is one without a pass.

    Raises:
        StoreError: there is no SQLite store in `home`, or it can't be read.
    """
    file = home / "store.sqlite"
    if not file.is_file():
        raise StoreError(f"no store in {home}", "start `opsroom serve` or `opsroom status` once")
    keys = (json.dumps(sources),)
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=1)) as store:
            counts: dict[str, int] = dict(store.execute(GRADES, keys).fetchall())
            passes: list[tuple[int | None, int]] = store.execute(PASSES, keys).fetchall()
    except sqlite3.Error as error:
        raise StoreError(f"{file} can't be read", str(error)) from error
    told = [f"{mark}{counts[grade]}" for grade, mark in MARKS.items() if counts.get(grade)]
    old = _old(passes, late, now)
    return " ".join([*(told or ["no repositories"]), *old])


def _old(passes: Sequence[tuple[int | None, int]], limit: timedelta, now: datetime) -> list[str]:
    """The mark of the source that is latest. Passes are in microseconds since 1970.

    A host is swept as seldom as its budget wants: its second number, in seconds.
    """
    ages: list[timedelta] = []
    for at, every in passes:
        if at is None:
            return ["!never"]
        age = now - (datetime.fromtimestamp(0, UTC) + timedelta(microseconds=at))
        if age > max(limit, timedelta(seconds=4 * every)):
            ages.append(age)
    if not ages:
        return []
    age = max(ages)
    unit = next(unit for unit, size in UNITS.items() if age >= size)
    return [f"!{age // UNITS[unit]}{unit}"]
