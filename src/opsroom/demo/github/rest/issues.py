"""Issues, labels and comments."""

from typing import Any

from opsroom.demo.github.acts import issues as acts
from opsroom.demo.github.acts.pulls import edit_pull
from opsroom.demo.github.bodies import issues as bodies
from opsroom.demo.github.refusals import Refusal, invalid, not_found
from opsroom.demo.github.rest.call import REPOSITORY, Answer, Call, Endpoints, Result
from opsroom.demo.github.rest.finding import instant
from opsroom.demo.github.state.accounts import Access
from opsroom.demo.github.state.issues import Comment, Issue, Label
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json

endpoint = Endpoints()

ISSUES = f"{REPOSITORY}/issues"


def _found(call: Call, access: Access = "read") -> tuple[Hosted, Issue]:
    repository = call.repository("issues", access)
    number = call.integer("number")
    pull = repository.pulls.get(number)
    found = repository.issues.get(number) if pull is None else pull.issue
    if found is None:
        raise not_found()
    return repository, found


def _shown(call: Call, repository: Hosted, one: Issue) -> Json:
    return bodies.issue(call.urls, repository, one, repository.pulls.get(one.number))


@endpoint("GET", ISSUES)
def issues(call: Call) -> Result:
    """Issues, pull requests among them, newest first."""
    repository = call.repository("issues")
    query = call.query
    state = query.get("state", "open")
    all_ = [*repository.issues.values(), *(each.issue for each in repository.pulls.values())]
    found = [each for each in all_ if state in ("all", each.state)]
    for name in filter(None, query.get("labels", "").lower().split(",")):
        found = [each for each in found if name in {one.name.lower() for one in each.labels}]
    since = instant(query.get("since"))
    if since is not None:
        found = [each for each in found if each.updated_at >= since]
    if query.get("creator"):
        wanted = query["creator"].lower().removesuffix("[bot]")
        found = [each for each in found if each.author.login.lower() == wanted]
    by_update = query.get("sort") == "updated"
    ordered = sorted(
        found,
        key=lambda each: (each.updated_at if by_update else each.created_at, each.number),
        reverse=query.get("direction", "desc") == "desc",
    )
    return call.paged(ordered, lambda each: _shown(call, repository, each))


@endpoint("POST", ISSUES, content=True)
def create(call: Call) -> Result:
    """Open an issue."""
    repository = call.repository("issues", "write")
    title = call.text("title", "Issue")
    names: list[Any] = call.data.get("assignees") or []
    accounts = [call.world.account(str(name)) for name in names]
    one = acts.open_issue(
        call.world,
        repository,
        title,
        call.data.get("body"),
        call.actor,
        labels=_names(call.data.get("labels")),
        assignees=tuple(each for each in accounts if each is not None),
    )
    return Answer(_shown(call, repository, one), 201)


def _names(said: object) -> tuple[str, ...]:
    """Labels as a request names them: texts, or objects with a name."""
    if not isinstance(said, list):
        return ()
    listed: list[object] = said  # pyright: ignore[reportUnknownVariableType]  # JSON
    return tuple(str(each["name"]) if isinstance(each, dict) else str(each) for each in listed)  # pyright: ignore[reportUnknownArgumentType]  # JSON


@endpoint("GET", f"{ISSUES}/{{number}}")
def get(call: Call) -> Result:
    """One issue."""
    return _shown(call, *_found(call))


@endpoint("PATCH", f"{ISSUES}/{{number}}")
def update(call: Call) -> Result:
    """Change an issue, close it or open it again."""
    repository, one = _found(call, "write")
    data = call.data
    if data.get("state") not in (None, "open", "closed"):
        raise invalid("Issue", "state")
    pull = repository.pulls.get(one.number)
    if pull is not None:
        edit_pull(
            call.world,
            repository,
            pull,
            call.actor,
            title=data.get("title"),
            body=data.get("body"),
            state=data.get("state"),
        )
    else:
        acts.edit_issue(
            call.world,
            repository,
            one,
            call.actor,
            title=data.get("title"),
            body=data.get("body"),
            state=data.get("state"),
            reason=data.get("state_reason"),
        )
    if "labels" in data:
        acts.set_labels(call.world, repository, one, list(_names(data["labels"])), call.actor)
    if "assignees" in data:
        named = [call.world.account(str(name)) for name in data["assignees"] or ()]
        one.assignees = [each for each in named if each is not None]
    return _shown(call, repository, one)


@endpoint("GET", f"{ISSUES}/{{number}}/comments")
def comments(call: Call) -> Result:
    """What was said, oldest first."""
    repository, one = _found(call)
    since = instant(call.query.get("since"))
    found = [each for each in one.comments if since is None or each.updated_at >= since]
    return call.paged(found, lambda each: bodies.comment(call.urls, repository, one, each))


