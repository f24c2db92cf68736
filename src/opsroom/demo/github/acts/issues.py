"""Issues are opened, edited, labelled and talked about."""

from typing import Literal

from opsroom.demo.github.acts.following import tell
from opsroom.demo.github.bodies.issues import comment, issue, label
from opsroom.demo.github.refusals import Refusal, invalid
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.issues import Comment, Issue, Label
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Json, Urls
from opsroom.demo.github.world import World


def open_issue(
    world: World,
    repository: Hosted,
    title: str,
    body: str | None,
    author: Account,
    *,
    labels: tuple[str, ...] = (),
    assignees: tuple[Account, ...] = (),
) -> Issue:
    """Open an issue; labels that aren't there are created.

    Raises:
        Refusal: 410, the repository has no issues.
    """
    with world.lock:
        if not repository.features.issues:
            raise Refusal(410, "Issues has been disabled in this repository.")
        repository.numbers += 1
        now = world.now()
        number, node = world.identify("I")
        one = Issue(number, node, repository.numbers, title, body, author, now, now)
        one.labels = [ensure_label(world, repository, name, author) for name in labels]
        one.assignees = list(assignees)
        repository.issues[one.number] = one
        world.nodes[node] = (repository, one)
        repository.updated_at = now
        _tell(world, repository, one, "opened", author)
        return one


def _tell(
    world: World,
    repository: Hosted,
    one: Issue,
    action: str,
    actor: Account,
    extra: Json | None = None,
) -> None:
    pull = repository.pulls.get(one.number)
    if pull is not None:
        tell(world, repository, pull, action, actor, extra)
        return

    def details(urls: Urls) -> Json:
        return {"issue": issue(urls, repository, one), **(extra or {})}

    world.emit("issues", action, repository, details, actor=actor)


def edit_issue(
    world: World,
    repository: Hosted,
    one: Issue,
    actor: Account,
    *,
    title: str | None = None,
    body: str | None = None,
    state: Literal["open", "closed"] | None = None,
    reason: Literal["completed", "not_planned", "reopened"] | None = None,
) -> None:
    """Change what is said in an issue, or whether it is open."""
    with world.lock:
        changes: Json = {}
        if title is not None and title != one.title:
            changes["title"] = {"from": one.title}
            one.title = title
        if body is not None and body != one.body:
            changes["body"] = {"from": one.body or ""}
            one.body = body
        if changes:
            one.updated_at = world.now()
            _tell(world, repository, one, "edited", actor, {"changes": changes})
        if state is None or state == one.state:
            return
        one.state = state
        one.updated_at = world.now()
        if state == "closed":
            one.closed_at, one.closed_by = one.updated_at, actor
            one.state_reason = reason or "completed"
            _tell(world, repository, one, "closed", actor)
        else:
            one.closed_at = one.closed_by = None
            one.state_reason = "reopened"
            _tell(world, repository, one, "reopened", actor)


def add_comment(
    world: World, repository: Hosted, one: Issue, body: str, author: Account
) -> Comment:
    """Say something under an issue or a pull request."""
    with world.lock:
        now = world.now()
        number, node = world.identify("IC")
        said = Comment(number, node, author, body, now, now)
        one.comments.append(said)
        one.updated_at = now
        pull = repository.pulls.get(one.number)

        def details(urls: Urls) -> Json:
            return {
                "issue": issue(urls, repository, one, pull),
                "comment": comment(urls, repository, one, said),
            }

        world.emit("issue_comment", "created", repository, details, actor=author)
        return said


def create_label(
    world: World,
    repository: Hosted,
    name: str,
    actor: Account,
    *,
    color: str = "ededed",
    description: str | None = None,
) -> Label:
    """Create a label.

    Raises:
        Refusal: 422, there is one of that name.
    """
    with world.lock:
        if name.lower() in repository.labels:
            raise invalid("Label", "name", "already_exists")
        number, node = world.identify("LA")
        one = Label(number, node, name, color, description)
        repository.labels[name.lower()] = one
        world.nodes[node] = (repository, one)
        world.emit(
            "label",
            "created",
            repository,
            lambda urls: {"label": label(urls, repository, one)},
            actor=actor,
        )
        return one


def ensure_label(world: World, repository: Hosted, name: str, actor: Account) -> Label:
    """A label by its name, created if need be."""
    known = repository.labels.get(name.lower())
    return known or create_label(world, repository, name, actor)


def set_labels(
    world: World, repository: Hosted, one: Issue, names: list[str], actor: Account
) -> None:
    """Let an issue or a pull request have exactly these labels."""
    with world.lock:
        wanted = {name.lower(): ensure_label(world, repository, name, actor) for name in names}
        had = {each.name.lower(): each for each in one.labels}
        one.labels = list(wanted.values())
        for name in sorted(wanted.keys() ^ had.keys()):
            one.updated_at = world.now()
            action = "labeled" if name in wanted else "unlabeled"
            shown = label(Urls.of(world.root), repository, wanted.get(name) or had[name])
            _tell(world, repository, one, action, actor, {"label": shown})
