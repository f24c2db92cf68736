"""Records in the OSV format (schema 1.7), as advisories.

Whatever can be understood of a record is kept; a record of which nothing can be is told with the
reason. Nothing that a record holds raises.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from opsroom.clients.advisories.ecosystems import bare_purl, purl_of
from opsroom.clients.advisories.ranges import LONGEST_VERSION, BadRange, intervals_of
from opsroom.clients.advisories.severities import Gravity, newest, worst_word
from opsroom.clients.advisories.times import time_of
from opsroom.model.advisory import Advisory, AdvisoryRecord, Affected, Interval
from opsroom.model.severity import Severity
from opsroom.model.shapes import listed, mapping, objects, string
from opsroom.model.text import plain

LARGEST = 8 << 20
"""Bytes of one record; the largest that are known are of the Linux kernel, below two megabytes."""
MOST_AFFECTED = 20_000
MOST_RANGES = 1_000
MOST_VERSIONS = 50_000
MOST_ALIASES = 200
ID = re.compile(r"[A-Za-z0-9][\w.:+-]{0,99}")
MALICIOUS_CODE = ["CWE-506"]
"""The weakness "embedded malicious code": alone, it is what GitHub says of malware."""


def read_record(raw: bytes, name: str, stamp: str = "", source: str = "osv") -> AdvisoryRecord:
    """The record in a file or an answer that is called `name`."""
    if len(raw) > LARGEST:
        return AdvisoryRecord(name, stamp, reason="too large")
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        return AdvisoryRecord(name, stamp, reason="not JSON")
    return record_of(found, name, stamp, source)


def record_of(found: Any, name: str, stamp: str = "", source: str = "osv") -> AdvisoryRecord:
    """The record in what was read. Without `stamp` its time of change is one."""
    told = mapping(found)
    own = string(told.get("id"))
    if not ID.fullmatch(own):
        return AdvisoryRecord(name, stamp, reason="without an id")
    stamp = stamp or string(told.get("modified"))[:40]
    if told.get("withdrawn"):
        return AdvisoryRecord(own, stamp, reason="withdrawn")
    for key, most in (("affected", MOST_AFFECTED), ("aliases", MOST_ALIASES)):
        if len(listed(told.get(key)) or ()) > most:
            return AdvisoryRecord(own, stamp, reason=f"too many of {key}")
    reasons: list[str] = []
    affected = tuple(_affected(told, reasons))
    gravity = _gravity(told, reasons)
    # one of PyPI's aliases really ends with a comma
    aliases = (string(each).strip(" ,") for each in listed(told.get("aliases")) or ())
    named = {each for each in aliases if ID.fullmatch(each)} - {own}
    malicious = _is_malicious({own, *named}, told)
    advisory = Advisory(
        id=own,
        aliases=tuple(sorted(named)),
        summary=_summary(told),
        severity=Severity.CRITICAL if malicious else gravity.severity,
        score=gravity.score,
        vector=gravity.vector,
        malicious=malicious,
        published=time_of(told.get("published")),
        modified=time_of(told.get("modified")),
        affected=affected,
        sources=(source,),
        url=f"https://osv.dev/vulnerability/{quote(own)}",
    )
    return AdvisoryRecord(own, stamp, advisory, reasons[0] if reasons else "")


def _affected(told: Mapping[str, Any], reasons: list[str]) -> Iterator[Affected]:
    for each in objects(told.get("affected")):
        package = mapping(each.get("package"))
        ecosystem = string(package.get("ecosystem"))[:100]
        purl = purl_of(ecosystem, string(package.get("name")))
        purl = purl or bare_purl(string(package.get("purl")))
        if not purl:
            if package:
                reasons.append("of an ecosystem that is not known here")
            continue
        intervals = _intervals(each, ecosystem.partition(":")[0], reasons)
        versions = _versions(each, reasons)
        yield Affected(
            purl=purl,
            ecosystem=ecosystem,
            intervals=intervals,
            versions=versions,
            commits=not (intervals or versions),
        )


def _intervals(
    affected: Mapping[str, Any], ecosystem: str, reasons: list[str]
) -> tuple[Interval, ...]:
    ranges = objects(affected.get("ranges"))
    if len(ranges) > MOST_RANGES:
        reasons.append("too many of ranges")
        return ()
    intervals: list[Interval] = []
    for each in ranges:
        if string(each.get("type")).upper() == "GIT":
            continue
        try:
            intervals += intervals_of(each, ecosystem)
        except BadRange as error:
            reasons.append(str(error))
    return tuple(dict.fromkeys(intervals))


def _versions(affected: Mapping[str, Any], reasons: list[str]) -> tuple[str, ...]:
    told = listed(affected.get("versions")) or []
    if len(told) > MOST_VERSIONS:
        reasons.append("too many of versions")
        return ()
    return tuple(each for each in told if isinstance(each, str) and 0 < len(each) < LONGEST_VERSION)


def _gravity(told: Mapping[str, Any], reasons: list[str]) -> Gravity:
    """What its vectors say, else the worst word of the record and of what it affects."""
    affected = objects(told.get("affected"))
    scores = objects(told.get("severity"))
    for each in affected:
        scores += objects(each.get("severity"))
    vectors = (string(each.get("score")) for each in scores if _is_cvss(each))
    gravity, unread = newest(vectors)
    if unread:
        reasons.append("a CVSS vector that can't be read")
    if gravity.severity is not None:
        return gravity
    words: list[object] = [each.get("score") for each in scores if not _is_cvss(each)]
    words.append(mapping(told.get("database_specific")).get("severity"))
    for each in affected:
        words.append(mapping(each.get("database_specific")).get("severity"))
        words.append(mapping(each.get("ecosystem_specific")).get("severity"))
    return Gravity(worst_word(words))


def _is_cvss(severity: Mapping[str, Any]) -> bool:
    return string(severity.get("type")).startswith("CVSS")


def _is_malicious(names: set[str], told: Mapping[str, Any]) -> bool:
    weaknesses = mapping(told.get("database_specific")).get("cwe_ids")
    return weaknesses == MALICIOUS_CODE or any(name.startswith("MAL-") for name in names)


def _summary(told: Mapping[str, Any]) -> str:
    """Its title, else the beginning of its details."""
    summary = string(told.get("summary")).strip()
    return plain(summary or string(told.get("details"))[:2_000].strip().partition("\n")[0], 300)
