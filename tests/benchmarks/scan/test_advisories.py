"""Indexing and looking up the published advisories of Go and PyPI, and refreshing them."""

import json
import os
import time
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest
from tests.benchmarks.bench import ROOT, Bench
from tests.benchmarks.measure import Figure, Series, Table, interleaved, seconds

from opsroom.operations.advisories.sources import refresh_offline
from opsroom.store.advisories.index import AdvisoryIndex

FOLDER = Path(os.environ.get("ADVISORIES", ROOT.parent / "shared/data/osv"))
ARCHIVES = ("Go", "PyPI")
READ, INDEXED, UNCHANGED, TOUCHED = (
    "JSON alone",
    "indexed for the first time",
    "refreshed, unchanged",
    "refreshed, one record changed",
)
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def _records() -> Iterator[dict[str, Any]]:
    for ecosystem in ARCHIVES:
        with zipfile.ZipFile(FOLDER / "osv-scanner" / ecosystem / "all.zip") as archive:
            for name in archive.namelist():
                yield json.loads(archive.read(name))


def _groups(records: list[dict[str, Any]]) -> set[frozenset[str]]:
    """Names that hang together, found by joining sets until nothing moves."""
    joined: dict[str, set[str]] = {}
    for record in records:
        together = {record["id"], *(name.strip(",") for name in record.get("aliases", ()))}
        for name in list(together):
            together |= joined.get(name, set())
        for name in together:
            joined[name] = together
    return {frozenset(names) for names in joined.values()}


def _timed(work: Any) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _refresh(index: AdvisoryIndex, folder: Path) -> int:
    return anyio.run(refresh_offline, index, folder, NOW)


@pytest.mark.skipif(not FOLDER.is_dir(), reason="ADVISORIES=DIR names the published archives")
def test_advisories(bench: Bench, tmp_path: Path) -> None:
    records = list(_records())
    told = [record for record in records if "withdrawn" not in record]
    place = tmp_path / "copy"
    for ecosystem in ARCHIVES:
        (place / ecosystem).mkdir(parents=True)
        copied = (FOLDER / "osv-scanner" / ecosystem / "all.zip").read_bytes()
        (place / ecosystem / "all.zip").write_bytes(copied)
    fresh = iter(range(1000))
    kept = AdvisoryIndex(tmp_path / "kept.sqlite")
    assert _refresh(kept, place) == len(records)

    def first() -> float:
        index = AdvisoryIndex(tmp_path / f"{next(fresh)}.sqlite")
        took = _timed(lambda: _refresh(index, place))
        index.close()
        return took

    def touched() -> float:
        with zipfile.ZipFile(place / "Go" / "all.zip") as archive:
            entries = {name: archive.read(name) for name in archive.namelist()}
        name = next(iter(entries))
        record = json.loads(entries[name])
        record["summary"] = f"another word {next(fresh)}"
        entries[name] = json.dumps(record).encode()
        with zipfile.ZipFile(place / "Go" / "all.zip", "w") as archive:
            for each, raw in entries.items():
                archive.writestr(each, raw)
        changed: list[int] = []
        took = _timed(lambda: changed.append(_refresh(kept, place)))
        assert changed == [1]
        return took

    took = interleaved(
        {
            READ: lambda: _timed(lambda: list(_records())),
            INDEXED: first,
            UNCHANGED: lambda: _timed(lambda: _refresh(kept, place)),
            TOUCHED: touched,
        },
        bench.size(5, 2),
    )
    purls = sorted(kept.changed().keys)
    cold, warm, single = (_lookups(kept, purls, bench.size(5, 2), how) for how in range(3))
    found = {each.id: each.names for some in kept.of(purls).values() for each in some}
    assert len(found) == len(_groups(told)), "one advisory a flaw, whoever tells of it"
    assert set(found.values()) == _groups(told)
    size = (tmp_path / "kept.sqlite").stat().st_size / 1e6
    kept.close()
    bench.report(
        Table(
            title="Advisories",
            source=Path(__file__).stem,
            figures=[
                Figure("indexed", len(records) / took[INDEXED].median, "a second"),
                Figure("looked up together", len(purls) / warm.median, "packages a second", 2_000,
                       True),
                Figure("looked up together, not parsed yet", len(purls) / cold.median,
                       "packages a second"),
                Figure("looked up one by one", len(purls) / single.median, "packages a second"),
                Figure.ratio("indexed, to reading the JSON alone", took[INDEXED], took[READ],
                             limit=6),
                Figure.ratio("an unchanged refresh to a first one", took[UNCHANGED], took[INDEXED],
                             limit=0.02),
                Figure("file", size, "MB"),
                Figure("records merged into others", len(told) - len(found), ""),
            ],
            columns=("what", "median", "spread"),
            sides=[(name, *seconds(series)) for name, series in took.items()],
            note=f"{len(records)} records of {' and '.join(ARCHIVES)}, {len(told)} of them not"
            f" withdrawn, about {len(purls)} packages; {len(found)} advisories by alias, compared"
            " name by name with sets joined by hand. `JSON alone` reads the archives and keeps"
            " nothing.",
        )
    )  # fmt: skip


def _lookups(index: AdvisoryIndex, purls: list[str], rounds: int, how: int) -> Series:
    """Cold (nothing parsed yet), warm, or one by one."""
    taken: list[float] = []
    for _ in range(rounds):
        if how == 0:
            index.close()
        if how == 2:
            taken.append(_timed(lambda: [index.of([purl]) for purl in purls]))
        else:
            taken.append(_timed(lambda: index.of(purls)))
    return Series(tuple(taken))
