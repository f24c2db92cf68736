"""Pull requests, issues, labels, releases."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from opsroom.demo.github.gates import review_decision
from opsroom.demo.github.graphql.asked import Arguments, Asked, Fields, Within
from opsroom.demo.github.graphql.pages import Page, page
from opsroom.demo.github.state.issues import Issue, Label
from opsroom.demo.github.state.pulls import Pull
from opsroom.demo.github.state.repository import Hosted, HostRelease

ORDERS: dict[str, Callable[[Issue], Any]] = {
    "CREATED_AT": lambda issue: issue.created_at,
    "UPDATED_AT": lambda issue: issue.updated_at,
    "COMMENTS": lambda issue: len(issue.comments),
}


def issues(repository: Hosted, _: Asked, arguments: Arguments) -> Page:
    """Return a page of the issues that aren't pull requests."""
    states = arguments.get("states")
    chosen = [
        each
        for each in repository.issues.values()
        if (states is None or each.state.upper() in states) and _labelled(each, arguments)
    ]
    _sort(chosen, arguments, lambda issue: issue)
    return page(chosen, arguments, lambda each: Within(repository, each))


def pulls(repository: Hosted, _: Asked, arguments: Arguments) -> Page:
    """Return a page of the pull requests."""
    states = arguments.get("states")
    head, base = arguments.get("headRefName"), arguments.get("baseRefName")
    chosen = [
        each
        for each in repository.pulls.values()
        if (states is None or _state(each) in states)
        and head in (None, each.head_ref)
        and base in (None, each.base_ref)
        and _labelled(each.issue, arguments)
    ]
    _sort(chosen, arguments, lambda pull: pull.issue)
    return page(chosen, arguments, lambda each: Within(repository, each))


def _labelled(issue: Issue, arguments: Arguments) -> bool:
    wanted = arguments.get("labels")
    return not wanted or bool(
        {name.lower() for name in wanted} & {label.name.lower() for label in issue.labels}
    )


def _sort(chosen: list[Any], arguments: Arguments, issue: Callable[[Any], Issue]) -> None:
    order = arguments.get("orderBy") or {"field": "CREATED_AT", "direction": "ASC"}
    key = ORDERS[order["field"]]
    chosen.sort(
        key=lambda each: (key(issue(each)), issue(each).number),
        reverse=order["direction"] == "DESC",
    )


def pull_request(repository: Hosted, _: Asked, arguments: Arguments) -> Within[Pull] | None:
    """Return one pull request by its number."""
    found = repository.pulls.get(arguments["number"])
    return None if found is None else Within(repository, found)


def labels(repository: Hosted, found: Sequence[Label], arguments: Arguments) -> Page:
    """Return a page of labels."""
    return page(found, arguments, lambda each: Within(repository, each))


def _state(pull: Pull) -> str:
    return "MERGED" if pull.merged_at else pull.issue.state.upper()


def _mergeable(one: Within[Pull], asked: Asked, _: Arguments) -> str:
    """Say what is known; what isn't is found out after the answer, as GitHub does."""
    pull = one.it
    if not pull.open:
        return "UNKNOWN"
    if pull.judged != (pull.base, pull.head):
        asked.unjudged.append((one.repository, pull))
        return "UNKNOWN"
    return "MERGEABLE" if pull.mergeable else "CONFLICTING"


def _merge_state(pull: Pull) -> str:
    if pull.mergeable is None or not pull.open:
        return "UNKNOWN"
    if not pull.mergeable:
        return "DIRTY"
    return "DRAFT" if pull.draft else "CLEAN"


def _address(one: Within[Pull], asked: Asked, _: Arguments) -> str:
    return f"{asked.urls.page(one.repository.full_name)}/pull/{one.it.number}"


def _head(one: Within[Pull], asked: Asked, _: Arguments) -> Hosted | None:
    number = one.it.head_repository
    found = None if number is None else asked.world.repositories.get(number)
    return found if found is not None and asked.caller.sees(found) else None


