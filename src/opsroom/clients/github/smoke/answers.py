"""The shapes of the answers that we read, as far as we read them.

What is `Maybe` here may be missing for our reading too: what the host has more is not looked at.
"""

from collections.abc import Mapping

from opsroom.clients.github.alerts import Kind as AlertKind
from opsroom.clients.github.reading import STATES
from opsroom.clients.github.smoke.shape import Each, Fields, Kind, Maybe, Null, Shape, Word

TEXT, NUMBER, FLAG, TIME = Kind.TEXT, Kind.NUMBER, Kind.FLAG, Kind.TIME

REFUSAL: Fields = {"message": TEXT}
ACCOUNT: Fields = {"login": TEXT, "type": TEXT}
INSTALLED: Fields = {"total_count": NUMBER, "repositories": Each({"node_id": TEXT})}
REPOSITORY: Fields = {"id": NUMBER, "node_id": TEXT, "full_name": TEXT}

BUCKET: Fields = {"limit": NUMBER, "remaining": NUMBER, "reset": NUMBER}
LIMITS: Fields = {"resources": {"core": BUCKET, "graphql": Maybe(BUCKET)}}

RUN: Fields = {
    "id": NUMBER,
    "name": Maybe(TEXT),
    "path": Maybe(TEXT),
    "run_number": Maybe(NUMBER),
    "run_attempt": Maybe(NUMBER),
    "event": Maybe(TEXT),
    "head_branch": Maybe(TEXT),
    "head_sha": TEXT,
    "status": Null(TEXT),
    "conclusion": Maybe(TEXT),
    "created_at": TIME,
    "run_started_at": Maybe(TIME),
    "updated_at": TIME,
    "html_url": Maybe(TEXT),
}
RUNS: Fields = {"total_count": NUMBER, "workflow_runs": Each(RUN)}

STEP: Fields = {"name": TEXT, "conclusion": Null(TEXT), "completed_at": Maybe(TIME)}
JOB: Fields = {
    "id": NUMBER,
    "name": TEXT,
    "conclusion": Null(TEXT),
    "completed_at": Maybe(TIME),
    "html_url": Maybe(TEXT),
    "steps": Maybe(Each(STEP)),
}
JOBS: Fields = {"total_count": NUMBER, "jobs": Each(JOB)}

HOOKS: Shape = Each({"id": NUMBER, "active": FLAG, "config": {"url": Maybe(TEXT)}})
DELIVERIES: Shape = Each(
    {
        "guid": TEXT,
        "delivered_at": TIME,
        "status_code": NUMBER,
        "event": TEXT,
        "repository_id": Maybe(NUMBER),
    }
)

_ALERT: Fields = {"number": NUMBER, "created_at": TIME, "html_url": Maybe(TEXT)}
_ALERTS: Mapping[AlertKind, Fields] = {
    "dependency": {
        "dependency": {
            "package": {"ecosystem": TEXT, "name": TEXT},
            "manifest_path": Maybe(TEXT),
            "scope": Maybe(TEXT),
        },
        "security_advisory": {
            "ghsa_id": TEXT,
            "summary": Maybe(TEXT),
            "severity": Maybe(TEXT),
        },
        "security_vulnerability": {
            "severity": Maybe(TEXT),
            "first_patched_version": Maybe({"identifier": TEXT}),
        },
    },
    "code": {
        "rule": {
            "severity": Maybe(TEXT),
            "security_severity_level": Maybe(TEXT),
            "description": Maybe(TEXT),
        },
        "most_recent_instance": Maybe(
            {"location": Maybe({"path": Maybe(TEXT), "start_line": Maybe(NUMBER)})}
        ),
    },
    "secret": {
        "secret_type": Maybe(TEXT),
        "secret_type_display_name": Maybe(TEXT),
        "validity": Maybe(TEXT),
    },
}


def alerts(kind: AlertKind, *, organisation: bool) -> Shape:
    """A list of alerts; an organisation's says of which repository each is."""
    named: Fields = {"repository": {"full_name": TEXT}} if organisation else {}
    return Each({**_ALERT, **_ALERTS[kind], **named})


_ROLLUP = Maybe({"state": Word(frozenset(STATES))})
_COUNT = Maybe({"totalCount": NUMBER})
_COST: Fields = {"rateLimit": Maybe({"cost": NUMBER, "resetAt": Maybe(TIME)})}

SWEPT: Fields = {
    "id": TEXT,
    "nameWithOwner": TEXT,
    "isArchived": FLAG,
    "isFork": FLAG,
    "isPrivate": Maybe(FLAG),
    "visibility": Maybe(Word(frozenset({"PUBLIC", "PRIVATE", "INTERNAL"}))),
    "pushedAt": Maybe(TIME),
    "updatedAt": Maybe(TIME),
    "defaultBranchRef": Maybe(
        {
            "name": TEXT,
            "target": Maybe(
                {"oid": TEXT, "committedDate": Maybe(TIME), "statusCheckRollup": _ROLLUP}
            ),
        }
    ),
}
SWEEP: Fields = {
    **_COST,
    "repositoryOwner": {
        "login": TEXT,
        "repositories": {
            "totalCount": NUMBER,
            "pageInfo": {"hasNextPage": FLAG, "endCursor": Maybe(TEXT)},
            "nodes": Each(Null(SWEPT)),
        },
    },
}

