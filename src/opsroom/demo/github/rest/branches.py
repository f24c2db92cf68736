"""Branches, refs and the objects behind them."""

import base64
import binascii

from opsroom.demo.git import Author
from opsroom.demo.github.acts.pulls import merge_branches
from opsroom.demo.github.acts.pushes import author_of, move_ref
from opsroom.demo.github.bodies import git as bodies
from opsroom.demo.github.bodies.protection import summary
from opsroom.demo.github.encoding import Signature, TreeEntry, commit_body
from opsroom.demo.github.gates import refuse_ref
from opsroom.demo.github.history import is_ancestor, resolve
from opsroom.demo.github.refusals import Refusal, invalid, not_found, unprocessable
from opsroom.demo.github.rest.call import REPOSITORY, Answer, Call, Endpoints, Result
from opsroom.demo.github.rest.finding import instant, needs_commits, owner_of_email
from opsroom.demo.github.state.repository import HEADS, Hosted
from opsroom.demo.github.trees import changed_tree, walk
from opsroom.demo.github.urls import Json

endpoint = Endpoints()

MODES = frozenset({"100644", "100755", "040000", "160000", "120000"})


@endpoint("GET", f"{REPOSITORY}/branches")
def branches(call: Call) -> Result:
    """The branches of a repository."""
    repository = call.repository("contents")
    found = list(repository.branches().items())
    if "protected" in call.query:
        wanted = call.query["protected"] == "true"
        found = [each for each in found if summary(repository, each[0])["enabled"] == wanted]
    return call.paged(
        found,
        lambda each: bodies.short_branch(
            call.urls, repository, *each, summary(repository, each[0])
        ),
    )


@endpoint("GET", f"{REPOSITORY}/git/ref/{{ref:path}}")
def ref(call: Call) -> Result:
    """One ref by its exact name without `refs/`."""
    repository = call.repository("contents")
    needs_commits(repository)
    name = f"refs/{call.arguments['ref']}"
    if name not in repository.refs:
        raise not_found()
    return bodies.ref(call.urls, repository, name, repository.refs[name])


@endpoint("GET", f"{REPOSITORY}/git/matching-refs/{{ref:path}}")
def matching_refs(call: Call) -> Result:
    """The refs whose names begin so."""
    repository = call.repository("contents")
    start = f"refs/{call.arguments['ref']}"
    found = [each for each in sorted(repository.refs.items()) if each[0].startswith(start)]
    return call.paged(found, lambda each: bodies.ref(call.urls, repository, *each))


@endpoint("POST", f"{REPOSITORY}/git/refs", content=True)
def create_ref(call: Call) -> Result:
    """Create a branch or a tag."""
    repository = call.repository("contents", "write")
    needs_commits(repository)
    name, oid = call.text("ref", "Reference"), call.text("sha", "Reference")
    if not name.startswith("refs/") or name.count("/") < 2 or _is_unsafe(name):
        raise unprocessable("Reference name must start with 'refs/' and be well formed.")
    if name in repository.refs:
        raise unprocessable("Reference already exists")
    if any(
        other.startswith(f"{name}/") or name.startswith(f"{other}/") for other in repository.refs
    ):
        raise unprocessable("Reference cannot be created: another one is in its way")
    if not repository.objects.has(oid):
        raise unprocessable("Object does not exist")
    move_ref(call.world, repository, name, oid, call.actor)
    return Answer(bodies.ref(call.urls, repository, name, oid), 201)


def _is_unsafe(name: str) -> bool:
    wrong = (" ", "~", "^", ":", "?", "*", "[", "\\", "..", "@{", "//")
    return any(each in name for each in wrong) or name.endswith((".lock", "/", "."))


@endpoint("PATCH", f"{REPOSITORY}/git/refs/{{ref:path}}")
def update_ref(call: Call) -> Result:
    """Move a ref; backwards only by force, and never against its protection."""
    repository = call.repository("contents", "write")
    name, oid = f"refs/{call.arguments['ref']}", call.text("sha", "Reference")
    if name not in repository.refs:
        raise unprocessable("Reference does not exist")
    if not repository.objects.has(oid):
        raise unprocessable("Object does not exist")
    refuse_ref(call.world, repository, name, oid)
    forced = call.data.get("force") is True
    if not forced and not is_ancestor(repository.objects, repository.refs[name], oid):
        raise unprocessable("Update is not a fast forward")
    move_ref(call.world, repository, name, oid, call.actor)
    return bodies.ref(call.urls, repository, name, oid)


@endpoint("DELETE", f"{REPOSITORY}/git/refs/{{ref:path}}")
def delete_ref(call: Call) -> Result:
    """Delete a ref."""
    repository = call.repository("contents", "write")
    name = f"refs/{call.arguments['ref']}"
    if name not in repository.refs:
        raise unprocessable("Reference does not exist")
    if name == HEADS + repository.default_branch:
        raise unprocessable("Cannot delete the default branch")
    refuse_ref(call.world, repository, name, None)
    move_ref(call.world, repository, name, None, call.actor)
    return Answer(status=204)


@endpoint("GET", f"{REPOSITORY}/git/commits/{{sha}}")
def git_commit(call: Call) -> Result:
    """A commit as Git knows it."""
    repository = call.repository("contents")
    made = repository.objects.commit(_oid(call.arguments["sha"]))
    return bodies.git_commit(call.urls, repository, made)


