"""The index of advisories: merged, looked up, moved."""

from collections.abc import Generator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from opsroom.model.advisory import Advisory, AdvisoryRecord, Affected, Exploit, Interval
from opsroom.model.severity import Severity
from opsroom.store.advisories.index import AdvisoryIndex

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def index(tmp_path: Path) -> Generator[AdvisoryIndex, None, None]:
    opened = AdvisoryIndex(tmp_path / "home" / "advisories.sqlite")
    yield opened
    opened.close()


def flaw(
    name: str, *aliases: str, purl: str = "pkg:pypi/x", fixed: str | None = "1", **more: object
) -> Advisory:
    affected = Affected(purl=purl, ecosystem="any", intervals=(Interval(fixed=fixed),))
    told = {"affected": (affected,), "sources": ("osv",), **more}
    return Advisory(id=name, aliases=aliases, **told)  # type: ignore[arg-type]  # as in the model


def ids(index: AdvisoryIndex, purl: str) -> list[str]:
    return sorted(each.id for each in index.of([purl]).get(purl, []))


def test_the_best_known_name(index: AdvisoryIndex) -> None:
    index.add("osv", [flaw("PYSEC-1", "GHSA-1", "CVE-2021-2", "CVE-2020-9999"), flaw("GO-1")])
    assert ids(index, "pkg:pypi/x") == ["CVE-2020-9999", "GO-1"]
    for name in ("PYSEC-1", "GHSA-1", "CVE-2021-2", "CVE-2020-9999"):
        found = index.get(name)
        assert found
        assert found.names == {"PYSEC-1", "GHSA-1", "CVE-2021-2", "CVE-2020-9999"}
    assert index.get("CVE-1") is None


def test_a_chain_of_aliases_over_sources_is_one_flaw(index: AdvisoryIndex) -> None:
    index.add("osv", [flaw("PYSEC-1", "GHSA-1"), flaw("GO-7", "CVE-9", purl="pkg:golang/g")])
    index.add("github", [flaw("GHSA-2", "CVE-1", sources=("github",))])
    assert ids(index, "pkg:pypi/x") == ["CVE-1", "GHSA-1"]
    index.add("snyk", [flaw("SNYK-1", "GHSA-1", "GHSA-2", sources=("snyk",))])
    (one,) = index.of(["pkg:pypi/x"])["pkg:pypi/x"]
    assert one.id == "CVE-1"
    assert one.aliases == ("GHSA-1", "GHSA-2", "PYSEC-1", "SNYK-1")
    assert one.sources == ("github", "osv", "snyk")
    assert len(one.affected) == 1  # all say the same
    # without the link they are two again
    index.add("snyk", (), gone=["SNYK-1"])
    assert ids(index, "pkg:pypi/x") == ["CVE-1", "GHSA-1"]
    assert ids(index, "pkg:golang/g") == ["CVE-9"]


def test_records_of_go_and_of_github_say_more_together(index: AdvisoryIndex) -> None:
    go = flaw("GO-1", "CVE-1", purl="pkg:golang/example.com/m", fixed=None)
    ghsa = flaw("GHSA-1", "CVE-1", purl="pkg:golang/example.com/m", fixed="1.2.3")
    other = Affected(purl="pkg:golang/example.com/m/v2", ecosystem="any", commits=True)
    index.add("osv", [go.model_copy(update={"affected": (*go.affected, other)}), ghsa])
    (one,) = index.of(["pkg:golang/example.com/m"])["pkg:golang/example.com/m"]
    # "every version for ever" is no knowledge where another one knows the fix
    assert [(each.purl, each.intervals) for each in one.affected] == [
        ("pkg:golang/example.com/m", (Interval(fixed="1.2.3"),)),
        ("pkg:golang/example.com/m/v2", ()),
    ]
    assert one.affected[1].commits
    assert ids(index, "pkg:golang/example.com/m/v2") == ["CVE-1"]


