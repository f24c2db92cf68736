"""Pull requests."""

from opsroom.demo.github.acts import pulls as acts
from opsroom.demo.github.acts.following import whole
from opsroom.demo.github.bodies import pulls as bodies
from opsroom.demo.github.bodies.accounts import account
from opsroom.demo.github.bodies.diffs import files_between
from opsroom.demo.github.bodies.git import commit as commit_body
from opsroom.demo.github.history import merge_base, only_in
from opsroom.demo.github.merging import judge
from opsroom.demo.github.refusals import invalid, not_found
from opsroom.demo.github.rest.call import REPOSITORY, Answer, Call, Endpoints, Result
from opsroom.demo.github.rest.finding import owner_of_email
from opsroom.demo.github.state.accounts import Access, Account
from opsroom.demo.github.state.pulls import Pull, ReviewState
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json

endpoint = Endpoints()

PULLS = f"{REPOSITORY}/pulls"
EVENTS: dict[str, ReviewState] = {
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
    "COMMENT": "COMMENTED",
}
METHODS: dict[str, acts.MergeMethod] = {"merge": "merge", "squash": "squash", "rebase": "rebase"}


def found(call: Call, access: Access = "read") -> tuple[Hosted, Pull]:
    """The repository and the pull request of the path."""
    repository = call.repository("pull_requests", access)
    pull = repository.pulls.get(call.integer("number"))
    if pull is None:
        raise not_found()
    return repository, pull


def shown(call: Call, repository: Hosted, pull: Pull) -> Json:
    """A pull request by itself, judged."""
    judge(repository, pull)
    return whole(call.world, call.urls, repository, pull)


@endpoint("GET", PULLS)
def pulls(call: Call) -> Result:
    """Pull requests, newest first; `head` is `owner:branch`."""
    repository = call.repository("pull_requests")
    query = call.query
    state = query.get("state", "open")
    all_ = [each for each in repository.pulls.values() if state in ("all", each.issue.state)]
    if query.get("head"):
        owner, _, branch = query["head"].rpartition(":")
        mine = owner.lower() in ("", repository.owner.login.lower())
        all_ = [each for each in all_ if mine and each.head_ref == branch]
    if query.get("base"):
        all_ = [each for each in all_ if each.base_ref == query["base"]]
    by_update = query.get("sort") == "updated"
    way = query.get("direction", "desc" if query.get("sort", "created") == "created" else "asc")
    ordered = sorted(
        all_,
        key=lambda each: (
            each.issue.updated_at if by_update else each.issue.created_at,
            each.number,
        ),
        reverse=way == "desc",
    )

    def render(pull: Pull) -> Json:
        head = call.world.repositories.get(pull.head_repository or 0)
        return bodies.pull_request(call.urls, repository, pull, head)

    return call.paged(ordered, render)


@endpoint("POST", PULLS, content=True)
def create(call: Call) -> Result:
    """Open a pull request."""
    repository = call.repository("pull_requests", "write")
    head, base = call.text("head", "PullRequest"), call.text("base", "PullRequest")
    owner, _, branch = head.rpartition(":")
    if owner.lower() not in ("", repository.owner.login.lower()):
        raise invalid("PullRequest", "head")
    pull = acts.open_pull(
        call.world,
        repository,
        branch,
        base,
        call.text("title", "PullRequest"),
        call.data.get("body"),
        call.actor,
        draft=call.data.get("draft") is True,
    )
    return Answer(whole(call.world, call.urls, repository, pull), 201)


@endpoint("GET", f"{PULLS}/{{number}}")
def get(call: Call) -> Result:
    """One pull request."""
    return shown(call, *found(call))


@endpoint("PATCH", f"{PULLS}/{{number}}")
def update(call: Call) -> Result:
    """Change a pull request, close it or open it again."""
    repository, pull = found(call, "write")
    data = call.data
    acts.edit_pull(
        call.world,
        repository,
        pull,
        call.actor,
        title=data.get("title"),
        body=data.get("body"),
        state=data.get("state"),
        base=data.get("base"),
    )
    return shown(call, repository, pull)


@endpoint("GET", f"{PULLS}/{{number}}/commits")
def commits(call: Call) -> Result:
    """The commits of a pull request, oldest first."""
    repository, pull = found(call)
    base = pull.base
    if pull.merged_at is not None and pull.merge_commit is not None:
        base = repository.objects.commit(pull.merge_commit).parents[0]
    made = list(reversed(only_in(repository.objects, pull.head, base)))
    find = owner_of_email(call.world)
    return call.paged(made, lambda each: commit_body(call.urls, repository, each, find))


