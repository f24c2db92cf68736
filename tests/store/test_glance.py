"""The line for a prompt: whose repositories it counts, and how it says that it is old."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from tests.store.samples import NOW

from opsroom.errors import StoreError
from opsroom.settings import Watch
from opsroom.store.glance import glance
from opsroom.store.place import Place
from opsroom.store.schema import prepare
from opsroom.store.tables import EPOCH, MICROSECOND

HERE, THERE = "directory:/here", "directory:/there"
LATE = timedelta(minutes=1)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A store with a red and a gone repository here, a green one there, and one in both."""
    home = tmp_path / "a home?"
    prepare(Place(home))
    rows = [
        ("a", f'["{HERE}"]', "known", "red"),
        ("b", f'["{HERE}"]', "gone", "green"),
        ("c", f'["{THERE}"]', "known", "green"),
        ("d", f'["{HERE}","{THERE}"]', "known", "yellow"),
    ]
    with closing(sqlite3.connect(home / "store.sqlite")) as store, store:
        for number, (name, sources, state, grade) in enumerate(rows):
            store.execute(
                "INSERT INTO repositories (id, key, name, description, labels, sources, state,"
                " first_seen, revision) VALUES (?, ?, ?, '', '[]', ?, ?, 0, 0)",
                (number, name, name, sources, state),
            )
            store.execute(
                "INSERT INTO verdicts (repository_id, grade, body, at) VALUES (?, ?, '{}', 0)",
                (number, grade),
            )
    return home


def passed(home: Path, source: str, age: timedelta) -> None:
    at = (NOW - age - EPOCH) // MICROSECOND
    with closing(sqlite3.connect(home / "store.sqlite")) as store, store:
        store.execute("INSERT OR REPLACE INTO surveys VALUES (?, ?, '[]')", (source, at))


def test_only_repositories_of_the_sources_count_and_each_once(home: Path) -> None:
    for source in (HERE, THERE):
        passed(home, source, timedelta())
    assert glance(home, [HERE], LATE, NOW) == "■1 ▲1"
    assert glance(home, [THERE], LATE, NOW) == "▲1 ●1"
    assert glance(home, [HERE, THERE], LATE, NOW) == "■1 ▲1 ●1"


@pytest.mark.parametrize(
    ("age", "every", "mark"),
    [
        (timedelta(seconds=60), timedelta(seconds=15), ""),
        (timedelta(seconds=61), timedelta(seconds=15), " !1m"),
        (timedelta(seconds=59), timedelta(seconds=1), ""),
        (timedelta(minutes=3), timedelta(minutes=1), ""),
        (timedelta(hours=3, minutes=59), timedelta(seconds=15), " !3h"),
        (timedelta(days=40), timedelta(seconds=15), " !40d"),
    ],
)
def test_an_old_pass_is_marked(home: Path, age: timedelta, every: timedelta, mark: str) -> None:
    passed(home, HERE, age)
    assert glance(home, [HERE], Watch(gate_every=every).late, NOW) == f"■1 ▲1{mark}"


def test_one_source_that_nobody_watches_is_enough(home: Path) -> None:
    passed(home, HERE, timedelta())
    assert glance(home, [HERE, THERE], LATE, NOW) == "■1 ▲1 ●1 !never"
    passed(home, THERE, timedelta(hours=2))
    assert glance(home, [HERE, THERE], LATE, NOW) == "■1 ▲1 ●1 !2h"


def test_a_store_that_is_not_there_or_none(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store"):
        glance(tmp_path, [HERE], LATE, NOW)
    (tmp_path / "store.sqlite").write_bytes(b"nothing" * 1000)
    with pytest.raises(StoreError, match="can't be read"):
        glance(tmp_path, [HERE], LATE, NOW)


def test_a_host_is_late_by_its_own_rhythm(home: Path) -> None:
    passed(home, HERE, timedelta(minutes=40))
    assert glance(home, [HERE], LATE, NOW) == "■1 ▲1 !40m"
    with closing(sqlite3.connect(home / "store.sqlite")) as store, store:
        store.execute("INSERT INTO sweeps VALUES (?, NULL, NULL, 900, 3600)", (HERE,))
    assert glance(home, [HERE], LATE, NOW) == "■1 ▲1"
    passed(home, HERE, timedelta(minutes=61))
    assert glance(home, [HERE], LATE, NOW) == "■1 ▲1 !1h"
