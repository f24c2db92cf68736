"""OSV records as they are, and as they should not be."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.clients.advisories.double import vuln

from opsroom.clients.advisories import osv_format
from opsroom.clients.advisories.ecosystems import named_by, purl_of
from opsroom.clients.advisories.osv_format import read_record, record_of
from opsroom.model.advisory import Advisory, Interval
from opsroom.model.severity import Severity

V3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
V4 = "CVSS:4.0/AV:L/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N"
V2 = "AV:N/AC:L/Au:N/C:P/I:P/A:P"


def read(**more: Any) -> Advisory:
    advisory = record_of(vuln("PYSEC-1", "PyPI", "Ruamel.YAML", **more), "PYSEC-1").advisory
    assert advisory
    return advisory


def test_a_record() -> None:
    advisory = read(aliases=["CVE-2020-0001", "PYSEC-1"], related=["CVE-1"], upstream=["CVE-2"])
    assert advisory.names == {"PYSEC-1", "CVE-2020-0001"}
    assert advisory.affected[0].purl == "pkg:pypi/ruamel-yaml"
    assert advisory.affected[0].intervals == (Interval(fixed="2.0"),)
    assert advisory.modified == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert advisory.severity is None
    assert advisory.sources == ("osv",)


def test_a_time_that_is_none() -> None:
    assert read(modified="0001-01-01T00:00:00Z").modified is None
    assert read(modified="yesterday", published="2026-11-01T10:00:00").published is None


@pytest.mark.parametrize(
    ("ecosystem", "name", "purl"),
    [
        ("npm", "@scope/name", "pkg:npm/%40scope/name"),
        ("Go", "github.com/Azure/x", "pkg:golang/github.com/Azure/x"),
        ("Maven", "org.a:b", "pkg:maven/org.a/b"),
        ("Packagist", "symfony/http", "pkg:composer/symfony/http"),
        ("crates.io", "time", "pkg:cargo/time"),
        ("GitHub Actions", "actions/cache", "pkg:githubactions/actions/cache"),
        ("Debian:11", "curl", "pkg:deb/debian/curl"),
        ("Alpine:v3.20", "curl", "pkg:apk/alpine/curl"),
        ("Ubuntu:22.04:LTS", "curl", "pkg:deb/ubuntu/curl"),
        ("Rocky Linux:9", "curl", "pkg:rpm/rocky-linux/curl"),
        ("SwiftURL", "github.com/a/b", "pkg:swift/github.com/a/b"),
        ("Nowhere", "x", ""),
    ],
)  # fmt: skip
def test_ecosystems(ecosystem: str, name: str, purl: str) -> None:
    assert purl_of(ecosystem, name) == purl
    # what a distribution has depends on its release, which a purl without version doesn't say
    is_a_distribution = purl.startswith(("pkg:deb", "pkg:apk", "pkg:rpm"))
    asked_as = None if is_a_distribution or not purl else (ecosystem, name)
    assert named_by(purl) == asked_as


def test_a_purl_where_the_ecosystem_is_unknown() -> None:
    affected = [{"package": {"ecosystem": "New", "name": "x", "purl": "pkg:new/x@1?a=b"}}]
    advisory = read(affected=affected)
    assert advisory.affected[0].purl == "pkg:new/x"
    assert advisory.affected[0].commits  # nothing was said about versions


@pytest.mark.parametrize(
    ("vectors", "score", "severity"),
    [
        ([("CVSS_V3", V3)], 9.8, Severity.CRITICAL),
        ([("CVSS_V3", V3), ("CVSS_V4", V4)], 1.0, Severity.LOW),
        ([("CVSS_V4", "CVSS:4.0/nonsense"), ("CVSS_V3", V3)], 9.8, Severity.CRITICAL),
        ([("CVSS_V2", V2)], 7.5, Severity.HIGH),
        ([("CVSS_V3", "9" * 1000)], None, None),
    ],
)
def test_the_newest_cvss_wins(
    vectors: list[tuple[str, str]], score: float | None, severity: Severity | None
) -> None:
    found = vuln("X-1", "PyPI", "x", severity=[{"type": t, "score": s} for t, s in vectors])
    record = record_of(found, "X-1")
    assert record.advisory
    assert (record.advisory.score, record.advisory.severity) == (score, severity)
    nonsense = "nonsense" in str(vectors) or score is None
    assert bool(record.reason) == nonsense


def test_words_where_there_is_no_vector() -> None:
    assert read(database_specific={"severity": "MODERATE"}).severity is Severity.MEDIUM
    assert read(severity=[{"type": "Ubuntu", "score": "high"}]).severity is Severity.HIGH
    assert read(database_specific={"severity": "strange"}).severity is None


def test_malware_is_a_class_of_its_own() -> None:
    record = record_of(vuln("MAL-2024-1", "npm", "evil", None), "MAL-2024-1")
    assert record.advisory
    assert record.advisory.malicious
    assert record.advisory.severity is Severity.CRITICAL
    assert read(aliases=["MAL-2024-1"]).malicious
    assert read(database_specific={"cwe_ids": ["CWE-506"]}).malicious
    assert not read(database_specific={"cwe_ids": ["CWE-506", "CWE-79"]}).malicious


def events(*told: dict[str, str], kind: str = "ECOSYSTEM") -> Any:
    return [
        {
            "package": {"ecosystem": "PyPI", "name": "x"},
            "ranges": [{"type": kind, "events": list(told)}],
        }
    ]


@pytest.mark.parametrize(
    ("told", "intervals"),
    [
        ([("introduced", "0"), ("fixed", "1")], [("0", "1", None)]),
        ([("fixed", "1"), ("introduced", "0")], [("0", "1", None)]),
        (
            [("introduced", "2"), ("fixed", "1"), ("fixed", "2.1"), ("introduced", "0")],
            [("0", "1", None), ("2", "2.1", None)],
        ),
        (
            [("introduced", "0"), ("fixed", "2.5"), ("introduced", "2"), ("fixed", "1.5")],
            [("0", "1.5", None), ("2", "2.5", None)],
        ),
        ([("introduced", "0"), ("fixed", "1"), ("fixed", "2")], [("0", "1", None)]),
        ([("introduced", "1.0"), ("last_affected", "1.9")], [("1.0", None, "1.9")]),
        ([("introduced", "1.10"), ("introduced", "1.9")], [("1.9", None, None)]),
        ([("introduced", "0"), ("limit", "3"), ("fixed", "5")], [("0", "3", None)]),
        ([("introduced", "0"), ("limit", "*")], [("0", None, None)]),
        (
            [("introduced", "1.0rc1"), ("fixed", "1.0"), ("introduced", "0"), ("fixed", "0.9")],
            [("1.0rc1", "1.0", None), ("0", "0.9", None)],
        ),
    ],
)
def test_events_in_any_order(
    told: list[tuple[str, str]], intervals: list[tuple[str, str | None, str | None]]
) -> None:
    advisory = read(affected=events(*({kind: version} for kind, version in told)))
    (affected,) = advisory.affected
    found = [(each.introduced, each.fixed, each.last_affected) for each in affected.intervals]
    assert found == intervals


@pytest.mark.parametrize(
    "ranges",
    [
        events(),
        events({"fixed": "1"}),
        events({"introduced": ""}),
        events({"introduced": "0"}, {"fixed": "x" * 5000}),
        events({"introduced": "3"}, {"limit": "2"}),
        [{"package": {"ecosystem": "PyPI", "name": "x"}, "ranges": "many"}],
        events(*[{"introduced": "0"}] * 5000),
    ],
)
def test_ranges_that_can_not_be_read_are_not_known_and_not_clean(ranges: Any) -> None:
    record = record_of(vuln("X-1", "PyPI", "x", affected=ranges), "X-1")
    assert record.advisory
    (affected,) = record.advisory.affected
    assert affected.commits
    assert not affected.intervals
    assert record.reason or ranges[0]["ranges"] == "many"


def test_commits_say_nothing_about_versions() -> None:
    only = read(affected=events({"introduced": "0"}, {"fixed": "abc123"}, kind="GIT"))
    assert only.affected[0].commits
    assert not only.affected[0].intervals


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "without an id"),
        (json.dumps({"id": "../../etc"}).encode(), "without an id"),
        (json.dumps({"id": 5}).encode(), "without an id"),
        (json.dumps({"id": "X-1", "withdrawn": "2026-01-01T00:00:00Z"}).encode(), "withdrawn"),
        (json.dumps({"id": "X-1", "aliases": ["A-1"] * 500}).encode(), "too many of aliases"),
        (b" " * (osv_format.LARGEST + 1), "too large"),
    ],
)
def test_records_that_tell_nothing(raw: bytes, reason: str) -> None:
    record = read_record(raw, "file")
    assert record.advisory is None
    assert record.reason == reason


@pytest.mark.parametrize("value", [None, 5, "x", [], {}, [None], [{}], {"a": 1}, [[1]], True])
@pytest.mark.parametrize(
    "key",
    ["affected", "aliases", "severity", "modified", "published", "summary", "database_specific"],
)
def test_nothing_raises(key: str, value: Any) -> None:
    assert record_of(vuln("X-1", "PyPI", "x", **{key: value}), "X-1").id == "X-1"
