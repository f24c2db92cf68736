"""Issues, labels and comments."""

from opsroom.demo.github.bodies.accounts import account, maybe_account
from opsroom.demo.github.bodies.times import maybe, stamp
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.issues import Comment, Issue, Label
from opsroom.demo.github.state.pulls import Pull
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json, Urls, quoted

REACTIONS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def association(repository: Hosted, who: Account) -> str:
    """What an author is to a repository."""
    if who is repository.owner:
        return "OWNER"
    login = who.login.lower()
    if login in repository.owner.members:
        return "MEMBER"
    return "COLLABORATOR" if login in repository.collaborators else "NONE"


def label(urls: Urls, repository: Hosted, one: Label) -> Json:
    """A label."""
    return {
        "id": one.id,
        "node_id": one.node_id,
        "url": f"{urls.repository(repository.full_name)}/labels/{quoted(one.name)}",
        "name": one.name,
        "color": one.color,
        "default": one.default,
        "description": one.description,
    }


def issue(urls: Urls, repository: Hosted, one: Issue, pull: Pull | None = None) -> Json:
    """An issue; with `pull`, the issue side of a pull request."""
    at = f"{urls.repository(repository.full_name)}/issues/{one.number}"
    page = urls.page(repository.full_name)
    html = f"{page}/{'pull' if pull else 'issues'}/{one.number}"
    body: Json = {
        "url": at,
        "repository_url": urls.repository(repository.full_name),
        "labels_url": f"{at}/labels{{/name}}",
        "comments_url": f"{at}/comments",
        "events_url": f"{at}/events",
        "html_url": html,
        "id": one.id,
        "node_id": one.node_id,
        "number": one.number,
        "title": one.title,
        "user": account(urls, one.author),
        "labels": [label(urls, repository, each) for each in one.labels],
        "state": one.state,
        "locked": one.locked,
        "assignee": maybe_account(urls, one.assignees[0] if one.assignees else None),
        "assignees": [account(urls, each) for each in one.assignees],
        "milestone": None,
        "comments": len(one.comments),
        "created_at": stamp(one.created_at),
        "updated_at": stamp(one.updated_at),
        "closed_at": maybe(one.closed_at),
        "author_association": association(repository, one.author),
        "active_lock_reason": None,
        "body": one.body,
        "closed_by": maybe_account(urls, one.closed_by),
        "reactions": {
            "url": f"{at}/reactions",
            "total_count": 0,
            **dict.fromkeys(REACTIONS, 0),
        },
        "timeline_url": f"{at}/timeline",
        "performed_via_github_app": None,
        "state_reason": one.state_reason,
    }
    if pull is not None:
        api = f"{urls.repository(repository.full_name)}/pulls/{one.number}"
        body["draft"] = pull.draft
        body["pull_request"] = {
            "url": api,
            "html_url": html,
            "diff_url": f"{html}.diff",
            "patch_url": f"{html}.patch",
            "merged_at": maybe(pull.merged_at),
        }
    return body


def comment(urls: Urls, repository: Hosted, one: Issue, said: Comment) -> Json:
    """A comment under an issue or a pull request."""
    at = urls.repository(repository.full_name)
    word = "pull" if one.number in repository.pulls else "issues"
    page = f"{urls.page(repository.full_name)}/{word}/{one.number}"
    return {
        "url": f"{at}/issues/comments/{said.id}",
        "html_url": f"{page}#issuecomment-{said.id}",
        "issue_url": f"{at}/issues/{one.number}",
        "id": said.id,
        "node_id": said.node_id,
        "user": account(urls, said.author),
        "created_at": stamp(said.created_at),
        "updated_at": stamp(said.updated_at),
        "author_association": association(repository, said.author),
        "body": said.body,
        "reactions": {
            "url": f"{at}/issues/comments/{said.id}/reactions",
            "total_count": 0,
            **dict.fromkeys(REACTIONS, 0),
        },
        "performed_via_github_app": None,
    }
