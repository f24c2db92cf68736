"""OpenVEX and CycloneDX of strangers: read field by field, whatever is in them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsroom.errors import UsageError
from opsroom.model.vex import VexStatus
from opsroom.observe.documents.cyclonedx import is_cyclonedx, read_analyses, read_components
from opsroom.observe.documents.openvex import is_openvex, parse, read_openvex

VEX: dict[str, Any] = {
    "@context": "https://openvex.dev/ns/v0.2.0",
    "@id": "urn:example:1",
    "timestamp": "2026-01-02T03:04:05Z",
    "statements": [
        {
            "vulnerability": {"name": "CVE-2024-1", "aliases": ["GHSA-x"]},
            "products": [
                {
                    "@id": "pkg:oci/shop",
                    "subcomponents": [{"@id": "pkg:npm/lodash@4.17.20"}, "pkg:npm/qs@6.11.0"],
                }
            ],
            "status": "not_affected",
            "justification": "vulnerable_code_not_in_execute_path",
            "impact_statement": "never\u202e called",
        },
        {"vulnerability": "CVE-2024-2", "status": "fixed"},
        {"vulnerability": "CVE-2024-3", "status": "nonsense"},
        {"vulnerability": "CVE-2024-4", "products": ["our shop"], "status": "fixed"},
    ],
}


def test_statements_are_read_with_their_packages() -> None:
    read = read_openvex(VEX)
    first, second = read.statements
    assert first.advisory == ("CVE-2024-1", "GHSA-x")
    assert first.packages == ("pkg:npm/lodash@4.17.20", "pkg:npm/qs@6.11.0")
    assert first.status is VexStatus.NOT_AFFECTED
    assert first.at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert second.advisory == ("CVE-2024-2",)
    assert second.packages == ()


def test_what_is_not_understood_is_counted() -> None:
    assert read_openvex(VEX).left_out == 2


def test_words_of_strangers_are_made_safe() -> None:
    assert read_openvex(VEX).statements[0].why == "never called"


def test_it_is_told_apart_from_other_documents() -> None:
    assert is_openvex(VEX)
    assert not is_cyclonedx(VEX)
    assert is_cyclonedx({"bomFormat": "CycloneDX"})


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_object_is_refused(content: bytes) -> None:
    with pytest.raises(UsageError):
        parse(content)


def test_components_without_a_purl_are_unread_not_lost() -> None:
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "components": [
            {"name": "in-house", "bom-ref": "a"},
            {"purl": "pkg:npm/qs@6.11.0", "bom-ref": "b", "components": [{"purl": "pkg:npm/x"}]},
            {"purl": "nonsense", "bom-ref": "c"},
        ],
        "dependencies": [{"ref": "b", "dependsOn": ["a", "b", "c"]}],
    }
    read = read_components(bom)
    assert [package.purl for package in read.packages] == ["pkg:npm/qs", "pkg:npm/x"]
    assert len(read.unread) == 2
    assert read.edges == ()


def test_a_version_that_is_not_known_is_refused() -> None:
    with pytest.raises(UsageError, match=r"CycloneDX 9\.9"):
        read_components({"bomFormat": "CycloneDX", "specVersion": "9.9"})


def test_analyses_are_read_in_the_words_of_openvex() -> None:
    bom: dict[str, Any] = {
        "vulnerabilities": [
            {
                "id": "CVE-2024-1",
                "references": [{"id": "GHSA-x", "source": {}}],
                "affects": [{"ref": "pkg:npm/qs@6.11.0"}, {"ref": "7"}],
                "analysis": {"state": "false_positive", "justification": "code_not_reachable"},
            },
            {"id": "CVE-2024-2"},
            {"id": "CVE-2024-3", "analysis": {"state": "who knows"}},
        ]
    }
    read = read_analyses(bom)
    (found,) = read.statements
    assert found.status is VexStatus.NOT_AFFECTED
    assert found.justification == "vulnerable_code_not_in_execute_path"
    assert found.packages == ("pkg:npm/qs@6.11.0",)
    assert read.left_out == 1


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("statements", "vulnerability", "products", "status", "subcomponents", "@id"),
                    *("components", "purl", "bom-ref", "dependencies", "dependsOn", "analysis"),
                    *("state", "affects", "ref", "references", "id", "vulnerabilities", "aliases"),
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["other", "statements", "components"]), ANYTHING))
def test_nonsense_is_refused_or_read_and_never_breaks(told: dict[str, Any]) -> None:
    document = json.loads(json.dumps({**told, "specVersion": "1.6"}))
    read_components(document)
    read_analyses(document)
    try:
        read_openvex(document)
    except UsageError:
        assert not isinstance(told.get("statements"), list) or not told["statements"]
