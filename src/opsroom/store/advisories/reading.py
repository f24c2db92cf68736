"""Reading advisories out of their file: by package and by name, with what exploits are known."""

import json
import sqlite3
from collections.abc import Collection, Iterable
from datetime import date, datetime

from opsroom.model.advisory import Advisory

REMEMBERED = 20_000
"""Advisories that a process keeps parsed."""


def advisory_of(body: str, modified: str | None) -> Advisory:
    """An advisory as it is kept: its time of change apart from the rest."""
    found = Advisory.model_validate_json(body)
    if modified is None:
        return found
    return found.model_copy(update={"modified": datetime.fromisoformat(modified)})


def numbers_of(connection: sqlite3.Connection, keys: Collection[str]) -> dict[str, list[int]]:
    """The advisories of packages, as numbers, by the key of the package."""
    found: dict[str, list[int]] = {}
    rows = connection.execute(
        "SELECT DISTINCT key, advisory FROM package JOIN record USING (record)"
        " WHERE key IN (SELECT value FROM json_each(?)) ORDER BY key, advisory",
        [json.dumps(list(keys))],
    )
    for key, number in rows:
        found.setdefault(key, []).append(number)
    return found


def number_of(connection: sqlite3.Connection, name: str) -> int | None:
    """The advisory of a name, any of its names."""
    found = connection.execute(
        "SELECT advisory FROM name JOIN record USING (record) WHERE name = ?", [name]
    ).fetchone()
    return found[0] if found else None


class Remembered:
    """Advisories that were read, by number: what a number stands for never changes."""

    def __init__(self) -> None:
        self._known: dict[int, Advisory] = {}

    def clear(self) -> None:
        """Forget everything: the numbers are of another file."""
        self._known = {}

    def read(self, connection: sqlite3.Connection, numbers: Collection[int]) -> dict[int, Advisory]:
        """The advisories of these numbers, with what is known of exploits now."""
        known = self._known
        found = {number: known[number] for number in numbers if number in known}
        missing = [number for number in numbers if number not in found]
        if missing:
            rows = connection.execute(
                "SELECT r.advisory, coalesce(m.body, r.body),"
                " CASE WHEN m.body IS NULL THEN r.modified ELSE m.modified END"
                " FROM record r LEFT JOIN merged m USING (advisory)"
                " WHERE r.advisory IN (SELECT value FROM json_each(?)) GROUP BY r.advisory",
                [json.dumps(missing)],
            )
            fresh = {number: advisory_of(body, modified) for number, body, modified in rows}
            found |= fresh
            if len(known) + len(fresh) > REMEMBERED:
                known = {}
            # a new dictionary: another thread may be reading the old one
            self._known = {**known, **fresh}
        return _exploited(connection, found)


def _exploited(connection: sqlite3.Connection, found: dict[int, Advisory]) -> dict[int, Advisory]:
    rows: Iterable[tuple[int, str | None, int, float | None]] = connection.execute(
        "SELECT advisory, min(exploited), max(ransomware), max(likely) FROM record"
        " JOIN name USING (record) JOIN exploit ON cve = name"
        " WHERE advisory IN (SELECT value FROM json_each(?)) GROUP BY advisory",
        [json.dumps(list(found))],
    )
    for number, since, ransomware, likely in rows:
        told = {
            "exploited": date.fromisoformat(since) if since else None,
            "ransomware": bool(ransomware),
            "likely": likely,
        }
        found[number] = found[number].model_copy(update=told)
    return found
