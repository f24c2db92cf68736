"""Undoing a merge: a pull request that gives each path back what it was before.

The host has no request for it in REST. So the trees before and after the merge are compared, folder
by folder; a path that nobody touched since is given back its old blob, which needs no content to be
sent. A path that changed since is a conflict, and a person's to solve.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from opsroom.clients.github.write.branches import check_name, create_branch, head
from opsroom.clients.github.write.commits import commit_entries
from opsroom.clients.github.write.errors import WriteRefused
from opsroom.clients.github.write.files import FOLDER, Entry, commit_at, tree_of
from opsroom.clients.github.write.mark import Mark
from opsroom.clients.github.write.place import Place
from opsroom.clients.github.write.pulls import Pull, find_pull, open_pull, pull_at
from opsroom.clients.github.write.wire import Wire
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.github.write.written import Written

MOST_PATHS = 1_000
"""Paths that a revert touches at most."""


@dataclass(frozen=True, slots=True)
class _Undo:
    """What was at each path that a merge touched, and what it made of it."""

    before: Mapping[str, Entry | None]
    after: Mapping[str, Entry | None]


async def revert_merge(
    writer: Writer,
    full_name: str,
    number: int,
    branch: str,
    base: str,
    text: str,
    mark: Mark,
    *,
    host_id: str | None = None,
) -> Written[Pull]:
    """Propose to undo a merged pull request, on the branch `branch` of ours.

    `base` is the head of the default branch from which the plan was made.

    Raises:
        WriteRefused: it isn't merged, the default branch moved, or a path changed since.
    """
    async with writer.turn(full_name, host_id) as place:
        check_name(branch, place)
        if (found := await find_pull(writer, place, branch, mark)) is not None:
            return Written(found, None, now=False)
        pull = await pull_at(writer, place, number)
        if pull.state != "merged":
            raise WriteRefused("invalid", f"{pull.url} is not merged: there is nothing to undo")
        if pull.base != place.default_branch:
            raise WriteRefused("invalid", f"{pull.url} was merged into {pull.base}")
        if await head(writer, place, branch) is None:
            default = await head(writer, place, place.default_branch)
            if default is None or default.oid != base:
                raise WriteRefused("moved", f"{place.default_branch} moved on", "plan again")
        undo = await _undo(writer, place, pull)
        now = await tree_of(writer, place, base)
        held = {path: await now.entry(path) for path in undo.after}
        touched = [
            path
            for path, entry in held.items()
            if entry not in (undo.after[path], undo.before[path])
        ]
        if touched:
            raise WriteRefused(
                "conflict",
                f"{len(touched)} paths changed since {pull.url} was merged, first {touched[0]}",
                "undo it by hand",
            )
    title = f"Revert pull request {number}: {pull.title}"
    await create_branch(writer, full_name, branch, base, host_id=host_id)
    async with writer.turn(full_name, host_id) as place:
        await commit_entries(
            writer,
            place,
            branch,
            base,
            now,
            held,
            undo.before,
            {},
            title,
            mark,
        )
    return await open_pull(
        writer,
        full_name,
        branch,
        title,
        text,
        mark,
        host_id=host_id,
    )


async def _undo(writer: Writer, place: Place, pull: Pull) -> _Undo:
    """Compare the default branch before and after a merge.

    Raises:
        WriteRefused: it touched too many paths.
    """
    after = await tree_of(writer, place, pull.merged)
    before = await tree_of(writer, place, await _before(writer, place, pull))
    old: dict[str, Entry | None] = {}
    new: dict[str, Entry | None] = {}
    folders: list[tuple[str, str | None, str | None]] = [("", before.oid, after.oid)]
    while folders:
        stem, was, became = folders.pop()
        left: Mapping[str, Entry] = await before.folder(was) if was else {}
        right: Mapping[str, Entry] = await after.folder(became) if became else {}
        for name in sorted({*left, *right}):
            one, other = left.get(name), right.get(name)
            if one == other:
                continue
            if _folder(one) or _folder(other):
                folders.append((f"{stem}{name}/", _folder(one), _folder(other)))
            path = f"{stem}{name}"
            if (one and not _folder(one)) or (other and not _folder(other)):
                old[path] = None if _folder(one) else one
                new[path] = None if _folder(other) else other
        if len(new) > MOST_PATHS:
            raise WriteRefused("invalid", f"{pull.url} touched more than {MOST_PATHS:,} paths")
    return _Undo(old, new)


def _folder(entry: Entry | None) -> str | None:
    return entry.oid if entry is not None and entry.mode == FOLDER else None


async def _before(writer: Writer, place: Place, pull: Pull) -> str:
    """The commit that the default branch was at before a merge.

    A merge commit has it as its first parent, and a squashed one as its only one. A rebased pull
    request is as many commits as it had, merges left out, and they kept their messages.

    Raises:
        WriteRefused: nothing was there before, or it can't be told.
    """
    commit = await commit_at(writer, place, pull.merged)
    if len(commit.parts("parents")) == 1:
        listed = writer.pages(f"{place.path}/pulls/{pull.number}/commits")
        single = [entry async for entry in listed if len(entry.parts("parents")) == 1]
        for kept, own in enumerate(reversed(single)):
            if commit.text("message").strip() != own.text("commit.message").strip():
                if kept:
                    raise WriteRefused("invalid", f"which commits {pull.url} became can't be told")
                break
            if kept < len(single) - 1:
                commit = await commit_at(writer, place, _parent(commit, pull))
    return _parent(commit, pull)


def _parent(commit: Wire, pull: Pull) -> str:
    parents = commit.parts("parents")
    if not parents:
        raise WriteRefused("invalid", f"nothing was there before {pull.url}")
    return parents[0].text("sha")
