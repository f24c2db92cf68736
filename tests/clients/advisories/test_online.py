"""The clients against a double of the services, over real sockets."""

from datetime import UTC, datetime

import pytest
from tests.clients.advisories.double import SNYK_TOKEN, Services, ghsa, vuln

from opsroom.clients.advisories import exploits
from opsroom.clients.advisories.exploits import fetch_epss, fetch_kev
from opsroom.clients.advisories.github import GithubAdvisories
from opsroom.clients.advisories.osv import Osv
from opsroom.clients.advisories.snyk import Snyk
from opsroom.clients.advisories.web import Refused, SourceError, Web
from opsroom.model.advisory import AdvisoryRecord, Interval
from opsroom.model.severity import Severity

pytestmark = pytest.mark.anyio


async def _records(osv: Osv, wanted: dict[str, str]) -> list[AdvisoryRecord]:
    return [record async for some in osv.records(wanted) for record in some]


async def test_osv_is_asked_in_pages_and_in_portions(
    services: Services, base: str, web: Web
) -> None:
    for number in range(5):
        services.osv[f"PYSEC-{number}"] = vuln(f"PYSEC-{number}", "PyPI", "jinja2")
    services.osv["GHSA-mmmm-0000-0000"] = vuln("GHSA-mmmm-0000-0000", "Maven", "org.x:y")
    osv = Osv(web, base)
    purls = ["pkg:pypi/jinja2", "pkg:maven/org.x/y", "pkg:docker/library/nginx"]
    purls += [f"pkg:npm/p{number}" for number in range(1200)]
    listed = await osv.listed(purls)
    assert listed == {each["id"]: each["modified"] for each in services.osv.values()}
    assert services.asked["querybatch"] == 2 + 2  # two portions, and two more pages
    records = await _records(osv, listed)
    assert {record.id for record in records} == listed.keys()
    assert all(record.advisory and record.advisory.affected for record in records)


async def test_what_osv_lists_and_does_not_have_is_said(
    services: Services, base: str, web: Web
) -> None:
    services.osv["GHSA-x"] = vuln("GHSA-other", "PyPI", "x")
    records = await _records(Osv(web, base), {"PYSEC-gone": "1", "GHSA-x": "1"})
    assert {record.reason for record in records} == {
        "listed, and not there",
        "another one than was asked for",
    }


@pytest.mark.parametrize("fault", ["500", "503", "429", "html", "truncated"])
async def test_what_may_pass_is_repeated(
    services: Services, base: str, web: Web, fault: str
) -> None:
    services.osv["PYSEC-1"] = vuln("PYSEC-1", "PyPI", "jinja2")
    services.faults["querybatch"] = [fault, fault]
    assert await Osv(web, base).listed(["pkg:pypi/jinja2"])
    assert services.asked["querybatch"] == 3


@pytest.mark.parametrize("fault", ["500", "html", "truncated", "slow", "huge", "nonsense", "wait"])
async def test_a_source_that_fails_says_so(
    services: Services, base: str, web: Web, fault: str
) -> None:
    services.faults["querybatch"] = [fault] * 9
    with pytest.raises(SourceError) as caught:
        await Osv(web, base).listed(["pkg:pypi/jinja2"])
    assert caught.value.message
    assert services.asked["querybatch"] == (1 if fault in ("nonsense", "wait") else 4)


async def test_nobody_there(web: Web) -> None:
    with pytest.raises(SourceError, match="can't be asked"):
        await Osv(web, "http://127.0.0.1:9").listed(["pkg:pypi/jinja2"])


async def test_github_is_asked_by_package_and_says_malware_too(
    services: Services, base: str, web: Web
) -> None:
    services.github = [
        ghsa("GHSA-aaaa-0000-0001", "jinja2", ">= 2.0, < 3.1.4", "3.1.4", cve_id="CVE-2024-34064"),
        ghsa("GHSA-aaaa-0000-0002", "jinja2", "<= 1.0", None),
        ghsa("GHSA-aaaa-0000-0003", "jinja2", "< 1", "1", withdrawn_at="2026-11-02T00:00:00Z"),
        ghsa("GHSA-aaaa-0000-0004", "jinja2", ">= 0", None, type="malware"),
        ghsa("GHSA-aaaa-0000-0005", "flask", "sometimes", None),
    ]
    github = GithubAdvisories(web, f"{base}/gh")
    ((ecosystem, names),) = github.questions(["pkg:pypi/jinja2", "pkg:pypi/flask", "pkg:deb/x/y"])
    found = {
        record.id[-1]: record
        async for some in github.records(ecosystem, names, None)
        for record in some
    }
    first = found["1"].advisory
    assert first
    assert first.aliases == ("CVE-2024-34064",)
    assert first.affected[0].purl == "pkg:pypi/jinja2"
    assert first.affected[0].intervals == (Interval(introduced="2.0", fixed="3.1.4"),)
    assert found["3"].reason == "withdrawn"
    assert found["3"].advisory is None
    malware = found["4"].advisory
    assert malware
    assert malware.malicious
    assert malware.severity is Severity.CRITICAL
    bad = found["5"].advisory
    assert bad
    assert bad.affected[0].commits
    assert found["5"].reason == "a range that can't be understood"


