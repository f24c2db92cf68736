"""Where a store is: a file in the home folder, or a Postgres database."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from opsroom.errors import StoreError


@dataclass(frozen=True, slots=True)
class Place:
    """`home` is the folder of this installation; `url` is set for Postgres alone.

    `name` is the file of a SQLite store.
    """

    home: Path
    url: URL | None = None
    name: str = "store.sqlite"

    @classmethod
    def of(cls, url: str | None, home: Path) -> Self:
        """The place that settings name.

        Raises:
            StoreError: `url` is not a Postgres URL.
        """
        if url is None:
            return cls(home)
        hint = 'write store = "postgresql://user@host/database", or leave it out for SQLite'
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise StoreError("The setting `store` is not a URL", hint) from None
        if parsed.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
            raise StoreError(f"A store can't be kept in {parsed.drivername}", hint)
        return cls(home, parsed.set(drivername="postgresql+psycopg"))

    @property
    def file(self) -> Path:
        """The SQLite file."""
        return self.home / self.name

    @property
    def backups(self) -> Path:
        """The folder of the verified copies that the store makes of itself."""
        return self.home / "backups"

    def __str__(self) -> str:
        """For people: without the password, which may also stand in the query."""
        if self.url is None:
            return str(self.file)
        shown = {key: value for key, value in self.url.query.items() if key in ("host", "port")}
        public = self.url.set(drivername="postgresql", query=shown)
        return public.render_as_string(hide_password=True)
