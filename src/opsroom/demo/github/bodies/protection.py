"""Branch protection and rulesets."""

import fnmatch
from collections.abc import Iterable

from opsroom.demo.github.bodies.times import stamp
from opsroom.demo.github.state.protection import HostRuleset, Protection
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json, Urls, quoted


def protecting(repository: Hosted, branch: str) -> Protection | None:
    """The protection that holds for a branch: its own name first, then patterns."""
    exact = repository.protections.get(branch)
    if exact is not None:
        return exact
    for pattern, found in repository.protections.items():
        if fnmatch.fnmatchcase(branch, pattern):
            return found
    return None


def summary(repository: Hosted, branch: str) -> Json:
    """What a branch says of its own protection."""
    found = protecting(repository, branch)
    checks = () if found is None else found.checks or ()
    level = "off"
    if found is not None and found.checks is not None:
        level = "everyone" if found.admins else "non_admins"
    return {
        "enabled": found is not None,
        "required_status_checks": {
            "enforcement_level": level,
            "contexts": [context for context, _ in checks],
            "checks": [{"context": context, "app_id": app} for context, app in checks],
        },
    }


def protection(urls: Urls, repository: Hosted, branch: str, found: Protection) -> Json:
    """All that is protected."""
    at = f"{urls.repository(repository.full_name)}/branches/{quoted(branch)}/protection"

    def switch(on: bool) -> Json:
        return {"enabled": on}

    body: Json = {
        "url": at,
        "required_signatures": {"url": f"{at}/required_signatures", "enabled": False},
        "enforce_admins": {"url": f"{at}/enforce_admins", "enabled": found.admins},
        "required_linear_history": switch(found.linear),
        "allow_force_pushes": switch(found.force_pushes),
        "allow_deletions": switch(found.deletions),
        "block_creations": switch(found.block_creations),
        "required_conversation_resolution": switch(found.conversations),
        "lock_branch": switch(found.locked),
        "allow_fork_syncing": switch(found.fork_syncing),
    }
    if found.checks is not None:
        body["required_status_checks"] = {
            "url": f"{at}/required_status_checks",
            "strict": found.strict,
            "contexts": [context for context, _ in found.checks],
            "contexts_url": f"{at}/required_status_checks/contexts",
            "checks": [{"context": context, "app_id": app} for context, app in found.checks],
        }
    if found.reviews is not None:
        body["required_pull_request_reviews"] = {
            "url": f"{at}/required_pull_request_reviews",
            "dismiss_stale_reviews": found.dismiss_stale,
            "require_code_owner_reviews": found.code_owners,
            "require_last_push_approval": found.last_push,
            "required_approving_review_count": found.reviews,
        }
    if found.restrictions is not None:
        body["restrictions"] = {
            "url": f"{at}/restrictions",
            "users_url": f"{at}/restrictions/users",
            "teams_url": f"{at}/restrictions/teams",
            "apps_url": f"{at}/restrictions/apps",
            "users": [{"login": login} for login in found.restrictions],
            "teams": [],
            "apps": [],
        }
    return body


def ruleset(urls: Urls, one: HostRuleset, *, whole: bool = True) -> Json:
    """A ruleset; rules and conditions only where it is asked for by itself."""
    owned = one.source_type == "Organization"
    at = f"{urls.api}/{'orgs' if owned else 'repos'}/{one.source}/rulesets/{one.id}"
    html = f"{urls.root}/{'organizations/' if owned else ''}{one.source}/rules/{one.id}"
    body: Json = {
        "id": one.id,
        "name": one.name,
        "target": one.target,
        "source_type": one.source_type,
        "source": one.source,
        "enforcement": one.enforcement,
        "node_id": one.node_id,
        "_links": {"self": {"href": at}, "html": {"href": html}},
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
    }
    if whole:
        body |= {
            "conditions": one.conditions,
            "rules": one.rules,
            "bypass_actors": one.bypass,
            "current_user_can_bypass": "never",
        }
    return body


def holds_for(one: HostRuleset, repository: Hosted, branch: str) -> bool:
    """Whether a ruleset is active on a branch of a repository."""
    if one.enforcement != "active" or one.target != "branch":
        return False
    names = one.conditions.get("repository_name")
    if names is not None and not _chosen(names, (repository.name,), {"~ALL"}):
        return False
    special = {"~ALL"}
    if branch == repository.default_branch:
        special.add("~DEFAULT_BRANCH")
    refs = one.conditions.get("ref_name")
    return refs is None or _chosen(refs, (f"refs/heads/{branch}", branch), special)


def _chosen(condition: Json, names: Iterable[str], special: set[str]) -> bool:
    def matches(pattern: str) -> bool:
        return pattern in special or any(fnmatch.fnmatchcase(name, pattern) for name in names)

    included: list[str] = condition.get("include") or []
    excluded: list[str] = condition.get("exclude") or []
    return any(map(matches, included)) and not any(map(matches, excluded))


def branch_rules(rulesets: Iterable[HostRuleset], repository: Hosted, branch: str) -> list[Json]:
    """Every rule that is active on a branch, with the ruleset that it comes from."""
    return [
        {
            **rule,
            "ruleset_source_type": one.source_type,
            "ruleset_source": one.source,
            "ruleset_id": one.id,
        }
        for one in rulesets
        if holds_for(one, repository, branch)
        for rule in one.rules
    ]
