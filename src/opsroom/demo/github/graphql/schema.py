"""The schemas that the double answers by: GitHub's own, cut, with a resolver for each field."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
)

from opsroom.demo.github import graphql
from opsroom.demo.github.bodies.times import stamp
from opsroom.demo.github.graphql import (
    accounts,
    checks,
    git,
    pages,
    pulls,
    repositories,
    root,
    security,
    things,
)
from opsroom.demo.github.graphql.asked import Asked, Fields

TYPES: dict[str, Fields[Any]] = {
    "App": checks.APP,
    "AutoMergeRequest": pulls.AUTO_MERGE,
    "Blob": git.BLOB,
    "Bot": accounts.BOT,
    "BranchProtectionRule": security.PROTECTION,
    "CheckRun": checks.CHECK_RUN,
    "CheckRunStateCount": checks.STATE_COUNT,
    "CheckSuite": checks.SUITE,
    "Commit": git.COMMIT,
    "GitActor": git.GIT_ACTOR,
    "Issue": pulls.ISSUE,
    "Label": pulls.LABEL,
    "Language": repositories.LANGUAGE,
    "License": repositories.LICENSE,
    "Organization": accounts.ORGANIZATION,
    "PageInfo": pages.PAGE_INFO,
    "PullRequest": pulls.PULL,
    "Query": root.QUERY,
    "RateLimit": root.RATE_LIMIT,
    "Ref": git.REF,
    "Release": pulls.RELEASE,
    "Repository": repositories.REPOSITORY,
    "RepositoryEdge": pages.EDGE,
    "RepositoryRuleset": security.RULESET,
    "RepositoryTopic": repositories.TOPIC_OF,
    "RepositoryVulnerabilityAlert": security.ALERT,
    "SecurityAdvisory": security.ADVISORY,
    "SecurityAdvisoryIdentifier": security.IDENTIFIER,
    "SecurityAdvisoryPackage": security.PACKAGE,
    "SecurityAdvisoryPackageVersion": security.VERSION,
    "SecurityVulnerability": security.VULNERABILITY,
    "Status": checks.STATUS,
    "StatusCheckRollup": checks.ROLLUP,
    "StatusCheckRollupContextConnection": checks.CONTEXTS,
    "StatusContext": checks.STATUS_CONTEXT,
    "StatusContextStateCount": checks.STATE_COUNT,
    "Tag": git.TAG,
    "Topic": repositories.TOPIC,
    "Tree": git.TREE,
    "TreeEntry": git.TREE_ENTRY,
    "User": accounts.USER,
    "Workflow": checks.WORKFLOW,
    "WorkflowRun": checks.WORKFLOW_RUN,
    "WorkflowRunFile": checks.WORKFLOW_FILE,
}


@cache
def schema(*, enterprise: bool) -> GraphQLSchema:
    """Return today's schema of github.com, or that of an older Enterprise server.

    Raises:
        KeyError: a field of the schema has no resolver.
    """
    name = "enterprise.graphql" if enterprise else "github.graphql"
    built = build_schema(resources.files(graphql).joinpath(name).read_text(encoding="utf-8"))
    for kind in built.type_map.values():
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            kind.resolve_type = things.kind
        elif isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            _answer(kind)
    for scalar in ("DateTime", "GitTimestamp"):
        setattr(built.type_map[scalar], "serialize", _written)  # noqa: B010 - not a property
    return built


def _answer(kind: GraphQLObjectType) -> None:
    known = TYPES.get(kind.name)
    if known is None and kind.name.endswith("Connection"):
        known = pages.PAGE
    if known is None:
        raise KeyError(kind.name)
    for name, each in kind.fields.items():
        each.resolve = (
            _asking(known.asking[name]) if name in known.asking else _plain(known.plain[name])
        )


def _plain(resolver: Callable[[Any], object]) -> Callable[..., object]:
    def resolve(source: Any, _: GraphQLResolveInfo) -> object:
        return resolver(source)

    return resolve


def _asking(resolver: Callable[[Any, Asked, dict[str, Any]], object]) -> Callable[..., object]:
    def resolve(source: Any, info: GraphQLResolveInfo, **arguments: Any) -> object:
        return resolver(source, info.context, arguments)

    return resolve


def _written(value: str | datetime) -> str:
    return value if isinstance(value, str) else stamp(value)