@endpoint("POST", f"{ISSUES}/{{number}}/comments", content=True)
def create_comment(call: Call) -> Result:
    """Say something."""
    repository, one = _found(call, "write")
    if one.locked:
        raise Refusal(403, "Unable to create comment because issue is locked.")
    body = call.text("body", "IssueComment")
    said = acts.add_comment(call.world, repository, one, body, call.actor)
    return Answer(bodies.comment(call.urls, repository, one, said), 201)


def _comment(call: Call, access: Access) -> tuple[Hosted, Issue, Comment]:
    repository = call.repository("issues", access)
    number = call.integer("comment")
    issues = [*repository.issues.values(), *(each.issue for each in repository.pulls.values())]
    for one in issues:
        for said in one.comments:
            if said.id == number:
                return repository, one, said
    raise not_found()


@endpoint("GET", f"{ISSUES}/comments/{{comment}}")
def comment(call: Call) -> Result:
    """One comment."""
    return bodies.comment(call.urls, *_comment(call, "read"))


@endpoint("PATCH", f"{ISSUES}/comments/{{comment}}")
def edit_comment(call: Call) -> Result:
    """Change what was said."""
    repository, one, said = _comment(call, "write")
    said.body, said.updated_at = call.text("body", "IssueComment"), call.world.now()
    return bodies.comment(call.urls, repository, one, said)


@endpoint("GET", f"{ISSUES}/{{number}}/labels")
def issue_labels(call: Call) -> Result:
    """The labels of an issue."""
    repository, one = _found(call)
    return call.paged(one.labels, lambda each: bodies.label(call.urls, repository, each))


def _labels(call: Call, repository: Hosted, one: Issue, names: list[str]) -> Result:
    acts.set_labels(call.world, repository, one, names, call.actor)
    return [bodies.label(call.urls, repository, each) for each in one.labels]


@endpoint("POST", f"{ISSUES}/{{number}}/labels")
def add_labels(call: Call) -> Result:
    """Add labels."""
    repository, one = _found(call, "write")
    more = _names(call.data.get("labels") or call.data.get(""))
    return _labels(call, repository, one, [*(each.name for each in one.labels), *more])


@endpoint("PUT", f"{ISSUES}/{{number}}/labels")
def set_labels(call: Call) -> Result:
    """Let an issue have exactly these labels."""
    repository, one = _found(call, "write")
    return _labels(
        call, repository, one, list(_names(call.data.get("labels") or call.data.get("")))
    )


@endpoint("DELETE", f"{ISSUES}/{{number}}/labels/{{label:path}}")
def remove_label(call: Call) -> Result:
    """Take a label off."""
    repository, one = _found(call, "write")
    gone = call.arguments["label"].lower()
    kept = [each.name for each in one.labels if each.name.lower() != gone]
    if len(kept) == len(one.labels):
        raise Refusal(404, "Label does not exist")
    return _labels(call, repository, one, kept)


@endpoint("GET", f"{REPOSITORY}/labels")
def labels(call: Call) -> Result:
    """The labels of a repository."""
    repository = call.repository("issues")
    found = list(repository.labels.values())
    return call.paged(found, lambda each: bodies.label(call.urls, repository, each))


@endpoint("POST", f"{REPOSITORY}/labels", content=True)
def create_label(call: Call) -> Result:
    """Create a label."""
    repository = call.repository("issues", "write")
    one = acts.create_label(
        call.world,
        repository,
        call.text("name", "Label"),
        call.actor,
        color=str(call.data.get("color") or "ededed"),
        description=call.data.get("description"),
    )
    return Answer(bodies.label(call.urls, repository, one), 201)


def _label(call: Call, access: Access) -> tuple[Hosted, Label]:
    repository = call.repository("issues", access)
    found = repository.labels.get(call.arguments["label"].lower())
    if found is None:
        raise not_found()
    return repository, found


@endpoint("GET", f"{REPOSITORY}/labels/{{label:path}}")
def label(call: Call) -> Result:
    """One label."""
    return bodies.label(call.urls, *_label(call, "read"))


@endpoint("PATCH", f"{REPOSITORY}/labels/{{label:path}}")
def edit_label(call: Call) -> Result:
    """Change a label."""
    repository, one = _label(call, "write")
    del repository.labels[one.name.lower()]
    one.name = str(call.data.get("new_name") or one.name)
    one.color = str(call.data.get("color") or one.color)
    one.description = call.data.get("description", one.description)
    repository.labels[one.name.lower()] = one
    return bodies.label(call.urls, repository, one)


@endpoint("DELETE", f"{REPOSITORY}/labels/{{label:path}}")
def delete_label(call: Call) -> Result:
    """Delete a label, and take it off everything."""
    repository, one = _label(call, "write")
    del repository.labels[one.name.lower()]
    pulls = (each.issue for each in repository.pulls.values())
    for each in (*repository.issues.values(), *pulls):
        each.labels = [label for label in each.labels if label is not one]
    return Answer(status=204)
