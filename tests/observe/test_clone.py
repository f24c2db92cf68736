"""The ordinary life of clones: each situation has its right facts."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.observe.workshop import Workshop, checkout, facts, files, known, refs, worktree

from opsroom.model.snapshot import Files, Worktree
from opsroom.observe.clone import look

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def test_a_clean_clone(workshop: Workshop) -> None:
    origin = workshop.repository("origin")
    clone = workshop.clone(origin, "clone")
    seen = look(checkout(clone), lambda: NOON)
    (tree,) = seen.worktrees
    assert isinstance(tree, Worktree)
    assert tree == Worktree(
        at=NOON,
        source="git",
        path=str(clone),
        head=workshop.head(origin),
        branch="main",
        upstream="origin/main",
        ahead=0,
        behind=0,
    )
    group = refs(clone)
    assert [branch.name for branch in group.branches] == ["main"]
    assert group.branches[0].upstream == "origin/main"
    assert (group.default_branch, group.remote_default_branch) == ("main", "main")
    assert group.remotes[0].url == f"file://{origin}"
    assert (group.authors, group.tags, group.stashes) == (1, 0, 0)
    assert group.fetched_at is not None
    assert group.last_commit_at == group.branches[0].committed_at


def test_counts_of_changes(workshop: Workshop) -> None:
    folder = workshop.repository(files={"a": "1", "b": "1", "c": "1"})
    (folder / "a").write_text("changed")
    (folder / "b").write_text("staged")
    workshop.run(folder, "add", "b")
    (folder / "new").write_text("x")
    (folder / "folder").mkdir()
    (folder / "folder" / "x").write_text("x")
    tree = worktree(folder)
    assert (tree.staged, tree.modified, tree.untracked) == (1, 1, 2)
    assert tree.examples == ("a", "b", "folder/", "new")


def test_an_empty_repository(workshop: Workshop) -> None:
    folder = workshop.empty()
    tree, group = worktree(folder), refs(folder)
    assert (tree.head, tree.branch) == (None, "main")
    assert (group.branches, group.authors, group.last_commit_at) == ((), None, None)
    assert (group.default_branch, files(folder).count) == (None, 0)


def test_an_unborn_branch_beside_born_ones(workshop: Workshop) -> None:
    folder = workshop.repository()
    workshop.run(folder, "switch", "-q", "--orphan", "new")
    assert (worktree(folder).head, worktree(folder).branch) == (None, "new")
    assert [branch.name for branch in refs(folder).branches] == ["main"]


def test_a_bare_repository(workshop: Workshop) -> None:
    origin = workshop.repository(files={"README.md": "x", "sub/file": "y"})
    bare = workshop.clone(origin, "bare.git", "--bare")
    seen = facts(bare)
    assert (seen.clone.bare, seen.worktrees) == (True, ())
    assert (files(bare).count, files(bare).readme) == (2, "README.md")
    assert [branch.name for branch in refs(bare).branches] == ["main"]


def test_an_empty_bare_repository(workshop: Workshop) -> None:
    bare = workshop.root / "bare.git"
    workshop.run(workshop.root, "init", "-q", "--bare", str(bare))
    assert (files(bare).count, refs(bare).branches) == (0, ())


def test_linked_work_trees_are_one_clone(workshop: Workshop) -> None:
    folder = workshop.repository()
    linked = workshop.root / "linked"
    workshop.run(folder, "worktree", "add", "-q", "-b", "feature", str(linked))
    (linked / "README.md").write_text("changed")
    for path in (folder, linked):
        trees = facts(path).worktrees
        assert [(tree.path, tree.branch, tree.modified) for tree in known(trees)] == [
            (str(folder), "main", 0),
            (str(linked), "feature", 1),
        ]


def test_work_trees_of_a_bare_repository(workshop: Workshop) -> None:
    bare = workshop.clone(workshop.repository("origin"), "proj/.git", "--bare")
    workshop.run(bare, "worktree", "add", "-q", "../main", "main")
    seen = facts(workshop.root / "proj")
    assert (seen.clone.path, seen.clone.bare) == (str(workshop.root / "proj"), True)
    assert [tree.path for tree in known(seen.worktrees)] == [str(workshop.root / "proj/main")]


def test_a_separate_git_directory(workshop: Workshop) -> None:
    workshop.run(workshop.root, "init", "-q", "--separate-git-dir", "away.git", "api")
    workshop.commit(workshop.root / "api", {"a": "1"})
    assert facts(workshop.root / "api").clone.git_dir == str(workshop.root / "away.git")
    assert not worktree(workshop.root / "api").dirty


def test_a_shallow_clone(workshop: Workshop) -> None:
    origin = workshop.repository()
    workshop.commit(origin, {"a": "1"})
    group = refs(workshop.clone(origin, "shallow", "--depth=1"))
    assert (group.shallow, group.partial, group.authors) == (True, False, 1)


def test_a_partial_clone(workshop: Workshop) -> None:
    origin = workshop.repository()
    workshop.run(origin, "config", "uploadpack.allowFilter", "true")
    partial = workshop.clone(origin, "partial", "--filter=blob:none")
    assert (refs(partial).partial, refs(partial).shallow) == (True, False)
    assert (files(partial).count, worktree(partial).dirty) == (1, False)


def test_a_clone_that_was_never_checked_out(workshop: Workshop) -> None:
    clone = workshop.clone(workshop.repository(), "clone", "--no-checkout")
    assert files(clone).readme == "README.md"


@pytest.mark.parametrize(("extra", "orphaned"), [(False, False), (True, True)])
def test_a_detached_head(workshop: Workshop, extra: bool, orphaned: bool) -> None:
    folder = workshop.repository()
    workshop.commit(folder, {"b": "1"})
    workshop.run(folder, "switch", "-q", "--detach", "HEAD~1")
    if extra:
        workshop.commit(folder, {"c": "1"})
    tree = worktree(folder)
    assert (tree.branch, tree.orphaned_commits) == (None, orphaned)


def test_a_head_on_an_annotated_tag_is_not_orphaned(workshop: Workshop) -> None:
    folder = workshop.repository()
    workshop.run(folder, "switch", "-q", "--detach")
    workshop.commit(folder, {"c": "1"})
    workshop.run(folder, "tag", "-a", "-m", "v1", "v1")
    assert worktree(folder).orphaned_commits is False
    workshop.run(folder, "pack-refs", "--all")
    assert (worktree(folder).orphaned_commits, refs(folder).tags) == (False, 1)


def test_ahead_and_behind(workshop: Workshop) -> None:
    origin = workshop.repository("origin")
    clone = workshop.clone(origin, "clone")
    workshop.commit(origin, {"theirs": "1"})
    workshop.commit(clone, {"ours": "1"})
    workshop.commit(clone, {"ours": "2"})
    workshop.run(clone, "fetch", "-q")
    tree, (branch,) = worktree(clone), refs(clone).branches
    assert (tree.ahead, tree.behind) == (branch.ahead, branch.behind) == (2, 1)


def test_an_upstream_that_is_gone(workshop: Workshop) -> None:
    origin = workshop.repository("origin")
    clone = workshop.clone(origin, "clone")
    workshop.run(clone, "update-ref", "-d", "refs/remotes/origin/main")
    tree, (branch,) = worktree(clone), refs(clone).branches
    assert (tree.upstream, tree.ahead, tree.behind) == ("origin/main", None, None)
    assert branch.upstream_gone


def test_branches_that_are_not_checked_out(workshop: Workshop) -> None:
    origin = workshop.repository("origin")
    workshop.run(origin, "branch", "theirs")
    clone = workshop.clone(origin, "clone")
    workshop.run(clone, "branch", "old")
    workshop.run(clone, "branch", "--track", "theirs", "origin/theirs")
    workshop.commit(clone, {"a": "1"})
    workshop.run(clone, "switch", "-q", "-c", "feature")
    workshop.commit(clone, {"b": "1"})
    workshop.run(clone, "update-ref", "-d", "refs/remotes/origin/theirs")
    found = {branch.name: branch for branch in refs(clone).branches}
    assert {name: branch.merged for name, branch in found.items()} == {
        "feature": False,
        "main": None,
        "old": True,
        "theirs": True,
    }
    assert (found["main"].ahead, found["theirs"].upstream_gone) == (1, True)
    assert found["theirs"].upstream == "origin/theirs"


def test_a_single_branch_that_is_not_the_default_one(workshop: Workshop) -> None:
    clone = workshop.clone(workshop.repository("origin"), "clone")
    workshop.run(clone, "branch", "-m", "feature")
    (branch,) = refs(clone).branches
    assert (branch.name, branch.merged, refs(clone).default_branch) == ("feature", True, "main")


@pytest.mark.parametrize(
    ("names", "default"),
    [
        (["main"], "main"),
        (["master", "x"], "master"),
        (["main", "master"], None),
        (["trunk"], "trunk"),
        (["a", "b"], None),
    ],
)
def test_the_default_branch_without_a_remote(
    workshop: Workshop, names: list[str], default: str | None
) -> None:
    folder = workshop.repository()
    workshop.run(folder, "branch", "-m", names[0])
    for name in names[1:]:
        workshop.run(folder, "branch", name)
    assert refs(folder).default_branch == default


def test_dates_that_no_calendar_holds(workshop: Workshop) -> None:
    folder = workshop.empty()
    tree = workshop.run(folder, "write-tree").strip()
    far = workshop.run(
        folder,
        *("commit-tree", "-m", "far", tree),
        env={"GIT_COMMITTER_DATE": "@253402300800 +0000"},
    ).strip()
    workshop.run(folder, "update-ref", "refs/heads/main", far)
    assert refs(folder).last_commit_at == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_stashes(workshop: Workshop) -> None:
    folder = workshop.repository()
    for text in ("1", "2"):
        (folder / "README.md").write_text(text)
        workshop.run(folder, "stash")
    assert refs(folder).stashes == 2


def test_credentials_of_remotes_are_cut_out(workshop: Workshop) -> None:
    folder = workshop.repository()
    url = "https://ann:hunter2@example.org/acme/api.git"
    workshop.run(folder, "remote", "add", "origin", url)
    workshop.run(folder, "remote", "set-url", "--push", "origin", url)
    assert "hunter2" not in facts(folder).model_dump_json()
    assert refs(folder).remotes[0].url.endswith("example.org/acme/api.git")


def test_a_failed_fetch_is_no_fetch(workshop: Workshop) -> None:
    clone = workshop.clone(workshop.repository("origin"), "clone")
    cloned = refs(clone).fetched_at
    (clone / ".git" / "FETCH_HEAD").write_text("")
    assert refs(clone).fetched_at == cloned
    workshop.run(clone, "fetch", "-q")
    os.utime(clone / ".git" / "FETCH_HEAD", (2_000_000_000, 2_000_000_000))
    assert refs(clone).fetched_at == datetime.fromtimestamp(2_000_000_000, UTC)


def test_a_submodule_is_named_and_not_entered(workshop: Workshop) -> None:
    inner = workshop.repository("inner")
    folder = workshop.repository()
    workshop.run(folder, "submodule", "add", "-q", f"file://{inner}", "sub")
    workshop.run(folder, "commit", "-qm", "sub")
    (folder / "sub" / "README.md").write_text("changed")
    assert (files(folder).submodules, worktree(folder).dirty) == (("sub",), False)
    workshop.commit(folder / "sub", {"x": "1"})
    assert worktree(folder).modified == 1


def test_large_files_by_what_git_stores(workshop: Workshop) -> None:
    folder = workshop.repository(files={"small": "x", "large": "y" * 2_000_000})
    seen = look(checkout(folder), large=1_000_000).files
    assert isinstance(seen, Files)
    assert [(file.path, file.size) for file in seen.large] == [("large", 2_000_000)]


def test_a_large_file_behind_a_pointer_is_small(workshop: Workshop) -> None:
    """As Git LFS does it: large in the work tree, a few bytes in Git."""
    filtering = ("-c", "filter.lfs.clean=echo pointer", "-c", "filter.lfs.smudge=cat")
    folder = workshop.repository(files={".gitattributes": "*.bin filter=lfs\n"})
    (folder / "a.bin").write_text("y" * 2_000_000)
    workshop.run(folder, *filtering, "add", "a.bin")
    workshop.run(folder, *filtering, "commit", "-qm", "bin")
    seen = look(checkout(folder), large=1_000_000).files
    assert isinstance(seen, Files)
    assert (seen.count, seen.large) == (2, ())


def test_what_a_silenced_filter_would_compare_is_unknown(workshop: Workshop) -> None:
    folder = workshop.repository(files={".gitattributes": "*.bin filter=lfs\n", "a": "1"})
    workshop.run(folder, "config", "filter.lfs.clean", "echo pointer")
    (folder / "a.bin").write_text("content")
    workshop.run(folder, "add", "a.bin")
    workshop.run(folder, "commit", "-qm", "bin")
    os.utime(folder / "a.bin", times=(0, 0))
    (folder / "a").write_text("changed")
    tree = worktree(folder)
    assert (tree.modified, tree.unfiltered) == (1, 1)


def test_the_same_where_the_filter_is_the_users_own(workshop: Workshop) -> None:
    folder = workshop.repository(files={".gitattributes": "*.bin filter=own\n"})
    (workshop.home / ".gitconfig").write_text('[filter "own"]\n\tclean = echo pointer\n')
    (folder / "a.bin").write_text("content")
    workshop.run(folder, "add", "a.bin")
    workshop.run(folder, "commit", "-qm", "bin")
    os.utime(folder / "a.bin", times=(0, 0))
    assert (worktree(folder).modified, worktree(folder).unfiltered) == (0, 1)


def test_the_users_excludes_file_is_obeyed(workshop: Workshop) -> None:
    (workshop.home / "ignored").write_text("notes.txt\n")
    (workshop.home / ".gitconfig").write_text("[core]\n\texcludesFile = ~/ignored\n")
    folder = workshop.repository()
    (folder / "notes.txt").write_text("x")
    assert worktree(folder).untracked == 0


@pytest.mark.parametrize(
    ("own", "users", "untracked"),
    [
        (None, None, 1),
        ("no", None, 0),
        (None, "no", 0),
        (None, "False", 0),
        ("normal", "no", 1),
        ("all", "no", 1),
        ("no", "all", 0),
    ],
)
def test_untracked_files_are_not_shown_where_that_is_the_wish(
    workshop: Workshop, own: str | None, users: str | None, untracked: int
) -> None:
    folder = workshop.repository()
    (folder / "new").write_text("x")
    if own:
        workshop.run(folder, "config", "status.showUntrackedFiles", own)
    if users:
        workshop.run(folder, "config", "--global", "status.showUntrackedFiles", users)
    (folder / "README.md").write_text("changed")
    assert (worktree(folder).untracked, worktree(folder).modified) == (untracked, 1)


def test_the_users_line_ends_are_obeyed(workshop: Workshop) -> None:
    folder = workshop.repository(files={"a": "one\n"})
    (workshop.home / ".gitconfig").write_text("[core]\n\tautocrlf = true\n")
    (folder / "a").unlink()
    workshop.run(folder, "checkout", "a")
    assert (folder / "a").read_bytes() == b"one\r\n"
    os.utime(folder / "a", times=(0, 0))
    assert worktree(folder).modified == 0


def test_names_that_are_not_utf_8_or_hold_a_newline(workshop: Workshop) -> None:
    folder = workshop.repository()
    top = os.fsencode(folder)
    for name in (b"caf\xe9", b"two\nlines", b"esc\x1b[31m"):
        with open(top + b"/" + name, "w") as file:
            file.write("x")
    tree = worktree(folder)
    assert tree.untracked == 3
    assert tree.examples == ("caf\\xe9", "esc[31m", "two lines")
    workshop.run(folder, "add", "-A")
    assert files(folder).count == 4


def test_a_folder_whose_name_is_not_utf_8(workshop: Workshop) -> None:
    folder = Path(os.fsdecode(os.fsencode(workshop.root) + b"/caf\xe9\nx"))
    workshop.repository("plain").rename(folder)
    seen = facts(folder)
    assert seen.clone.path == f"{workshop.root}/caf\\xe9\\nx"
    assert seen.model_dump_json()
    assert worktree(folder).head
