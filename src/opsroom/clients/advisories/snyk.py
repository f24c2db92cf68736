"""Snyk: the issues of a package in a version, by its purl.

Written to the shapes that Snyk documents for "list issues for a package" of its REST interface,
and tested on those. It was never run against the service, which needs a contract.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote

import anyio

from opsroom.clients.advisories.comparators import Ranges, read_ranges
from opsroom.clients.advisories.ecosystems import named_by
from opsroom.clients.advisories.ranges import BadRange
from opsroom.clients.advisories.severities import Gravity, newest, worst_word
from opsroom.clients.advisories.times import time_of
from opsroom.clients.advisories.web import Refused, SourceError, Web
from opsroom.model.advisory import Advisory, AdvisoryRecord, Affected
from opsroom.model.severity import Severity
from opsroom.model.shapes import listed, mapping, objects, string
from opsroom.model.text import plain

VERSION = "2024-06-26"
"""Of the interface, as every question has to say."""
TYPES = frozenset(
    {"cargo", "cocoapods", "composer", "gem", "golang", "hex", "maven", "npm", "nuget", "pub"}
    | {"pypi", "swift"}
)
"""Types of purl that it takes. Packages of distributions need a release, which is not known."""
PAGE = 1_000
MOST_PAGES = 20
PACE = 60 / 150
"""Seconds between two questions: 180 a minute are allowed."""
ID = re.compile(r"(?i:snyk)[\w:.-]{1,120}")
ALIAS = re.compile(r"CVE-\d{4}-\d{4,10}|GHSA(-[0-9a-z]{4}){3}")
MALICIOUS = re.compile(r"malicious|embedded malicious code", re.IGNORECASE)


class Snyk:
    """The REST interface at `address` (each region has its own), as an organisation may ask it."""

    def __init__(
        self, web: Web, organisation: str, token: str, address: str, pace: float = PACE
    ) -> None:
        self._web = web
        self._base = f"{address.rstrip('/')}/rest/orgs/{quote(organisation, safe='')}/packages"
        self._headers = {
            "Authorization": f"token {token}",
            "Accept": "application/vnd.api+json",
        }
        self._pace = pace

    async def records(self, purl: str, versions: Collection[str]) -> list[AdvisoryRecord]:
        """The issues of a package in the versions that are in use; nothing of other versions.

        Raises:
            SourceError: it can't be asked, or doesn't let us in; nothing is known then.
        """
        found: dict[str, tuple[Mapping[str, Any], list[str]]] = {}
        for version in versions:
            for issue in await self._issues(f"{purl}@{quote(version, safe='')}"):
                name = string(issue.get("id")) or "?"
                found.setdefault(name, (issue, []))[1].append(version)
        return [record_of(issue, purl, versions) for issue, versions in found.values()]

    async def _issues(self, purl: str) -> list[Mapping[str, Any]]:
        issues: list[Mapping[str, Any]] = []
        for page in range(MOST_PAGES):
            query = f"version={VERSION}&limit={PAGE}&offset={page * PAGE}"
            url = f"{self._base}/{quote(purl, safe='')}/issues?{query}"
            await anyio.sleep(self._pace)
            try:
                data, _ = await self._web.ask(url, headers=self._headers)
            except Refused as error:
                if error.status in (400, 404):  # a package or a kind of one that it doesn't know
                    return []
                raise
            told = listed(mapping(data).get("data"))
            if told is None:
                raise SourceError("Snyk answered without data")
            issues += objects(told)
            if len(told) < PAGE and not mapping(mapping(data).get("links")).get("next"):
                return issues
        raise SourceError("Snyk answers with pages without end")


def is_asked(purl: str) -> bool:
    """Whether Snyk takes packages of this type."""
    return purl.removeprefix("pkg:").partition("/")[0] in TYPES


def record_of(issue: Mapping[str, Any], purl: str, versions: Collection[str]) -> AdvisoryRecord:
    """One issue, which was told of `versions` of a package: of those it is true in any case."""
    own = string(issue.get("id"))
    attributes = mapping(issue.get("attributes"))
    stamp = string(attributes.get("updated_at"))[:40]
    if not ID.fullmatch(own):
        return AdvisoryRecord(plain(own, 50) or "?", stamp, reason="without an id")
    if string(attributes.get("type") or "package_vulnerability") != "package_vulnerability":
        return AdvisoryRecord(own, stamp, reason="not about a flaw")
    reasons: list[str] = []
    ranges = list(_ranges(attributes, reasons))
    intervals = tuple(interval for one in ranges for interval in one.intervals)
    named = (version for one in ranges for version in one.versions)
    gravity = _gravity(attributes, reasons)
    title = plain(string(attributes.get("title")).strip(), 300)
    malicious = MALICIOUS.match(title) is not None
    ecosystem = (named_by(purl) or ("", ""))[0]
    problems = (string(each.get("id")) for each in objects(attributes.get("problems")))
    advisory = Advisory(
        id=own,
        aliases=tuple(sorted({each for each in problems if ALIAS.fullmatch(each)})),
        summary=title,
        severity=Severity.CRITICAL if malicious else gravity.severity,
        score=gravity.score,
        vector=gravity.vector,
        malicious=malicious,
        published=time_of(attributes.get("created_at")),
        modified=time_of(attributes.get("updated_at")),
        affected=(
            Affected(
                purl=purl,
                ecosystem=ecosystem,
                intervals=tuple(dict.fromkeys(intervals)),
                versions=tuple(dict.fromkeys((*sorted(versions), *named))),
            ),
        ),
        sources=("snyk",),
        url=f"https://security.snyk.io/vuln/{quote(own)}",
    )
    return AdvisoryRecord(own, stamp, advisory, reasons[0] if reasons else "")


def _ranges(attributes: Mapping[str, Any], reasons: list[str]) -> Iterator[Ranges]:
    for each in objects(attributes.get("coordinates")):
        for text in listed(each.get("representation")) or listed(each.get("representations")) or ():
            if not isinstance(text, str):
                continue
            try:
                yield read_ranges(text)
            except BadRange as error:
                reasons.append(str(error))


def _gravity(attributes: Mapping[str, Any], reasons: list[str]) -> Gravity:
    severities = objects(attributes.get("severities"))
    vectors = (string(each.get("vector")) for each in severities)
    gravity, unread = newest(each for each in vectors if each)
    if unread:
        reasons.append("a CVSS vector that can't be read")
    if gravity.severity is not None:
        return gravity
    words = [each.get("level") for each in severities]
    return Gravity(worst_word([attributes.get("effective_severity_level"), *words]))
