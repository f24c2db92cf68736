"""Branch protection and rulesets."""

from collections.abc import Mapping
from typing import Any

from opsroom.demo.github.acts import protection as acts
from opsroom.demo.github.bodies import protection as bodies
from opsroom.demo.github.gates import rules_for, rulesets_of
from opsroom.demo.github.refusals import Refusal, invalid, not_found
from opsroom.demo.github.rest.call import REPOSITORY, Answer, Call, Endpoints, Result
from opsroom.demo.github.state.accounts import Access, Account
from opsroom.demo.github.state.protection import HostRuleset, Protection
from opsroom.demo.github.state.repository import HEADS, Hosted
from opsroom.demo.github.urls import Json

endpoint = Endpoints()

PROTECTION = f"{REPOSITORY}/branches/{{branch:path}}/protection"
REQUIRED = (
    "required_status_checks",
    "enforce_admins",
    "required_pull_request_reviews",
    "restrictions",
)
"""What a PUT has to say, if only that it is null."""

PLAIN: Mapping[str, str] = {
    "required_linear_history": "linear",
    "allow_force_pushes": "force_pushes",
    "allow_deletions": "deletions",
    "block_creations": "block_creations",
    "required_conversation_resolution": "conversations",
    "lock_branch": "locked",
    "allow_fork_syncing": "fork_syncing",
    "enforce_admins": "admins",
}
"""Switches of a PUT and the fields of `Protection` that they set."""


def _branch(call: Call, access: Access) -> tuple[Hosted, str]:
    repository = call.repository("administration", access)
    name = call.arguments["branch"]
    if HEADS + name not in repository.refs:
        raise Refusal(404, "Branch not found")
    return repository, name


def _protected(call: Call, access: Access = "read") -> tuple[Hosted, str, Protection]:
    repository, name = _branch(call, access)
    found = bodies.protecting(repository, name)
    if found is None:
        raise Refusal(404, "Branch not protected")
    return repository, name, found


@endpoint("GET", PROTECTION)
def get(call: Call) -> Result:
    """What protects a branch."""
    return bodies.protection(call.urls, *_protected(call))


@endpoint("PUT", PROTECTION)
def put(call: Call) -> Result:
    """Protect a branch like this: everything that isn't said is off from now on."""
    repository, name = _branch(call, "write")
    data = call.data
    missing = [field for field in REQUIRED if field not in data]
    if missing:
        names = ", ".join(f'"{field}"' for field in missing)
        raise Refusal(422, f"Invalid request.\n\n{names} weren't supplied.")
    rules: dict[str, Any] = {field: bool(data.get(asked)) for asked, field in PLAIN.items()}
    checks: Json | None = data["required_status_checks"]
    if checks is not None:
        rules |= {"checks": _checks(checks), "strict": bool(checks.get("strict"))}
    reviews: Json | None = data["required_pull_request_reviews"]
    if reviews is not None:
        rules |= {
            "reviews": int(reviews.get("required_approving_review_count") or 0),
            "dismiss_stale": bool(reviews.get("dismiss_stale_reviews")),
            "code_owners": bool(reviews.get("require_code_owner_reviews")),
            "last_push": bool(reviews.get("require_last_push_approval")),
        }
    limited: Json | None = data["restrictions"]
    if limited is not None:
        rules["restrictions"] = tuple(str(user).lower() for user in limited.get("users") or ())
    found = acts.protect(call.world, repository, name, call.actor, **rules)
    return bodies.protection(call.urls, repository, name, found)


def _checks(said: Json) -> tuple[tuple[str, int | None], ...]:
    """Required checks as `checks` or, in the older form, as `contexts`."""
    listed: list[Json] = said.get("checks") or []
    if listed:
        return tuple((str(each["context"]), _app(each.get("app_id"))) for each in listed)
    return tuple((str(each), None) for each in said.get("contexts") or ())


def _app(number: Any) -> int | None:
    return number if isinstance(number, int) and number > 0 else None


@endpoint("DELETE", PROTECTION)
def delete(call: Call) -> Result:
    """Take the protection away."""
    repository, _, found = _protected(call, "write")
    acts.unprotect(call.world, repository, found.pattern, call.actor)
    return Answer(status=204)


@endpoint("GET", f"{PROTECTION}/required_status_checks")
def required_checks(call: Call) -> Result:
    """The checks that are required."""
    shown = bodies.protection(call.urls, *_protected(call))
    if "required_status_checks" not in shown:
        raise Refusal(404, "Required status checks not enabled")
    required: Json = shown["required_status_checks"]
    return required


