"""osv-scanner: its report in the shape that it documents. The program itself can't be had here."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.observe.scanners.laying import anchors, instead, laid, planted

from opsroom.model.severity import Severity
from opsroom.observe.scanners import Bounds, Missing, Offer
from opsroom.observe.scanners.osv_scanner import DATABASE, SCANNER

REPORT: dict[str, Any] = {
    "results": [
        {
            "source": {"path": "FOLDER/app/uv.lock", "type": "lockfile"},
            "packages": [
                {"package": {"name": "idna", "version": "3.7", "ecosystem": "PyPI"}},
                {
                    "package": {"name": "jinja2", "version": "2.4.1", "ecosystem": "PyPI"},
                    "groups": [
                        {"ids": ["PYSEC-2019-217", "GHSA-462w"], "max_severity": "8.6"},
                        {"ids": [], "max_severity": ""},
                    ],
                },
            ],
        },
        {"source": {"path": "/etc/passwd"}, "packages": [{"groups": [{"ids": ["X"]}]}]},
    ]
}
ANSWERING = 'for last; do :; done; sed "s|FOLDER|$last|g" {report}; exit 1'


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "database"
    folder.mkdir()
    monkeypatch.setenv(DATABASE, str(folder))
    return folder


def test_a_report_becomes_hits_and_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Path
) -> None:
    report = tmp_path / "report.json"
    report.write_text(json.dumps(REPORT))
    script = f'[ "${DATABASE}" = "{database}" ] || exit 127\n{ANSWERING.format(report=report)}'
    instead(monkeypatch, "osv_scanner", planted(tmp_path, "osv-scanner", script))
    files = {"app/uv.lock": "", "go.mod": "", "main.py": "", "osv-scanner.toml": "x"}
    look = SCANNER.look(laid(tmp_path / "in", files), Bounds())
    (hit,) = look.hits
    assert (hit.rule, hit.path, hit.severity) == (
        "osv-scanner/GHSA-462w",
        "app/uv.lock",
        Severity.HIGH,
    )
    assert "jinja2 2.4.1" in hit.message
    assert (look.files, look.kinds, look.reason) == (1, frozenset(), None)
    assert [skip.example for skip in look.skipped] == ["go.mod"]
    report.write_text(json.dumps(REPORT).replace("app/uv.lock", "other/uv.lock"))
    later = SCANNER.look(laid(tmp_path / "b", {"other/uv.lock": ""}), Bounds())
    assert anchors(look) == anchors(later)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("kill -SEGV $$", "was killed by signal 11"),
        ("exec sleep 60", "took longer than 1 s"),
        ("exec yes", "said more than 1,000,000 bytes"),
        ("echo 'no offline version of the database' >&2; exit 127", "exit code 127): no offline"),
        ("exit 128", "exit code 128"),
        ("echo '{\"results\": null}'", "could read none"),
        ("echo hello", "not JSON"),
    ],
)
def test_one_that_crashes_hangs_or_lies_gives_no_clean_bill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    instead(monkeypatch, "osv_scanner", planted(tmp_path, "osv-scanner", script))
    export = laid(tmp_path / "in", {"uv.lock": ""})
    look = SCANNER.look(export, Bounds(seconds=1.0, output=1_000_000))
    assert look.reason is not None
    assert reason in look.reason
    assert look.hits == ()


def test_it_is_there_with_a_database_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: Path
) -> None:
    instead(monkeypatch, "osv_scanner", None)
    assert isinstance(SCANNER.offer(), Missing)
    script = "echo osv-scanner version: 2.3.3"
    instead(monkeypatch, "osv_scanner", planted(tmp_path, "osv-scanner", script))
    assert SCANNER.offer() == Offer("2.3.3")
    database.rmdir()
    offer = SCANNER.offer()
    assert isinstance(offer, Missing)
    assert DATABASE in offer.fix
