"""Which records tell of one flaw: those that share a name, directly or through others.

Only aliases make one of two; what is related, or upstream, is another flaw. Only the groups that
a change touches are looked at again.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator

from opsroom.model.advisory import Advisory
from opsroom.store.advisories.merging import merged
from opsroom.store.advisories.reading import advisory_of

LARGEST_GROUP = 200
"""Records of one flaw; more that hang together are an error of a database, and stay apart."""


def regroup(connection: sqlite3.Connection, revision: int) -> None:
    """Merge anew what the temporary tables `dirty`, `loose` and `parted` name.

    `dirty` are records that changed, `loose` the advisories that lost one, `parted` the packages
    of which something was said before.
    """
    _touch(connection)
    connection.execute(
        "INSERT OR REPLACE INTO moved SELECT key, ? FROM temp.parted"
        " UNION SELECT key, ? FROM package JOIN temp.touched USING (record)",
        [revision, revision],
    )
    connection.execute(
        "DELETE FROM merged WHERE advisory IN (SELECT advisory FROM temp.loose"
        " UNION SELECT advisory FROM record JOIN temp.touched USING (record))"
    )
    number = _next_number(connection)
    alone: list[tuple[int, int]] = []
    for group in _groups(connection):
        if 1 < len(group) <= LARGEST_GROUP:
            alone += [(number, record) for record in group]
            _merge(connection, number, group)
            number += 1
        else:
            alone += [(number + place, record) for place, record in enumerate(group)]
            number += len(group)
    connection.executemany("UPDATE record SET advisory = ? WHERE record = ?", alone)
    connection.execute("INSERT OR REPLACE INTO meta VALUES ('number', ?)", [str(number)])


def _touch(connection: sqlite3.Connection) -> None:
    """Fill `touched` with every record that hangs together with a changed one."""
    connection.execute(
        "CREATE TEMP TABLE IF NOT EXISTS touched (record INTEGER PRIMARY KEY, round INTEGER)"
    )
    connection.execute("DELETE FROM temp.touched")
    found = connection.execute(
        "INSERT OR IGNORE INTO temp.touched SELECT record, 0 FROM temp.dirty"
        " UNION SELECT record, 0 FROM record JOIN temp.loose USING (advisory)"
    ).rowcount
    turn = 0
    while found > 0:
        found = connection.execute(
            "INSERT OR IGNORE INTO temp.touched SELECT b.record, :next FROM temp.touched t"
            " JOIN name a ON a.record = t.record JOIN name b ON b.name = a.name"
            " WHERE t.round = :turn",
            {"turn": turn, "next": turn + 1},
        ).rowcount
        turn += 1


def _groups(connection: sqlite3.Connection) -> Iterable[list[int]]:
    """The touched records that say something, those that share a name together."""
    leader: dict[int, int] = {}

    def lead(record: int) -> int:
        while leader[record] != record:
            leader[record] = leader[leader[record]]
            record = leader[record]
        return record

    last_name, first = "", 0
    rows = connection.execute(
        "SELECT name, record FROM name JOIN temp.touched USING (record) ORDER BY name"
    )
    for name, record in rows:
        leader.setdefault(record, record)
        if name == last_name:
            leader[lead(record)] = lead(first)
        else:
            last_name, first = name, record
    groups: dict[int, list[int]] = {}
    for record in leader:
        groups.setdefault(lead(record), []).append(record)
    return groups.values()


def _merge(connection: sqlite3.Connection, number: int, group: list[int]) -> None:
    one = merged(list(_advisories(connection, group)))
    connection.execute(
        "INSERT INTO merged VALUES (?, ?, ?)",
        [
            number,
            one.modified.isoformat() if one.modified else None,
            one.model_dump_json(exclude={"modified"}, exclude_defaults=True),
        ],
    )


def _advisories(connection: sqlite3.Connection, group: list[int]) -> Iterator[Advisory]:
    rows = connection.execute(
        "SELECT body, modified FROM record WHERE record IN (SELECT value FROM json_each(?))"
        " ORDER BY id, source",
        [json.dumps(group)],
    )
    yield from (advisory_of(body, modified) for body, modified in rows)


def _next_number(connection: sqlite3.Connection) -> int:
    """A number that no advisory ever had, so that whoever remembers one by it is right."""
    found = connection.execute("SELECT value FROM meta WHERE key = 'number'").fetchone()
    return int(found[0]) if found else 1
