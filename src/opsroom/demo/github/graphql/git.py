"""Refs, commits, trees, blobs and tags."""

from opsroom.demo.github.bodies.protection import protecting
from opsroom.demo.github.bodies.times import stamp
from opsroom.demo.github.encoding import GitCommit, Signature, TreeEntry
from opsroom.demo.github.graphql.asked import Arguments, Asked, Fields, Within
from opsroom.demo.github.graphql.checks import rollup, statuses
from opsroom.demo.github.graphql.pages import Page, page
from opsroom.demo.github.graphql.things import GitBlob, GitTag, GitTree, git_object
from opsroom.demo.github.objects import MissingObject
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.repository import HEADS, Hosted

SHORT = 7
MOST_HISTORY = 1000
MOST_TEXT = 512_000
"""Bytes of a blob that GitHub hands out as text."""

Reference = tuple[str, str]
"""Full name and commit."""
Listed = tuple[TreeEntry, str]
"""An entry, and the path of the folder that it is in."""


def _thing(within: Within[object], oid: str) -> Within[object] | None:
    try:
        return Within(within.repository, git_object(within.repository.objects, oid))
    except MissingObject:
        return None


def _prefix(name: str) -> str:
    return "/".join(name.split("/")[:2]) + "/"


REF = Fields[Within[Reference]](
    {
        "id": lambda ref: f"REF_{ref.repository.id}:{ref.it[0]}",
        "name": lambda ref: ref.it[0].removeprefix(_prefix(ref.it[0])),
        "prefix": lambda ref: _prefix(ref.it[0]),
        "target": lambda ref: _thing(ref, ref.it[1]),
    },
    {
        "branchProtectionRule": lambda ref, _, __: _rule(ref),
    },
)


def _rule(ref: Within[Reference]) -> Within[object] | None:
    found = protecting(ref.repository, ref.it[0].removeprefix(HEADS))
    return None if found is None else Within(ref.repository, found)


def _object_id(within: Within[GitCommit | GitTree | GitBlob | GitTag]) -> str:
    return f"G_{within.repository.id}:{within.it.oid}"


def _commits(commit: Within[GitCommit], arguments: Arguments, oids: tuple[str, ...]) -> Page:
    return page(oids, arguments, lambda oid: _thing(commit, oid))


def _history(commit: Within[GitCommit], _: Asked, arguments: Arguments) -> Page:
    """Walk back from a commit, newest first, along all parents."""
    objects, path = commit.repository.objects, arguments.get("path")
    found: list[str] = []
    seen, ahead = {commit.it.oid}, [commit.it]
    while ahead and len(found) < MOST_HISTORY:
        ahead.sort(key=lambda each: each.committer.at)
        made = ahead.pop()
        parents = [objects.commit(parent) for parent in made.parents if objects.has(parent)]
        here = objects.at(made.oid, path) if path else None
        if not path or here != (objects.at(parents[0].oid, path) if parents else None):
            found.append(made.oid)
        ahead += [each for each in parents if each.oid not in seen]
        seen |= {each.oid for each in parents}
    return _commits(commit, arguments, tuple(found))


COMMIT = Fields[Within[GitCommit]](
    {
        "id": _object_id,
        "oid": lambda commit: commit.it.oid,
        "abbreviatedOid": lambda commit: commit.it.oid[:SHORT],
        "committedDate": lambda commit: commit.it.committer.at,
        "authoredDate": lambda commit: commit.it.author.at,
        "author": lambda commit: commit.it.author,
        "committer": lambda commit: commit.it.committer,
        "message": lambda commit: commit.it.message.strip(),
        "messageHeadline": lambda commit: commit.it.headline,
        "messageBody": lambda commit: commit.it.message.partition("\n")[2].strip(),
        "tree": lambda commit: _thing(commit, commit.it.tree),
        "statusCheckRollup": lambda commit: rollup(commit.repository, commit.it.oid),
        "status": lambda commit: statuses(commit.repository, commit.it.oid),
    },
    {
        "url": lambda commit, asked, _: (
            f"{asked.urls.page(commit.repository.full_name)}/commit/{commit.it.oid}"
        ),
        "parents": lambda commit, _, arguments: _commits(commit, arguments, commit.it.parents),
        "history": _history,
        "checkSuites": lambda commit, _, arguments: page(
            commit.repository.checks(commit.it.oid),
            arguments,
            lambda suite: Within(commit.repository, suite),
        ),
    },
)


def _user(author: Signature, asked: Asked, _: Arguments) -> Account | None:
    """Find the user behind an address, by the part before the @ or by its name."""
    login = author.author.email.partition("@")[0].rpartition("+")[2]
    found = asked.world.account(login) or asked.world.account(author.author.name)
    return found if found is not None and found.kind == "User" else None


GIT_ACTOR = Fields[Signature](
    {
        "name": lambda by: by.author.name,
        "email": lambda by: by.author.email,
        "date": lambda by: stamp(by.at),
    },
    {"user": _user},
)

TREE = Fields[Within[GitTree]](
    {
        "id": _object_id,
        "oid": lambda tree: tree.it.oid,
        "abbreviatedOid": lambda tree: tree.it.oid[:SHORT],
        "entries": lambda tree: [
            Within(tree.repository, (entry, tree.it.path)) for entry in tree.it.entries
        ],
    }
)


def _size(entry: Within[Listed]) -> int:
    found = entry.it[0]
    return len(entry.repository.objects.blob(found.oid)) if found.kind == "blob" else 0


def _inside(entry: Within[Listed]) -> Within[object] | None:
    return None if entry.it[0].kind == "commit" else _thing(entry, entry.it[0].oid)


TREE_ENTRY = Fields[Within[Listed]](
    {
        "name": lambda entry: entry.it[0].name,
        "oid": lambda entry: entry.it[0].oid,
        "type": lambda entry: entry.it[0].kind,
        "mode": lambda entry: int(entry.it[0].mode, 8),
        "path": lambda entry: f"{entry.it[1]}/{entry.it[0].name}".lstrip("/"),
        "size": _size,
        "object": _inside,
    }
)


def _text(blob: Within[GitBlob]) -> str | None:
    body = blob.it.body
    return None if b"\0" in body else body[:MOST_TEXT].decode(errors="replace")


BLOB = Fields[Within[GitBlob]](
    {
        "id": _object_id,
        "oid": lambda blob: blob.it.oid,
        "abbreviatedOid": lambda blob: blob.it.oid[:SHORT],
        "byteSize": lambda blob: len(blob.it.body),
        "isBinary": lambda blob: b"\0" in blob.it.body,
        "isTruncated": lambda blob: len(blob.it.body) > MOST_TEXT,
        "text": _text,
    }
)

TAG = Fields[Within[GitTag]](
    {
        "id": _object_id,
        "oid": lambda tag: tag.it.oid,
        "abbreviatedOid": lambda tag: tag.it.oid[:SHORT],
        "name": lambda tag: tag.it.name,
        "message": lambda tag: tag.it.message,
        "target": lambda tag: _thing(tag, tag.it.target),
    }
)


def references(repository: Hosted, prefix: str) -> list[Reference]:
    """Return the refs that begin with a prefix, by name."""
    return [(name, oid) for name, oid in sorted(repository.refs.items()) if name.startswith(prefix)]
