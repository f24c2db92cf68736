"""The schemas that are shipped, and the documents that are sent to them."""

from pathlib import Path

import pytest
from graphql import GraphQLObjectType, parse, validate
from tests.demo.github.graphql.asking import FLEET, QUERIES, SWEEP

from opsroom.demo.github.graphql.schema import TYPES, schema

LACKING = {
    "Repository": {
        "hasVulnerabilityAlertsEnabled",
        "rulesets",
        "visibility",
        "webCommitSignoffRequired",
    },
    "RepositoryVulnerabilityAlert": {"dependencyScope", "number", "state"},
    "StatusCheckRollupContextConnection": {"checkRunCount", "checkRunCountsByState"},
    "TreeEntry": {"size"},
    "WorkflowRun": {"event", "file"},
}
"""What the older server doesn't have, of what today's has."""


@pytest.mark.parametrize("document", sorted(QUERIES.glob("*.graphql")), ids=lambda path: path.stem)
def test_every_document_of_the_client_is_valid(document: Path) -> None:
    assert validate(schema(enterprise=False), parse(document.read_text())) == []


def test_the_sweep_needs_little_pruning_and_the_look_much() -> None:
    older = schema(enterprise=True)

    assert [error.message for error in validate(older, parse(SWEEP))] == [
        "Cannot query field 'visibility' on type 'Repository'."
    ]
    told = " ".join(error.message for error in validate(older, parse(FLEET)))
    for field in ("rulesets", "hasVulnerabilityAlertsEnabled", "event", "file"):
        assert f"'{field}'" in told


def test_an_older_server_lacks_what_was_not_there_yet() -> None:
    for name, fields in LACKING.items():
        new, old = (schema(enterprise=each).type_map[name] for each in (False, True))
        assert isinstance(new, GraphQLObjectType)
        assert isinstance(old, GraphQLObjectType)
        assert fields <= new.fields.keys()
        assert not fields & old.fields.keys()
    old = schema(enterprise=True).type_map["Repository"]
    assert isinstance(old, GraphQLObjectType)
    assert "states" not in old.fields["vulnerabilityAlerts"].args


def test_every_resolver_is_for_a_field_that_there_is() -> None:
    known = schema(enterprise=False)
    for name, answered in TYPES.items():
        kind = known.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        assert kind.fields.keys() == answered.plain.keys() | answered.asking.keys(), name
