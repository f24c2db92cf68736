"""PyGithub through the double: every verb that Opsroom writes with, over a real socket."""

from collections.abc import Iterator

import pytest
from github import Auth, Github, GithubException, InputGitTreeElement
from github.Repository import Repository
from tests.hub import SmallHub

from opsroom.demo.github.acts.runs import finish_run, start_run


@pytest.fixture(params=["", "/api/v3"])
def api(request: pytest.FixtureRequest, hub: SmallHub) -> Iterator[Repository]:
    """`acme/api`, on the host and on an Enterprise server."""
    with hub.serve() as url:
        github = Github(
            base_url=url + request.param,
            auth=Auth.Token(hub.token),
            per_page=100,
            retry=None,
            seconds_between_requests=None,
            seconds_between_writes=None,
        )
        yield github.get_repo("acme/api")
        github.close()


def _branch(api: Repository, name: str, text: str) -> str:
    """A branch with one commit of two files over the default branch."""
    head = api.get_branch("main").commit.sha
    api.create_git_ref(f"refs/heads/{name}", head)
    parent = api.get_git_commit(head)
    files = [
        InputGitTreeElement("SECURITY.md", "100644", "blob", content=text),
        InputGitTreeElement("src/new.py", "100644", "blob", content="new = 1\n"),
    ]
    tree = api.create_git_tree(files, base_tree=parent.tree)
    commit = api.create_git_commit("Add a policy", tree, [parent])
    api.get_git_ref(f"heads/{name}").edit(commit.sha)
    return commit.sha


def test_branch_to_merge(api: Repository) -> None:
    sha = _branch(api, "opsroom/policy", "Write to kim.\n")
    pull = api.create_pull("main", "opsroom/policy", title="Add a policy", body="Why")
    pull.add_to_labels("opsroom")
    assert [each.number for each in api.get_pulls(head="acme:opsroom/policy")] == [pull.number]
    pull = api.get_pull(pull.number)
    assert (pull.mergeable, pull.mergeable_state) == (True, "clean")
    assert [each.filename for each in pull.get_files()] == ["SECURITY.md", "src/new.py"]
    with pytest.raises(GithubException) as refused:
        pull.merge(sha="0" * 40)
    assert refused.value.status == 409
    done = pull.merge(merge_method="squash", sha=sha, delete_branch=True)
    assert api.get_branch("main").commit.sha == done.sha
    assert api.get_contents("SECURITY.md").decoded_content == b"Write to kim.\n"  # type: ignore[union-attr]  # one file
    assert [each.ref for each in api.get_git_matching_refs("heads/")] == ["refs/heads/main"]
    assert api.get_pull(pull.number).merged


def test_files(api: Repository) -> None:
    readme = api.get_contents("README.md")
    assert not isinstance(readme, list)
    api.update_file("README.md", "Say more", "# API\n", readme.sha, branch="main")
    with pytest.raises(GithubException) as refused:
        api.update_file("README.md", "Again", "# No\n", readme.sha)
    assert refused.value.status == 409
    api.create_file("docs/a.md", "Write", "A\n")
    written = api.get_contents("docs/a.md")
    assert not isinstance(written, list)
    api.delete_file("docs/a.md", "Delete", written.sha)
    said = [each.commit.message for each in api.get_commits()]
    assert said[:3] == ["Delete", "Write", "Say more"]
    folder = api.get_contents("src")
    assert isinstance(folder, list)
    assert [each.path for each in folder] == ["src/api.py"]


def test_protection_is_replaced_as_a_whole(api: Repository) -> None:
    branch = api.get_branch("main")
    branch.edit_protection(strict=True, contexts=["test"], required_approving_review_count=1)
    kept = branch.get_protection()
    assert kept.required_status_checks.contexts == ["test"]
    assert kept.required_pull_request_reviews.required_approving_review_count == 1
    branch.edit_protection(contexts=["test"])
    assert branch.get_protection().required_pull_request_reviews is None
    branch.edit_protection()
    assert branch.get_protection().required_status_checks is None
    assert api.get_branch("main").protected
    branch.remove_protection()
    with pytest.raises(GithubException) as refused:
        branch.get_protection()
    assert refused.value.status == 404


def test_issues(api: Repository) -> None:
    issue = api.create_issue("Broken", body="It is.", labels=["bug"])
    issue.create_comment("Still")
    assert [each.body for each in issue.get_comments()] == ["Still"]
    issue.edit(state="closed", state_reason="not_planned")
    assert api.get_issue(issue.number).state_reason == "not_planned"
    assert [each.name for each in api.get_labels()] == ["bug"]
    assert list(api.get_issues(state="open")) == []
    label = api.create_label("area/ci", "00ff00", "About CI")
    issue.add_to_labels(label)
    issue.remove_from_labels("bug")
    assert [each.name for each in issue.get_labels()] == ["area/ci"]


def test_runs(api: Repository, hub: SmallHub) -> None:
    hosted = hub.repository("acme/api")
    run = start_run(hub.world, hosted, next(iter(hosted.workflows.values())))
    finish_run(hub.world, hosted, run, "failure")
    found = api.get_workflow_runs(status="failure")[0]
    assert found.rerun_failed_jobs()
    found = api.get_workflow_run(found.id)
    assert (found.status, found.run_attempt) == ("queued", 2)
    assert found.cancel()
    assert api.get_workflow_run(found.id).conclusion == "cancelled"
    assert [each.name for each in found.jobs()] == ["test"]


def test_only_an_update_asks_whether_it_changed(api: Repository, hub: SmallHub) -> None:
    assert not api.update()
    api.edit(description="Other")
    assert api.update()
    assert hub.world.stats.rest_304 == 1


def test_a_renamed_repository_is_followed(api: Repository) -> None:
    requester = api.requester
    api.edit(name="interface")
    _, found = requester.requestJsonAndCheck("GET", "/repos/acme/api")
    assert found["full_name"] == "acme/interface"
