"""Protection and rulesets are set and taken away."""

from typing import Any

from opsroom.demo.github.bodies.protection import ruleset as ruleset_body
from opsroom.demo.github.bodies.times import stamp
from opsroom.demo.github.refusals import invalid
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.protection import HostRuleset, Protection
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json, Urls
from opsroom.demo.github.world import World


def protect(
    world: World, repository: Hosted, pattern: str, actor: Account | None = None, **rules: Any
) -> Protection:
    """Protect branches like this and in no other way: what isn't said is off.

    `rules` are fields of `Protection`.
    """
    with world.lock:
        before = repository.protections.get(pattern)
        if before is None:
            number, node = world.identify("BPR")
        else:
            number, node = before.id, before.node_id
        found = Protection(number, node, pattern, **rules)
        repository.protections[pattern] = found
        action = "created" if before is None else "edited"
        _tell(world, repository, found, action, actor)
        return found


def unprotect(world: World, repository: Hosted, pattern: str, actor: Account | None = None) -> None:
    """Take the protection of a pattern away."""
    with world.lock:
        found = repository.protections.pop(pattern)
        _tell(world, repository, found, "deleted", actor)


def _tell(
    world: World, repository: Hosted, found: Protection, action: str, actor: Account | None
) -> None:
    now = stamp(world.now())

    def level(on: bool) -> str:
        return "everyone" if on else "off"

    rule: Json = {
        "id": found.id,
        "repository_id": repository.id,
        "name": found.pattern,
        "created_at": now,
        "updated_at": now,
        "pull_request_reviews_enforcement_level": level(found.reviews is not None),
        "required_approving_review_count": found.reviews or 0,
        "dismiss_stale_reviews_on_push": found.dismiss_stale,
        "require_code_owner_review": found.code_owners,
        "authorized_dismissal_actors_only": False,
        "ignore_approvals_from_contributors": False,
        "required_status_checks": [context for context, _ in found.checks or ()],
        "required_status_checks_enforcement_level": level(found.checks is not None),
        "strict_required_status_checks_policy": found.strict,
        "signature_requirement_enforcement_level": "off",
        "linear_history_requirement_enforcement_level": level(found.linear),
        "lock_branch_enforcement_level": level(found.locked),
        "admin_enforced": found.admins,
        "allow_force_pushes_enforcement_level": level(found.force_pushes),
        "allow_deletions_enforcement_level": level(found.deletions),
        "merge_queue_enforcement_level": "off",
        "required_deployments_enforcement_level": "off",
        "required_conversation_resolution_level": level(found.conversations),
        "authorized_actors_only": found.restrictions is not None,
        "authorized_actor_names": list(found.restrictions or ()),
        "create_protected": found.block_creations,
        "require_last_push_approval": found.last_push,
    }
    details: Json = {"rule": rule, **({"changes": {}} if action == "edited" else {})}
    world.emit("branch_protection_rule", action, repository, lambda _: details, actor=actor)


def save_ruleset(
    world: World,
    source: Hosted | Account,
    known: HostRuleset | None,
    actor: Account | None = None,
    **said: Any,
) -> HostRuleset:
    """Create or change a ruleset of a repository or an organisation.

    `said` are fields of `HostRuleset`; what isn't said of a known one stays as it is.
    """
    with world.lock:
        now = world.now()
        if known is None:
            number, node = world.identify("RRS")
            owned = isinstance(source, Account)
            where = source.login if isinstance(source, Account) else source.full_name
            kind = "Organization" if owned else "Repository"
            known = HostRuleset(number, node, "", where, kind, now, now)  # type: ignore[arg-type]  # one of the two words
            _place(world, source)[number] = known
            action = "created"
        else:
            action = "edited"
        for name, value in said.items():
            setattr(known, name, value)
        if not known.name:
            raise invalid("Ruleset", "name", "missing_field")
        known.updated_at = now
        _tell_ruleset(world, source, known, action, actor)
        return known


def _place(world: World, source: Hosted | Account) -> dict[int, HostRuleset]:
    if isinstance(source, Hosted):
        return source.rulesets
    return world.rulesets.setdefault(source.login.lower(), {})


def delete_ruleset(
    world: World, source: Hosted | Account, one: HostRuleset, actor: Account | None = None
) -> None:
    """Delete a ruleset."""
    with world.lock:
        del _place(world, source)[one.id]
        _tell_ruleset(world, source, one, "deleted", actor)


def _tell_ruleset(
    world: World,
    source: Hosted | Account,
    one: HostRuleset,
    action: str,
    actor: Account | None,
) -> None:
    def details(urls: Urls) -> Json:
        body: Json = {"repository_ruleset": ruleset_body(urls, one)}
        return {**body, "changes": {}} if action == "edited" else body

    repository = source if isinstance(source, Hosted) else None
    owner = source if isinstance(source, Account) else None
    world.emit("repository_ruleset", action, repository, details, actor=actor, owner=owner)
