"""SARIF 2.1.0: reading what scanners report, as hostile text.

Only what a hit needs is read: rule, level, message, the first place. What is of another shape is
left out and counted; a file that is no SARIF at all gives a reason instead of hits.

Severity: a tool's own word where the caller knows it, else `security-severity` (0-10, as GitHub
reads it: from 9 critical, from 7 high, from 4 medium), else the level.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from opsroom.model.scan import Hit, Skipped
from opsroom.model.severity import Severity
from opsroom.model.shapes import listed, mapping, objects, string
from opsroom.model.text import plain

LARGEST = 32 << 20
"""Bytes of a report."""

MOST_RUNS = 64
MOST_RESULTS = 20_000
MOST_LINES = 20
"""Lines of a flagged region that tell it from others."""

LEVELS = {
    "error": Severity.HIGH,
    "warning": Severity.MEDIUM,
    "note": Severity.LOW,
    "none": Severity.INFO,
}
SECURITY_SEVERITY = "security-severity"
QUOTED = re.compile(r"""("|')(?:\\.|(?!\1)[^\\])*\1""")

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """One result as it stands in a report: what a caller's own rules look at."""

    rule: str
    level: str
    message: str
    path: str | None
    """The place's URI, decoded; None: it names no file."""
    line: int
    end: int
    snippet: str
    properties: Json
    """Those of the result, over those of its rule."""
    suppressed: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What a report holds. `reason`: it is not SARIF, or its tool says that it failed."""

    results: tuple[Result, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    tools: tuple[tuple[str, str], ...] = ()
    """Names and versions of the tools that wrote it."""
    reason: str | None = None


def read(content: bytes) -> Reading:
    """The results of a report, in its order."""
    if len(content) > LARGEST:
        return Reading(reason=f"the report is larger than {LARGEST:,} bytes")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return Reading(reason="the report is not JSON")
    runs = listed(mapping(document).get("runs"))
    if runs is None:
        return Reading(reason="the report is not SARIF: it has no runs")
    results: list[Result] = []
    tools: list[tuple[str, str]] = []
    reasons: list[str] = []
    broken = over = 0
    notices: dict[str, int] = {}
    for run in map(mapping, runs[:MOST_RUNS]):
        driver = mapping(mapping(run.get("tool")).get("driver"))
        tools.append((plain(string(driver.get("name")), 60), plain(_version(driver), 60)))
        rules = _rules(run)
        for each in _items(run.get("results")):
            if len(results) >= MOST_RESULTS:
                over += 1
                continue
            result = _result(each, rules)
            if result is None:
                broken += 1
            else:
                results.append(result)
        for invocation in map(mapping, _items(run.get("invocations"))[:MOST_RUNS]):
            reasons += _failure(invocation)
            for said in _items(invocation.get("toolExecutionNotifications"))[:1000]:
                text = _notice(mapping(said))
                if text:
                    notices[text] = notices.get(text, 0) + 1
    skipped = [Skipped(reason=text, count=count) for text, count in list(notices.items())[:50]]
    if broken:
        skipped.append(Skipped(reason="results of an unknown shape", count=broken))
    if over or len(runs) > MOST_RUNS:
        skipped.append(Skipped(reason=f"more than {MOST_RESULTS:,} results", count=max(over, 1)))
    return Reading(tuple(results), tuple(skipped), tuple(tools), reasons[0] if reasons else None)


def severity(result: Result) -> Severity:
    """How bad a result is, by what every tool's report may say."""
    score = _number(result.properties.get(SECURITY_SEVERITY))
    if score is None or not 0 < score <= 10:
        return LEVELS.get(result.level, Severity.MEDIUM)
    steps = ((9, Severity.CRITICAL), (7, Severity.HIGH), (4, Severity.MEDIUM))
    return next((step for least, step in steps if score >= least), Severity.LOW)


def hit(
    result: Result,
    rule: str,
    level: Severity,
    path: str,
    lines: Sequence[str] | None,
    *,
    secret: bool = False,
    remediation: str = "",
) -> Hit:
    """A result as a hit; `lines` are those of its file, where there is one.

    `secret`: the line may hold a secret, so what is quoted in it doesn't tell it from others.
    """
    return Hit(
        rule=rule,
        severity=level,
        message=plain(" ".join(result.message.split()), 400),
        anchor=anchor(result, lines, secret=secret),
        path=path,
        line=result.line,
        remediation=remediation,
    )


def anchor(result: Result, lines: Sequence[str] | None, *, secret: bool = False) -> str:
    """What tells a result from others of its rule when lines move and files are renamed.

    That is the flagged text without blanks, hashed: what is flagged may be nobody's to see.
    """
    flagged = ""
    if lines is not None and 0 < result.line <= len(lines):
        end = min(max(result.end, result.line), result.line + MOST_LINES - 1)
        flagged = "".join(lines[result.line - 1 : end])
    flagged = "".join((flagged or result.snippet or result.message).split())
    return digest(QUOTED.sub("", flagged) if secret else flagged)


def digest(text: str) -> str:
    """An anchor made of text: 32 hex digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def text_lines(content: bytes) -> list[str]:
    """The lines of a file as text, as scanners count them."""
    return content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _result(each: object, rules: Mapping[str, Json]) -> Result | None:
    result = mapping(each)
    named = string(result.get("ruleId")) or string(mapping(result.get("rule")).get("id"))
    if not named:
        return None
    rule = rules.get(named) or rules.get(named.rpartition("/")[0]) or {}
    usual = string(mapping(rule.get("defaultConfiguration")).get("level"))
    place = mapping(
        mapping(next(iter(_items(result.get("locations"))), None)).get("physicalLocation")
    )
    region = mapping(place.get("region"))
    uri = mapping(place.get("artifactLocation")).get("uri")
    line = _whole(region.get("startLine"))
    return Result(
        rule=plain(named, 120),
        level=string(result.get("level")) or usual or "warning",
        message=string(mapping(result.get("message")).get("text")) or named,
        path=_path(uri) if isinstance(uri, str) else None,
        line=line,
        end=_whole(region.get("endLine")) or line,
        snippet=string(mapping(region.get("snippet")).get("text"))[:4000],
        properties={**mapping(rule.get("properties")), **mapping(result.get("properties"))},
        suppressed=bool(_items(result.get("suppressions"))),
    )


def _rules(run: Json) -> dict[str, Json]:
    tool = mapping(run.get("tool"))
    parts = [tool.get("driver"), *_items(tool.get("extensions"))[:MOST_RUNS]]
    return {
        string(rule.get("id")): rule
        for part in parts
        for rule in objects(mapping(part).get("rules"))[:MOST_RESULTS]
    }


def _failure(invocation: Json) -> list[str]:
    if invocation.get("executionSuccessful") is not False:
        return []
    said = string(invocation.get("exitCodeDescription"))
    return [plain(f"the tool says that it failed{': ' if said else ''}{said}", 300)]


def _notice(said: Json) -> str:
    """What a tool says of its own run, where it is about something that it could not do."""
    if said.get("level") not in {"error", "warning"}:
        return ""
    return plain(" ".join(string(mapping(said.get("message")).get("text")).split()), 200)


def _path(uri: str) -> str:
    return unquote(uri.removeprefix("file://") if uri.startswith("file:///") else uri)


def _version(driver: Json) -> str:
    return string(driver.get("semanticVersion")) or string(driver.get("version"))


def _items(value: object) -> list[object]:
    return listed(value) or []


def _whole(value: object) -> int:
    return value if isinstance(value, int) and 0 < value < 1 << 31 else 0


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except (ValueError, OverflowError):
        return None
