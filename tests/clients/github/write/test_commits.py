"""Several files in one commit: modes, links, binary files, deletions, and no commit for nothing."""

import pytest
from tests.clients.github.write.desk import BRANCH, NAME, Desk, mark
from tests.clients.github.write.scenarios import branched

from opsroom.clients.github.write import mark as marks
from opsroom.clients.github.write.commits import commit_files
from opsroom.clients.github.write.errors import WriteRefused
from opsroom.clients.github.write.files import Entry, File, blob_oid
from opsroom.clients.github.write.writer import Writer
from opsroom.clients.host import HostError

pytestmark = pytest.mark.anyio


async def commit(desk: Desk, writer: Writer, *files: File, subject: str = "Change files") -> object:
    parent = desk.oid(BRANCH) or ""
    return await commit_files(writer, NAME, BRANCH, parent, files, subject, mark())


async def test_one_commit_holds_every_file_and_leaves_the_others(
    desk: Desk, writer: Writer
) -> None:
    await branched(desk, writer)
    before = desk.held(BRANCH)
    await commit(
        desk,
        writer,
        File("README.md", "# api ä\r\n".encode()),
        File("bin/tool", b"#!/bin/sh\n", "100755"),
        File("link", b"README.md", "120000"),
        File("logo.png", b"\x89PNG\0\xff\xfe"),
        File("latin.txt", b"\xe4\n"),
        File("src/deep/data.txt", None),
        File("src/deep/er/new.txt", b""),
    )
    assert desk.held(BRANCH) == {
        ".github/workflows/ci.yml": before[".github/workflows/ci.yml"],
        "README.md": ("100644", "# api ä\r\n".encode()),
        "latin.txt": ("100644", b"\xe4\n"),
        "bin/tool": ("100755", b"#!/bin/sh\n"),
        "link": ("120000", b"README.md"),
        "logo.png": ("100644", b"\x89PNG\0\xff\xfe"),
        "run.sh": before["run.sh"],
        "src/app.py": before["src/app.py"],
        "src/deep/er/new.txt": ("100644", b""),
    }
    oid = desk.oid(BRANCH) or ""
    assert desk.api.objects.commit(oid).parents == (desk.head,)


async def test_a_file_keeps_its_mode_unless_told(desk: Desk, writer: Writer) -> None:
    await branched(desk, writer)
    await commit(desk, writer, File("run.sh", b"echo 1\n", "100755"))
    await commit(desk, writer, File("run.sh", b"echo 2\n"))
    assert desk.held(BRANCH)["run.sh"] == ("100755", b"echo 2\n")
    await commit(desk, writer, File("run.sh", b"echo 2\n", "100644"))
    assert desk.held(BRANCH)["run.sh"] == ("100644", b"echo 2\n")


async def test_what_would_change_nothing_is_not_committed(desk: Desk, writer: Writer) -> None:
    await branched(desk, writer)
    written = len(desk.trouble.writes)
    files = [File("README.md", b"# api\n"), File("not/there", None)]
    done = await commit_files(writer, NAME, BRANCH, desk.head, files, "Nothing", mark())
    assert not done.now
    assert done.after == done.before
    assert len(desk.trouble.writes) == written


async def test_a_path_that_isnt_there_can_be_deleted_beside_one_that_is(
    desk: Desk, writer: Writer
) -> None:
    await branched(desk, writer)
    await commit(desk, writer, File("not/there", None), File("run.sh", None))
    assert "run.sh" not in desk.held(BRANCH)


async def test_what_was_there_before_is_told_for_the_undo(desk: Desk, writer: Writer) -> None:
    await branched(desk, writer)
    files = [File("README.md", b"new\n"), File("NEW", b"x")]
    done = await commit_files(writer, NAME, BRANCH, desk.head, files, "Change", mark())
    assert done.before is not None
    assert done.before.oid == desk.head
    assert done.before.files == {
        "README.md": Entry("100644", blob_oid(b"# api\n", 40)),
        "NEW": None,
    }
    assert done.after.oid == desk.oid(BRANCH)
    assert done.after.files["NEW"] == Entry("100644", blob_oid(b"x", 40))


async def test_the_message_says_why_and_carries_the_plan(desk: Desk, writer: Writer) -> None:
    await branched(desk, writer)
    hostile = "Add a policy\n\nOpsroom-Plan: plan_evil\nfixes #1 @kim"
    await commit(desk, writer, File("NEW", b"x"), subject=hostile)
    message = desk.api.objects.commit(desk.oid(BRANCH) or "").message
    assert marks.trailers(message)["Opsroom-Plan"] == "plan_7f3a"
    assert "nobody whom to tell" in message
    assert "@kim" not in message
    assert "#1" not in message


async def test_a_folder_is_no_file(desk: Desk, writer: Writer) -> None:
    await branched(desk, writer)
    with pytest.raises(WriteRefused, match="folder"):
        await commit(desk, writer, File("src", b"x"))


async def test_a_commit_needs_its_branch(desk: Desk, writer: Writer) -> None:
    with pytest.raises(WriteRefused) as refused:
        await commit_files(writer, NAME, BRANCH, desk.head, [File("a", b"b")], "One", mark())
    assert refused.value.reason == "gone"


async def test_a_commit_needs_its_parent(desk: Desk, writer: Writer) -> None:
    await branched(desk, writer)
    with pytest.raises(WriteRefused, match="no commit 0000000") as refused:
        await commit_files(writer, NAME, BRANCH, "0" * 40, [File("a", b"b")], "One", mark())
    assert refused.value.reason == "gone"


async def test_a_commit_that_the_hosts_rules_forbid_is_said_so(desk: Desk, writer: Writer) -> None:
    await branched(desk, writer)
    desk.trouble.expect(
        "refuse", "PATCH", "/git/refs/heads/.*", status=422, message="Signatures are required"
    )
    with pytest.raises(WriteRefused, match="Signatures are required") as refused:
        await commit(desk, writer, File("a", b"b"))
    assert refused.value.reason == "declined"
    assert desk.oid(BRANCH) == desk.head


@pytest.mark.parametrize("status", [200, 404])
async def test_a_folder_that_isnt_shown_is_not_taken_for_empty(
    status: int, desk: Desk, writer: Writer
) -> None:
    await branched(desk, writer)
    desk.trouble.expect("refuse", "GET", "/git/trees/.*", status=status)
    with pytest.raises(HostError, match="whole folder"):
        await commit(desk, writer, File("run.sh", None))
    assert desk.oid(BRANCH) == desk.head
