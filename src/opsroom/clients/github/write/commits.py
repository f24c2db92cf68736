"""Several files in one commit on a branch of ours, on top of the head that the plan saw."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from opsroom.clients.github.write.branches import (
    RemoteBranch,
    branch_path,
    check_head,
    check_name,
    check_oid,
    check_unprotected,
    head,
    own_commits,
)
from opsroom.clients.github.write.errors import Declined, WriteRefused
from opsroom.clients.github.write.files import (
    ORDINARY,
    Entry,
    File,
    Tree,
    blob_oid,
    change_digest,
    check_files,
    tree_of,
)
from opsroom.clients.github.write.mark import Mark, message
from opsroom.clients.github.write.place import Place
from opsroom.clients.github.write.wire import Wire
from opsroom.clients.github.write.worker import request
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.github.write.written import Written

if TYPE_CHECKING:
    from github import Github


@dataclass(frozen=True, slots=True)
class Commit:
    """A branch's head and what it holds of the paths in question; None: nothing there."""

    oid: str
    branch: str
    files: Mapping[str, Entry | None]
    url: str


async def commit_files(
    writer: Writer,
    full_name: str,
    branch: str,
    parent: str,
    files: Sequence[File],
    subject: str,
    mark: Mark,
    *,
    host_id: str | None = None,
) -> Written[Commit]:
    """Commit `files` to `branch` on top of `parent`; nothing is made when nothing would change.

    `before` is the parent and what it holds under the paths, for the undo.

    Raises:
        WriteRefused: the head isn't `parent`, the branch is protected, or a person's.
    """
    check_oid(parent)
    check_files(files)
    async with writer.turn(full_name, host_id) as place:
        tree = await tree_of(writer, place, parent)
        old = {file.path: await tree.entry(file.path) for file in files}
        new = {file.path: _wanted(file, old[file.path], len(parent)) for file in files}
        contents = {
            entry.oid: file.content
            for file in files
            if file.content is not None and (entry := new[file.path]) is not None
        }
        return await commit_entries(
            writer, place, branch, parent, tree, old, new, contents, subject, mark
        )


async def commit_entries(
    writer: Writer,
    place: Place,
    name: str,
    parent: str,
    tree: Tree,
    old: Mapping[str, Entry | None],
    new: Mapping[str, Entry | None],
    contents: Mapping[str, bytes],
    subject: str,
    mark: Mark,
) -> Written[Commit]:
    """Make `new` of the paths whose entries are `old`; `contents` are those that are not there yet.

    Raises:
        WriteRefused: the head isn't `parent`, the branch is protected, or a person's.
    """
    check_name(name, place)
    branch = await head(writer, place, name)
    if branch is None:
        raise WriteRefused("gone", f"{place.full_name} has no branch {name}")
    await check_unprotected(writer, place, branch)
    change = change_digest(parent, new)
    before = _commit(place, name, parent, old)
    for own in await own_commits(writer, place, branch):
        if own.change == change:
            return Written(_commit(place, name, own.oid, new), before, now=False)
    check_head(branch, parent)
    changed = {path: entry for path, entry in new.items() if entry != old[path]}
    if not changed:
        return Written(before, before, now=False)
    made = await _objects(
        writer, place, parent, tree, changed, contents, message(subject, mark, change)
    )
    return Written(
        _commit(place, name, made, new), before, await _advance(writer, place, branch, made)
    )


def _wanted(file: File, old: Entry | None, length: int) -> Entry | None:
    if file.content is None:
        return None
    if old is not None and old.mode not in {"100644", "100755", "120000"}:
        raise WriteRefused("invalid", f"{file.path} is a folder or a submodule, not a file")
    mode = file.mode or (old.mode if old else ORDINARY)
    return Entry(mode, blob_oid(file.content, length))


def _commit(place: Place, name: str, oid: str, files: Mapping[str, Entry | None]) -> Commit:
    return Commit(oid, name, files, f"{place.url}/commit/{oid}")


async def _objects(
    writer: Writer,
    place: Place,
    parent: str,
    tree: Tree,
    changed: Mapping[str, Entry | None],
    contents: Mapping[str, bytes],
    text: str,
) -> str:
    """Make blobs, tree and commit, which nobody sees until a branch leads there.

    So a lost answer is simply asked for again: the same content gets the same id, and a commit made
    twice is one that nothing points to.
    """
    inline: dict[str, str] = {}
    for path, entry in changed.items():
        content = None if entry is None else contents.get(entry.oid)
        if content is None:
            continue
        if (readable := _text(content)) is not None:
            inline[path] = readable
        else:
            await writer.harmless(f"blob of {path}", _blob(place, content))

    def call(github: "Github") -> str:
        from github import InputGitTreeElement
        from github.GitTree import GitTree

        elements: list[InputGitTreeElement] = []
        for path, entry in changed.items():
            if entry is None:
                elements.append(InputGitTreeElement(path, ORDINARY, "blob", sha=None))
            elif path in inline:
                elements.append(InputGitTreeElement(path, entry.mode, "blob", inline[path]))
            else:
                elements.append(InputGitTreeElement(path, entry.mode, "blob", sha=entry.oid))
        base = GitTree(github.requester, {}, {"sha": tree.oid}, completed=True)
        made = github.get_repo(place.full_name).create_git_tree(elements, base)
        return Wire(made.raw_data).text("sha")

    made = await writer.harmless("tree", call)

    def commit(github: "Github") -> str:
        from github.GitCommit import GitCommit
        from github.GitTree import GitTree

        whole = GitTree(github.requester, {}, {"sha": made}, completed=True)
        under = GitCommit(github.requester, {}, {"sha": parent}, completed=True)
        done = github.get_repo(place.full_name).create_git_commit(text, whole, [under])
        return Wire(done.raw_data).text("sha")

    return await writer.harmless("commit", commit)


def _blob(place: Place, content: bytes) -> "Callable[[Github], str]":
    def call(github: "Github") -> str:
        encoded = b64encode(content).decode()
        made = github.get_repo(place.full_name).create_git_blob(encoded, "base64")
        return Wire(made.raw_data).text("sha")

    return call


def _text(content: bytes) -> str | None:
    """A content that JSON can carry as it is; None for any other."""
    try:
        return None if b"\0" in content else content.decode()
    except UnicodeDecodeError:
        return None


async def _advance(writer: Writer, place: Place, branch: RemoteBranch, oid: str) -> bool:
    """Lead the branch on to a commit on top of its head, never by force."""

    async def there() -> str | None:
        now = await head(writer, place, branch.name)
        return oid if now is not None and now.oid == oid else None

    def call(github: "Github") -> str:
        """PyGithub would send this to the address at which it reads a ref, which isn't the same."""
        path = f"{place.path}/git/refs/heads/{branch_path(branch.name)}"
        return Wire(request(github, "PATCH", path, {"sha": oid, "force": False})).text("object.sha")

    try:
        _, now = await writer.surely(f"head of {branch.name}", there, call)
    except Declined as error:
        at = await head(writer, place, branch.name)
        if at is None or at.oid != branch.oid:
            raise WriteRefused("moved", f"{branch.name} moved meanwhile", "plan again") from None
        raise WriteRefused(
            "declined", f"the host doesn't take the commit: {error.message}"
        ) from None
    return now
