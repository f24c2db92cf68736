"""Repositories are created, renamed, transferred, archived, shown, hidden and deleted."""

from collections.abc import Mapping
from typing import Any, Literal

from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.bodies.accounts import account
from opsroom.demo.github.ids import node_id
from opsroom.demo.github.objects import Objects
from opsroom.demo.github.refusals import Refusal
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.repository import HEADS, Hosted
from opsroom.demo.github.world import World

Visibility = Literal["public", "private", "internal"]


def create_repository(
    world: World,
    owner: Account,
    name: str,
    *,
    files: Mapping[str, str | bytes] | None = None,
    visibility: Literal["public", "private", "internal"] = "public",
    description: str | None = None,
    default_branch: str = "main",
    actor: Account | None = None,
    objects: Objects | None = None,
    number: int | None = None,
) -> Hosted:
    """Create a repository; with `files` it has a first commit, otherwise none.

    `objects` and `number` (a database id) are for those who know its history already.

    Raises:
        Refusal: 422, the name is taken.
    """
    with world.lock:
        taken = world.repository(f"{owner.login}/{name}")
        if taken is not None and taken.full_name.lower() == f"{owner.login}/{name}".lower():
            problem = {"resource": "Repository", "code": "custom", "field": "name"}
            said = {**problem, "message": "name already exists on this account"}
            raise Refusal(422, "Repository creation failed.", [said])
        identity = world.ids.number() if number is None else number
        now = world.now()
        repository = Hosted(
            identity,
            node_id("R", identity),
            owner,
            name,
            objects or world.new_objects(identity),
            now,
            now,
            description=description,
            visibility=visibility,
            default_branch=default_branch,
        )
        repository.objects.set_head(default_branch)
        world.register(repository)
        world.emit("repository", "created", repository, actor=actor)
        if files:
            by = actor or owner
            commit_files(world, repository, default_branch, files, "Initial commit", by)
        return repository


def rename(world: World, repository: Hosted, name: str, actor: Account | None = None) -> None:
    """Give a repository another name; the former one goes on to lead to it.

    Raises:
        Refusal: 422, the name is taken.
    """
    with world.lock:
        _free(world, repository, repository.owner, name)
        before = repository.name
        world.moved(repository, repository.owner, name)
        repository.updated_at = world.now()
        changes = {"repository": {"name": {"from": before}}}
        world.emit("repository", "renamed", repository, lambda _: {"changes": changes}, actor=actor)


def _free(world: World, repository: Hosted, owner: Account, name: str) -> None:
    full_name = f"{owner.login}/{name}".lower()
    other = world.repository(full_name)
    if other is not None and other is not repository and other.full_name.lower() == full_name:
        problem = {"resource": "Repository", "code": "custom", "field": "name"}
        raise Refusal(
            422,
            "Validation Failed",
            [{**problem, "message": "name already exists on this account"}],
        )


def transfer(world: World, repository: Hosted, owner: Account, actor: Account) -> None:
    """Give a repository to another account; the former full name goes on to lead to it.

    Raises:
        Refusal: 422, the new owner has one of that name.
    """
    with world.lock:
        _free(world, repository, owner, repository.name)
        before = repository.owner
        world.moved(repository, owner, repository.name)
        repository.updated_at = world.now()
        kind = "organization" if before.kind == "Organization" else "user"
        world.emit(
            "repository",
            "transferred",
            repository,
            lambda urls: {"changes": {"owner": {"from": {kind: account(urls, before)}}}},
            actor=actor,
        )


def set_archived(
    world: World, repository: Hosted, archived: bool, actor: Account | None = None
) -> None:
    """Make a repository read-only, or writable again."""
    with world.lock:
        if repository.archived == archived:
            return
        repository.archived = archived
        repository.updated_at = world.now()
        action = "archived" if archived else "unarchived"
        world.emit("repository", action, repository, actor=actor)


def set_visibility(
    world: World, repository: Hosted, visibility: Visibility, actor: Account | None = None
) -> None:
    """Show a repository to everybody, or hide it."""
    with world.lock:
        if repository.visibility == visibility:
            return
        repository.visibility = visibility
        repository.updated_at = world.now()
        action = "publicized" if visibility == "public" else "privatized"
        world.emit("repository", action, repository, actor=actor)
        if visibility == "public":
            world.emit("public", None, repository, actor=actor)


def delete_repository(world: World, repository: Hosted, actor: Account | None = None) -> None:
    """Delete a repository and all its names."""
    with world.lock:
        world.emit("repository", "deleted", repository, actor=actor)
        world.forget(repository)


def set_default_branch(
    world: World, repository: Hosted, branch: str, actor: Account | None = None
) -> None:
    """Let another branch be the default one.

    Raises:
        Refusal: 422, there is no such branch.
    """
    with world.lock:
        if HEADS + branch not in repository.refs and not repository.empty:
            raise Refusal(422, f"The branch {branch} was not found.")
        before = repository.default_branch
        if before == branch:
            return
        repository.default_branch = branch
        repository.updated_at = world.now()
        repository.objects.set_head(branch)
        changes = {"default_branch": {"from": before}}
        world.emit("repository", "edited", repository, lambda _: {"changes": changes}, actor=actor)


def edit_repository(
    world: World,
    repository: Hosted,
    *,
    actor: Account | None = None,
    **changes: Any,
) -> None:
    """Change `description`, `homepage` or `topics`."""
    with world.lock:
        told: dict[str, Any] = {}
        for name, value in changes.items():
            before = getattr(repository, name)
            if before != value:
                told[name] = {"from": list(before) if name == "topics" else before}
                setattr(repository, name, value)
        if told:
            repository.updated_at = world.now()
            details = {"changes": told}
            world.emit("repository", "edited", repository, lambda _: details, actor=actor)
