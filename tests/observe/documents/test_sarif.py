"""SARIF as tools write it, and as nobody should."""

import json
from dataclasses import replace
from typing import Any

import pytest

from opsroom.model.severity import Severity
from opsroom.observe.documents import sarif
from opsroom.observe.documents.sarif import Result, anchor, read, severity

RESULT: dict[str, Any] = {
    "ruleId": "R1",
    "level": "warning",
    "message": {"text": "bad\nthing"},
    "locations": [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "file:///tmp/a%20b.py"},
                "region": {"startLine": 2, "endLine": 3, "snippet": {"text": "x  = 1"}},
            }
        }
    ],
}


def report(*results: object, **run: object) -> bytes:
    rules = [{"id": "R1", "properties": {"security-severity": "9.1"}}, {"id": "R2"}]
    driver = {"name": "tool", "version": "1.2", "rules": rules}
    whole = {"tool": {"driver": driver}, "results": list(results), **run}
    return json.dumps({"version": "2.1.0", "runs": [whole]}).encode()


def one(result: object) -> Result:
    (found,) = read(report(result)).results
    return found


def test_a_result_as_it_stands() -> None:
    reading = read(report(RESULT))
    assert (reading.reason, reading.skipped, reading.tools) == (None, (), (("tool", "1.2"),))
    (result,) = reading.results
    assert (result.rule, result.path, result.line, result.end) == ("R1", "/tmp/a b.py", 2, 3)
    assert severity(result) is Severity.CRITICAL


@pytest.mark.parametrize(
    ("properties", "level", "expected"),
    [
        ({"security-severity": "8.9"}, "note", Severity.HIGH),
        ({"security-severity": "7.0"}, "note", Severity.HIGH),
        ({"security-severity": "4.0"}, "error", Severity.MEDIUM),
        ({"security-severity": "0.1"}, "error", Severity.LOW),
        ({"security-severity": "nan"}, "error", Severity.HIGH),
        ({"security-severity": "1e999"}, "warning", Severity.MEDIUM),
        ({"security-severity": []}, "note", Severity.LOW),
        ({}, "none", Severity.INFO),
        ({}, "strange", Severity.MEDIUM),
    ],
)
def test_severity(properties: dict[str, Any], level: str, expected: Severity) -> None:
    rule = {"ruleId": "R2", "level": level, "properties": properties, "message": {}}
    assert severity(one(rule)) is expected


def test_the_level_of_the_rule_counts_where_the_result_has_none() -> None:
    driver = {"rules": [{"id": "R9", "defaultConfiguration": {"level": "error"}}]}
    (result,) = read(report({"ruleId": "R9"}, tool={"driver": driver})).results
    assert severity(result) is Severity.HIGH
    assert severity(one({"rule": {"id": "R2"}})) is Severity.MEDIUM


def test_the_anchor_is_of_text_not_of_place() -> None:
    result = one(RESULT)
    lines = ["a", "key =  'hush' + x", "\ty", "z"]
    moved = replace(result, line=3, end=4, path="other")
    assert anchor(result, lines) == anchor(moved, ["new", "a", "key = 'hush'+x", "y"])
    assert anchor(result, lines) != anchor(result, ["a", "key = 'other' + x", "y"])
    assert anchor(result, lines, secret=True) == anchor(
        result, ["a", "key = 'other' + x", "y"], secret=True
    )
    assert "hush" not in anchor(result, lines)


def test_without_the_file_the_snippet_tells_it_apart() -> None:
    result = one(RESULT)
    assert anchor(result, None) == anchor(result, ["too", "short"][:1]) == sarif.digest("x=1")


def test_a_tool_that_says_it_failed() -> None:
    invocation = {"executionSuccessful": False, "exitCodeDescription": "out of cheese\x1b[31m"}
    assert read(report(invocations=[invocation])).reason == (
        "the tool says that it failed: out of cheese[31m"
    )


def test_what_a_tool_could_not_do_is_told() -> None:
    notes = [
        {"level": "error", "message": {"text": "can't read a.py"}},
        {"level": "error", "message": {"text": "can't read a.py"}},
        {"level": "note", "message": {"text": "hello"}},
        "nonsense",
    ]
    reading = read(report(invocations=[{"toolExecutionNotifications": notes}]))
    assert [(skip.reason, skip.count) for skip in reading.skipped] == [("can't read a.py", 2)]


@pytest.mark.parametrize(
    "content",
    [b"", b"null", b"[]", b"{}", b'{"runs": {}}', b"[" * 100_000, b"\xff", b"1" * 10_000, b"NaN"],
)
def test_what_is_no_report_has_a_reason(content: bytes) -> None:
    reading = read(content)
    assert reading.reason is not None
    assert reading.results == ()


@pytest.mark.parametrize(
    "result",
    [
        None,
        [],
        "R1",
        {},
        {"ruleId": 7},
        {"ruleId": ""},
        {"message": {"text": "no rule"}},
    ],
)
def test_results_of_another_shape_are_counted(result: object) -> None:
    reading = read(report(RESULT, result))
    assert len(reading.results) == 1
    assert [(skip.reason, skip.count) for skip in reading.skipped] == [
        ("results of an unknown shape", 1)
    ]


@pytest.mark.parametrize(
    "result",
    [
        {"ruleId": "R1", "locations": {}},
        {"ruleId": "R1", "locations": [None]},
        {"ruleId": "R1", "locations": [{"physicalLocation": {"artifactLocation": 3}}]},
        {"ruleId": "R1", "message": {"text": 5}, "level": {}, "properties": [], "suppressions": 1},
        {
            "ruleId": "R1",
            "locations": [{"physicalLocation": {"region": {"startLine": -(10**30)}}}],
        },
    ],
)
def test_half_of_a_result_is_read(result: object) -> None:
    found = one(result)
    assert (found.rule, found.path, found.line) == ("R1", None, 0)


def test_a_flood_of_results_is_cut_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 10)
    reading = read(report(*[RESULT] * 25))
    assert len(reading.results) == 10
    assert [(skip.reason, skip.count) for skip in reading.skipped] == [("more than 10 results", 15)]
