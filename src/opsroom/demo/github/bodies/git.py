"""Refs, commits, trees, blobs and files."""

import base64
from collections.abc import Callable

from opsroom.demo.github.bodies.accounts import account
from opsroom.demo.github.bodies.times import stamp
from opsroom.demo.github.encoding import GitCommit, Signature, TreeEntry
from opsroom.demo.github.objects import Objects
from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.repository import HEADS, Hosted
from opsroom.demo.github.urls import Json, Urls, quoted

Find = Callable[[str], Account | None]
"""Whose address an email is."""

UNSIGNED: Json = {
    "verified": False,
    "reason": "unsigned",
    "signature": None,
    "payload": None,
    "verified_at": None,
}


def nobody(_: str) -> Account | None:
    """A `Find` that knows none."""
    return None


def signature(who: Signature) -> Json:
    """Who and when."""
    return {"name": who.author.name, "email": who.author.email, "date": stamp(who.at)}


def ref(urls: Urls, repository: Hosted, name: str, oid: str) -> Json:
    """A ref by its full name."""
    at = urls.repository(repository.full_name)
    kind = "tag" if repository.objects.has(oid) and _kind(repository, oid) == "tag" else "commit"
    return {
        "ref": name,
        "node_id": f"REF_{repository.id}_{name}",
        "url": f"{at}/git/{quoted(name)}",
        "object": {"sha": oid, "type": kind, "url": f"{at}/git/{kind}s/{oid}"},
    }


def _kind(repository: Hosted, oid: str) -> str:
    return repository.objects.read(oid)[0]


def git_commit(urls: Urls, repository: Hosted, commit: GitCommit) -> Json:
    """A commit as Git knows it."""
    at = urls.repository(repository.full_name)
    page = urls.page(repository.full_name)
    return {
        "sha": commit.oid,
        "node_id": f"C_{repository.id}_{commit.oid}",
        "url": f"{at}/git/commits/{commit.oid}",
        "html_url": f"{page}/commit/{commit.oid}",
        "author": signature(commit.author),
        "committer": signature(commit.committer),
        "tree": {"sha": commit.tree, "url": f"{at}/git/trees/{commit.tree}"},
        "message": commit.message.rstrip("\n"),
        "parents": [
            {
                "sha": parent,
                "url": f"{at}/git/commits/{parent}",
                "html_url": f"{page}/commit/{parent}",
            }
            for parent in commit.parents
        ],
        "verification": UNSIGNED,
    }


def commit(urls: Urls, repository: Hosted, made: GitCommit, find: Find = nobody) -> Json:
    """A commit as its host knows it: with accounts."""
    at = urls.repository(repository.full_name)
    page = urls.page(repository.full_name)
    author, committer = find(made.author.author.email), find(made.committer.author.email)
    return {
        "sha": made.oid,
        "node_id": f"C_{repository.id}_{made.oid}",
        "commit": {
            "author": signature(made.author),
            "committer": signature(made.committer),
            "message": made.message.rstrip("\n"),
            "tree": {"sha": made.tree, "url": f"{at}/git/trees/{made.tree}"},
            "url": f"{at}/git/commits/{made.oid}",
            "comment_count": 0,
            "verification": UNSIGNED,
        },
        "url": f"{at}/commits/{made.oid}",
        "html_url": f"{page}/commit/{made.oid}",
        "comments_url": f"{at}/commits/{made.oid}/comments",
        "author": None if author is None else account(urls, author),
        "committer": None if committer is None else account(urls, committer),
        "parents": [
            {"sha": parent, "url": f"{at}/commits/{parent}", "html_url": f"{page}/commit/{parent}"}
            for parent in made.parents
        ],
    }


def simple_commit(made: GitCommit) -> Json:
    """A commit inside a run or a check suite."""
    return {
        "id": made.oid,
        "tree_id": made.tree,
        "message": made.message.rstrip("\n"),
        "timestamp": stamp(made.author.at),
        "author": {"name": made.author.author.name, "email": made.author.author.email},
        "committer": {"name": made.committer.author.name, "email": made.committer.author.email},
    }


