"""GitHub's global advisories, of the packages in use: `GET /advisories`.

It answers without a token, sixty times an hour; with one, which needs no right, far more often.
"""

import re
from collections.abc import AsyncGenerator, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

from opsroom.clients.advisories import PUBLIC
from opsroom.clients.advisories.comparators import Ranges, read_ranges
from opsroom.clients.advisories.ecosystems import named_by, purl_of
from opsroom.clients.advisories.ranges import BadRange
from opsroom.clients.advisories.severities import newest, worst_word
from opsroom.clients.advisories.times import time_of
from opsroom.clients.advisories.web import SourceError, Web
from opsroom.model.advisory import Advisory, AdvisoryRecord, Affected
from opsroom.model.severity import Severity
from opsroom.model.shapes import listed, mapping, objects, string
from opsroom.model.text import plain

ECOSYSTEMS = {
    "actions": "GitHub Actions",
    "composer": "Packagist",
    "erlang": "Hex",
    "go": "Go",
    "maven": "Maven",
    "npm": "npm",
    "nuget": "NuGet",
    "pip": "PyPI",
    "pub": "Pub",
    "rubygems": "RubyGems",
    "rust": "crates.io",
    "swift": "SwiftURL",
}
"""What GitHub calls the ecosystems of OSV."""

ITS_NAMES = {osv: name for name, osv in ECOSYSTEMS.items()}
KINDS = ("reviewed", "malware")
"""Malware is only told when it is asked for."""
LONGEST_LIST = 4_000
"""Characters of packages in one question: addresses are no longer than 8,000 anywhere."""
MOST_NAMES = 500
PAGE = 100
MOST_PAGES = 500
NEXT = re.compile(r'<([^<>]+)>\s*;[^<]*\brel="next"')
GHSA = re.compile(r"GHSA(-[0-9a-z]{4}){3}")


class GithubAdvisories:
    """The advisories of the host at `address`; `token` may be empty."""

    def __init__(self, web: Web, address: str = PUBLIC.github, token: str = "") -> None:
        self._web = web
        self._address = address.rstrip("/")
        self._headers = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
            **({"Authorization": f"Bearer {token}"} if token else {}),
        }

    def questions(self, purls: Collection[str]) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield what to ask for packages: an ecosystem, and some of its packages by name."""
        names: dict[str, dict[str, str]] = {}
        for purl in purls:
            named = named_by(purl)
            if named and named[0] in ITS_NAMES and "," not in named[1]:
                names.setdefault(ITS_NAMES[named[0]], {})[named[1]] = purl
        for ecosystem in sorted(names):
            some: dict[str, str] = {}
            length = 0
            for name, purl in sorted(names[ecosystem].items()):
                if some and (length + len(name) > LONGEST_LIST or len(some) >= MOST_NAMES):
                    yield ecosystem, some
                    some, length = {}, 0
                some[name] = purl
                length += len(name) + 3
            if some:
                yield ecosystem, some

    async def records(
        self, ecosystem: str, names: Collection[str], since: datetime | None
    ) -> AsyncGenerator[list[AdvisoryRecord]]:
        """The advisories of some packages, in pages; with `since`, those that moved since that day.

        Raises:
            SourceError: it can't be asked; what was handed on before is good.
        """
        for kind in KINDS:
            query = {"type": kind, "ecosystem": ecosystem, "affects": ",".join(names)}
            if since is not None:
                query["modified"] = f">={since:%Y-%m-%d}"
            url: str | None = f"{self._address}/advisories?{urlencode({**query, 'per_page': PAGE})}"
            for _ in range(MOST_PAGES):
                if url is None:
                    break
                data, answer = await self._web.ask(url, headers=self._headers)
                found = listed(data)
                if found is None:
                    raise SourceError("GitHub answered with something that is no list")
                yield [record_of(mapping(each)) for each in found]
                url = self._following(answer.headers.get("Link", ""))
            else:
                raise SourceError("GitHub answers with pages without end")

    def _following(self, link: str) -> str | None:
        """The next page, which is never asked for elsewhere: the token goes with it."""
        found = NEXT.search(link)
        if found is None:
            return None
        here, there = urlsplit(self._address), urlsplit(found[1])
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise SourceError("GitHub leads to another host, where nothing is asked")
        return found[1]


def record_of(told: Mapping[str, Any]) -> AdvisoryRecord:
    """One advisory as GitHub writes it."""
    own, stamp = string(told.get("ghsa_id")), string(told.get("updated_at"))[:40]
    if not GHSA.fullmatch(own):
        return AdvisoryRecord(plain(own, 50) or "?", stamp, reason="without an id")
    if told.get("withdrawn_at"):
        return AdvisoryRecord(own, stamp, reason="withdrawn")
    reasons: list[str] = []
    named = {string(each.get("value")) for each in objects(told.get("identifiers"))}
    named.add(string(told.get("cve_id")))
    scores = mapping(told.get("cvss_severities")) or {"cvss": told.get("cvss")}
    vectors = (string(mapping(each).get("vector_string")) for each in scores.values())
    gravity, unread = newest(each for each in vectors if each)
    if unread:
        reasons.append("a CVSS vector that can't be read")
    malicious = told.get("type") == "malware"
    said = worst_word([told.get("severity")])
    severity = Severity.CRITICAL if malicious else gravity.severity or said
    advisory = Advisory(
        id=own,
        aliases=tuple(sorted(name for name in named - {own} if re.match(r"CVE-\d|GHSA-", name))),
        summary=plain(string(told.get("summary")).strip(), 300),
        severity=severity,
        score=gravity.score,
        vector=gravity.vector,
        malicious=malicious,
        published=time_of(told.get("published_at")),
        modified=time_of(told.get("updated_at")),
        affected=tuple(_affected(told, reasons)),
        sources=("github",),
        url=f"https://github.com/advisories/{own}",
    )
    return AdvisoryRecord(own, stamp, advisory, reasons[0] if reasons else "")


def _affected(told: Mapping[str, Any], reasons: list[str]) -> Iterator[Affected]:
    """Each package once, with everything that is said of it."""
    ranges: dict[tuple[str, str], list[Ranges]] = {}
    for each in objects(told.get("vulnerabilities")):
        package = mapping(each.get("package"))
        ecosystem = ECOSYSTEMS.get(string(package.get("ecosystem")), "")
        purl = purl_of(ecosystem, string(package.get("name")))
        if not purl:
            reasons.append("of an ecosystem that is not known here")
            continue
        told_of = ranges.setdefault((purl, ecosystem), [])
        try:
            told_of.append(
                read_ranges(string(each.get("vulnerable_version_range")), _patched(each))
            )
        except BadRange as error:
            reasons.append(str(error))
    for (purl, ecosystem), several in ranges.items():
        intervals = tuple(interval for one in several for interval in one.intervals)
        versions = tuple(version for one in several for version in one.versions)
        yield Affected(
            purl=purl,
            ecosystem=ecosystem,
            intervals=tuple(dict.fromkeys(intervals)),
            versions=tuple(dict.fromkeys(versions)),
            commits=not (intervals or versions),
        )


def _patched(vulnerability: Mapping[str, Any]) -> str | None:
    """The first version without the flaw, which older versions of the interface wrap."""
    told = vulnerability.get("first_patched_version")
    return string(mapping(told).get("identifier")) or string(told) or None
