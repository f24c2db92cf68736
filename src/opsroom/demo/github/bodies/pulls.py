"""Pull requests and reviews."""

from dataclasses import dataclass

from opsroom.demo.github.bodies.accounts import account, maybe_account
from opsroom.demo.github.bodies.issues import association, label
from opsroom.demo.github.bodies.repository import brief
from opsroom.demo.github.bodies.times import maybe, stamp
from opsroom.demo.github.state.pulls import Pull, Review
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json, Urls


@dataclass(frozen=True, slots=True)
class Measure:
    """What only Git can tell of a pull request."""

    commits: int = 0
    additions: int = 0
    deletions: int = 0
    changed_files: int = 0


def pull_request(urls: Urls, repository: Hosted, pull: Pull, head: Hosted | None) -> Json:
    """A pull request in a list. `head` is the repository that its branch is in, if it is there."""
    one = pull.issue
    api = urls.repository(repository.full_name)
    at, issue_at = f"{api}/pulls/{one.number}", f"{api}/issues/{one.number}"
    html = f"{urls.page(repository.full_name)}/pull/{one.number}"
    links = {
        "self": at,
        "html": html,
        "issue": issue_at,
        "comments": f"{issue_at}/comments",
        "review_comments": f"{at}/comments",
        "review_comment": f"{api}/pulls/comments{{/number}}",
        "commits": f"{at}/commits",
        "statuses": f"{api}/statuses/{pull.head}",
    }
    return {
        "url": at,
        "id": pull.id,
        "node_id": pull.node_id,
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "issue_url": issue_at,
        "number": one.number,
        "state": one.state,
        "locked": one.locked,
        "title": one.title,
        "user": account(urls, one.author),
        "body": one.body,
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "closed_at": maybe(one.closed_at),
        "merged_at": maybe(pull.merged_at),
        "merge_commit_sha": pull.merge_commit,
        "assignee": maybe_account(urls, one.assignees[0] if one.assignees else None),
        "assignees": [account(urls, each) for each in one.assignees],
        "requested_reviewers": [account(urls, each) for each in pull.reviewers],
        "requested_teams": [],
        "labels": [
            {**label(urls, repository, each), "description": each.description or ""}
            for each in one.labels
        ],
        "milestone": None,
        "draft": pull.draft,
        "commits_url": links["commits"],
        "review_comments_url": links["review_comments"],
        "review_comment_url": links["review_comment"],
        "comments_url": links["comments"],
        "statuses_url": links["statuses"],
        "head": _end(urls, pull.head_ref, pull.head, head, repository),
        "base": _end(urls, pull.base_ref, pull.base, repository, repository),
        "_links": {name: {"href": where} for name, where in links.items()},
        "author_association": association(repository, one.author),
        "auto_merge": _auto_merge(urls, pull),
        "active_lock_reason": None,
    }


def _end(urls: Urls, ref: str, oid: str, where: Hosted | None, home: Hosted) -> Json:
    owner = (where or home).owner
    return {
        "label": f"{owner.login}:{ref}",
        "ref": ref,
        "sha": oid,
        "user": account(urls, owner),
        "repo": None if where is None else brief(urls, where),
    }


def _auto_merge(urls: Urls, pull: Pull) -> Json | None:
    if pull.auto_merge is None:
        return None
    return {
        "enabled_by": account(urls, pull.issue.author),
        "merge_method": pull.auto_merge,
        "commit_title": pull.issue.title,
        "commit_message": pull.issue.body or "",
    }


def whole_pull_request(
    urls: Urls, repository: Hosted, pull: Pull, head: Hosted | None, measure: Measure, state: str
) -> Json:
    """A pull request by itself. `state` is GitHub's `mergeable_state`."""
    return {
        **pull_request(urls, repository, pull, head),
        "merged": pull.merged_at is not None,
        "mergeable": pull.mergeable if pull.open else None,
        "rebaseable": pull.mergeable if pull.open else None,
        "mergeable_state": state,
        "merged_by": maybe_account(urls, pull.merged_by),
        "comments": len(pull.issue.comments),
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": measure.commits,
        "additions": measure.additions,
        "deletions": measure.deletions,
        "changed_files": measure.changed_files,
    }


def minimal_pull(urls: Urls, repository: Hosted, pull: Pull) -> Json:
    """A pull request inside a run or a check."""

    def end(ref: str, oid: str) -> Json:
        where = {
            "id": repository.id,
            "url": urls.repository(repository.full_name),
            "name": repository.name,
        }
        return {"ref": ref, "sha": oid, "repo": where}

    return {
        "id": pull.id,
        "number": pull.number,
        "url": f"{urls.repository(repository.full_name)}/pulls/{pull.number}",
        "head": end(pull.head_ref, pull.head),
        "base": end(pull.base_ref, pull.base),
    }


def review(urls: Urls, repository: Hosted, pull: Pull, one: Review) -> Json:
    """A review."""
    html = f"{urls.page(repository.full_name)}/pull/{pull.number}#pullrequestreview-{one.id}"
    at = f"{urls.repository(repository.full_name)}/pulls/{pull.number}"
    return {
        "id": one.id,
        "node_id": one.node_id,
        "user": account(urls, one.author),
        "body": one.body,
        "state": one.state,
        "html_url": html,
        "pull_request_url": at,
        "author_association": association(repository, one.author),
        "_links": {"html": {"href": html}, "pull_request": {"href": at}},
        "submitted_at": stamp(one.submitted_at),
        "commit_id": one.commit,
    }
