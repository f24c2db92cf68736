"""Answers of GraphQL for tests: one repository as a host tells it, and a host that has some."""

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx2
from tests.clients.github.scripted import told

LIMIT = {
    "cost": 1,
    "limit": 5000,
    "remaining": 4999,
    "resetAt": "2099-01-01T00:00:00Z",
    "used": 1,
}
REPOSITORY: Mapping[str, Any] = {
    "__typename": "Repository",
    "id": "R_1",
    "databaseId": 1,
    "nameWithOwner": "acme/one",
    "url": "https://github.com/acme/one",
    "description": "One\u202e of many",
    "isArchived": False,
    "isDisabled": False,
    "isEmpty": False,
    "isFork": False,
    "isPrivate": True,
    "isTemplate": False,
    "visibility": "INTERNAL",
    "diskUsage": 12,
    "createdAt": "2024-01-01T00:00:00Z",
    "pushedAt": "2026-11-24T10:00:00Z",
    "updatedAt": "2026-11-24T10:00:01Z",
    "primaryLanguage": {"name": "Go"},
    "licenseInfo": {"spdxId": "MIT"},
    "stargazerCount": 3,
    "forkCount": 2,
    "viewerPermission": "ADMIN",
    "hasIssuesEnabled": True,
    "hasVulnerabilityAlertsEnabled": False,
    "isSecurityPolicyEnabled": True,
    "deleteBranchOnMerge": True,
    "autoMergeAllowed": False,
    "squashMergeAllowed": True,
    "mergeCommitAllowed": False,
    "rebaseMergeAllowed": True,
    "webCommitSignoffRequired": False,
    "repositoryTopics": {"nodes": [{"topic": {"name": "homelab"}}]},
    "latestRelease": {
        "tagName": "v1",
        "publishedAt": "2026-01-01T00:00:00Z",
        "isPrerelease": False,
    },
    "openIssues": {"totalCount": 4},
    "openPulls": {"totalCount": 1},
    "newestPulls": {
        "nodes": [
            {
                "number": 7,
                "title": "Fix\x1b[31m it",
                "isDraft": False,
                "createdAt": "2026-11-20T00:00:00Z",
                "updatedAt": "2026-11-21T00:00:00Z",
                "headRefOid": "b" * 40,
                "mergeable": "CONFLICTING",
                "reviewDecision": "REVIEW_REQUIRED",
                "author": None,
            }
        ]
    },
    "branchProtectionRules": {
        "totalCount": 1,
        "nodes": [
            {
                "pattern": "main",
                "requiresStatusChecks": True,
                "requiredStatusCheckContexts": ["test"],
                "requiresApprovingReviews": False,
                "requiredApprovingReviewCount": 1,
                "isAdminEnforced": True,
                "allowsForcePushes": False,
                "allowsDeletions": False,
                "requiresLinearHistory": True,
            }
        ],
    },
    "rulesets": {
        "totalCount": 1,
        "nodes": [{"id": "RRS_1", "name": "all", "enforcement": "ACTIVE", "target": "BRANCH"}],
    },
    "branches": {"totalCount": 2},
    "tags": {
        "totalCount": 2,
        "nodes": [
            {
                "name": "v1.1",
                "target": {
                    "oid": "d" * 40,
                    "target": {"oid": "b" * 40, "committedDate": "2026-01-02T00:00:00Z"},
                },
            },
            {"name": "v1", "target": {"oid": "c" * 40, "committedDate": "2026-01-01T00:00:00Z"}},
        ],
    },
    "defaultBranchRef": {
        "name": "main",
        "target": {
            "oid": "a" * 40,
            "committedDate": "2026-11-24T09:00:00Z",
            "statusCheckRollup": {"state": "FAILURE"},
            "checkSuites": {
                "nodes": [
                    {
                        "status": "COMPLETED",
                        "conclusion": "FAILURE",
                        "createdAt": "2026-11-24T09:01:00Z",
                        "updatedAt": "2026-11-24T09:05:00Z",
                        "workflowRun": {
                            "databaseId": number,
                            "runNumber": number,
                            "event": "push",
                            "url": f"https://github.com/acme/one/actions/runs/{number}",
                            "createdAt": f"2026-11-24T09:0{number}:00Z",
                            "updatedAt": "2026-11-24T09:05:00Z",
                            "workflow": {"name": "ci"},
                            "file": {"path": ".github/workflows/ci.yml"},
                        },
                    }
                    for number in (1, 2)
                ]
                + [
                    {
                        "status": "QUEUED",
                        "conclusion": None,
                        "createdAt": "2026-11-24T09:01:00Z",
                        "updatedAt": "2026-11-24T09:05:00Z",
                        "workflowRun": None,
                    }
                ]
            },
        },
    },
    "rootTree": {
        "entries": [{"name": "README.md", "type": "blob"}, {"name": ".github", "type": "tree"}]
    },
    "hostTree": {"entries": [{"name": "workflows", "type": "tree"}]},
    "workflowTree": {"entries": [{"name": "ci.yml", "type": "blob"}]},
}


def repository(id_: str, **differs: Any) -> dict[str, Any]:
    """One repository of the host that differs as told."""
    made = copy.deepcopy(dict(REPOSITORY))
    made |= {"id": id_, "nameWithOwner": f"acme/{id_.lower()}", **differs}
    return made


def fleet(
    *,
    broken: Sequence[str] = (),
    gone: Sequence[str] = (),
    forbidden: Sequence[str] = (),
    most: int = 1_000,
) -> Callable[[httpx2.Request], httpx2.Response]:
    """A host that answers looks by ids; `broken` ones fail all who are asked for with them."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        ids = json.loads(request.content)["variables"]["ids"]
        if len(ids) > most or set(ids) & set(broken):
            return told({"message": "took too long"}, 502)
        nodes = [None if each in (*gone, *forbidden) else repository(each) for each in ids]
        errors = [
            {
                "type": "NOT_FOUND" if each in gone else "FORBIDDEN",
                "path": ["nodes", place],
                "message": "Could not resolve to a node",
            }
            for place, each in enumerate(ids)
            if each in (*gone, *forbidden)
        ]
        return told({"data": {"rateLimit": LIMIT, "nodes": nodes}, "errors": errors})

    return answer


def page(
    nodes: Sequence[Mapping[str, Any] | None],
    *,
    total: int,
    more: str | None = None,
    errors: Sequence[Mapping[str, Any]] = (),
) -> httpx2.Response:
    """One page of a sweep."""
    repositories = {
        "totalCount": total,
        "pageInfo": {"endCursor": more, "hasNextPage": more is not None},
        "nodes": list(nodes),
    }
    owner = {"__typename": "Organization", "login": "acme", "repositories": repositories}
    return told({"data": {"rateLimit": LIMIT, "repositoryOwner": owner}, "errors": list(errors)})
