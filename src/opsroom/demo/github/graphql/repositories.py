"""A repository, as GraphQL shows it."""

from collections.abc import Callable

from opsroom.demo.github.graphql.asked import Arguments, Asked, Fields, Within
from opsroom.demo.github.graphql.git import references
from opsroom.demo.github.graphql.pages import Page, page
from opsroom.demo.github.graphql.pulls import (
    issues,
    labels,
    latest_release,
    pull_request,
    pulls,
    releases,
)
from opsroom.demo.github.graphql.security import alerts, protections, rulesets
from opsroom.demo.github.graphql.things import git_object, resolved
from opsroom.demo.github.history import peeled
from opsroom.demo.github.objects import MissingObject
from opsroom.demo.github.state.repository import HEADS, Hosted

POLICIES = ("SECURITY.md", ".github/SECURITY.md", "docs/SECURITY.md")
Reference = Within[tuple[str, str]]
Resolver = Callable[[Hosted, Asked, Arguments], object]


def _default(repository: Hosted) -> Reference | None:
    head = repository.head
    return (head and Within(repository, (HEADS + repository.default_branch, head))) or None


def _ref(repository: Hosted, _: Asked, arguments: Arguments) -> Reference | None:
    name = arguments["qualifiedName"]
    for full in (name, f"{HEADS}{name}", f"refs/tags/{name}"):
        if oid := repository.refs.get(full):
            return Within(repository, (full, oid))
    return None


def _committed(repository: Hosted, oid: str) -> float:
    """When the commit of a ref was made; what leads to none comes before all."""
    commit = peeled(repository.objects, oid)
    kind, _ = repository.objects.read(commit)
    return repository.objects.commit(commit).committer.at.timestamp() if kind == "commit" else 0


def _refs(repository: Hosted, _: Asked, arguments: Arguments) -> Page:
    found = references(repository, arguments["refPrefix"])
    if wanted := arguments.get("query"):
        found = [each for each in found if wanted.lower() in each[0].lower()]
    order = arguments.get("orderBy") or {"field": "ALPHABETICAL", "direction": "ASC"}
    if order["field"] == "TAG_COMMIT_DATE":
        found.sort(key=lambda each: _committed(repository, each[1]))
    if order["direction"] == "DESC":
        found.reverse()
    return page(found, arguments, lambda each: Within(repository, each))


def _object(repository: Hosted, _: Asked, arguments: Arguments) -> Within[object] | None:
    if expression := arguments.get("expression"):
        found = resolved(repository, expression)
    else:
        try:
            found = git_object(repository.objects, arguments.get("oid") or "")
        except MissingObject:
            found = None
    return None if found is None else Within(repository, found)


def _policy(repository: Hosted) -> str | None:
    head = repository.head
    if head is None:
        return None
    return next((path for path in POLICIES if repository.objects.at(head, path)), None)


def _policy_url(repository: Hosted, asked: Asked, _: Arguments) -> str | None:
    page = asked.urls.page(repository.full_name)
    return f"{page}/security/policy" if _policy(repository) else None


def _topics(repository: Hosted, _: Asked, arguments: Arguments) -> Page:
    return page(repository.topics, arguments, lambda name: Within(repository, name))


def _parent(repository: Hosted, asked: Asked, _: Arguments) -> Hosted | None:
    found = repository.parent
    return found if found is not None and asked.caller.sees(found) else None


def _role(repository: Hosted, asked: Asked, _: Arguments) -> str | None:
    role = asked.caller.role(repository)
    return None if role is None else role.upper()


def _ssh(repository: Hosted, asked: Asked, _: Arguments) -> str:
    host = asked.urls.root.partition("://")[2].partition(":")[0]
    return f"git@{host}:{repository.full_name}.git"


def _deep(resolver: Resolver) -> Resolver:
    """Let a query that looks deep into a poison repository be lost as a whole."""

    def resolve(repository: Hosted, asked: Asked, arguments: Arguments) -> object:
        if repository.poison:
            asked.collapsed = True
            return None
        return resolver(repository, asked, arguments)

    return resolve


