"""A folder of archives, good and bad."""

import gzip
from pathlib import Path

import pytest
from tests.clients.advisories.archives import write
from tests.clients.advisories.double import epss_list, vuln

from opsroom.clients.advisories import exploits as exploit_lists
from opsroom.clients.advisories import offline, osv_format
from opsroom.clients.advisories.offline import (
    Archive,
    archives,
    contents,
    exploit_files,
    read_exploits,
)
from opsroom.clients.advisories.web import SourceError
from opsroom.model.advisory import AdvisoryRecord


def read(archive: Archive, held: dict[str, str] | None = None) -> dict[str, AdvisoryRecord]:
    with contents(archive, held or {}) as found:
        return {record.id: record for record in found.records}


def test_both_layouts(tmp_path: Path) -> None:
    write(tmp_path, "npm", {"A-1": vuln("A-1", "npm", "a")})
    write(tmp_path / "osv-scanner", "PyPI", {"A-2": vuln("A-2", "PyPI", "a")})
    (tmp_path / "empty").mkdir()
    assert [each.ecosystem for each in archives(tmp_path)] == ["PyPI", "npm"]
    assert read(archives(tmp_path)[0])["A-2"].advisory


@pytest.mark.parametrize("folder", ["", "missing"])
def test_a_folder_without_archives(tmp_path: Path, folder: str) -> None:
    with pytest.raises(SourceError, match=r"all\.zip"):
        archives(tmp_path / folder)


def test_only_entries_that_changed_are_read(tmp_path: Path) -> None:
    old = {name: vuln(name, "npm", "a") for name in ("A-1", "A-2", "A-3")}
    write(tmp_path, "npm", old)
    (archive,) = archives(tmp_path)
    held = {name: record.stamp for name, record in read(archive).items()}
    assert read(archive, held) == {}
    write(tmp_path, "npm", {"A-1": old["A-1"], "A-2": vuln("A-2", "npm", "a", "9")})
    (later,) = archives(tmp_path)
    assert later.stamp != archive.stamp
    with contents(later, held) as found:
        assert [record.id for record in found.records] == ["A-2"]
        assert found.gone == {"A-3"}


def test_bad_records_are_said(tmp_path: Path) -> None:
    write(tmp_path, "npm", {"A-1": b"{", "A-2": vuln("A-2", "npm", "a"), "../../A-3": b"[]"})
    found = read(archives(tmp_path)[0])
    assert {name: each.reason for name, each in found.items()} == {
        "A-1": "not JSON",
        "A-2": "",
        "A-3": "without an id",
    }


def test_a_bomb_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osv_format, "LARGEST", 10_000)
    monkeypatch.setattr(offline, "LARGEST", 10_000)
    write(tmp_path, "npm", {f"A-{number}": b" " * 50_000_000 for number in range(3)})
    assert {each.reason for each in read(archives(tmp_path)[0]).values()} == {"too large"}
    monkeypatch.setattr(offline, "LARGEST_IN_ALL", 25_000)
    with pytest.raises(SourceError, match="unpacks to more"):
        read(archives(tmp_path)[0])
    monkeypatch.setattr(offline, "MOST_ENTRIES", 2)
    with pytest.raises(SourceError, match="more than 2 records"):
        read(archives(tmp_path)[0])


def test_damaged_archives(tmp_path: Path) -> None:
    path = write(tmp_path, "npm", {f"A-{n}": vuln(f"A-{n}", "npm", "a") for n in range(20)})
    raw = path.read_bytes()
    for bad in (b"", b"not a zip", raw[: len(raw) // 2], raw[:100] + b"\xff" * 200 + raw[300:]):
        path.write_bytes(bad)
        with pytest.raises(SourceError):
            read(archives(tmp_path)[0])


def test_exploits_beside_the_archives(tmp_path: Path) -> None:
    assert exploit_files(tmp_path) == {}
    kev = (
        '{"count": 1, "vulnerabilities": [{"cveID": "CVE-2021-44228", "dateAdded": "2021-12-10"}]}'
    )
    (tmp_path / offline.KEV).write_text(kev)
    (tmp_path / offline.EPSS).write_bytes(epss_list({"CVE-2021-44228": 0.97, "CVE-2020-1000": 1}))
    files = exploit_files(tmp_path)
    cves = {"CVE-2021-44228"}
    for source in ("kev", "epss"):
        assert read_exploits(source, files[source][0], cves).keys() == cves
    for bad in (b"", b"x", gzip.compress(b"cve,epss\n")[:-9]):
        files["epss"][0].write_bytes(bad)
        with pytest.raises(SourceError):
            read_exploits("epss", files["epss"][0], cves)


def test_a_list_that_unpacks_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploit_lists, "LARGEST_LIST", 1000)
    with pytest.raises(SourceError, match="too large"):
        exploit_lists.read_epss(gzip.compress(b"cve,epss\n" + b"x" * 1_000_000))
