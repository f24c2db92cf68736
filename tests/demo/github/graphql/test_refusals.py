"""What GraphQL doesn't tell, and how it says so: per path, before it runs, or not at all."""

import pytest
from tests.demo.github.graphql.asking import FLEET, SWEEP, answer, ask
from tests.demo.github.rich import enrich
from tests.hub import SmallHub

from opsroom.demo.github.acts.repositories import delete_repository
from opsroom.demo.github.graphql import endpoint
from opsroom.demo.github.graphql.cost import WALL
from opsroom.demo.github.limits import Rules

pytestmark = pytest.mark.anyio

ALERTS = """query($ids: [ID!]!) { nodes(ids: $ids) { ... on Repository {
  name vulnerabilityAlerts(states: OPEN, first: 5) { totalCount nodes { number } } } } }"""

NESTED = """{ viewer { repositories(first: 100) { nodes { issues(first: 100) { nodes {
  labels(first: 100) { nodes { id } } } } } } } }"""


async def test_alerts_are_null_with_an_error_at_their_path_for_whom_may_not_see_them(
    hub: SmallHub,
) -> None:
    api = enrich(hub)
    ids = [hub.repository("acme/web").node_id, api.node_id]
    text = hub.give_fine_grained("github_pat_1", hub.kim, hub.acme, {"contents": "read"})

    seen = await ask(hub, ALERTS, ids=ids)
    body = await ask(hub, ALERTS, token=text, ids=ids)

    assert seen["data"]["nodes"][1]["vulnerabilityAlerts"]["totalCount"] == 1
    assert [each["vulnerabilityAlerts"] for each in body["data"]["nodes"]] == [None, None]
    assert [(each["type"], each["path"]) for each in body["errors"]] == [
        ("FORBIDDEN", ["nodes", 0, "vulnerabilityAlerts"]),
        ("FORBIDDEN", ["nodes", 1, "vulnerabilityAlerts"]),
    ]
    assert body["errors"][0]["message"] == "Resource not accessible by personal access token"


async def test_rules_of_protection_take_the_right_to_read_settings(hub: SmallHub) -> None:
    text = hub.give_fine_grained("github_pat_1", hub.kim, hub.acme, {"contents": "read"})

    body = await ask(hub, FLEET, token=text, ids=[hub.repository("acme/api").node_id])

    assert {each["path"][-1] for each in body["errors"]} == {"branchProtectionRules"}


async def test_what_is_gone_is_null_and_says_so_and_the_rest_is_told(hub: SmallHub) -> None:
    web, api = hub.repository("acme/web"), hub.repository("acme/api")
    delete_repository(hub.world, web)

    body = await ask(hub, FLEET, ids=[web.node_id, api.node_id])

    assert body["data"]["nodes"][0] is None
    assert body["data"]["nodes"][1]["nameWithOwner"] == "acme/api"
    assert [(each["type"], each["path"]) for each in body["errors"]] == [
        ("NOT_FOUND", ["nodes", 0])
    ]


async def test_a_private_repository_is_not_there_for_others(hub: SmallHub) -> None:
    text = hub.give_token("ghp_other", hub.stranger, frozenset({"repo"}))

    body = await ask(hub, FLEET, token=text, ids=[hub.repository("kim/notes").node_id])
    swept = await ask(hub, SWEEP, token=text, login="kim")

    assert body["data"]["nodes"] == [None]
    assert body["errors"][0]["type"] == "NOT_FOUND"
    listed = swept["data"]["repositoryOwner"]["repositories"]
    assert listed["totalCount"] == 1
    assert [each["nameWithOwner"] for each in listed["nodes"]] == ["kim/dotfiles"]


async def test_an_owner_that_there_is_not_is_null_without_an_error(hub: SmallHub) -> None:
    body = await ask(hub, SWEEP, login="nobody-at-all")

    assert body["data"]["repositoryOwner"] is None
    assert "errors" not in body


async def test_an_organisation_with_single_sign_on_keeps_others_out(hub: SmallHub) -> None:
    hub.acme.single_sign_on = True

    swept = await ask(hub, SWEEP, login="acme")

    assert swept["data"]["repositoryOwner"] is None
    error = swept["errors"][0]
    assert (error["type"], error["path"]) == ("FORBIDDEN", ["repositoryOwner"])
    assert error["extensions"] == {"saml_failure": True}
    hub.world.tokens[hub.token].authorized.add("acme")
    assert (await ask(hub, SWEEP, login="acme"))["data"]["repositoryOwner"] is not None


