"""A repository in which everything has happened that a host can tell of."""

from tests.hub import SmallHub

from opsroom.demo.github.acts.alerts import (
    close_code,
    close_dependabot,
    raise_code,
    raise_dependabot,
    raise_secret,
    resolve_secret,
    write_advisory,
)
from opsroom.demo.github.acts.checks import report_check, set_status
from opsroom.demo.github.acts.issues import add_comment, create_label, edit_issue, open_issue
from opsroom.demo.github.acts.protection import protect, save_ruleset
from opsroom.demo.github.acts.pulls import merge_pull, open_pull, request_reviews, review_pull
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.acts.releases import publish_release
from opsroom.demo.github.acts.runs import add_workflow, begin_run, finish_run, rerun, start_run
from opsroom.demo.github.state.alerts import HostAdvisory
from opsroom.demo.github.state.repository import Hosted

DEPLOY = "on: workflow_dispatch\njobs: {go: {runs-on: ubuntu-latest, steps: [{run: make}]}}\n"
OPEN_PULL, MERGED_PULL, ISSUE = 1, 2, 4


def enrich(hub: SmallHub) -> Hosted:
    """Let it happen to `acme/api`, and return that. Numbers of what is made are above."""
    world, kim, api = hub.world, hub.kim, hub.repository("acme/api")
    head = api.head
    assert head is not None
    api.topics, api.license, api.language = ("api", "home"), "MIT", "Python"
    api.description, api.homepage = "Answers", "https://api.example"
    commit_files(
        hub.world, api, "main", {".github/workflows/deploy.yml": DEPLOY}, "Deploy", hub.kim
    )
    api.collaborators["stranger"] = "write"
    _discuss(hub, api)
    _find(hub, api)
    protect(world, api, "main", kim, checks=(("test", None),), restrictions=("kim",), reviews=1)
    rules = [{"type": "deletion"}]
    everywhere = {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}
    save_ruleset(world, api, None, kim, name="ours", rules=rules, conditions=everywhere)
    chosen = {**everywhere, "repository_name": {"include": ["~ALL"], "exclude": []}}
    save_ruleset(world, hub.acme, None, kim, name="theirs", rules=rules, conditions=chosen)
    publish_release(world, api, "v1.0.0", kim, name="One", body="The first")
    _run(hub, api)
    return api


def _discuss(hub: SmallHub, api: Hosted) -> None:
    world, kim = hub.world, hub.kim
    create_label(world, api, "bug", kim, color="d73a4a", description="Broken")
    for branch in ("fix", "done", "bump"):
        commit_files(world, api, branch, {f"{branch}.txt": "x\n"}, f"Add {branch}", kim)
    pull = open_pull(world, api, "fix", "main", "Fix it", "Because.", kim)
    request_reviews(world, api, pull, [hub.stranger], kim)
    review_pull(world, api, pull, hub.stranger, "APPROVED", "Good")
    pull.auto_merge = "squash"
    done = open_pull(world, api, "done", "main", "Done", None, hub.stranger)
    merge_pull(world, api, done, kim)
    robot = world.add_account("dependabot", "Bot")
    open_pull(world, api, "bump", "main", "Bump flask", None, robot, draft=True)
    issue = open_issue(
        world, api, "Broken", "It is.", kim, labels=("bug",), assignees=(hub.stranger,)
    )
    add_comment(world, api, issue, "Indeed", hub.stranger)
    closed = open_issue(world, api, "Wrong", None, hub.stranger)
    edit_issue(world, api, closed, kim, state="closed", reason="not_planned")
    pull.issue.labels.append(api.labels["bug"])


def _find(hub: SmallHub, api: Hosted) -> None:
    world, kim = hub.world, hub.kim
    advisory = HostAdvisory(
        "GHSA-aaaa-bbbb-cccc",
        "CVE-2026-0001",
        "A flaw",
        "A flaw, in long.",
        "medium",
        "pip",
        "flask",
        "< 3.0.1",
        "3.0.1",
        world.now(),
        5.3,
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
        (("CWE-79", "Cross-site Scripting"),),
    )
    raise_dependabot(world, api, advisory, "requirements.txt")
    gone = raise_dependabot(world, api, advisory, "old/requirements.txt", scope="development")
    close_dependabot(world, api, gone, "fixed")
    waved = raise_dependabot(world, api, advisory, "docs/requirements.txt")
    close_dependabot(world, api, waved, "dismissed", actor=kim, reason="not_used")
    raise_code(world, api, "py/sql-injection", "SQL injection", "src/api.py", 1)
    fixed = raise_code(world, api, "py/xss", "Cross-site scripting", "src/api.py", 2)
    close_code(world, api, fixed, "fixed")
    kind, place = "github_personal_access_token", "README.md"
    raise_secret(world, api, kind, "GitHub token", "ghp_x", path=place)
    secret = raise_secret(world, api, "slack_api_token", "Slack token", "xoxb-x", path=place)
    resolve_secret(world, api, secret, "revoked", actor=kim)
    write_advisory(
        world,
        api,
        kim,
        ghsa_id="GHSA-ours-ours-ours",
        summary="Ours",
        description="Our own flaw.",
        severity="high",
        ecosystem="pip",
        package="acme-api",
        vulnerable="< 2",
        patched="2",
    )


def _run(hub: SmallHub, api: Hosted) -> None:
    world, kim, head = hub.world, hub.kim, api.head
    assert head is not None
    add_workflow(world, api, ".github/workflows/deploy.yml", "Deploy")
    workflow = next(iter(api.workflows.values()))
    run = start_run(world, api, workflow, actor=kim)
    begin_run(world, api, run)
    finish_run(world, api, run, "failure", failed_step="Run tests", logs={"Run tests": "boom\n"})
    rerun(world, api, run, kim)
    begin_run(world, api, run)
    finish_run(world, api, run, "success")
    start_run(world, api, workflow, event="workflow_dispatch", actor=kim)
    report_check(
        world, api, head, "lint", "linter", kim, status="completed", conclusion="neutral",
        title="Fine", summary="Nothing found",
    )  # fmt: skip
    set_status(
        world, api, head, "success", "ci/other", kim,
        description="Well", target_url="https://ci.example/1",
    )  # fmt: skip
