"""Every verb once: how its world is prepared, how it is called, and how its effect is counted."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.clients.github.write.desk import BRANCH, NAME, Desk, mark

from opsroom.clients.github.write.branches import create_branch, delete_branch
from opsroom.clients.github.write.ci import dispatch, rerun
from opsroom.clients.github.write.comments import comment
from opsroom.clients.github.write.commits import commit_files
from opsroom.clients.github.write.files import File
from opsroom.clients.github.write.issues import close_issue, create_issue, reopen_issue
from opsroom.clients.github.write.labels import add_labels, create_label, remove_label
from opsroom.clients.github.write.merges import merge_pull
from opsroom.clients.github.write.protection import Change, protect
from opsroom.clients.github.write.pulls import close_pull, open_pull, update_pull
from opsroom.clients.github.write.reverts import revert_merge
from opsroom.clients.github.write.rulesets import delete_ruleset, put_ruleset
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.github.write.written import Written
from opsroom.demo.github.acts.issues import ensure_label, open_issue
from opsroom.demo.github.acts.runs import add_workflow, finish_run, start_run

RULES = {
    "target": "branch",
    "enforcement": "active",
    "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
    "rules": [{"type": "deletion"}, {"type": "non_fast_forward"}],
}


@dataclass(frozen=True)
class Scenario:
    """A verb. `method` and `path` are its request; `effect` counts how often it took effect."""

    name: str
    method: str
    path: str
    prepare: Callable[[Desk, Writer], Awaitable[None]]
    act: Callable[[Desk, Writer], Awaitable[Written[Any]]]
    effect: Callable[[Desk], int]


async def nothing(desk: Desk, writer: Writer) -> None:
    """The repository as it is."""


async def branched(desk: Desk, writer: Writer) -> None:
    await create_branch(writer, NAME, BRANCH, desk.head)


async def committed(desk: Desk, writer: Writer) -> None:
    await branched(desk, writer)
    await commit(desk, writer)


async def proposed(desk: Desk, writer: Writer) -> None:
    await committed(desk, writer)
    await propose(desk, writer)


async def merged(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    await merge(desk, writer)


async def opened_issue(desk: Desk, writer: Writer) -> None:
    await raise_issue(desk, writer)


async def closed_issue(desk: Desk, writer: Writer) -> None:
    await raise_issue(desk, writer)
    await close_issue(writer, NAME, 1, "completed", "Done.", mark())


async def persons_issue(desk: Desk, writer: Writer) -> None:
    open_issue(desk.world, desk.api, "Help", "please", desk.kim, labels=("a/b",))
    ensure_label(desk.world, desk.api, "ci", desk.kim)


async def failed_run(desk: Desk, writer: Writer) -> None:
    workflow = add_workflow(desk.world, desk.api, ".github/workflows/ci.yml", "CI")
    run = start_run(desk.world, desk.api, workflow, actor=desk.kim)
    finish_run(desk.world, desk.api, run, "failure")


async def with_ruleset(desk: Desk, writer: Writer) -> None:
    await put_ruleset(writer, NAME, "opsroom: main", RULES)


async def commit(desk: Desk, writer: Writer) -> Written[Any]:
    files = [File("SECURITY.md", b"Tell kim.\n"), File("src/deep/data.txt", None)]
    subject = "Add a security policy"
    return await commit_files(writer, NAME, BRANCH, desk.head, files, subject, mark())


async def propose(desk: Desk, writer: Writer) -> Written[Any]:
    return await open_pull(writer, NAME, BRANCH, "Add a security policy", "Adds it.", mark())


async def merge(desk: Desk, writer: Writer) -> Written[Any]:
    pull = desk.api.pulls[1]
    return await merge_pull(writer, NAME, 1, pull.head, "squash", mark())


async def raise_issue(desk: Desk, writer: Writer) -> Written[Any]:
    return await create_issue(writer, NAME, "No security policy", "Please add one.", mark())


async def revert(desk: Desk, writer: Writer) -> Written[Any]:
    name = "opsroom/revert-1"
    why = mark(key="revert 1")
    return await revert_merge(writer, NAME, 1, name, desk.head, "It broke.", why)


def comments(desk: Desk) -> int:
    return len(desk.api.issues[1].comments)


def on_branch(desk: Desk) -> int:
    """Commits of the branch since the first of all."""
    oid, count = desk.oid(BRANCH), 0
    while oid and (parents := desk.api.objects.commit(oid).parents):
        oid, count = parents[0], count + 1
    return count


SCENARIOS = (
    Scenario(
        "create-branch",
        "POST",
        "/git/refs",
        nothing,
        lambda desk, writer: create_branch(writer, NAME, BRANCH, desk.head),
        lambda desk: int(desk.oid(BRANCH) is not None),
    ),
    Scenario("commit", "PATCH", "/git/refs/heads/.*", branched, commit, on_branch),
    Scenario("commit-tree", "POST", "/git/trees", branched, commit, on_branch),
    Scenario("commit-object", "POST", "/git/commits", branched, commit, on_branch),
    Scenario("open-pull", "POST", "/pulls", committed, propose, lambda desk: len(desk.api.pulls)),
    Scenario(
        "update-pull",
        "PATCH",
        "/pulls/1",
        proposed,
        lambda desk, writer: update_pull(writer, NAME, 1, "Another title", "New.", mark()),
        lambda desk: int(desk.api.pulls[1].issue.title == "Another title"),
    ),
    Scenario(
        "close-pull",
        "PATCH",
        "/issues/1",
        proposed,
        lambda desk, writer: close_pull(writer, NAME, 1, "Not needed.", mark()),
        lambda desk: int(not desk.api.pulls[1].open),
    ),
    Scenario(
        "merge",
        "PUT",
        "/pulls/1/merge",
        proposed,
        merge,
        lambda desk: int(desk.api.pulls[1].merged_at is not None),
    ),
    Scenario(
        "revert",
        "POST",
        "/pulls",
        merged,
        revert,
        lambda desk: len(desk.api.pulls) - 1,
    ),
    Scenario(
        "create-issue",
        "POST",
        "/issues",
        nothing,
        raise_issue,
        lambda desk: len(desk.api.issues),
    ),
    Scenario(
        "close-issue",
        "PATCH",
        "/issues/1",
        opened_issue,
        lambda desk, writer: close_issue(writer, NAME, 1, "completed", "Done.", mark()),
        lambda desk: int(desk.api.issues[1].state == "closed"),
    ),
    Scenario(
        "reopen-issue",
        "PATCH",
        "/issues/1",
        closed_issue,
        lambda desk, writer: reopen_issue(writer, NAME, 1),
        lambda desk: int(desk.api.issues[1].state == "open"),
    ),
    Scenario(
        "comment",
        "POST",
        "/issues/1/comments",
        persons_issue,
        lambda desk, writer: comment(writer, NAME, 1, "Seen.", mark()),
        comments,
    ),
    Scenario(
        "create-label",
        "POST",
        "/labels",
        nothing,
        lambda desk, writer: create_label(writer, NAME, "Ops/room", "0e8a16", "By the centre"),
        lambda desk: int("ops/room" in desk.api.labels),
    ),
    Scenario(
        "add-labels",
        "POST",
        "/issues/1/labels",
        persons_issue,
        lambda desk, writer: add_labels(writer, NAME, 1, frozenset({"CI"})),
        lambda desk: [label.name for label in desk.api.issues[1].labels].count("ci"),
    ),
    Scenario(
        "remove-label",
        "DELETE",
        "/issues/1/labels/a/b",
        persons_issue,
        lambda desk, writer: remove_label(writer, NAME, 1, "a/b"),
        lambda desk: int(not desk.api.issues[1].labels),
    ),
    Scenario(
        "rerun",
        "POST",
        "/rerun-failed-jobs",
        failed_run,
        lambda desk, writer: rerun(writer, NAME, next(iter(desk.api.runs)), 1, failed_only=True),
        lambda desk: len(next(iter(desk.api.runs.values())).attempts) - 1,
    ),
    Scenario(
        "dispatch",
        "POST",
        "/dispatches",
        failed_run,
        lambda desk, writer: dispatch(
            writer, NAME, "ci.yml", "main", {"why": "test"}, desk.time.started
        ),
        lambda desk: sum(run.event == "workflow_dispatch" for run in desk.api.runs.values()),
    ),
    Scenario(
        "protect",
        "PUT",
        "/branches/main/protection",
        nothing,
        lambda desk, writer: protect(
            writer, NAME, "main", Change(add_checks=frozenset({"build"}), reviews=1)
        ),
        lambda desk: len(desk.api.protections),
    ),
    Scenario(
        "put-ruleset",
        "POST",
        "/rulesets",
        nothing,
        lambda desk, writer: put_ruleset(writer, NAME, "opsroom: main", RULES),
        lambda desk: len(desk.api.rulesets),
    ),
    Scenario(
        "delete-ruleset",
        "DELETE",
        r"/rulesets/\d+",
        with_ruleset,
        lambda desk, writer: delete_ruleset(writer, NAME, "opsroom: main"),
        lambda desk: int(not desk.api.rulesets),
    ),
    Scenario(
        "delete-branch",
        "DELETE",
        "/git/refs/heads/.*",
        committed,
        lambda desk, writer: delete_branch(writer, NAME, BRANCH, desk.oid(BRANCH) or "0" * 40),
        lambda desk: int(desk.oid(BRANCH) is None),
    ),
)
BY_NAME = {verb.name: verb for verb in SCENARIOS}
