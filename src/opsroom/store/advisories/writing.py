"""Putting records into the file of advisories, in a transaction of `AdvisoryFile.writing`.

A record that says what it said before costs a look. What changed is noted in the temporary table
`dirty`, and merged anew at the end.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC
from itertools import islice
from typing import TypeVar

from opsroom.model.advisory import Advisory, AdvisoryRecord
from opsroom.model.purl import package_key
from opsroom.store.advisories.groups import regroup
from opsroom.store.advisories.merging import canonical

T = TypeVar("T")

AT_ONCE = 1000
"""Records that are held in memory together."""


def put(
    connection: sqlite3.Connection,
    source: str,
    part: str,
    records: Iterable[AdvisoryRecord],
    gone: Collection[str] = (),
) -> int:
    """Keep records in place of those of the same id, and forget those in `gone`.

    Gives how many of them said something new. When it is none, the revision stays what it was.
    """
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS dirty (record INTEGER PRIMARY KEY)")
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS parted (key TEXT PRIMARY KEY)")
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS loose (advisory INTEGER PRIMARY KEY)")
    connection.execute("DELETE FROM temp.dirty")
    connection.execute("DELETE FROM temp.parted")
    connection.execute("DELETE FROM temp.loose")
    changed = 0
    newest = ""
    for some in _batches(records):
        changed += _keep(connection, source, part, some)
        told = (_newest(each.advisory) for each in some if each.advisory)
        newest = max([newest, *told])
    for names in _batches(gone):
        changed += _forget(connection, source, part, names)
    if changed:
        regroup(connection, next_revision(connection))
        _count(connection, source, part)
    if newest:
        connection.execute(
            "UPDATE source SET as_of = max(coalesce(as_of, ''), ?) WHERE source = ? AND part = ?",
            [newest, source, part],
        )
    return changed


def next_revision(connection: sqlite3.Connection) -> int:
    """Take the next revision: something moved."""
    number: int = connection.execute(
        "UPDATE meta SET value = value + 1 WHERE key = 'revision' RETURNING CAST(value AS INTEGER)"
    ).fetchone()[0]
    return number


def _keep(
    connection: sqlite3.Connection, source: str, part: str, records: Sequence[AdvisoryRecord]
) -> int:
    known = _known(connection, source, part, [each.id for each in records])
    changed = 0
    for each in records:
        advisory = _best_known(each.advisory) if each.advisory else None
        body = _body(advisory)
        row = [each.stamp, _time(advisory), each.reason, body]
        found = known.get(each.id)
        if found is None:
            number: int = connection.execute(
                "INSERT INTO record (stamp, modified, reason, body, source, part, id)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING record",
                [*row, source, part, each.id],
            ).fetchone()[0]
            known[each.id] = number, body
        else:
            number, former = found
            connection.execute(
                "UPDATE record SET stamp = ?, modified = ?, reason = ?, body = ? WHERE record = ?",
                [*row, number],
            )
            if former == body:
                continue
            known[each.id] = number, body
            _loosen(connection, [number])
        changed += 1
        connection.execute("INSERT OR IGNORE INTO temp.dirty VALUES (?)", [number])
        if advisory is not None:
            _spell(connection, number, each.id, advisory)
    return changed


def _best_known(advisory: Advisory) -> Advisory:
    """An advisory under the best of its names."""
    best = canonical(advisory.names)
    if best == advisory.id:
        return advisory
    others = tuple(sorted(advisory.names - {best}))
    return advisory.model_copy(update={"id": best, "aliases": others})


def _known(
    connection: sqlite3.Connection, source: str, part: str, names: Sequence[str]
) -> dict[str, tuple[int, str | None]]:
    """The records of a part that have these ids: number and body."""
    rows = connection.execute(
        "SELECT id, record, body FROM record WHERE source = ? AND part = ?"
        " AND id IN (SELECT value FROM json_each(?))",
        [source, part, json.dumps(names)],
    )
    return {name: (number, body) for name, number, body in rows}


def _spell(connection: sqlite3.Connection, number: int, own: str, advisory: Advisory) -> None:
    """Write down its names and packages, by which it is found."""
    connection.executemany(
        "INSERT OR IGNORE INTO name VALUES (?, ?)",
        [(name, number) for name in {own, *advisory.names}],
    )
    connection.executemany(
        "INSERT OR IGNORE INTO package VALUES (?, ?)",
        [(key, number) for key in {package_key(each.purl) for each in advisory.affected}],
    )


LOOSEN = (
    (
        "INSERT OR IGNORE INTO temp.parted SELECT key FROM package"
        " WHERE record IN (SELECT value FROM json_each(?))"
    ),
    (
        "INSERT OR IGNORE INTO temp.loose SELECT advisory FROM record"
        " WHERE record IN (SELECT value FROM json_each(?))"
    ),
    "DELETE FROM package WHERE record IN (SELECT value FROM json_each(?))",
    "DELETE FROM name WHERE record IN (SELECT value FROM json_each(?))",
    "UPDATE record SET advisory = NULL WHERE record IN (SELECT value FROM json_each(?))",
)
"""What takes records out of everything that was made of them; each takes their numbers as JSON."""


def _loosen(connection: sqlite3.Connection, numbers: Sequence[int]) -> None:
    """Take records out of the advisories and packages that they were in."""
    for statement in LOOSEN:
        connection.execute(statement, [json.dumps(numbers)])


def _forget(connection: sqlite3.Connection, source: str, part: str, names: Sequence[str]) -> int:
    numbers = [number for number, _ in _known(connection, source, part, names).values()]
    if numbers:
        _loosen(connection, numbers)
        connection.execute(
            "DELETE FROM record WHERE record IN (SELECT value FROM json_each(?))",
            [json.dumps(numbers)],
        )
    return len(numbers)


def _count(connection: sqlite3.Connection, source: str, part: str) -> None:
    connection.execute(
        "UPDATE source SET held = (SELECT count(*) FROM record WHERE source.source = record.source"
        " AND source.part = record.part AND body IS NOT NULL) WHERE source = ? AND part = ?",
        [source, part],
    )


def _body(advisory: Advisory | None) -> str | None:
    """What it says, without the time of its last change: a change of that alone is no news."""
    if advisory is None:
        return None
    return advisory.model_dump_json(exclude={"modified"}, exclude_defaults=True)


def _time(advisory: Advisory | None) -> str | None:
    return advisory.modified.isoformat() if advisory and advisory.modified else None


def _newest(advisory: Advisory) -> str:
    """When something was last said; databases that don't say changes say when it was published."""
    at = advisory.modified or advisory.published
    return at.astimezone(UTC).isoformat() if at else ""


def _batches(values: Iterable[T]) -> Iterator[list[T]]:
    left = iter(values)
    while some := list(islice(left, AT_ONCE)):
        yield some
