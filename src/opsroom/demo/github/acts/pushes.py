"""Commits arrive: by a push, by the web, by a merge; refs are created, moved and deleted."""

from collections.abc import Mapping

from opsroom.demo.git import Author
from opsroom.demo.github.acts.following import follow
from opsroom.demo.github.bodies.git import pushed_commit
from opsroom.demo.github.encoding import GitCommit, Signature, commit_body
from opsroom.demo.github.history import is_ancestor, only_in, peeled
from opsroom.demo.github.objects import MissingObject
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.repository import HEADS, Hosted
from opsroom.demo.github.trees import compare, with_files
from opsroom.demo.github.urls import Json, Urls
from opsroom.demo.github.world import World

ZERO = "0" * 40
MOST_TOLD = 20
"""Commits that one push event tells of."""


def author_of(who: Account) -> Author:
    """Who an account is in Git."""
    return Author(who.name, who.email or f"{who.id}+{who.login}@users.noreply.home.arpa")


def write_commit(
    world: World,
    repository: Hosted,
    tree: str,
    parents: tuple[str, ...],
    message: str,
    author: Author,
    *,
    committer: Author | None = None,
) -> str:
    """Write a commit that no ref points at yet, and return its id."""
    with world.lock:
        now = world.now()
        body = commit_body(
            tree, parents, Signature(author, now), Signature(committer or author, now), message
        )
        return repository.objects.write("commit", body)


def commit_files(
    world: World,
    repository: Hosted,
    branch: str,
    files: Mapping[str, str | bytes | None],
    message: str,
    actor: Account,
    *,
    author: Author | None = None,
    start: str | None = None,
) -> str:
    """Commit files on a branch as one commit, push it, and return its id.

    None as a file's text deletes it. A branch that isn't there begins at `start`, by default at
    the default branch.
    """
    with world.lock:
        parent = repository.refs.get(HEADS + branch) or start or repository.head
        base = repository.objects.commit(parent).tree if parent else None
        raw = {
            path: text.encode() if isinstance(text, str) else text for path, text in files.items()
        }
        tree = with_files(repository.objects, base, raw)
        parents = (parent,) if parent else ()
        who = author or author_of(actor)
        oid = write_commit(world, repository, tree, parents, message, who)
        move_ref(world, repository, HEADS + branch, oid, actor)
        return oid


def move_ref(world: World, repository: Hosted, ref: str, oid: str | None, actor: Account) -> None:
    """Create a ref, move it (in whatever direction), or delete it (None)."""
    with world.lock:
        before = repository.refs.get(ref)
        if before == oid:
            return
        repository.objects.set_ref(ref, oid)
        if oid is None:
            del repository.refs[ref]
        else:
            repository.refs[ref] = oid
        _tell(world, repository, ref, before, oid, actor)


def reread_refs(world: World, repository: Hosted, actor: Account) -> None:
    """Take over what a push over Git's own protocol did to the refs."""
    with world.lock:
        found = repository.objects.read_refs()
        before = dict(repository.refs)
        for ref in sorted(before.keys() | found.keys()):
            if before.get(ref) == found.get(ref):
                continue
            if ref in found:
                repository.refs[ref] = found[ref]
            else:
                del repository.refs[ref]
            _tell(world, repository, ref, before.get(ref), found.get(ref), actor)


def _tell(
    world: World,
    repository: Hosted,
    ref: str,
    before: str | None,
    after: str | None,
    actor: Account,
) -> None:
    """Emit what a moved ref makes known, and let pull requests follow their branches."""
    now = world.now()
    repository.pushed_at = repository.updated_at = now
    short = ref.removeprefix(HEADS).removeprefix("refs/tags/")
    kind = "tag" if ref.startswith("refs/tags/") else "branch"
    if not ref.startswith((HEADS, "refs/tags/")):
        return
    if kind == "branch" and after is not None and _is_first(repository):
        repository.default_branch = short
        repository.objects.set_head(short)
    named = {"ref": short, "ref_type": kind, "pusher_type": "user"}
    if before is None:
        extra = {
            "master_branch": repository.default_branch,
            "description": repository.description,
        }
        world.emit("create", None, repository, lambda _: {**named, **extra}, actor=actor)
    push = Push(repository, ref, before, after, actor)
    world.emit("push", None, repository, push, actor=actor)
    if after is None:
        world.emit("delete", None, repository, lambda _: named, actor=actor)
    if kind == "branch":
        follow(world, repository, short, before, after, actor)


def _is_first(repository: Hosted) -> bool:
    return repository.head is None and len(repository.branches()) == 1


class Push:
    """The details of a push event, worked out only when somebody listens."""

    def __init__(
        self, repository: Hosted, ref: str, before: str | None, after: str | None, actor: Account
    ) -> None:
        self.repository = repository
        self.ref, self.before, self.after = ref, before, after
        self.actor = actor

    def __call__(self, urls: Urls) -> Json:
        """The details, with addresses of the webhook's receiver."""
        commits = [self._commit(urls, each) for each in reversed(self._new())]
        page = urls.page(self.repository.full_name)
        before, after = self.before or ZERO, self.after or ZERO
        who = author_of(self.actor)
        return {
            "ref": self.ref,
            "before": before,
            "after": after,
            "created": self.before is None,
            "deleted": self.after is None,
            "forced": self._forced(),
            "base_ref": None,
            "compare": f"{page}/compare/{before[:12]}...{after[:12]}",
            "commits": commits,
            "head_commit": commits[-1] if commits else self._head(urls),
            "pusher": {"name": self.actor.login, "email": who.email},
        }

    def _new(self) -> list[GitCommit]:
        objects = self.repository.objects
        if self.after is None or not self.ref.startswith(HEADS):
            return []
        if self.before is not None:
            return only_in(objects, self.after, self.before)[:MOST_TOLD]
        head = self.repository.head
        if head is None or head == self.after:
            return []
        return only_in(objects, self.after, head)[:MOST_TOLD]

    def _forced(self) -> bool:
        if self.before is None or self.after is None or not self.ref.startswith(HEADS):
            return False
        try:
            return not is_ancestor(self.repository.objects, self.before, self.after)
        except MissingObject:
            return True

    def _head(self, urls: Urls) -> Json | None:
        if self.after is None:
            return None
        objects = self.repository.objects
        return self._commit(urls, objects.commit(peeled(objects, self.after)))

    def _commit(self, urls: Urls, commit: GitCommit) -> Json:
        objects = self.repository.objects
        parent = objects.commit(commit.parents[0]).tree if commit.parents else None
        files = {each.path: each.status for each in compare(objects, parent, commit.tree)}
        return pushed_commit(urls, self.repository, commit, dict(files))