def test_what_differs_is_kept_and_malware_stays_bad_in_every_version(index: AdvisoryIndex) -> None:
    index.add("osv", [flaw("GHSA-1", "CVE-1", fixed="1"), flaw("PYSEC-1", "CVE-1", fixed="2")])
    index.add("osv", [flaw("MAL-1", "GHSA-5", purl="pkg:npm/m", fixed=None, malicious=True)])
    index.add("github", [flaw("GHSA-5", purl="pkg:npm/m", fixed="2")])
    (one,) = index.of(["pkg:pypi/x"])["pkg:pypi/x"]
    assert {each.intervals[0].fixed for each in one.affected} == {"1", "2"}
    (bad,) = index.of(["pkg:npm/m"])["pkg:npm/m"]
    assert bad.malicious
    assert Interval() in [each.intervals[0] for each in bad.affected]


def test_severity_is_of_the_newest_cvss(index: AdvisoryIndex) -> None:
    low, high = Severity.LOW, Severity.HIGH
    three = flaw("A-1", "CVE-1", severity=high, score=9.0, vector="CVSS:3.1/AV:N")
    four = flaw("B-1", "CVE-1", severity=low, score=2.0, vector="CVSS:4.0/AV:N")
    word = flaw("C-1", "CVE-1", severity=Severity.CRITICAL)
    index.add("osv", [three, four, word, flaw("D-1", "CVE-1")])
    found = index.get("CVE-1")
    assert found
    assert (found.severity, found.score, found.vector) == (low, 2.0, "CVSS:4.0/AV:N")


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ("pkg:pypi/ruamel-yaml", "pkg:pypi/ruamel.yaml@0.17"),
        ("pkg:npm/%40a/b", "pkg:npm/@a/b"),
        ("pkg:golang/github.com/Azure/x", "pkg:golang/github.com/azure/x@v1"),
        ("pkg:githubactions/actions/Cache", "pkg:github/actions/cache@v4"),
        ("pkg:deb/debian/curl", "pkg:deb/debian/curl@7?distro=bookworm"),
    ],
)
def test_however_a_package_is_spelled(index: AdvisoryIndex, told: str, asked: str) -> None:
    index.add("osv", [flaw("A-1", purl=told)])
    (found,) = index.of([asked])[asked]
    bare = asked.partition("?")[0]
    assert found.affected[0].purl == (bare[: bare.rfind("@")] if bare.rfind("@") > 8 else bare)


def test_withdrawn_and_unreadable_records_are_counted_and_tell_nothing(
    index: AdvisoryIndex,
) -> None:
    index.add("osv", [flaw("A-1", "CVE-1"), flaw("B-1", "CVE-1", fixed="2")])
    before = index.changed().mark
    withdrawn = AdvisoryRecord("A-1", "2", reason="withdrawn")
    assert index.add("osv", [withdrawn, AdvisoryRecord("C-1", "1", reason="not JSON")]) == 2
    (left,) = index.of(["pkg:pypi/x"])["pkg:pypi/x"]
    assert left.names == {"B-1", "CVE-1"}
    assert index.changed(before).keys == {"pkg:pypi/x"}
    assert index.skipped("osv") == {"withdrawn": 1, "not JSON": 1}
    assert index.held("osv")["A-1"] == "2"
    index.add("osv", [AdvisoryRecord("B-1", "3", reason="withdrawn")])
    assert index.of(["pkg:pypi/x"]) == {}
    assert index.get("CVE-1") is None


