"""Alerts of vulnerable dependencies, branch protection and rulesets."""

from fnmatch import fnmatchcase

from opsroom.demo.github.gates import rulesets_of
from opsroom.demo.github.graphql.asked import Arguments, Asked, Fields, Refused, Within
from opsroom.demo.github.graphql.pages import Page, page
from opsroom.demo.github.state.alerts import DependabotAlert, HostAdvisory
from opsroom.demo.github.state.protection import HostRuleset, Protection
from opsroom.demo.github.state.repository import Hosted

SEVERITIES = {"low": "LOW", "medium": "MODERATE", "high": "HIGH", "critical": "CRITICAL"}
NO_ACCESS = "Resource not accessible by personal access token"
NO_ACCESS_APP = "Resource not accessible by integration"


def refuse(asked: Asked, repository: Hosted, permission: str) -> None:
    """Check that the caller may read what needs a permission.

    Raises:
        Refused: it may not.
    """
    if not asked.caller.reads(repository, permission):
        bot = asked.caller.account.kind == "Bot"
        raise Refused("FORBIDDEN", NO_ACCESS_APP if bot else NO_ACCESS)


def alerts(repository: Hosted, asked: Asked, arguments: Arguments) -> Page:
    """Return a page of Dependabot's alerts, for whom may see them."""
    refuse(asked, repository, "vulnerability_alerts")
    states = arguments.get("states")
    chosen = [
        each
        for each in repository.dependabot.values()
        if repository.features.vulnerability_alerts
        and (states is None or each.state.upper() in states)
    ]
    return page(chosen, arguments, lambda each: Within(repository, each))


ALERT = Fields[Within[DependabotAlert]](
    {
        "id": lambda one: one.it.node_id,
        "number": lambda one: one.it.number,
        "state": lambda one: one.it.state.upper(),
        "createdAt": lambda one: one.it.created_at,
        "dismissedAt": lambda one: one.it.dismissed_at,
        "fixedAt": lambda one: one.it.fixed_at,
        "vulnerableManifestPath": lambda one: one.it.manifest,
        "vulnerableManifestFilename": lambda one: one.it.manifest.rpartition("/")[2],
        "vulnerableRequirements": lambda one: one.it.advisory.vulnerable,
        "dependencyScope": lambda one: one.it.scope.upper(),
        "securityVulnerability": lambda one: one.it.advisory,
        "securityAdvisory": lambda one: one.it.advisory,
    }
)
VULNERABILITY = Fields[HostAdvisory](
    {
        "severity": lambda one: SEVERITIES[one.severity],
        "vulnerableVersionRange": lambda one: one.vulnerable,
        "package": lambda one: one,
        "firstPatchedVersion": lambda one: one.patched,
    }
)
PACKAGE = Fields[HostAdvisory](
    {"name": lambda one: one.package, "ecosystem": lambda one: one.ecosystem.upper()}
)
VERSION = Fields[str]({"identifier": lambda version: version})


def _identifiers(one: HostAdvisory) -> list[tuple[str, str]]:
    return [("GHSA", one.ghsa_id), *([("CVE", one.cve_id)] if one.cve_id else [])]


ADVISORY = Fields[HostAdvisory](
    {
        "id": lambda one: f"GSA_{one.ghsa_id}",
        "ghsaId": lambda one: one.ghsa_id,
        "summary": lambda one: one.summary,
        "severity": lambda one: SEVERITIES[one.severity],
        "permalink": lambda one: f"https://github.com/advisories/{one.ghsa_id}",
        "identifiers": _identifiers,
    }
)
IDENTIFIER = Fields[tuple[str, str]]({"type": lambda pair: pair[0], "value": lambda pair: pair[1]})


def protections(repository: Hosted, asked: Asked, arguments: Arguments) -> Page:
    """Return a page of the rules of classic branch protection, for whom may see settings."""
    refuse(asked, repository, "administration")
    rules = [*repository.protections.values()]
    return page(rules, arguments, lambda each: Within(repository, each))


PROTECTION = Fields[Within[Protection]](
    {
        "id": lambda one: one.it.node_id,
        "pattern": lambda one: one.it.pattern,
        "requiresStatusChecks": lambda one: one.it.checks is not None,
        "requiredStatusCheckContexts": lambda one: [context for context, _ in one.it.checks or ()],
        "requiresStrictStatusChecks": lambda one: one.it.strict,
        "requiresApprovingReviews": lambda one: one.it.reviews is not None,
        "requiredApprovingReviewCount": lambda one: one.it.reviews,
        "requiresCodeOwnerReviews": lambda one: one.it.code_owners,
        "dismissesStaleReviews": lambda one: one.it.dismiss_stale,
        "isAdminEnforced": lambda one: one.it.admins,
        "allowsForcePushes": lambda one: one.it.force_pushes,
        "allowsDeletions": lambda one: one.it.deletions,
        "requiresLinearHistory": lambda one: one.it.linear,
        "requiresConversationResolution": lambda one: one.it.conversations,
        "requiresCommitSignatures": lambda _: False,
        "restrictsPushes": lambda one: one.it.restrictions is not None,
    }
)


def covers(ruleset: HostRuleset, repository: Hosted) -> bool:
    """Whether a ruleset is about a repository, whatever its branch."""
    names = ruleset.conditions.get("repository_name")
    return names is None or any(
        pattern == "~ALL" or fnmatchcase(repository.name, pattern)
        for pattern in names.get("include", ())
    )


def rulesets(repository: Hosted, asked: Asked, arguments: Arguments) -> Page:
    """Return a page of the rulesets, with the owner's unless `includeParents` is false."""
    found = [*repository.rulesets.values()]
    if arguments.get("includeParents", True):
        found = [each for each in rulesets_of(asked.world, repository) if covers(each, repository)]
    return page(found, arguments, lambda each: Within(repository, each))


RULESET = Fields[Within[HostRuleset]](
    {
        "id": lambda one: one.it.node_id,
        "databaseId": lambda one: one.it.id,
        "name": lambda one: one.it.name,
        "enforcement": lambda one: one.it.enforcement.upper(),
        "target": lambda one: one.it.target.upper(),
        "createdAt": lambda one: one.it.created_at,
        "updatedAt": lambda one: one.it.updated_at,
    }
)
