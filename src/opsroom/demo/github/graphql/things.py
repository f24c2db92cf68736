"""Git objects, checks of a commit and the like, as sources that a resolver can be handed."""

from dataclasses import dataclass
from typing import cast

from opsroom.demo.github.encoding import GitCommit, TreeEntry
from opsroom.demo.github.graphql.asked import Within
from opsroom.demo.github.objects import MissingObject, Objects
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.checks import CheckRun, CommitStatus
from opsroom.demo.github.state.issues import Issue, Label
from opsroom.demo.github.state.pulls import Pull
from opsroom.demo.github.state.repository import Hosted


@dataclass(frozen=True, slots=True)
class GitTree:
    """A folder."""

    oid: str
    entries: tuple[TreeEntry, ...]
    path: str = ""


@dataclass(frozen=True, slots=True)
class GitBlob:
    """A file."""

    oid: str
    body: bytes


@dataclass(frozen=True, slots=True)
class GitTag:
    """An annotated tag."""

    oid: str
    name: str
    message: str
    target: str


GitThing = GitCommit | GitTree | GitBlob | GitTag

KINDS: dict[type, str] = {
    GitCommit: "Commit",
    GitTree: "Tree",
    GitBlob: "Blob",
    GitTag: "Tag",
    Pull: "PullRequest",
    Issue: "Issue",
    Label: "Label",
    CheckRun: "CheckRun",
    CommitStatus: "StatusContext",
}


def kind(source: object, *_: object) -> str:
    """Return the type of the schema that a source of an interface or a union is of."""
    if isinstance(source, Hosted):
        return "Repository"
    if isinstance(source, Account):
        return source.kind
    if isinstance(source, Within):
        return KINDS[type(cast("Within[object]", source).it)]
    raise TypeError(f"no type of the schema for {type(source).__name__}")


def git_object(objects: Objects, oid: str, path: str = "") -> GitThing:
    """Return an object by its id.

    Raises:
        MissingObject: there is none.
    """
    what, body = objects.read(oid)
    if what == "commit":
        return objects.commit(oid)
    if what == "tree":
        return GitTree(oid, objects.tree(oid), path)
    if what == "blob":
        return GitBlob(oid, body)
    head, _, message = body.decode(errors="replace").partition("\n\n")
    said = {word: rest for word, _, rest in (line.partition(" ") for line in head.splitlines())}
    return GitTag(oid, said["tag"], message, said["object"])


def resolved(repository: Hosted, expression: str) -> GitThing | None:
    """Return what an expression as `HEAD:.github` names; None when there is no such thing."""
    revision, colon, path = expression.partition(":")
    commit = commit_of(repository, revision)
    if commit is None:
        return None
    objects = repository.objects
    try:
        if not colon:
            return git_object(objects, commit)
        if not path.strip("/"):
            made = objects.commit(commit)
            return GitTree(made.tree, objects.tree(made.tree))
        entry = objects.at(commit, path)
        return None if entry is None else git_object(objects, entry.oid, path.strip("/"))
    except MissingObject:
        return None


def commit_of(repository: Hosted, revision: str) -> str | None:
    """Return the id that a revision names: `HEAD`, a branch, a tag, a full ref, an id."""
    if revision == "HEAD":
        return repository.head
    for name in (revision, f"refs/heads/{revision}", f"refs/tags/{revision}"):
        if oid := repository.refs.get(name):
            return oid
    known = len(revision) == 40 and repository.objects.has(revision)
    return revision if known else None