def _merged(one: Within[Pull], _: Asked, __: Arguments) -> object:
    made = one.it.merge_commit if one.it.merged_at else None
    return None if made is None else Within(one.repository, one.repository.objects.commit(made))


PULL = Fields[Within[Pull]](
    {
        "id": lambda one: one.it.node_id,
        "databaseId": lambda one: one.it.id,
        "number": lambda one: one.it.number,
        "title": lambda one: one.it.issue.title,
        "body": lambda one: one.it.issue.body or "",
        "state": lambda one: _state(one.it),
        "isDraft": lambda one: one.it.draft,
        "isCrossRepository": lambda one: one.it.head_repository != one.repository.id,
        "createdAt": lambda one: one.it.issue.created_at,
        "updatedAt": lambda one: one.it.issue.updated_at,
        "closedAt": lambda one: one.it.issue.closed_at,
        "merged": lambda one: one.it.merged_at is not None,
        "mergedAt": lambda one: one.it.merged_at,
        "mergeStateStatus": lambda one: _merge_state(one.it),
        "headRefName": lambda one: one.it.head_ref,
        "headRefOid": lambda one: one.it.head,
        "baseRefName": lambda one: one.it.base_ref,
        "baseRefOid": lambda one: one.it.base,
        "author": lambda one: one.it.issue.author,
        "autoMergeRequest": lambda one: one if one.it.auto_merge else None,
    },
    {
        "url": _address,
        "mergeable": _mergeable,
        "reviewDecision": lambda one, asked, _: review_decision(
            asked.world, one.repository, one.it
        ),
        "headRepository": _head,
        "mergeCommit": _merged,
        "labels": lambda one, _, arguments: labels(one.repository, one.it.issue.labels, arguments),
    },
)
AUTO_MERGE = Fields[Within[Pull]]({"enabledAt": lambda one: one.it.issue.updated_at})

ISSUE = Fields[Within[Issue]](
    {
        "id": lambda one: one.it.node_id,
        "databaseId": lambda one: one.it.id,
        "number": lambda one: one.it.number,
        "title": lambda one: one.it.title,
        "state": lambda one: one.it.state.upper(),
        "body": lambda one: one.it.body or "",
        "createdAt": lambda one: one.it.created_at,
        "updatedAt": lambda one: one.it.updated_at,
        "closedAt": lambda one: one.it.closed_at,
        "author": lambda one: one.it.author,
    },
    {
        "url": lambda one, asked, _: (
            f"{asked.urls.page(one.repository.full_name)}/issues/{one.it.number}"
        ),
        "labels": lambda one, _, arguments: labels(one.repository, one.it.labels, arguments),
    },
)

LABEL = Fields[Within[Label]](
    {
        "id": lambda one: one.it.node_id,
        "name": lambda one: one.it.name,
        "color": lambda one: one.it.color,
    }
)


def latest_release(repository: Hosted) -> Within[HostRelease] | None:
    """Return the newest release that is neither a draft nor a prerelease."""
    found = [
        each
        for each in repository.releases
        if each.published_at is not None and not each.draft and not each.prerelease
    ]

    def published(release: HostRelease) -> datetime:
        return release.published_at or release.created_at

    return Within(repository, max(found, key=published)) if found else None


def releases(repository: Hosted, _: Asked, arguments: Arguments) -> Page:
    """Return a page of the releases, newest first."""
    return page(repository.releases[::-1], arguments, lambda each: Within(repository, each))


RELEASE = Fields[Within[HostRelease]](
    {
        "id": lambda one: one.it.node_id,
        "databaseId": lambda one: one.it.id,
        "tagName": lambda one: one.it.tag,
        "name": lambda one: one.it.name,
        "publishedAt": lambda one: one.it.published_at,
        "createdAt": lambda one: one.it.created_at,
        "isPrerelease": lambda one: one.it.prerelease,
        "isDraft": lambda one: one.it.draft,
    },
    {
        "url": lambda one, asked, _: (
            f"{asked.urls.page(one.repository.full_name)}/releases/tag/{one.it.tag}"
        ),
    },
)
