"""Pull requests are opened, edited, reviewed, brought up to date, merged and closed."""

from typing import Literal

from opsroom.demo.github.acts.following import close, mark_merged, tell, whole
from opsroom.demo.github.acts.pushes import author_of, move_ref, write_commit
from opsroom.demo.github.bodies.accounts import account
from opsroom.demo.github.bodies.pulls import pull_request, review
from opsroom.demo.github.encoding import GitCommit
from opsroom.demo.github.gates import refuse_merge
from opsroom.demo.github.history import is_ancestor, merge_base, only_in, resolve
from opsroom.demo.github.merging import judge, merged_tree, replayed_tree
from opsroom.demo.github.refusals import Refusal, invalid, unprocessable
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.issues import Issue
from opsroom.demo.github.state.pulls import Pull, Review, ReviewState
from opsroom.demo.github.state.repository import HEADS, Hosted
from opsroom.demo.github.urls import Json, Urls
from opsroom.demo.github.world import World

MergeMethod = Literal["merge", "squash", "rebase"]


def open_pull(
    world: World,
    repository: Hosted,
    head: str,
    base: str,
    title: str,
    body: str | None,
    author: Account,
    *,
    draft: bool = False,
) -> Pull:
    """Open a pull request between two branches of a repository.

    Raises:
        Refusal: 422, a branch is missing, nothing lies between them, or there is one already.
    """
    with world.lock:
        branches = repository.branches()
        for field, name in (("head", head), ("base", base)):
            if name not in branches:
                raise invalid("PullRequest", field)
        if any(_between(pull, head, base) for pull in repository.pulls.values()):
            said = f"A pull request already exists for {repository.owner.login}:{head}."
            raise invalid("PullRequest", "", "custom", said)
        if is_ancestor(repository.objects, branches[head], branches[base]):
            said = f"No commits between {base} and {head}"
            raise invalid("PullRequest", "", "custom", said)
        repository.numbers += 1
        now = world.now()
        issue_id, issue_node = world.identify("I")
        number, node = world.identify("PR")
        issue = Issue(issue_id, issue_node, repository.numbers, title, body, author, now, now)
        pull = Pull(
            number, node, issue, base, branches[base], head, branches[head], repository.id, draft
        )
        repository.pulls[issue.number] = pull
        world.nodes[node] = (repository, pull)
        repository.updated_at = now
        tell(world, repository, pull, "opened", author)
        return pull


def _between(pull: Pull, head: str, base: str) -> bool:
    return pull.open and (pull.head_ref, pull.base_ref) == (head, base)


def edit_pull(
    world: World,
    repository: Hosted,
    pull: Pull,
    actor: Account,
    *,
    title: str | None = None,
    body: str | None = None,
    state: Literal["open", "closed"] | None = None,
    base: str | None = None,
) -> None:
    """Change what is said of a pull request, where it goes, or whether it is open.

    Raises:
        Refusal: 422, it was merged, or its branch is gone.
    """
    with world.lock:
        issue = pull.issue
        changes: Json = {}
        if title is not None and title != issue.title:
            changes["title"] = {"from": issue.title}
            issue.title = title
        if body is not None and body != issue.body:
            changes["body"] = {"from": issue.body or ""}
            issue.body = body
        if base is not None and base != pull.base_ref:
            if HEADS + base not in repository.refs:
                raise invalid("PullRequest", "base")
            old = {"ref": {"from": pull.base_ref}, "sha": {"from": pull.base}}
            changes["base"] = old
            pull.base_ref, pull.base = base, repository.refs[HEADS + base]
        if changes:
            issue.updated_at = world.now()
            tell(world, repository, pull, "edited", actor, {"changes": changes})
        if state == "closed" and pull.open:
            close(world, repository, pull, actor)
        elif state == "open" and not pull.open:
            _reopen(world, repository, pull, actor)


def _reopen(world: World, repository: Hosted, pull: Pull, actor: Account) -> None:
    head = repository.refs.get(HEADS + pull.head_ref)
    if pull.merged_at is not None or head is None:
        raise invalid("PullRequest", "state", "invalid", "state cannot be changed.")
    issue = pull.issue
    pull.head, pull.base = head, repository.refs[HEADS + pull.base_ref]
    issue.state, issue.closed_at, issue.closed_by = "open", None, None
    issue.updated_at = world.now()
    tell(world, repository, pull, "reopened", actor)


def review_pull(
    world: World,
    repository: Hosted,
    pull: Pull,
    author: Account,
    state: ReviewState,
    body: str = "",
) -> Review:
    """Say what one thinks of a pull request.

    Raises:
        Refusal: 422, nobody approves their own.
    """
    with world.lock:
        if author is pull.issue.author and state in ("APPROVED", "CHANGES_REQUESTED"):
            word = "approve" if state == "APPROVED" else "request changes on"
            raise unprocessable(f"Can not {word} your own pull request")
        number, node = world.identify("PRR")
        one = Review(number, node, author, state, body, pull.head, world.now())
        pull.reviews.append(one)
        pull.reviewers = [each for each in pull.reviewers if each is not author]
        pull.issue.updated_at = world.now()

        def details(urls: Urls) -> Json:
            head = world.repositories.get(pull.head_repository or 0)
            said = review(urls, repository, pull, one)
            shown = {**said, "state": state.lower()}
            return {"review": shown, "pull_request": pull_request(urls, repository, pull, head)}

        world.emit("pull_request_review", "submitted", repository, details, actor=author)
        return one


def request_reviews(
    world: World, repository: Hosted, pull: Pull, reviewers: list[Account], actor: Account
) -> None:
    """Ask people to review."""
    with world.lock:
        for each in reviewers:
            if each not in pull.reviewers:
                pull.reviewers.append(each)
                pull.issue.updated_at = world.now()
                _tell_requested(world, repository, pull, each, actor)


