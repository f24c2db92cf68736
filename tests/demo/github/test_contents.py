"""Files, commits and comparisons, as REST tells them and as Git does."""

import base64

import pytest
from tests.hub import SmallHub

from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.state.repository import Hosted

pytestmark = pytest.mark.anyio

AT = "/repos/acme/api"


@pytest.fixture
def api(hub: SmallHub) -> Hosted:
    """`acme/api` with a branch `topic/a` of two commits, and one more on the default branch."""
    api = hub.repository("acme/api")
    commit_files(hub.world, api, "topic/a", {"a": "1\n2\n3\n"}, "Add a", hub.kim)
    commit_files(hub.world, api, "topic/a", {"a": "1\n2\nthree\n"}, "Change a", hub.kim)
    commit_files(hub.world, api, "main", {"b": "b\n"}, "Add b", hub.kim)
    return api


async def test_compared(hub: SmallHub, api: Hosted) -> None:
    async with hub.client() as github:
        told = (await github.get(f"{AT}/compare/main...topic/a")).json()
        assert (told["status"], told["ahead_by"], told["behind_by"]) == ("diverged", 2, 1)
        assert [each["commit"]["message"] for each in told["commits"]] == ["Add a", "Change a"]
        assert told["merge_base_commit"]["sha"] == api.objects.git("merge-base", "main", "topic/a")
        assert [(each["filename"], each["additions"]) for each in told["files"]] == [("a", 3)]
        assert (await github.get(f"{AT}/compare/topic/a...nowhere")).status_code == 404


async def test_one_commit(hub: SmallHub, api: Hosted) -> None:
    async with hub.client() as github:
        made = (await github.get(f"{AT}/commits/topic/a")).json()
        assert made["stats"] == {"total": 2, "additions": 1, "deletions": 1}
        assert made["author"]["login"] == "kim"
        stat = api.objects.git("show", "--numstat", "--format=", "topic/a")
        assert stat.split() == ["1", "1", "a"]
        short = (await github.get(f"{AT}/commits/{made['sha'][:8]}")).json()
        assert short["sha"] == made["sha"]


async def test_commits_of_one_path(hub: SmallHub, api: Hosted) -> None:
    async with hub.client() as github:
        found = (await github.get(f"{AT}/commits?sha=topic/a&path=a")).json()
        assert [each["commit"]["message"] for each in found] == ["Change a", "Add a"]
        nobody = await github.get(f"{AT}/commits?author=stranger")
        assert nobody.json() == []
        listed = (await github.get(f"{AT}/commits?sha=topic/a")).json()
        assert [each["sha"] for each in listed] == api.objects.git("rev-list", "topic/a").split()


async def test_a_whole_tree(hub: SmallHub, api: Hosted) -> None:
    async with hub.client() as github:
        told = (await github.get(f"{AT}/git/trees/main?recursive=1")).json()
        paths = [each["path"] for each in told["tree"]]
        assert paths == api.objects.git("ls-tree", "-r", "-t", "--name-only", "main").split("\n")
        folder = (await github.get(f"{AT}/contents/.github/workflows")).json()
        assert [each["name"] for each in folder] == ["ci.yml"]
        raw = await github.get(
            f"{AT}/contents/a?ref=topic/a", headers={"accept": "application/vnd.github.raw+json"}
        )
        assert raw.text == "1\n2\nthree\n"


async def test_a_file_is_replaced_only_by_who_saw_it(hub: SmallHub, api: Hosted) -> None:
    async with hub.client() as github:
        seen = (await github.get(f"{AT}/contents/b")).json()
        body = {"message": "Change b", "content": base64.b64encode(b"B\n").decode()}
        assert (await github.put(f"{AT}/contents/b", json=body)).status_code == 422
        wrong = {**body, "sha": "0" * 40}
        assert (await github.put(f"{AT}/contents/b", json=wrong)).status_code == 409
        done = await github.put(f"{AT}/contents/b", json={**body, "sha": seen["sha"]})
        assert done.json()["commit"]["sha"] == api.head
        assert api.objects.git("show", "main:b") == "B"
        gone = {"message": "Delete b", "sha": done.json()["content"]["sha"]}
        assert (await github.request("DELETE", f"{AT}/contents/b", json=gone)).is_success
        assert (await github.get(f"{AT}/contents/b")).status_code == 404


async def test_workflow_files_need_their_scope(hub: SmallHub, api: Hosted) -> None:
    hub.give_token("ghp_repo", hub.kim, frozenset({"repo"}))
    body = {"message": "x", "content": ""}
    async with hub.client("ghp_repo") as github:
        refused = await github.put(f"{AT}/contents/.github/workflows/new.yml", json=body)
        assert refused.status_code == 404
        assert (await github.put(f"{AT}/contents/new.yml", json=body)).status_code == 201
    assert api.head is not None
    assert api.objects.at(api.head, ".github/workflows/new.yml") is None


async def test_branches_merge(hub: SmallHub, api: Hosted) -> None:
    async with hub.client() as github:
        body = {"base": "main", "head": "topic/a"}
        assert (await github.post(f"{AT}/merges", json=body)).status_code == 201
        assert (await github.post(f"{AT}/merges", json=body)).status_code == 204
        assert api.objects.git("show", "main:a") == "1\n2\nthree"
        commit_files(hub.world, api, "x", {"b": "x\n"}, "X", hub.kim)
        commit_files(hub.world, api, "main", {"b": "y\n"}, "Y", hub.kim)
        conflict = await github.post(f"{AT}/merges", json={"base": "main", "head": "x"})
        assert conflict.status_code == 409
