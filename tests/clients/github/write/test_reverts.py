"""A merge is undone by giving each path back what it was, unless someone changed it since."""

from typing import Literal

import pytest
from tests.clients.github.write.desk import BRANCH, NAME, Desk, mark
from tests.clients.github.write.scenarios import committed, merged, proposed, revert

from opsroom.clients.github.write import reverts
from opsroom.clients.github.write.branches import create_branch
from opsroom.clients.github.write.commits import commit_files
from opsroom.clients.github.write.errors import WriteRefused
from opsroom.clients.github.write.files import File
from opsroom.clients.github.write.merges import merge_pull
from opsroom.clients.github.write.pulls import open_pull
from opsroom.clients.github.write.reverts import revert_merge
from opsroom.clients.github.write.writer import Writer
from opsroom.demo.github.acts.pulls import merge_pull as press_merge
from opsroom.demo.github.acts.pulls import open_pull as press_open

pytestmark = pytest.mark.anyio

CHANGES = (
    [
        File("README.md", b"other\n"),
        File("src/deep/data.txt", None),
        File("run.sh", b"", "100755"),
    ],
    [
        File("new/folder/file", b"n"),
        File("src/deep", b"a file now\n"),
        File("README.md", b"third\n"),
    ],
)


async def two_commits(desk: Desk, writer: Writer) -> None:
    """A pull request of two commits; in the second a folder becomes a file."""
    await create_branch(writer, NAME, BRANCH, desk.head)
    head = desk.head
    for number, files in enumerate(CHANGES):
        done = await commit_files(writer, NAME, BRANCH, head, files, f"Commit {number}", mark())
        head = done.after.oid
    await open_pull(writer, NAME, BRANCH, "Two commits", "", mark())


@pytest.mark.parametrize("method", ["merge", "squash", "rebase"])
async def test_every_kind_of_merge_is_undone_whole(
    method: Literal["merge", "squash", "rebase"], desk: Desk, writer: Writer
) -> None:
    before = desk.held("main")
    await two_commits(desk, writer)
    await merge_pull(writer, NAME, 1, desk.api.pulls[1].head, method, mark())
    assert desk.held("main") != before
    desk.push({"later.md": "stays\n"})
    done = await revert(desk, writer)
    assert done.now
    await merge_pull(writer, NAME, 2, desk.api.pulls[2].head, "squash", mark(key="revert 1"))
    again = await revert(desk, writer)
    assert (again.now, again.after.state) == (False, "merged")
    assert desk.held("main") == {**before, "later.md": ("100644", b"stays\n")}


async def test_a_path_that_changed_since_is_a_persons_to_solve(desk: Desk, writer: Writer) -> None:
    await merged(desk, writer)
    desk.push({"SECURITY.md": "better\n"})
    written = len(desk.trouble.writes)
    with pytest.raises(WriteRefused, match=r"SECURITY\.md") as refused:
        await revert(desk, writer)
    assert refused.value.reason == "conflict"
    assert len(desk.trouble.writes) == written


async def test_what_isnt_merged_is_not_undone(desk: Desk, writer: Writer) -> None:
    await proposed(desk, writer)
    with pytest.raises(WriteRefused, match="not merged"):
        await revert(desk, writer)


async def test_a_default_branch_that_moved_on_is_planned_again(desk: Desk, writer: Writer) -> None:
    await merged(desk, writer)
    seen = desk.head
    desk.push({"other.md": "x\n"})
    with pytest.raises(WriteRefused) as refused:
        await revert_merge(writer, NAME, 1, "opsroom/revert", seen, "", mark(key="revert 1"))
    assert refused.value.reason == "moved"


async def test_what_was_merged_elsewhere_is_not_undone_here(desk: Desk, writer: Writer) -> None:
    await committed(desk, writer)
    desk.push({"x": "y"}, "release")
    pull = press_open(desk.world, desk.api, BRANCH, "release", "Mine", "", desk.kim)
    press_merge(desk.world, desk.api, pull, desk.kim)
    with pytest.raises(WriteRefused, match="merged into release"):
        await revert(desk, writer)


async def test_a_merge_of_too_many_paths_is_not_undone(
    desk: Desk, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await merged(desk, writer)
    monkeypatch.setattr(reverts, "MOST_PATHS", 1)
    with pytest.raises(WriteRefused, match="more than 1 paths"):
        await revert(desk, writer)
