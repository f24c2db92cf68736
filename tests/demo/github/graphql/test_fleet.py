"""The two documents of the client, over a world in which things happen."""

import time
from typing import Any

import pytest
from tests.demo.github.graphql.asking import FLEET, SWEEP, ask
from tests.hub import Clock, SmallHub

from opsroom.demo.github.acts.protection import protect
from opsroom.demo.github.acts.pulls import open_pull, review_pull
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.acts.repositories import rename
from opsroom.demo.github.acts.runs import finish_run, start_run

pytestmark = pytest.mark.anyio


async def look(hub: SmallHub, full_name: str, **more: Any) -> dict[str, Any]:
    node_id = hub.repository(full_name).node_id
    body = await ask(hub, FLEET, ids=[node_id], **more)
    assert "errors" not in body
    found: dict[str, Any] = body["data"]["nodes"][0]
    return found


async def test_a_look_tells_what_there_is(hub: SmallHub) -> None:
    api = hub.repository("acme/api")
    run = start_run(hub.world, api, next(iter(api.workflows.values())))
    finish_run(hub.world, api, run, "failure")

    told = await look(hub, "acme/api")

    assert told["nameWithOwner"] == "acme/api"
    assert told["viewerPermission"] == "ADMIN"
    head = told["defaultBranchRef"]["target"]
    assert head["oid"] == api.head
    assert head["statusCheckRollup"] == {"state": "FAILURE"}
    suite = head["checkSuites"]["nodes"][0]
    assert suite["conclusion"] == "FAILURE"
    assert suite["workflowRun"]["databaseId"] == run.id
    assert suite["workflowRun"]["file"]["path"] == ".github/workflows/ci.yml"
    assert {entry["name"]: entry["type"] for entry in told["rootTree"]["entries"]} == {
        ".github": "tree",
        "README.md": "blob",
        "src": "tree",
    }
    assert [entry["name"] for entry in told["workflowTree"]["entries"]] == ["ci.yml"]


async def test_a_repository_without_commits_is_told_as_such(hub: SmallHub) -> None:
    told = await look(hub, "acme/empty")

    assert told["isEmpty"] is True
    assert told["defaultBranchRef"] is None
    assert told["rootTree"] is None
    assert told["branches"] == {"totalCount": 0}


async def test_a_sweep_sees_a_push_and_a_run_in_progress_first(hub: SmallHub) -> None:
    web, now = hub.repository("acme/web"), hub.world.now()
    hub.world.clock = clock = Clock(now.replace(year=now.year + 1))
    commit_files(hub.world, web, "main", {"more": "x"}, "More", hub.kim)
    hub.create("acme/last", {"a": "b"})
    clock.at = now.replace(year=now.year + 2)
    commit_files(hub.world, web, "main", {"more": "y"}, "And more", hub.kim)

    body = await ask(hub, SWEEP, login="acme")

    listed = body["data"]["repositoryOwner"]["repositories"]
    assert listed["totalCount"] == 4
    assert [each["nameWithOwner"] for each in listed["nodes"][:2]] == ["acme/web", "acme/last"]
    assert listed["nodes"][0]["defaultBranchRef"]["target"]["oid"] == web.head


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", ["PUSHED_AT", "NAME", "CREATED_AT", "STARGAZERS", "UPDATED_AT"])
async def test_pages_hold_everything_once(hub: SmallHub, field: str, direction: str) -> None:
    for number in range(23):
        hub.create(f"acme/r{number:02}", None).stars = number % 3
    query = f"""query($after: String) {{ organization(login: "acme") {{
      repositories(first: 5, after: $after, orderBy: {{field: {field}, direction: {direction}}}) {{
        nodes {{ name }} pageInfo {{ endCursor hasNextPage }} }} }} }}"""
    seen: list[str] = []
    after: str | None = None
    while True:
        body = await ask(hub, query, after=after)
        listed = body["data"]["organization"]["repositories"]
        seen += [each["name"] for each in listed["nodes"]]
        after = listed["pageInfo"]["endCursor"]
        if not listed["pageInfo"]["hasNextPage"]:
            break

    assert len(seen) == 26
    assert set(seen) == {each.name for each in hub.world.repositories_of(hub.acme)}
    if field == "NAME":
        assert seen == sorted(seen, reverse=direction == "DESC")


async def test_the_last_of_a_list_can_be_had_and_what_is_before_them(hub: SmallHub) -> None:
    query = """query($before: String) { organization(login: "acme") {
      repositories(last: 2, before: $before, orderBy: {field: NAME, direction: ASC}) {
        nodes { name } pageInfo { startCursor hasPreviousPage } } } }"""

    body = await ask(hub, query)
    listed = body["data"]["organization"]["repositories"]
    assert [each["name"] for each in listed["nodes"]] == ["empty", "web"]
    body = await ask(hub, query, before=listed["pageInfo"]["startCursor"])
    listed = body["data"]["organization"]["repositories"]
    assert [each["name"] for each in listed["nodes"]] == ["api"]
    assert listed["pageInfo"]["hasPreviousPage"] is False