def _oid(text: str) -> str:
    if len(text) != 40 or set(text) - set("0123456789abcdef"):
        raise not_found()
    return text


@endpoint("POST", f"{REPOSITORY}/git/commits", content=True)
def create_commit(call: Call) -> Result:
    """Write a commit that no ref points at."""
    repository = call.repository("contents", "write")
    tree, message = call.text("tree", "Commit"), call.text("message", "Commit")
    parents = tuple(str(each) for each in call.data.get("parents") or ())
    for oid in (tree, *parents):
        if not repository.objects.has(oid):
            raise unprocessable("Tree SHA or parent does not exist")
    author = _signature(call, "author", None)
    committer = _signature(call, "committer", author)
    body = commit_body(tree, parents, author, committer, message)
    oid = repository.objects.write("commit", body)
    made = bodies.git_commit(call.urls, repository, repository.objects.commit(oid))
    return Answer(made, 201)


def _signature(call: Call, field: str, otherwise: Signature | None) -> Signature:
    said: Json = call.data.get(field) or {}
    if not said:
        return otherwise or Signature(author_of(call.actor), call.world.now())
    at = instant(said.get("date")) or call.world.now()
    return Signature(Author(str(said.get("name")), str(said.get("email"))), at)


@endpoint("GET", f"{REPOSITORY}/git/trees/{{sha:path}}")
def tree(call: Call) -> Result:
    """A tree by its id, or the tree of a commit, a branch or a tag."""
    repository = call.repository("contents")
    needs_commits(repository)
    asked = call.arguments["sha"]
    oid = resolve(repository.objects, repository.refs, asked)
    if oid is None:
        raise not_found()
    if repository.objects.read(oid)[0] == "commit":
        oid = repository.objects.commit(oid).tree
    deep = call.query.get("recursive", "") not in ("", "0", "false")
    entries = [(each.name, each) for each in repository.objects.tree(oid)]
    if deep:
        entries = list(walk(repository.objects, oid))
    return bodies.tree(call.urls, repository, oid, entries)


@endpoint("POST", f"{REPOSITORY}/git/trees", content=True)
def create_tree(call: Call) -> Result:
    """Write a tree: a base with other files at some paths."""
    repository = call.repository("contents", "write")
    objects = repository.objects
    base = call.data.get("base_tree")
    if base is not None and objects.read(str(base))[0] == "commit":
        base = objects.commit(str(base)).tree
    changes: dict[str, TreeEntry | None] = {}
    lines: list[Json] = call.data.get("tree") or []
    for line in lines:
        changes[str(line.get("path"))] = _entry(repository, line)
    oid = changed_tree(objects, base, changes)
    entries = [(each.name, each) for each in objects.tree(oid)]
    return Answer(bodies.tree(call.urls, repository, oid, entries), 201)


def _entry(repository: Hosted, line: Json) -> TreeEntry | None:
    mode = str(line.get("mode", "100644"))
    if mode not in MODES or not line.get("path"):
        raise invalid("Tree", "tree.mode" if line.get("path") else "tree.path")
    if "content" in line:
        oid = repository.objects.write("blob", str(line["content"]).encode())
        return TreeEntry(mode, "", oid)
    known = line.get("sha")
    if known is None:
        return None
    if not repository.objects.has(str(known)):
        raise unprocessable(f"tree.sha {known} is not a valid blob")
    return TreeEntry(mode.lstrip("0"), "", str(known))


@endpoint("GET", f"{REPOSITORY}/git/blobs/{{sha}}")
def blob(call: Call) -> Result:
    """A blob."""
    repository = call.repository("contents")
    oid = _oid(call.arguments["sha"])
    return bodies.blob(call.urls, repository, oid, repository.objects.blob(oid))


@endpoint("POST", f"{REPOSITORY}/git/blobs", content=True)
def create_blob(call: Call) -> Result:
    """Write a blob."""
    repository = call.repository("contents", "write")
    text = str(call.data.get("content", ""))
    try:
        raw = base64.b64decode(text) if call.data.get("encoding") == "base64" else text.encode()
    except binascii.Error as error:
        raise invalid("Blob", "content") from error
    oid = repository.objects.write("blob", raw)
    at = f"{call.urls.repository(repository.full_name)}/git/blobs/{oid}"
    return Answer({"sha": oid, "url": at}, 201)


@endpoint("POST", f"{REPOSITORY}/merges", content=True)
def merge(call: Call) -> Result:
    """Merge one branch into another."""
    repository = call.repository("contents", "write")
    made = merge_branches(
        call.world,
        repository,
        call.text("base"),
        call.text("head"),
        call.actor,
        call.data.get("commit_message"),
    )
    if made is None:
        return Answer(status=204)
    commit = repository.objects.commit(made)
    find = owner_of_email(call.world)
    return Answer(bodies.commit(call.urls, repository, commit, find), 201)


@endpoint("GET", f"{REPOSITORY}/branches/{{branch:path}}")
def branch(call: Call) -> Result:
    """One branch."""
    repository = call.repository("contents")
    name = call.arguments["branch"]
    if HEADS + name not in repository.refs:
        raise Refusal(404, "Branch not found")
    find = owner_of_email(call.world)
    return bodies.branch(call.urls, repository, name, summary(repository, name), find)
