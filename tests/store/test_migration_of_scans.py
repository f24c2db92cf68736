"""A store of the version before scans keeps everything that it had."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import column, insert, select, table

from opsroom.model.finding import FindingState
from opsroom.store import schema
from opsroom.store.database import Store
from opsroom.store.engines import schema_work
from opsroom.store.findings import load_findings, load_standing, save_findings
from opsroom.store.place import Place
from opsroom.store.schema import known_versions, migrate
from opsroom.store.snapshots import load_snapshots

pytestmark = pytest.mark.anyio

BEFORE = ("0001_initial", "0002_hosts")
ROWS: dict[str, list[dict[str, Any]]] = {
    "meta": [{"key": "epoch", "value": "01234567"}, {"key": "revision", "value": "7"}],
    "repositories": [
        {
            "id": 1,
            "key": "github.com/acme/api",
            "name": "acme/api",
            "description": "é",
            "labels": "[]",
            "sources": '["github:acme"]',
            "state": "known",
            "first_seen": 5,
            "revision": 7,
            "host_id": "R_1",
            "also": "[]",
        }
    ],
    "findings": [
        {
            "id": f"finding_{mark}",
            "repository_id": 1,
            "rule": rule,
            "severity": "high",
            "message": "seen",
            "location": "a",
            "remediation": "mend it",
            "fingerprint": mark,
            "state": state,
            "baseline": baseline,
            "opened_at": 5,
            "closed_at": closed,
        }
        for mark, rule, state, baseline, closed in (
            ("a" * 16, "no-remote", "open", True, None),
            ("b" * 16, "large-files", "fixed", False, 9),
        )
    ],
    "verdicts": [
        {
            "repository_id": 1,
            "grade": "green",
            "score": 100,
            "at": 5,
            "body": '{"grade":"green","score":100}',
        }
    ],
    "journal": [
        {
            "id": 3,
            "at": 5,
            "kind": "finding.opened",
            "repository": "acme/api",
            "summary": "no-remote: seen",
            "data": "{}",
        }
    ],
    "ci_runs": [
        {
            "host": "github.com",
            "number": 9,
            "repository_id": 1,
            "workflow": "ci",
            "path": "",
            "run_number": 1,
            "attempt": 1,
            "event": "push",
            "head": "c" * 40,
            "status": "completed",
            "created_at": 5,
            "updated_at": 6,
            "url": "",
        }
    ],
}


def fill(place: Place, versions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a store of the version before, with something in it."""
    place.home.mkdir()
    versions.mkdir()
    for version in BEFORE:
        script = schema.VERSIONS / f"{version}.py"
        (versions / script.name).write_text(script.read_text())
    engine = schema_work(place)
    with monkeypatch.context() as older, engine.begin() as connection:
        older.setattr(schema, "VERSIONS", versions)
        migrate(connection)
        for name, rows in ROWS.items():
            for row in rows:
                connection.execute(insert(table(name, *map(column, row))), row)
    engine.dispose()


def held(place: Place) -> dict[str, list[dict[str, Any]]]:
    """What is in the columns that there were before."""
    engine = schema_work(place)
    told: dict[str, list[dict[str, Any]]] = {}
    with engine.begin() as connection:
        for name, rows in ROWS.items():
            asked = select(table(name, *map(column, rows[0])))
            found = connection.execute(asked).mappings()
            told[name] = sorted((dict(row) for row in found), key=str)
    engine.dispose()
    return told


async def test_everything_is_kept_and_can_be_gone_on_with(
    url: str | None, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place.of(url, home)
    fill(place, tmp_path / "before", monkeypatch)
    before = held(place)
    async with Store.open(url, home) as store:
        async with store.read() as connection:
            (kept,) = (await load_snapshots(connection)).values()
            lives = (await load_findings(connection))[kept.id]
            assert await load_standing(connection) == {kept.id: lives}
        assert [(each.finding.rule, each.state) for each in lives] == [
            ("no-remote", FindingState.OPEN),
            ("large-files", FindingState.FIXED),
        ]
        assert {(each.finding.scanner, each.finding.advisory) for each in lives} == {("", None)}
        assert kept.health is not None
        assert (kept.revision, kept.health.score) == (7, 100)
        async with store.write() as connection:
            await save_findings(connection, {kept.id: lives})
        assert await store.journal.last_id() == 3
    assert held(place) == before
    assert known_versions()[2:4] == ["0003_scan", "0004_graph"]