def test_only_what_moved_is_told(index: AdvisoryIndex) -> None:
    first = [flaw("A-1", purl="pkg:pypi/a"), flaw("B-1", purl="pkg:pypi/b")]
    assert index.add("osv", first) == 2
    mark, keys = index.changed()
    assert keys == {"pkg:pypi/a", "pkg:pypi/b"}
    assert index.changed(mark).keys == frozenset()
    again = [each.model_copy(update={"modified": NOW}) for each in first]
    assert index.add("osv", again) == 0  # another date alone is no news
    assert index.changed(mark) == (mark, frozenset())
    assert index.data()[0].as_of == NOW
    index.add("osv", [flaw("B-1", purl="pkg:pypi/c")])
    assert index.changed(mark).keys == {"pkg:pypi/b", "pkg:pypi/c"}
    assert index.changed("of another file:99").keys == {"pkg:pypi/a", "pkg:pypi/b", "pkg:pypi/c"}


def test_exploits_are_joined_by_every_name(index: AdvisoryIndex) -> None:
    index.add("osv", [flaw("GHSA-1", "CVE-2", "CVE-1"), flaw("A-1", purl="pkg:pypi/a")])
    assert index.cves() == {"CVE-1", "CVE-2"}
    mark = index.changed().mark
    kev = {"CVE-2": Exploit(exploited=date(2026, 1, 2), ransomware=True), "CVE-77": Exploit()}
    assert index.put_exploits("kev", kev, NOW) == 1
    assert index.put_exploits("epss", {"CVE-1": Exploit(likely=0.5)}, NOW) == 1
    assert index.changed(mark).keys == {"pkg:pypi/x"}
    found = index.get("GHSA-1")
    assert found
    assert (found.exploited, found.ransomware, found.likely) == (date(2026, 1, 2), True, 0.5)
    mark = index.changed().mark
    assert index.put_exploits("epss", {"CVE-1": Exploit(likely=0.5001)}, NOW) == 0  # noise
    assert index.put_exploits("kev", kev, NOW) == 0
    assert index.changed(mark).keys == frozenset()
    assert index.put_exploits("kev", {"CVE-77": Exploit(exploited=date(2026, 1, 2))}, NOW) == 2
    assert index.changed(mark).keys == {"pkg:pypi/x"}
    found = index.get("GHSA-1")
    assert found
    assert found.exploited is None
    assert found.likely == 0.5


def test_age_and_failures(index: AdvisoryIndex) -> None:
    index.add("offline", [flaw("A-1", modified=NOW)], part="PyPI", at=NOW)
    index.add("offline", [flaw("B-1")], part="Go")
    index.failed("osv", "down")
    index.add("snyk", [flaw("S-1")], part="pkg:npm/a", at=NOW)
    index.add("snyk", [flaw("S-2")], part="pkg:npm/b", at=datetime(2026, 11, 1, tzinfo=UTC))
    told = {each.source: each for each in index.data()}
    assert told["offline:PyPI"].as_of == told["offline:PyPI"].fetched_at == NOW
    assert told["offline:Go"].fetched_at is None
    assert told["osv"].failed == "down"
    assert told["snyk"].fetched_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert told["snyk"].advisories == 2
    index.add("osv", [], at=NOW)
    assert {each.source: each for each in index.data()}["osv"].failed == ""
    assert index.drop("offline", "Go") == 1
    assert index.parts("offline") == {"PyPI": ""}
    assert index.get("B-1") is None


def test_a_database_that_does_not_say_changes(index: AdvisoryIndex) -> None:
    index.add("osv", [flaw("GO-1", published=NOW), flaw("GO-2")])
    assert index.data()[0].as_of == NOW


def test_an_absurd_group_stays_apart(index: AdvisoryIndex) -> None:
    index.add("osv", [flaw(f"A-{number}", "CVE-1") for number in range(300)])
    assert len(ids(index, "pkg:pypi/x")) == 300


def test_notes(index: AdvisoryIndex) -> None:
    assert index.recall("mark") == ""
    index.remember("mark", "5")
    assert index.recall("mark") == "5"
    index.note_asked("github", ["pkg:pypi/x"], NOW)
    assert index.asked("github") == {"pkg:pypi/x": NOW}
    assert index.asked("osv") == {}
