"""The index of advisories: what is known of which package, by any name, from every source.

Sync, to be used in threads; any number of threads and processes may share one file.

Not knowing and knowing of nothing are told apart by `data`: a package without advisories is
without known flaws only when a source that covers it was fetched.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from opsroom.model.advisory import Advisory, AdvisoryData, AdvisoryRecord, Exploit
from opsroom.model.purl import package_key
from opsroom.store.advisories.exploits import cves, put_exploits
from opsroom.store.advisories.file import AdvisoryFile
from opsroom.store.advisories.reading import Remembered, number_of, numbers_of
from opsroom.store.advisories.writing import put

NAME = "advisories.sqlite"
"""The file in the home folder."""


class Moved(NamedTuple):
    """What moved since a mark: where that ends, and the keys of packages (`model.purl`)."""

    mark: str
    keys: frozenset[str]


class AdvisoryIndex:
    """The index in the file at `path`, which is made when it is not there; `only_look`: it isn't.

    Raises:
        StoreError: from every method, when the file can't be used. A damaged one is put aside,
            and the next call begins with an empty one.
    """

    def __init__(self, path: Path, *, only_look: bool = False) -> None:
        self._file = AdvisoryFile(path, only_look=only_look)
        self._remembered = Remembered()
        self._identity = self._file.identity

    def close(self) -> None:
        """Close the file and forget what was read of it; a later call opens it again."""
        self._file.close()
        self._remembered.clear()

    def add(
        self,
        source: str,
        records: Iterable[AdvisoryRecord | Advisory],
        mark: str | None = None,
        *,
        part: str = "",
        gone: Collection[str] = (),
        at: datetime | None = None,
    ) -> int:
        """Keep what a source says now, and forget its records in `gone`; all of it or nothing.

        `part` is a part of the source that is fetched by itself (an ecosystem). `mark` is where
        its next refresh goes on. `at`: with this, the part is held in full, as of then. Gives how
        many records said something that they didn't say before.
        """
        given = (
            each if isinstance(each, AdvisoryRecord) else AdvisoryRecord.of(each)
            for each in records
        )
        with self._file.writing() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO source (source, part) VALUES (?, ?)", [source, part]
            )
            changed = put(connection, source, part, given, gone)
            if mark is not None:
                connection.execute(
                    "UPDATE source SET mark = ? WHERE source = ? AND part = ?",
                    [mark, source, part],
                )
            if at is not None:
                connection.execute(
                    "UPDATE source SET fetched_at = ?, failed = '' WHERE source = ? AND part = ?",
                    [at.isoformat(), source, part],
                )
            return changed

    def put_exploits(self, source: str, exploits: Mapping[str, Exploit], at: datetime) -> int:
        """Keep what KEV (`kev`) or EPSS (`epss`) says now, by CVE; gives how many of them moved.

        KEV says everything at once: what is missing is not exploited.
        """
        with self._file.writing() as connection:
            return put_exploits(connection, source, exploits, at)

    def failed(self, source: str, reason: str, part: str = "") -> None:
        """Note that a source could not be refreshed; what it said before stays."""
        with self._file.writing() as connection:
            connection.execute(
                "INSERT INTO source (source, part, failed) VALUES (?, ?, ?)"
                " ON CONFLICT DO UPDATE SET failed = excluded.failed",
                [source, part, reason],
            )

    def drop(self, source: str, part: str) -> int:
        """Forget a part of a source altogether; gives how many records there were."""
        changed = self.add(source, (), part=part, gone=self.held(source, part))
        with self._file.writing() as connection:
            connection.execute("DELETE FROM source WHERE source = ? AND part = ?", [source, part])
            connection.execute("DELETE FROM asked WHERE source = ?", [source])
        return changed

    def of(self, purls: Collection[str]) -> dict[str, list[Advisory]]:
        """The advisories of packages, by the purl that was asked for, with or without version.

        What they say is affected of that package stands under the very purl that was asked for,
        without version. Packages without advisories are left out.
        """
        wanted: dict[str, list[str]] = {}
        for purl in purls:
            wanted.setdefault(package_key(purl), []).append(purl)
        with self._file.reading() as connection:
            self._forget_if_replaced()
            numbers = numbers_of(connection, wanted)
            every = {number for some in numbers.values() for number in some}
            advisories = self._remembered.read(connection, every)
        return {
            purl: [_spelled(advisories[number], key, purl) for number in numbers[key]]
            for key in numbers
            for purl in wanted[key]
        }

    def get(self, name: str) -> Advisory | None:
        """The advisory that has this name among its names; None: none is known."""
        with self._file.reading() as connection:
            self._forget_if_replaced()
            number = number_of(connection, name)
            if number is None:
                return None
            return self._remembered.read(connection, [number])[number]

    def changed(self, after: str = "") -> Moved:
        """The packages of which something is said that wasn't at the mark `after`.

        All of which anything is said when there is no such mark, or it is of another file.
        """
        with self._file.reading() as connection:
            told = dict(connection.execute("SELECT key, value FROM meta"))
            epoch, _, number = after.partition(":")
            since = int(number) if epoch == told["epoch"] and number.isdigit() else -1
            rows = connection.execute("SELECT key FROM moved WHERE revision > ?", [since])
            keys = frozenset(key for (key,) in rows)
        return Moved(f"{told['epoch']}:{told['revision']}", keys)

    @property
    def revision(self) -> str:
        """Moves when anything does; of another file it is another one."""
        with self._file.reading() as connection:
            told = dict(connection.execute("SELECT key, value FROM meta"))
        return f"{told['epoch']}:{told['revision']}"

    def data(self) -> list[AdvisoryData]:
        """How old the data of each source are, and of each of its ecosystems (`offline:PyPI`).

        Packages that are fetched one by one (`part` is a purl) count together: they are as old as
        the oldest of them.
        """
        with self._file.reading() as connection:
            rows = connection.execute(
                "SELECT source, CASE WHEN part LIKE 'pkg:%' THEN '' ELSE part END AS half,"
                " max(as_of), CASE WHEN count(fetched_at) = count(*) THEN min(fetched_at) END,"
                " sum(held), max(failed) FROM source GROUP BY 1, 2 ORDER BY 1, 2"
            ).fetchall()
        return [
            AdvisoryData(
                source=f"{source}:{part}" if part else source,
                as_of=datetime.fromisoformat(as_of) if as_of else None,
                fetched_at=datetime.fromisoformat(fetched) if fetched else None,
                advisories=held,
                failed=failed,
            )
            for source, part, as_of, fetched, held, failed in rows
        ]

    def parts(self, source: str) -> dict[str, str]:
        """The parts of a source that are known, each with its mark."""
        with self._file.reading() as connection:
            return dict(
                connection.execute("SELECT part, mark FROM source WHERE source = ?", [source])
            )

    def sources(self) -> set[str]:
        """Every source of which anything is kept."""
        with self._file.reading() as connection:
            return {name for (name,) in connection.execute("SELECT DISTINCT source FROM source")}

    def held(self, source: str, part: str = "") -> dict[str, str]:
        """The stamp of every record that a part of a source told, also of those without use."""
        with self._file.reading() as connection:
            return dict(
                connection.execute(
                    "SELECT id, stamp FROM record WHERE source = ? AND part = ?", [source, part]
                )
            )

    def skipped(self, source: str) -> dict[str, int]:
        """Why records of a source tell nothing, and how many."""
        with self._file.reading() as connection:
            return dict(
                connection.execute(
                    "SELECT reason, count(*) FROM record WHERE source = ? AND reason != ''"
                    " GROUP BY reason ORDER BY 2 DESC",
                    [source],
                )
            )

    def cves(self) -> set[str]:
        """Every CVE that some advisory is about."""
        with self._file.reading() as connection:
            return cves(connection)

    def asked(self, source: str) -> dict[str, datetime]:
        """When a source that is asked by package was last asked for each, by its key."""
        with self._file.reading() as connection:
            rows = connection.execute("SELECT key, at FROM asked WHERE source = ?", [source])
            return {key: datetime.fromisoformat(at) for key, at in rows}

    def note_asked(
        self, source: str, keys: Collection[str], at: datetime, *, alone: bool = False
    ) -> None:
        """Remember that a source was asked for packages, by their keys; `alone`: for no others."""
        with self._file.writing() as connection:
            if alone:
                connection.execute("DELETE FROM asked WHERE source = ?", [source])
            connection.executemany(
                "INSERT OR REPLACE INTO asked VALUES (?, ?, ?)",
                [(source, key, at.isoformat()) for key in keys],
            )

    def remember(self, key: str, value: str) -> None:
        """Keep a word of whoever uses the index, such as how far it was read."""
        with self._file.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [f"its {key}", value])

    def recall(self, key: str) -> str:
        """The word that was kept; empty when there is none."""
        with self._file.reading() as connection:
            found = connection.execute(
                "SELECT value FROM meta WHERE key = ?", [f"its {key}"]
            ).fetchone()
        return found[0] if found else ""

    def _forget_if_replaced(self) -> None:
        if self._identity != self._file.identity:
            self._identity = self._file.identity
            self._remembered.clear()


def _spelled(advisory: Advisory, key: str, purl: str) -> Advisory:
    """An advisory that names the package as it was asked for."""
    bare = purl.partition("@")[0] if purl.rfind("@") > purl.rfind("/") else purl
    if all(each.purl == bare for each in advisory.affected):
        return advisory
    affected = tuple(
        each.model_copy(update={"purl": bare})
        if each.purl != bare and package_key(each.purl) == key
        else each
        for each in advisory.affected
    )
    return advisory.model_copy(update={"affected": affected})