async def test_a_push_between_two_pages_moves_to_the_top_and_hides_nobody_else(
    hub: SmallHub,
) -> None:
    now = hub.world.now()
    hub.world.clock = clock = Clock()
    for number in range(5):
        clock.at = now.replace(year=now.year + 1 + number)
        hub.create(f"acme/r{number}", {"a": "b"})
    body = await ask(hub, SWEEP, login="acme", first=2)
    first = body["data"]["repositoryOwner"]["repositories"]
    clock.at = now.replace(year=now.year + 10)
    commit_files(hub.world, hub.repository("acme/r0"), "main", {"c": "d"}, "Late", hub.kim)

    body = await ask(hub, SWEEP, login="acme", cursor=first["pageInfo"]["endCursor"])

    rest = [
        each["nameWithOwner"] for each in body["data"]["repositoryOwner"]["repositories"]["nodes"]
    ]
    assert rest[:2] == ["acme/r2", "acme/r1"]
    assert "acme/r0" not in rest


async def test_a_renamed_repository_is_found_by_its_id(hub: SmallHub) -> None:
    web = hub.repository("acme/web")
    rename(hub.world, web, "site")

    assert (await look(hub, "acme/site"))["nameWithOwner"] == "acme/site"
    body = await ask(hub, '{ repository(owner: "acme", name: "web") { nameWithOwner } }')
    assert body["data"]["repository"] == {"nameWithOwner": "acme/site"}
    strict = '{ repository(owner: "acme", name: "web", followRenames: false) { id } }'
    body = await ask(hub, strict)
    assert body["data"] == {"repository": None}
    assert body["errors"][0]["type"] == "NOT_FOUND"


async def test_a_pull_request_is_told_with_what_reviewers_decided(hub: SmallHub) -> None:
    api = hub.repository("acme/api")
    protect(hub.world, api, "main", reviews=1)
    commit_files(
        hub.world, api, "fix", {"src/api.py": "def answer():\n    return 43\n"}, "Fix", hub.kim
    )
    pull = open_pull(hub.world, api, "fix", "main", "Fix it", None, hub.kim)

    told = (await look(hub, "acme/api"))["newestPulls"]["nodes"][0]
    assert told["reviewDecision"] == "REVIEW_REQUIRED"
    assert told["author"] == {"login": "kim"}
    review_pull(hub.world, api, pull, hub.stranger, "APPROVED")
    told = await look(hub, "acme/api")
    assert told["newestPulls"]["nodes"][0]["reviewDecision"] == "APPROVED"
    assert told["branchProtectionRules"]["nodes"][0]["requiredApprovingReviewCount"] == 1


async def test_whether_a_pull_request_merges_is_known_the_second_time(hub: SmallHub) -> None:
    api = hub.repository("acme/api")
    commit_files(hub.world, api, "fix", {"README.md": "# ours\n"}, "Ours", hub.kim)
    open_pull(hub.world, api, "fix", "main", "Ours", None, hub.kim)
    commit_files(hub.world, api, "main", {"README.md": "# theirs\n"}, "Theirs", hub.kim)

    states = [
        (await look(hub, "acme/api"))["newestPulls"]["nodes"][0]["mergeable"] for _ in range(2)
    ]

    assert states == ["UNKNOWN", "CONFLICTING"]


async def test_an_older_server_answers_the_sweep_without_what_it_lacks(hub: SmallHub) -> None:
    body = await ask(hub, SWEEP, enterprise=True, login="acme")
    assert "Cannot query field 'visibility'" in body["errors"][0]["message"]

    pruned = SWEEP.replace("        visibility\n", "")
    body = await ask(hub, pruned, enterprise=True, login="acme")
    assert body["data"]["rateLimit"] is None
    assert body["data"]["repositoryOwner"]["repositories"]["totalCount"] == 3


async def test_twenty_looks_and_a_page_of_a_sweep_are_quick(hub: SmallHub) -> None:
    files = {f"f{number}": "x" for number in range(25)}
    found = [hub.create(f"acme/s{number:03}", files) for number in range(100)]
    ids = [each.node_id for each in found[:20]]
    await ask(hub, FLEET, ids=ids)

    begun = time.process_time()
    await ask(hub, FLEET, ids=ids)
    looked = time.process_time()
    await ask(hub, SWEEP, login="acme")
    swept = time.process_time()

    assert looked - begun < 0.12
    assert swept - looked < 0.12


async def test_tags_come_by_the_date_of_their_commit_whatever_leads_to_it(hub: SmallHub) -> None:
    api = hub.repository("acme/api")
    first, now = api.head, hub.world.now()
    hub.world.clock = Clock(now.replace(year=now.year + 1))
    commit_files(hub.world, api, "main", {"more": "x"}, "More", hub.kim)
    assert first is not None
    assert api.head is not None
    said = f"object {api.head}\ntype commit\ntag b\ntagger k <k@x.y> 1 +0000\n\nb\n".encode()
    tree = api.objects.commit(first).tree
    api.refs |= {"refs/tags/a": first, "refs/tags/b": api.objects.write("tag", said)}
    api.refs["refs/tags/c"] = tree

    told = (await look(hub, "acme/api"))["tags"]

    assert told["totalCount"] == 3
    assert [each["name"] for each in told["nodes"]] == ["b", "a", "c"]
    assert told["nodes"][0]["target"]["target"]["oid"] == api.head
    assert told["nodes"][1]["target"]["oid"] == first
    assert told["nodes"][2]["target"] == {"oid": tree}