async def test_a_classic_token_without_the_scope_gets_no_data_at_all(hub: SmallHub) -> None:
    text = hub.give_token("ghp_less", hub.kim, frozenset({"repo"}))

    body = await ask(hub, "{ viewer { login organizations(first: 1) { totalCount } } }", token=text)

    assert "data" not in body
    assert body["errors"][0]["type"] == "INSUFFICIENT_SCOPES"


async def test_a_poison_repository_takes_every_full_look_with_it_and_no_sweep(
    hub: SmallHub,
) -> None:
    bad, good = hub.repository("acme/web"), hub.repository("acme/api")
    bad.poison = True

    status, body = await answer(hub, FLEET, ids=[good.node_id, bad.node_id])
    assert status == 502
    assert "Something went wrong" in body["message"]
    assert "errors" not in await ask(hub, FLEET, ids=[good.node_id])
    swept = await ask(hub, SWEEP, login="acme")
    assert swept["data"]["repositoryOwner"]["repositories"]["totalCount"] == 3


async def test_an_hour_that_is_spent_is_an_answer_with_an_error(hub: SmallHub) -> None:
    hub.hub.limits.rules = Rules(graphql=3)
    for _ in range(2):
        await ask(hub, "{ viewer { login } }")

    last = await ask(hub, "{ rateLimit { remaining cost used limit } }")
    spent = await ask(hub, "{ rateLimit { remaining } }")

    assert last["data"]["rateLimit"] == {"remaining": 0, "cost": 1, "used": 3, "limit": 3}
    assert spent["errors"][0]["type"] == "RATE_LIMITED"
    assert "data" not in spent


async def test_too_much_in_a_minute_is_a_403(hub: SmallHub) -> None:
    hub.hub.limits.rules = Rules(graphql_points_a_minute=1)
    await ask(hub, "{ viewer { login } }")

    status, body = await answer(hub, "{ viewer { login } }")

    assert status == 403
    assert "secondary rate limit" in body["message"]


async def test_a_batch_beyond_the_wall_is_lost_after_it_was_charged(hub: SmallHub) -> None:
    ids = [hub.repository("acme/api").node_id] * 100
    before = await ask(hub, "{ rateLimit { used } }")

    status, body = await answer(hub, FLEET, ids=ids)

    assert status == 502
    assert "timeout" in body["message"]
    after = await ask(hub, "{ rateLimit { used } }")
    assert after["data"]["rateLimit"]["used"] - before["data"]["rateLimit"]["used"] == 9 + 1


async def test_near_the_wall_the_first_are_told_and_the_others_are_not(
    hub: SmallHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "WALL", WALL / 2)
    ids = [hub.repository("acme/api").node_id] * 32

    body = await ask(hub, FLEET, ids=ids)

    told = [each is not None for each in body["data"]["nodes"]]
    assert told == sorted(told, reverse=True)
    assert 20 <= sum(told) < 32
    assert {each["type"] for each in body["errors"]} == {"RESOURCE_LIMITS_EXCEEDED"}
    assert body["errors"][0]["path"] == ["nodes", sum(told)]


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", "ARGUMENT_LIMIT"),
        ("{ viewer { repositories(first: 101) { totalCount } } }", "EXCESSIVE_PAGINATION"),
        ("{ viewer { repositories { nodes { id } } } }", "MISSING_PAGINATION_BOUNDARIES"),
        (NESTED, "MAX_NODE_LIMIT_EXCEEDED"),
    ],
)
async def test_a_query_that_asks_for_too_much_is_not_run(
    hub: SmallHub, query: str, kind: str
) -> None:
    body = await ask(hub, query, ids=["x"] * 101)

    assert [each["type"] for each in body["errors"]] == [kind]
    assert "data" not in body


async def test_what_is_no_graphql_is_said_with_its_place(hub: SmallHub) -> None:
    for query in ("{ viewer {", "{ viewer { nothing } }", "query($a: Int!) { viewer { id } }", ""):
        body = await ask(hub, query)
        assert "data" not in body
        assert body["errors"][0]["message"]


async def test_whoever_has_no_token_is_told_nothing(hub: SmallHub) -> None:
    async with hub.client(None) as client:
        got = await client.post("/graphql", json={"query": "{ viewer { login } }"})

    assert got.status_code == 401


async def test_a_cursor_of_something_else_is_refused_at_its_path(hub: SmallHub) -> None:
    body = await ask(hub, SWEEP, login="acme", cursor="bm90IG91cnM=")

    assert body["errors"][0]["type"] == "INVALID_CURSOR_ARGUMENTS"