REPOSITORY = Fields[Hosted](
    {
        "id": lambda one: one.node_id,
        "databaseId": lambda one: one.id,
        "name": lambda one: one.name,
        "nameWithOwner": lambda one: one.full_name,
        "owner": lambda one: one.owner,
        "isArchived": lambda one: one.archived,
        "archivedAt": lambda one: one.updated_at if one.archived else None,
        "isDisabled": lambda one: one.disabled,
        "isEmpty": lambda one: one.empty,
        "isFork": lambda one: one.parent is not None,
        "isPrivate": lambda one: one.private,
        "isTemplate": lambda one: one.template,
        "isLocked": lambda _: False,
        "isMirror": lambda _: False,
        "isInOrganization": lambda one: one.owner.kind == "Organization",
        "visibility": lambda one: one.visibility.upper(),
        "diskUsage": lambda one: one.size,
        "createdAt": lambda one: one.created_at,
        "pushedAt": lambda one: one.pushed_at,
        "updatedAt": lambda one: one.updated_at,
        "description": lambda one: one.description,
        "homepageUrl": lambda one: one.homepage,
        "primaryLanguage": lambda one: one.language,
        "licenseInfo": lambda one: one.license,
        "stargazerCount": lambda one: one.stars,
        "forkCount": lambda one: one.forks,
        "hasIssuesEnabled": lambda one: one.features.issues,
        "hasWikiEnabled": lambda one: one.features.wiki,
        "hasProjectsEnabled": lambda one: one.features.projects,
        "hasDiscussionsEnabled": lambda one: one.features.discussions,
        "hasVulnerabilityAlertsEnabled": lambda one: one.features.vulnerability_alerts,
        "isSecurityPolicyEnabled": lambda one: _policy(one) is not None,
        "deleteBranchOnMerge": lambda one: one.features.delete_on_merge,
        "autoMergeAllowed": lambda one: one.features.auto_merge,
        "squashMergeAllowed": lambda one: one.features.squash,
        "mergeCommitAllowed": lambda one: one.features.merge_commit,
        "rebaseMergeAllowed": lambda one: one.features.rebase,
        "webCommitSignoffRequired": lambda one: one.features.signoff,
        "latestRelease": latest_release,
        "defaultBranchRef": _default,
    },
    {
        "url": lambda one, asked, _: asked.urls.page(one.full_name),
        "sshUrl": _ssh,
        "parent": _parent,
        "securityPolicyUrl": _policy_url,
        "viewerPermission": _role,
        "viewerCanAdminister": lambda one, asked, _: asked.caller.role(one) == "admin",
        "repositoryTopics": _topics,
        "releases": _deep(releases),
        "issues": _deep(issues),
        "pullRequests": _deep(pulls),
        "pullRequest": _deep(pull_request),
        "labels": _deep(lambda one, _, arguments: labels(one, [*one.labels.values()], arguments)),
        "vulnerabilityAlerts": _deep(alerts),
        "branchProtectionRules": _deep(protections),
        "rulesets": _deep(rulesets),
        "refs": _deep(_refs),
        "ref": _deep(_ref),
        "object": _deep(_object),
    },
)

TOPIC_OF = Fields[Within[str]](
    {
        "id": lambda one: f"MDE_{one.repository.id}:{one.it}",
        "topic": lambda one: one.it,
    }
)
TOPIC = Fields[str]({"id": lambda name: f"T_{name}", "name": lambda name: name})
LANGUAGE = Fields[str](
    {"id": lambda name: f"L_{name}", "name": lambda name: name, "color": lambda _: None}
)
LICENSE = Fields[str](
    {
        "id": lambda spdx: f"LIC_{spdx}",
        "key": lambda spdx: spdx.lower(),
        "name": lambda spdx: spdx,
        "spdxId": lambda spdx: spdx,
    }
)
