"""Alerts are raised, fixed, dismissed and resolved; advisories are published."""

from typing import Any, Literal

from opsroom.demo.github.bodies import alerts as bodies
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.alerts import (
    CodeAlert,
    DependabotAlert,
    DraftAdvisory,
    HostAdvisory,
    Level,
    SecretAlert,
)
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json, Urls
from opsroom.demo.github.world import World


def raise_dependabot(
    world: World,
    repository: Hosted,
    advisory: HostAdvisory,
    manifest: str,
    *,
    scope: Literal["runtime", "development"] = "runtime",
) -> DependabotAlert:
    """Let Dependabot find a vulnerable dependency."""
    with world.lock:
        now = world.now()
        _, node = world.identify("RVA")
        number = max(repository.dependabot, default=0) + 1
        one = DependabotAlert(node, number, advisory, manifest, scope, now, now)
        repository.dependabot[number] = one
        _tell_dependabot(world, repository, one, "created", None)
        return one


def close_dependabot(
    world: World,
    repository: Hosted,
    one: DependabotAlert,
    state: Literal["fixed", "dismissed", "open"],
    *,
    actor: Account | None = None,
    reason: str | None = None,
    comment: str | None = None,
) -> None:
    """Let an alert be fixed or dismissed, or open again."""
    with world.lock:
        if one.state == state:
            return
        one.state = state
        one.updated_at = world.now()
        one.fixed_at = one.updated_at if state == "fixed" else None
        dismissed = state == "dismissed"
        one.dismissed_at = one.updated_at if dismissed else None
        one.dismissed_by = (actor or repository.owner) if dismissed else None
        one.dismissed_reason = reason if dismissed else None
        one.dismissed_comment = comment if dismissed else None
        action = "reopened" if state == "open" else state
        _tell_dependabot(world, repository, one, action, actor)


def _tell_dependabot(
    world: World, repository: Hosted, one: DependabotAlert, action: str, actor: Account | None
) -> None:
    def details(urls: Urls) -> Json:
        return {"alert": bodies.dependabot(urls, repository, one)}

    world.emit("dependabot_alert", action, repository, details, actor=actor or world.github)


def raise_code(
    world: World,
    repository: Hosted,
    rule: str,
    description: str,
    path: str,
    line: int,
    *,
    severity: Literal["none", "note", "warning", "error"] = "error",
    security: Level | None = "high",
    tool: str = "CodeQL",
    message: str = "",
) -> CodeAlert:
    """Let code scanning find something at the head of the default branch."""
    with world.lock:
        now = world.now()
        number = max(repository.code, default=0) + 1
        one = CodeAlert(
            number,
            rule,
            description,
            severity,
            security,
            tool,
            path,
            line,
            repository.head or "0" * 40,
            f"refs/heads/{repository.default_branch}",
            message or description,
            now,
            now,
        )
        repository.code[number] = one
        _tell_code(world, repository, one, "created", None)
        return one


def close_code(
    world: World,
    repository: Hosted,
    one: CodeAlert,
    state: Literal["fixed", "dismissed", "open"],
    *,
    actor: Account | None = None,
    reason: str | None = None,
    comment: str | None = None,
) -> None:
    """Let what code scanning found be fixed or dismissed, or open again."""
    with world.lock:
        if one.state == state:
            return
        one.state = state
        one.updated_at = world.now()
        one.fixed_at = one.updated_at if state == "fixed" else None
        dismissed = state == "dismissed"
        one.dismissed_at = one.updated_at if dismissed else None
        one.dismissed_by = (actor or repository.owner) if dismissed else None
        one.dismissed_reason = reason if dismissed else None
        one.dismissed_comment = comment if dismissed else None
        action = {"fixed": "fixed", "dismissed": "closed_by_user", "open": "reopened_by_user"}
        _tell_code(world, repository, one, action[state], actor)


def _tell_code(
    world: World, repository: Hosted, one: CodeAlert, action: str, actor: Account | None
) -> None:
    def details(urls: Urls) -> Json:
        body = bodies.code(urls, repository, one)
        return {"alert": body, "ref": one.ref, "commit_oid": one.commit}

    world.emit("code_scanning_alert", action, repository, details, actor=actor)


def raise_secret(
    world: World,
    repository: Hosted,
    kind: str,
    display: str,
    secret: str,
    *,
    path: str | None = None,
    line: int = 1,
) -> SecretAlert:
    """Let secret scanning find a secret."""
    with world.lock:
        now = world.now()
        number = max(repository.secrets, default=0) + 1
        one = SecretAlert(number, kind, display, secret, now, now)
        if path is not None and repository.head is not None:
            one.locations.append((path, line, repository.head))
        repository.secrets[number] = one
        _tell_secret(world, repository, one, "created", None)
        return one


def resolve_secret(
    world: World,
    repository: Hosted,
    one: SecretAlert,
    resolution: Literal["false_positive", "wont_fix", "revoked", "used_in_tests"] | None,
    *,
    actor: Account | None = None,
    comment: str | None = None,
) -> None:
    """Let a secret be dealt with; None opens the alert again."""
    with world.lock:
        one.updated_at = world.now()
        one.resolution = resolution
        one.state = "open" if resolution is None else "resolved"
        one.resolved_at = None if resolution is None else one.updated_at
        one.resolved_by = None if resolution is None else (actor or repository.owner)
        one.resolution_comment = None if resolution is None else comment
        action = "reopened" if resolution is None else "resolved"
        _tell_secret(world, repository, one, action, actor)


def _tell_secret(
    world: World, repository: Hosted, one: SecretAlert, action: str, actor: Account | None
) -> None:
    def details(urls: Urls) -> Json:
        body = bodies.secret(urls, repository, one)
        del body["secret"]
        return {"alert": body}

    world.emit("secret_scanning_alert", action, repository, details, actor=actor)


def write_advisory(world: World, repository: Hosted, author: Account, **said: Any) -> DraftAdvisory:
    """Let a repository write an advisory about itself: `said` are fields of `DraftAdvisory`."""
    with world.lock:
        now = world.now()
        one = DraftAdvisory(author=author, created_at=now, updated_at=now, **said)
        repository.advisories.append(one)
        return one


def publish_advisory(world: World, repository: Hosted, one: DraftAdvisory) -> None:
    """Let everybody read an advisory."""
    with world.lock:
        one.state = "published"
        one.published_at = one.updated_at = world.now()
        world.emit(
            "repository_advisory",
            "published",
            repository,
            lambda urls: {"repository_advisory": bodies.draft(urls, repository, one)},
            actor=one.author,
        )