def _tell_requested(
    world: World, repository: Hosted, pull: Pull, reviewer: Account, actor: Account
) -> None:
    def details(urls: Urls) -> Json:
        body = whole(world, urls, repository, pull)
        asked = account(urls, reviewer)
        return {"number": pull.number, "pull_request": body, "requested_reviewer": asked}

    world.emit("pull_request", "review_requested", repository, details, actor=actor)


def merge_pull(
    world: World,
    repository: Hosted,
    pull: Pull,
    actor: Account,
    *,
    method: MergeMethod = "merge",
    expected: str | None = None,
    title: str | None = None,
    message: str | None = None,
) -> str:
    """Merge a pull request and return the commit that did it.

    Raises:
        Refusal: 405, it can't be merged (conflict, draft, protection); 409, the head has moved.
    """
    with world.lock:
        if not pull.open or pull.draft:
            raise Refusal(405, "Pull Request is not mergeable")
        if expected is not None and expected != pull.head:
            raise Refusal(409, "Head branch was modified. Review and try the merge again.")
        allowed = repository.features
        methods = {
            "merge": allowed.merge_commit,
            "squash": allowed.squash,
            "rebase": allowed.rebase,
        }
        if not methods[method]:
            word = {"merge": "Merge commits", "squash": "Squash merges", "rebase": "Rebase merges"}
            raise Refusal(405, f"{word[method]} are not allowed on this repository.")
        refuse_merge(world, repository, pull, actor)
        if not judge(repository, pull):
            raise Refusal(405, "Pull Request is not mergeable")
        commit = _merge(world, repository, pull, actor, method, title, message)
        mark_merged(world, repository, pull, commit, actor)
        move_ref(world, repository, HEADS + pull.base_ref, commit, actor)
        if allowed.delete_on_merge and HEADS + pull.head_ref in repository.refs:
            move_ref(world, repository, HEADS + pull.head_ref, None, actor)
        return commit


def _merge(
    world: World,
    repository: Hosted,
    pull: Pull,
    actor: Account,
    method: MergeMethod,
    title: str | None,
    message: str | None,
) -> str:
    objects = repository.objects
    if method == "rebase":
        return _rebase(world, repository, pull, actor)
    tree = merged_tree(objects, pull.base, pull.head)
    if tree is None:
        raise Refusal(405, "Pull Request is not mergeable")
    issue = pull.issue
    who = author_of(actor)
    if method == "squash":
        said = title or f"{issue.title} (#{issue.number})"
        lines = [f"* {each.message.strip()}" for each in _oldest_first(repository, pull)]
        text = message if message is not None else "\n\n".join(lines if len(lines) > 1 else [])
        parents: tuple[str, ...] = (pull.base,)
        who = author_of(issue.author)
    else:
        owner = repository.owner.login
        said = title or f"Merge pull request #{issue.number} from {owner}/{pull.head_ref}"
        text = message if message is not None else issue.title
        parents = (pull.base, pull.head)
    whole = f"{said}\n\n{text}".strip()
    return write_commit(world, repository, tree, parents, whole, who, committer=author_of(actor))


def _oldest_first(repository: Hosted, pull: Pull) -> list[GitCommit]:
    return list(reversed(only_in(repository.objects, pull.head, pull.base)))


def _rebase(world: World, repository: Hosted, pull: Pull, actor: Account) -> str:
    onto = pull.base
    for commit in _oldest_first(repository, pull):
        if len(commit.parents) > 1:
            continue
        tree = replayed_tree(repository.objects, onto, commit.oid)
        if tree is None:
            raise Refusal(405, "This branch can't be rebased")
        onto = write_commit(
            world,
            repository,
            tree,
            (onto,),
            commit.message,
            commit.author.author,
            committer=author_of(actor),
        )
    return onto


def update_branch(
    world: World, repository: Hosted, pull: Pull, actor: Account, expected: str | None = None
) -> None:
    """Merge the base into the head of a pull request.

    Raises:
        Refusal: 422, the head has moved, they conflict, or there is nothing to bring in.
    """
    with world.lock:
        if expected is not None and expected != pull.head:
            raise unprocessable("expected head sha didn't match current head ref.")
        start = merge_base(repository.objects, pull.base, pull.head)
        if start == pull.base:
            raise unprocessable("There are no new commits on the base branch.")
        tree = merged_tree(repository.objects, pull.head, pull.base)
        if tree is None:
            raise unprocessable("merge conflict between base and head")
        said = f"Merge branch '{pull.base_ref}' into {pull.head_ref}"
        parents = (pull.head, pull.base)
        commit = write_commit(world, repository, tree, parents, said, author_of(actor))
        move_ref(world, repository, HEADS + pull.head_ref, commit, actor)


def merge_branches(
    world: World, repository: Hosted, base: str, head: str, actor: Account, message: str | None
) -> str | None:
    """Merge a branch or commit into a branch; the commit, or None where nothing was to be done.

    Raises:
        Refusal: 404, one of them isn't there; 409, they conflict.
    """
    with world.lock:
        onto = repository.refs.get(HEADS + base)
        commit = resolve(repository.objects, repository.refs, head)
        if onto is None or commit is None:
            raise Refusal(404, "Base does not exist" if onto is None else "Head does not exist")
        if is_ancestor(repository.objects, commit, onto):
            return None
        tree = merged_tree(repository.objects, onto, commit)
        if tree is None:
            raise Refusal(409, "Merge conflict")
        said = message or f"Merge {head} into {base}"
        parents = (onto, commit)
        made = write_commit(world, repository, tree, parents, said, author_of(actor))
        move_ref(world, repository, HEADS + base, made, actor)
        return made
