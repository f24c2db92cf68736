"""Pull requests follow the branches that they are between."""

from opsroom.demo.github.bodies.pulls import Measure, whole_pull_request
from opsroom.demo.github.history import is_ancestor, merge_base, only_in
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.pulls import Pull
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.trees import compare, patch
from opsroom.demo.github.urls import Json, Urls
from opsroom.demo.github.world import World


def follow(
    world: World,
    repository: Hosted,
    branch: str,
    before: str | None,
    after: str | None,
    actor: Account,
) -> None:
    """Let the open pull requests from and into a branch know that it moved."""
    for pull in list(repository.pulls.values()):
        if not pull.open:
            continue
        if pull.head_ref == branch and pull.head_repository == repository.id:
            if after is None:
                close(world, repository, pull, actor)
            elif before is not None:
                _move_head(world, repository, pull, before, after, actor)
        elif pull.base_ref == branch and after is not None:
            pull.base = after
            if is_ancestor(repository.objects, pull.head, after):
                mark_merged(world, repository, pull, after, actor)
        elif pull.base_ref == branch:
            close(world, repository, pull, actor)


def _move_head(
    world: World, repository: Hosted, pull: Pull, before: str, after: str, actor: Account
) -> None:
    pull.head = after
    pull.issue.updated_at = world.now()
    moved = {"before": before, "after": after}
    tell(world, repository, pull, "synchronize", actor, moved)


def close(world: World, repository: Hosted, pull: Pull, actor: Account) -> None:
    """Close a pull request without merging it."""
    issue = pull.issue
    issue.state = "closed"
    issue.closed_by = actor
    issue.closed_at = issue.updated_at = world.now()
    tell(world, repository, pull, "closed", actor)


def mark_merged(world: World, repository: Hosted, pull: Pull, commit: str, actor: Account) -> None:
    """Close a pull request as merged by `commit`."""
    pull.merged_at = world.now()
    pull.merged_by = actor
    pull.merge_commit = commit
    close(world, repository, pull, actor)


def tell(
    world: World,
    repository: Hosted,
    pull: Pull,
    action: str,
    actor: Account,
    extra: Json | None = None,
) -> None:
    """Emit `pull_request`."""

    def details(urls: Urls) -> Json:
        body = whole(world, urls, repository, pull)
        return {"number": pull.number, "pull_request": body, **(extra or {})}

    world.emit("pull_request", action, repository, details, actor=actor)


def whole(world: World, urls: Urls, repository: Hosted, pull: Pull) -> Json:
    """A pull request by itself, measured."""
    head = world.repositories.get(pull.head_repository or 0)
    state = merge_state(pull)
    return whole_pull_request(urls, repository, pull, head, measure(repository, pull), state)


def merge_state(pull: Pull) -> str:
    """GitHub's word for whether a pull request can be merged now, protection left aside."""
    if not pull.open or pull.mergeable is None:
        return "unknown"
    if not pull.mergeable:
        return "dirty"
    return "draft" if pull.draft else "clean"


def measure(repository: Hosted, pull: Pull) -> Measure:
    """How big a pull request is."""
    objects = repository.objects
    start = merge_base(objects, pull.base, pull.head)
    commits = len(only_in(objects, pull.head, pull.base)) if pull.merged_at is None else 1
    old = objects.commit(start).tree if start else None
    added = deleted = files = 0
    for each in compare(objects, old, objects.commit(pull.head).tree):
        plus, minus, _ = patch(objects, each)
        added, deleted, files = added + plus, deleted + minus, files + 1
    return Measure(commits, added, deleted, files)