_TREE = Maybe({"entries": Maybe(Each({"name": TEXT, "type": TEXT}))})
_SUITE: Fields = {
    "status": TEXT,
    "conclusion": Maybe(TEXT),
    "workflowRun": Maybe(
        {
            "databaseId": NUMBER,
            "runNumber": NUMBER,
            "event": Maybe(TEXT),
            "url": Maybe(TEXT),
            "createdAt": TIME,
            "updatedAt": TIME,
            "workflow": {"name": TEXT},
            "file": Maybe({"path": TEXT}),
        }
    ),
}
_PULL: Fields = {
    "number": NUMBER,
    "title": TEXT,
    "isDraft": FLAG,
    "createdAt": TIME,
    "updatedAt": TIME,
    "headRefOid": TEXT,
    "mergeable": TEXT,
    "reviewDecision": Maybe(TEXT),
    "author": Maybe({"login": TEXT}),
}
_RULE: Fields = {
    "pattern": TEXT,
    "requiresStatusChecks": FLAG,
    "requiredStatusCheckContexts": Maybe(Each(Null(TEXT))),
    "requiresApprovingReviews": FLAG,
    "requiredApprovingReviewCount": Maybe(NUMBER),
    "isAdminEnforced": FLAG,
    "allowsForcePushes": FLAG,
    "allowsDeletions": FLAG,
    "requiresLinearHistory": FLAG,
}
_RULESET: Fields = {"id": TEXT, "name": TEXT, "enforcement": TEXT, "target": Maybe(TEXT)}

_COMMITTED: Fields = {"oid": TEXT, "committedDate": Maybe(TIME)}
_TAG: Fields = {"name": TEXT, "target": Maybe({**_COMMITTED, "target": Maybe(_COMMITTED)})}

LOOKED: Fields = {
    **SWEPT,
    "databaseId": Maybe(NUMBER),
    "url": TEXT,
    "description": Maybe(TEXT),
    "isDisabled": Maybe(FLAG),
    "isEmpty": Maybe(FLAG),
    "isTemplate": Maybe(FLAG),
    "diskUsage": Maybe(NUMBER),
    "createdAt": Maybe(TIME),
    "primaryLanguage": Maybe({"name": TEXT}),
    "licenseInfo": Maybe({"spdxId": Maybe(TEXT)}),
    "stargazerCount": Maybe(NUMBER),
    "forkCount": Maybe(NUMBER),
    "viewerPermission": Maybe(TEXT),
    "hasIssuesEnabled": Maybe(FLAG),
    "hasVulnerabilityAlertsEnabled": Maybe(FLAG),
    "isSecurityPolicyEnabled": Maybe(FLAG),
    "deleteBranchOnMerge": Maybe(FLAG),
    "autoMergeAllowed": Maybe(FLAG),
    "squashMergeAllowed": Maybe(FLAG),
    "mergeCommitAllowed": Maybe(FLAG),
    "rebaseMergeAllowed": Maybe(FLAG),
    "webCommitSignoffRequired": Maybe(FLAG),
    "repositoryTopics": Maybe({"nodes": Maybe(Each(Null({"topic": {"name": TEXT}})))}),
    "latestRelease": Maybe({"tagName": TEXT, "publishedAt": Maybe(TIME), "isPrerelease": FLAG}),
    "openIssues": _COUNT,
    "openPulls": _COUNT,
    "newestPulls": Maybe({"nodes": Maybe(Each(Null(_PULL)))}),
    "branchProtectionRules": Maybe({"totalCount": NUMBER, "nodes": Maybe(Each(Null(_RULE)))}),
    "rulesets": Maybe({"totalCount": NUMBER, "nodes": Maybe(Each(Null(_RULESET)))}),
    "branches": _COUNT,
    "tags": Maybe({"totalCount": NUMBER, "nodes": Maybe(Each(Null(_TAG)))}),
    "defaultBranchRef": Maybe(
        {
            "name": TEXT,
            "target": Maybe(
                {
                    "oid": TEXT,
                    "committedDate": Maybe(TIME),
                    "statusCheckRollup": _ROLLUP,
                    "checkSuites": Maybe({"nodes": Maybe(Each(Null(_SUITE)))}),
                }
            ),
        }
    ),
    "rootTree": _TREE,
    "hostTree": _TREE,
    "workflowTree": _TREE,
}
LOOK: Fields = {**_COST, "nodes": Each(Null(LOOKED))}
