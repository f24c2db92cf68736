"""Files and folders, read and written through the web."""

import base64
import binascii

from opsroom.demo.git import Author
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.bodies import git as bodies
from opsroom.demo.github.encoding import TreeEntry
from opsroom.demo.github.gates import refuse_ref
from opsroom.demo.github.history import resolve
from opsroom.demo.github.refusals import Refusal, invalid, not_found
from opsroom.demo.github.rest.call import REPOSITORY, Answer, Call, Endpoints, Result
from opsroom.demo.github.state.repository import HEADS, Hosted
from opsroom.demo.github.urls import Json

endpoint = Endpoints()

RAW = "application/vnd.github.raw"


def _commit(call: Call, repository: Hosted) -> tuple[str, str]:
    """The commit-ish that was asked for, and the commit that it is."""
    named = call.query.get("ref") or repository.default_branch
    if not repository.refs:
        raise Refusal(404, "This repository is empty.")
    oid = resolve(repository.objects, repository.refs, named)
    if oid is None:
        raise Refusal(404, f"No commit found for the ref {named}")
    return named, oid


def _read(call: Call, path: str) -> Result:
    repository = call.repository("contents")
    named, oid = _commit(call, repository)
    entry = repository.objects.at(oid, path)
    if entry is None:
        raise not_found()
    if entry.kind == "tree":
        under = f"{path}/" if path else ""
        return [
            bodies.content(call.urls, repository, under + each.name, each, named, whole=False)
            for each in repository.objects.tree(entry.oid)
        ]
    if entry.kind == "blob" and RAW in call.accept:
        headers = {"content-type": f"{RAW}+json; charset=utf-8"}
        return Answer(repository.objects.blob(entry.oid), headers=headers)
    return bodies.content(call.urls, repository, path, entry, named, whole=True)


@endpoint("GET", f"{REPOSITORY}/contents")
def top(call: Call) -> Result:
    """The top folder."""
    return _read(call, "")


@endpoint("GET", f"{REPOSITORY}/readme")
def readme(call: Call) -> Result:
    """The README, however it is spelt."""
    repository = call.repository("contents")
    _, oid = _commit(call, repository)
    for entry in repository.objects.tree(oid):
        if entry.kind == "blob" and entry.name.lower().partition(".")[0] == "readme":
            return _read(call, entry.name)
    raise not_found()


@endpoint("GET", f"{REPOSITORY}/contents/{{path:path}}")
def get(call: Call) -> Result:
    """A file with its bytes, or a folder with its entries."""
    return _read(call, call.arguments["path"].strip("/"))


def _target(call: Call, repository: Hosted) -> tuple[str, TreeEntry | None]:
    """The branch that is written to, and what is at the path there now."""
    branch = str(call.data.get("branch") or repository.default_branch)
    head = repository.refs.get(HEADS + branch)
    if head is None and repository.refs:
        raise Refusal(404, f"Branch {branch} not found")
    path = call.arguments["path"].strip("/")
    return branch, repository.objects.at(head, path) if head else None


def _authors(call: Call) -> Author | None:
    said: Json = call.data.get("author") or call.data.get("committer") or {}
    return Author(str(said["name"]), str(said["email"])) if said else None


def _gate(call: Call, repository: Hosted, branch: str) -> None:
    head = repository.refs.get(HEADS + branch)
    if head is not None:
        refuse_ref(call.world, repository, HEADS + branch, head)


def _commit_body(call: Call, repository: Hosted, oid: str) -> Json:
    return bodies.git_commit(call.urls, repository, repository.objects.commit(oid))


@endpoint("PUT", f"{REPOSITORY}/contents/{{path:path}}", content=True)
def put(call: Call) -> Result:
    """Write a file as one commit; `sha` must be that of the file that is replaced."""
    repository = call.repository("contents", "write")
    path = call.arguments["path"].strip("/")
    message = call.text("message", "Commit")
    try:
        raw = base64.b64decode(str(call.data.get("content", "")))
    except binascii.Error as error:
        raise Refusal(422, "content is not valid Base64") from error
    _needs_workflow_scope(call, path)
    branch, before = _target(call, repository)
    given = call.data.get("sha")
    if before is not None and before.kind != "blob":
        raise invalid("Commit", "path")
    if before is not None and not given:
        raise Refusal(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if given and (before is None or given != before.oid):
        raise Refusal(409, f"{path} does not match {given}")
    _gate(call, repository, branch)
    oid = commit_files(
        call.world, repository, branch, {path: raw}, message, call.actor, author=_authors(call)
    )
    entry = repository.objects.at(oid, path)
    if entry is None:
        raise not_found()
    content = bodies.content(call.urls, repository, path, entry, branch, whole=False)
    body = {"content": content, "commit": _commit_body(call, repository, oid)}
    return Answer(body, 201 if before is None else 200)


def _needs_workflow_scope(call: Call, path: str) -> None:
    scopes = call.identity.scopes
    if path.startswith(".github/workflows/") and scopes is not None and "workflow" not in scopes:
        raise not_found()


@endpoint("DELETE", f"{REPOSITORY}/contents/{{path:path}}", content=True)
def delete(call: Call) -> Result:
    """Delete a file as one commit."""
    repository = call.repository("contents", "write")
    path = call.arguments["path"].strip("/")
    message = call.text("message", "Commit")
    _needs_workflow_scope(call, path)
    branch, before = _target(call, repository)
    if before is None:
        raise not_found()
    if call.text("sha", "Commit") != before.oid:
        raise Refusal(409, f"{path} does not match {call.data['sha']}")
    _gate(call, repository, branch)
    oid = commit_files(
        call.world, repository, branch, {path: None}, message, call.actor, author=_authors(call)
    )
    return {"content": None, "commit": _commit_body(call, repository, oid)}
