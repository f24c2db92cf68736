"""The condition of a SQLite store, told without opening it as one: that would migrate it."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass

from opsroom.errors import StoreError
from opsroom.store import copies
from opsroom.store.place import Place
from opsroom.store.schema import known_versions


@dataclass(frozen=True)
class Condition:
    """What a file holds. `size` is in bytes, `newest` the number of the newest event."""

    size: int
    events: int
    newest: int
    version: str | None

    @property
    def current(self) -> bool:
        """Whether the schema is the one that this program uses."""
        return self.version == known_versions()[-1]

    @property
    def known(self) -> bool:
        """Whether this program can use the schema, perhaps after a migration."""
        return self.version in known_versions()


def condition(place: Place) -> Condition:
    """Look into the file of a store.

    Raises:
        StoreError: it can't be read, or is no store.
    """
    try:
        size = place.file.stat().st_size
        with closing(sqlite3.connect(f"{place.file.as_uri()}?mode=ro", uri=True)) as connection:
            version = copies.version(connection)
            events, newest = connection.execute("SELECT count(*), max(id) FROM journal").fetchone()
    except (OSError, sqlite3.Error) as error:
        hint = "move it away, or run `opsroom restore FILE` with a backup"
        raise StoreError(f"{place} can't be read: {error}", hint) from error
    return Condition(size, events, newest or 0, version)
