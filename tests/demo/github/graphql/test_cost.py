"""The documented formula, against the numbers that were worked out by hand from it."""

import pytest
from graphql import parse
from graphql.utilities import get_operation_ast
from tests.demo.github.graphql.asking import SWEEP

from opsroom.demo.github.graphql.cost import WALL, QueryCost, measure
from opsroom.demo.github.graphql.schema import schema

TEN_CONNECTIONS = """query($ids: [ID!]!) { nodes(ids: $ids) { ... on Repository {
  repositoryTopics(first: 20) { nodes { id } }
  open: issues(states: OPEN) { totalCount } pulls: pullRequests(states: OPEN) { totalCount }
  pullRequests(first: 10) { nodes { id } } vulnerabilityAlerts(first: 50) { totalCount }
  branchProtectionRules(first: 5) { totalCount } rulesets(first: 10) { totalCount }
  refs(refPrefix: "refs/heads/") { totalCount }
  defaultBranchRef { target { ... on Commit {
    statusCheckRollup { contexts { totalCount } }
    checkSuites(first: 10) { totalCount } } } } } } }"""


def cost(query: str, **variables: object) -> QueryCost:
    document = parse(query)
    operation = get_operation_ast(document)
    assert operation is not None
    return measure(schema(enterprise=False), document, operation, variables)


@pytest.mark.parametrize(
    ("repositories", "requests", "nodes", "points"),
    [(20, 201, 2_120, 2), (50, 501, 5_300, 5), (100, 1_001, 10_600, 10)],
)
def test_ten_connections_a_repository(
    repositories: int, requests: int, nodes: int, points: int
) -> None:
    found = cost(TEN_CONNECTIONS, ids=["x"] * repositories)

    assert (found.requests, found.nodes, found.points) == (requests, nodes, points)


def test_a_page_of_a_sweep_is_one_point_and_far_from_the_wall() -> None:
    found = cost(SWEEP, login="acme", first=100)

    assert (found.requests, found.nodes, found.points) == (1, 100, 1)
    assert found.seconds < 1


def test_the_wall_is_where_it_was_reported_to_be() -> None:
    assert cost(TEN_CONNECTIONS, ids=["x"] * 20).seconds == pytest.approx(3, abs=0.5)
    assert cost(TEN_CONNECTIONS, ids=["x"] * 50).seconds < WALL
    assert cost(TEN_CONNECTIONS, ids=["x"] * 100).seconds > WALL


def test_a_list_within_a_list_is_asked_for_once_for_each_parent() -> None:
    query = """{ viewer { repositories(first: 50) { nodes {
      pullRequests(first: 20) { nodes { labels(first: 10) { nodes { id } } } } } } } }"""

    found = cost(query)

    assert found.requests == 1 + 50 + 50 * 20
    assert found.nodes == 50 + 50 * 20 + 50 * 20 * 10
