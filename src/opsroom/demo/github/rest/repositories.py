"""Repositories: one, changed, created, deleted, transferred."""

from opsroom.demo.github.acts import repositories as acts
from opsroom.demo.github.bodies.repository import brief, full
from opsroom.demo.github.refusals import forbidden, invalid
from opsroom.demo.github.rest.call import REPOSITORY, Answer, Call, Endpoints, Result
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json

endpoint = Endpoints()

SWITCHES = {
    "has_issues": "issues",
    "has_projects": "projects",
    "has_wiki": "wiki",
    "has_discussions": "discussions",
    "allow_squash_merge": "squash",
    "allow_merge_commit": "merge_commit",
    "allow_rebase_merge": "rebase",
    "allow_auto_merge": "auto_merge",
    "delete_branch_on_merge": "delete_on_merge",
    "allow_update_branch": "update_branch",
    "web_commit_signoff_required": "signoff",
}
"""Fields of PATCH and the features that they switch."""


def shown(call: Call, repository: Hosted) -> Json:
    """A repository by itself, as the caller sees it."""
    return full(call.urls, repository, call.identity.role(repository))


@endpoint("GET", REPOSITORY)
def get(call: Call) -> Result:
    """A repository."""
    return shown(call, call.repository())


@endpoint("PATCH", REPOSITORY)
def update(call: Call) -> Result:
    """Change a repository's settings, name, default branch, visibility or whether it lives."""
    repository = call.repository("administration", "write", archived=True)
    data, world, actor = call.data, call.world, call.actor
    if repository.archived and data.get("archived") is not False:
        raise forbidden("Repository was archived so is read-only.")
    if isinstance(data.get("archived"), bool):
        acts.set_archived(world, repository, data["archived"], actor)
    if data.get("name") and data["name"] != repository.name:
        acts.rename(world, repository, data["name"], actor)
    if data.get("default_branch"):
        acts.set_default_branch(world, repository, data["default_branch"], actor)
    visibility = data.get("visibility")
    if visibility is None and isinstance(data.get("private"), bool):
        visibility = "private" if data["private"] else "public"
    if visibility in ("public", "private", "internal"):
        acts.set_visibility(world, repository, visibility, actor)
    changes = {name: data[name] for name in ("description", "homepage") if name in data}
    acts.edit_repository(world, repository, actor=actor, **changes)
    for field, feature in SWITCHES.items():
        if isinstance(data.get(field), bool):
            setattr(repository.features, feature, data[field])
            repository.updated_at = world.now()
    analysis: Json = data.get("security_and_analysis") or {}
    for field, feature in (
        ("secret_scanning", "secret_scanning"),
        ("dependabot_security_updates", "security_fixes"),
    ):
        if field in analysis:
            setattr(repository.features, feature, analysis[field].get("status") == "enabled")
    return shown(call, repository)


@endpoint("DELETE", REPOSITORY)
def delete(call: Call) -> Result:
    """Delete a repository."""
    repository = call.repository("administration", "write", archived=True)
    scopes = call.identity.scopes
    if scopes is not None and "delete_repo" not in scopes:
        raise forbidden("Must have admin rights to Repository.")
    acts.delete_repository(call.world, repository, call.actor)
    return Answer(status=204)


@endpoint("POST", "/user/repos", content=True)
def create_own(call: Call) -> Result:
    """Create a repository for the user."""
    call.signed_in()
    return _create(call, call.actor)


@endpoint("POST", "/orgs/{organization}/repos", content=True)
def create_for_organization(call: Call) -> Result:
    """Create a repository for an organisation."""
    owner = call.organization()
    call.signed_in()
    if call.actor.login.lower() not in owner.members:
        raise forbidden("You need admin access to the organization before adding a repository.")
    return _create(call, owner)


def _create(call: Call, owner: Account) -> Result:
    name = call.text("name", "Repository")
    repository = acts.create_repository(
        call.world,
        owner,
        name,
        files={"README.md": f"# {name}\n"} if call.data.get("auto_init") else None,
        visibility="private" if call.data.get("private") else "public",
        description=call.data.get("description"),
        actor=call.actor,
    )
    return Answer(shown(call, repository), 201)


@endpoint("POST", f"{REPOSITORY}/transfer")
def transfer(call: Call) -> Result:
    """Give a repository to another account."""
    repository = call.repository("administration", "write")
    owner = call.world.account(call.text("new_owner"))
    if owner is None:
        raise invalid("Repository", "new_owner")
    acts.transfer(call.world, repository, owner, call.actor)
    return Answer(brief(call.urls, repository, call.identity.role(repository)), 202)


@endpoint("GET", f"{REPOSITORY}/topics")
def topics(call: Call) -> Result:
    """The topics of a repository."""
    return {"names": list(call.repository().topics)}


@endpoint("PUT", f"{REPOSITORY}/topics")
def set_topics(call: Call) -> Result:
    """Let a repository have exactly these topics."""
    repository = call.repository("administration", "write")
    names = tuple(str(name).lower() for name in call.data.get("names") or ())
    acts.edit_repository(call.world, repository, actor=call.actor, topics=names)
    return {"names": list(repository.topics)}


@endpoint("GET", f"{REPOSITORY}/vulnerability-alerts")
def vulnerability_alerts(call: Call) -> Result:
    """204 where Dependabot alerts are on, 404 where they are off."""
    repository = call.repository("administration", "read")
    return Answer(status=204 if repository.features.vulnerability_alerts else 404)


@endpoint("PUT", f"{REPOSITORY}/vulnerability-alerts")
@endpoint("DELETE", f"{REPOSITORY}/vulnerability-alerts")
def switch_vulnerability_alerts(call: Call) -> Result:
    """Switch Dependabot alerts on or off."""
    repository = call.repository("administration", "write")
    repository.features.vulnerability_alerts = call.method == "PUT"
    return Answer(status=204)


@endpoint("GET", f"{REPOSITORY}/automated-security-fixes")
def security_fixes(call: Call) -> Result:
    """Whether Dependabot opens pull requests for what it finds."""
    repository = call.repository("administration", "read")
    return {"enabled": repository.features.security_fixes, "paused": False}


@endpoint("PUT", f"{REPOSITORY}/automated-security-fixes")
@endpoint("DELETE", f"{REPOSITORY}/automated-security-fixes")
def switch_security_fixes(call: Call) -> Result:
    """Switch that on or off."""
    repository = call.repository("administration", "write")
    repository.features.security_fixes = call.method == "PUT"
    return Answer(status=204)