@endpoint("GET", f"{PULLS}/{{number}}/files")
def files(call: Call) -> Result:
    """What a pull request changes."""
    repository, pull = found(call)
    start = merge_base(repository.objects, pull.base, pull.head)
    if pull.merged_at is not None and pull.merge_commit is not None:
        parent = repository.objects.commit(pull.merge_commit).parents[0]
        start = merge_base(repository.objects, parent, pull.head)
    changed = files_between(call.urls, repository, start, pull.head)
    return call.paged(changed, lambda each: each)


@endpoint("GET", f"{PULLS}/{{number}}/merge")
def is_merged(call: Call) -> Result:
    """204 if it was merged, 404 if not."""
    _, pull = found(call)
    return Answer(status=204 if pull.merged_at is not None else 404)


@endpoint("PUT", f"{PULLS}/{{number}}/merge", content=True)
def merge(call: Call) -> Result:
    """Merge a pull request, if its head is still `sha`."""
    repository = call.repository("contents", "write")
    pull = repository.pulls.get(call.integer("number"))
    if pull is None:
        raise not_found()
    method = METHODS.get(str(call.data.get("merge_method") or "merge"))
    if method is None:
        raise invalid("PullRequest", "merge_method")
    commit = acts.merge_pull(
        call.world,
        repository,
        pull,
        call.actor,
        method=method,
        expected=call.data.get("sha"),
        title=call.data.get("commit_title"),
        message=call.data.get("commit_message"),
    )
    return {"sha": commit, "merged": True, "message": "Pull Request successfully merged"}


@endpoint("PUT", f"{PULLS}/{{number}}/update-branch")
def update_branch(call: Call) -> Result:
    """Merge the base into the head."""
    repository, pull = found(call, "write")
    expected = call.data.get("expected_head_sha")
    acts.update_branch(call.world, repository, pull, call.actor, expected)
    at = f"{call.urls.page(repository.full_name)}/pull/{pull.number}"
    return Answer({"message": "Updating pull request branch.", "url": at}, 202)


@endpoint("GET", f"{PULLS}/{{number}}/reviews")
def reviews(call: Call) -> Result:
    """Reviews, oldest first."""
    repository, pull = found(call)
    return call.paged(pull.reviews, lambda each: bodies.review(call.urls, repository, pull, each))


@endpoint("POST", f"{PULLS}/{{number}}/reviews", content=True)
def create_review(call: Call) -> Result:
    """Review a pull request."""
    repository, pull = found(call, "write")
    state = EVENTS.get(str(call.data.get("event") or "COMMENT"))
    if state is None:
        raise invalid("PullRequestReview", "event")
    body = str(call.data.get("body") or "")
    one = acts.review_pull(call.world, repository, pull, call.actor, state, body)
    return bodies.review(call.urls, repository, pull, one)


@endpoint("GET", f"{PULLS}/{{number}}/comments")
def review_comments(call: Call) -> Result:
    """Comments on lines: the double has none."""
    found(call)
    return []


@endpoint("GET", f"{PULLS}/{{number}}/requested_reviewers")
def reviewers(call: Call) -> Result:
    """Who was asked to review and hasn't yet."""
    _, pull = found(call)
    return {"users": [account(call.urls, each) for each in pull.reviewers], "teams": []}


def _named(call: Call) -> list[Account]:
    names: list[str] = call.data.get("reviewers") or []
    accounts = [call.world.account(str(name)) for name in names]
    if None in accounts:
        raise invalid("PullRequest", "reviewers")
    return [each for each in accounts if each is not None]


@endpoint("POST", f"{PULLS}/{{number}}/requested_reviewers", content=True)
def request_reviewers(call: Call) -> Result:
    """Ask people to review."""
    repository, pull = found(call, "write")
    acts.request_reviews(call.world, repository, pull, _named(call), call.actor)
    head = call.world.repositories.get(pull.head_repository or 0)
    return Answer(bodies.pull_request(call.urls, repository, pull, head), 201)


@endpoint("DELETE", f"{PULLS}/{{number}}/requested_reviewers")
def unrequest_reviewers(call: Call) -> Result:
    """Don't ask them any more."""
    repository, pull = found(call, "write")
    gone = _named(call)
    pull.reviewers = [each for each in pull.reviewers if each not in gone]
    head = call.world.repositories.get(pull.head_repository or 0)
    return bodies.pull_request(call.urls, repository, pull, head)