@endpoint("GET", f"{PROTECTION}/required_pull_request_reviews")
def required_reviews(call: Call) -> Result:
    """The reviews that are required."""
    shown = bodies.protection(call.urls, *_protected(call))
    if "required_pull_request_reviews" not in shown:
        raise Refusal(404, "Required pull request reviews not enabled")
    required: Json = shown["required_pull_request_reviews"]
    return required


@endpoint("GET", f"{REPOSITORY}/rules/branches/{{branch:path}}")
def active_rules(call: Call) -> Result:
    """Every rule of a ruleset that is active on a branch."""
    repository = call.repository("metadata")
    return call.paged(
        rules_for(call.world, repository, call.arguments["branch"]), lambda each: each
    )


def _source(call: Call, access: Access) -> Hosted | Account:
    """The repository or the organisation whose rulesets are meant."""
    if "organization" in call.arguments:
        return call.organization(admin=True)
    permission = "metadata" if access == "read" else "administration"
    return call.repository(permission, access)


def _of(call: Call, source: Hosted | Account) -> list[HostRuleset]:
    if isinstance(source, Account):
        return list(call.world.rulesets.get(source.login.lower(), {}).values())
    if call.query.get("includes_parents", "true") == "true":
        return rulesets_of(call.world, source)
    return list(source.rulesets.values())


@endpoint("GET", f"{REPOSITORY}/rulesets")
@endpoint("GET", "/orgs/{organization}/rulesets")
def rulesets(call: Call) -> Result:
    """Rulesets, those of the organisation among a repository's."""
    found = _of(call, _source(call, "read"))
    return call.paged(found, lambda each: bodies.ruleset(call.urls, each, whole=False))


def _ruleset(call: Call, source: Hosted | Account) -> HostRuleset:
    number = call.integer("ruleset")
    found = next((each for each in _of(call, source) if each.id == number), None)
    if found is None:
        raise not_found()
    return found


@endpoint("GET", f"{REPOSITORY}/rulesets/{{ruleset}}")
@endpoint("GET", "/orgs/{organization}/rulesets/{ruleset}")
def ruleset(call: Call) -> Result:
    """One ruleset with its rules."""
    return bodies.ruleset(call.urls, _ruleset(call, _source(call, "read")))


FIELDS = {
    "name": "name",
    "target": "target",
    "enforcement": "enforcement",
    "conditions": "conditions",
    "rules": "rules",
    "bypass_actors": "bypass",
}


def _said(call: Call) -> dict[str, Any]:
    """What a request says of a ruleset.

    Raises:
        Refusal: 422, an enforcement that there isn't, or a rule without a type.
    """
    data = call.data
    if data.get("enforcement") not in (None, "active", "evaluate", "disabled"):
        raise invalid("Ruleset", "enforcement")
    rules: list[Json] = data.get("rules") or []
    if any("type" not in each for each in rules):
        raise invalid("Ruleset", "rules")
    return {field: data[asked] for asked, field in FIELDS.items() if data.get(asked) is not None}


@endpoint("POST", f"{REPOSITORY}/rulesets", content=True)
@endpoint("POST", "/orgs/{organization}/rulesets", content=True)
def create_ruleset(call: Call) -> Result:
    """Create a ruleset."""
    source = _source(call, "write")
    call.text("name", "Ruleset")
    call.text("enforcement", "Ruleset")
    one = acts.save_ruleset(call.world, source, None, call.actor, **_said(call))
    return Answer(bodies.ruleset(call.urls, one), 201)


@endpoint("PUT", f"{REPOSITORY}/rulesets/{{ruleset}}")
@endpoint("PUT", "/orgs/{organization}/rulesets/{ruleset}")
def update_ruleset(call: Call) -> Result:
    """Change a ruleset: what isn't said stays."""
    source = _source(call, "write")
    one = acts.save_ruleset(call.world, source, _ruleset(call, source), call.actor, **_said(call))
    return bodies.ruleset(call.urls, one)


@endpoint("DELETE", f"{REPOSITORY}/rulesets/{{ruleset}}")
@endpoint("DELETE", "/orgs/{organization}/rulesets/{ruleset}")
def delete_ruleset(call: Call) -> Result:
    """Delete a ruleset."""
    source = _source(call, "write")
    acts.delete_ruleset(call.world, source, _ruleset(call, source), call.actor)
    return Answer(status=204)