def pushed_commit(urls: Urls, repository: Hosted, made: GitCommit, files: dict[str, str]) -> Json:
    """A commit inside a push event. `files` maps paths to added, removed or modified."""
    author, committer = made.author.author, made.committer.author
    return {
        "id": made.oid,
        "tree_id": made.tree,
        "distinct": True,
        "message": made.message.rstrip("\n"),
        "timestamp": stamp(made.committer.at),
        "url": f"{urls.page(repository.full_name)}/commit/{made.oid}",
        "author": {"name": author.name, "email": author.email},
        "committer": {"name": committer.name, "email": committer.email},
        **{
            kind: [path for path, what in files.items() if what == kind]
            for kind in ("added", "removed", "modified")
        },
    }


def tree(urls: Urls, repository: Hosted, oid: str, entries: list[tuple[str, TreeEntry]]) -> Json:
    """A tree, or a recursive listing of one: paths with their entries."""
    at = urls.repository(repository.full_name)

    def line(path: str, entry: TreeEntry) -> Json:
        body: Json = {
            "path": path,
            "mode": entry.mode.zfill(6),
            "type": entry.kind,
            "sha": entry.oid,
        }
        if entry.kind == "blob":
            body["size"] = len(repository.objects.blob(entry.oid))
        if entry.kind != "commit":
            body["url"] = f"{at}/git/{entry.kind}s/{entry.oid}"
        return body

    return {
        "sha": oid,
        "url": f"{at}/git/trees/{oid}",
        "tree": [line(path, entry) for path, entry in entries],
        "truncated": False,
    }


def blob(urls: Urls, repository: Hosted, oid: str, content: bytes) -> Json:
    """A blob, in base64 with its line breaks."""
    return {
        "sha": oid,
        "node_id": f"B_{repository.id}_{oid}",
        "size": len(content),
        "url": f"{urls.repository(repository.full_name)}/git/blobs/{oid}",
        "content": base64.encodebytes(content).decode(),
        "encoding": "base64",
    }


def content(
    urls: Urls, repository: Hosted, path: str, entry: TreeEntry, at: str, *, whole: bool
) -> Json:
    """A file or folder at `path` in the commit-ish `at`; a `whole` file comes with its bytes."""
    objects: Objects = repository.objects
    api, page = urls.repository(repository.full_name), urls.page(repository.full_name)
    kind = {"tree": "dir", "commit": "submodule"}.get(entry.kind, "file")
    where = "tree" if kind == "dir" else "blob"
    own = f"{api}/contents/{quoted(path)}?ref={quoted(at)}"
    git = None if kind == "submodule" else f"{api}/git/{where}s/{entry.oid}"
    html = f"{page}/{where}/{quoted(at)}/{quoted(path)}"
    raw = f"{page}/raw/{quoted(at)}/{quoted(path)}" if kind == "file" else None
    body: Json = {
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": entry.oid,
        "size": len(objects.blob(entry.oid)) if kind == "file" else 0,
        "url": own,
        "html_url": html,
        "git_url": git,
        "download_url": raw,
        "type": kind,
        "_links": {"self": own, "git": git, "html": html},
    }
    if whole and kind == "file":
        bytes_ = objects.blob(entry.oid)
        body |= {"content": base64.encodebytes(bytes_).decode(), "encoding": "base64"}
    return body


def short_branch(urls: Urls, repository: Hosted, name: str, oid: str, protection: Json) -> Json:
    """A branch in a list. `protection` is its summary."""
    at = urls.repository(repository.full_name)
    return {
        "name": name,
        "commit": {"sha": oid, "url": f"{at}/commits/{oid}"},
        "protected": protection["enabled"],
        "protection": protection,
        "protection_url": f"{at}/branches/{quoted(name)}/protection",
    }


def branch(
    urls: Urls, repository: Hosted, name: str, protection: Json, find: Find = nobody
) -> Json:
    """A branch by itself."""
    at = urls.repository(repository.full_name)
    made = repository.objects.commit(repository.refs[HEADS + name])
    return {
        "name": name,
        "commit": commit(urls, repository, made, find),
        "_links": {
            "self": f"{at}/branches/{quoted(name)}",
            "html": f"{urls.page(repository.full_name)}/tree/{quoted(name)}",
        },
        "protected": protection["enabled"],
        "protection": protection,
        "protection_url": f"{at}/branches/{quoted(name)}/protection",
    }