async def test_github_is_asked_in_pages_for_what_moved_since(
    services: Services, base: str, web: Web
) -> None:
    services.github = [
        ghsa(f"GHSA-aaaa-0000-000{number}", "x", "< 1", "1", updated_at=f"2026-11-1{number}T00:00Z")
        for number in range(8)
    ]
    github = GithubAdvisories(web, f"{base}/gh")
    since = datetime(2026, 11, 13, 23, tzinfo=UTC)
    found = [each async for some in github.records("pip", ["x"], since) for each in some]
    assert [each.id[-1] for each in found] == ["3", "4", "5", "6", "7"]
    assert services.asked["advisories"] == 3 + 1  # three pages, and one of malware


async def test_github_leads_nowhere_else(services: Services, base: str, web: Web) -> None:
    services.faults["advisories"] = ["elsewhere"]
    with pytest.raises(SourceError, match="another host"):
        async for _ in GithubAdvisories(web, f"{base}/gh").records("pip", ["x"], None):
            pass


async def test_snyk_by_purl_with_offsets(services: Services, base: str, web: Web) -> None:
    def issue(name: str, **more: object) -> dict[str, object]:
        attributes = {
            "title": "Cross-site Scripting",
            "type": "package_vulnerability",
            "updated_at": "2026-11-01T00:00:00Z",
            "problems": [{"id": "CVE-2020-0001", "source": "CVE"}, {"id": "CWE-79"}],
            "severities": [
                {"source": "Snyk", "level": "medium", "score": 5.3,
                 "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"},
            ],
            "coordinates": [{"representation": ["[,5.4.0)", "[6.0.0.pr1,6.4.0)"]}],
        }  # fmt: skip
        return {"id": name, "type": "issue", "attributes": {**attributes, **more}}

    many = [issue(f"SNYK-JS-LODASH-{number}") for number in range(1001)]
    services.snyk["pkg:npm/%40a/b@1.0.0"] = many
    services.snyk["pkg:npm/%40a/b@2.0.0"] = [issue("SNYK-JS-LODASH-1", title="Malicious Package")]
    services.faults["snyk"] = ["429"]
    snyk = Snyk(web, "org", SNYK_TOKEN, base, pace=0)
    records = await snyk.records("pkg:npm/%40a/b", ["1.0.0", "2.0.0", "3.0.0"])
    assert len(records) == 1001
    advisory = records[0].advisory
    assert advisory
    assert advisory.aliases == ("CVE-2020-0001",)
    assert advisory.severity is Severity.MEDIUM
    assert advisory.affected[0].versions == ("1.0.0",)
    assert advisory.affected[0].intervals == (
        Interval(fixed="5.4.0"),
        Interval(introduced="6.0.0.pr1", fixed="6.4.0"),
    )
    assert records[1].advisory
    assert records[1].advisory.affected[0].versions == ("1.0.0", "2.0.0")


async def test_snyk_that_lets_nobody_in(base: str, web: Web) -> None:
    with pytest.raises(Refused) as caught:
        await Snyk(web, "org", "wrong", base, pace=0).records("pkg:npm/a", ["1"])
    assert caught.value.status == 401
    assert "wrong" not in str(caught.value)


async def test_exploits(
    services: Services, base: str, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.kev = [
        {
            "cveID": "CVE-2021-44228",
            "dateAdded": "2021-12-10",
            "knownRansomwareCampaignUse": "Known",
        },
        {"cveID": "CVE-2020-1", "dateAdded": "2021-12-10"},
    ]
    where = services.addresses(base)
    kev = await fetch_kev(web, where.kev)
    assert list(kev) == ["CVE-2021-44228"]
    assert kev["CVE-2021-44228"].ransomware
    services.epss = {f"CVE-2021-{number}": 0.25 for number in range(10_000, 10_400)}
    cves = [*services.epss, "CVE-2021-99999", "no-cve"]
    asked = await fetch_epss(web, cves, address=where.epss, bulk=where.epss_list)
    assert asked.keys() == services.epss.keys()
    assert services.asked["epss"] == 4  # of at most 2,000 characters
    assert services.asked["bulk"] == 0
    monkeypatch.setattr(exploits, "BY_QUESTIONS", 100)
    whole = await fetch_epss(web, cves, address=where.epss, bulk=where.epss_list)
    assert whole == asked
    assert services.asked["bulk"] == 1


@pytest.mark.parametrize("kev", [{}, {"count": 2, "vulnerabilities": [{"cveID": "CVE-2020-1000"}]}])
def test_a_catalogue_that_is_cut_short_is_refused(kev: object) -> None:
    with pytest.raises(SourceError):
        exploits.read_kev(kev)
