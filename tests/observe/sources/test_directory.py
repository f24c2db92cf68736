import os
from pathlib import Path

import pytest
from tests.observe.workshop import Workshop

from opsroom.observe.checkout import Problem
from opsroom.observe.sources.directory import find


def paths(root: Path) -> list[str]:
    found = find(root)
    assert not found.problems
    return [os.path.relpath(checkout.clone.path, root) for checkout in found.clones]


def test_finds_clones_below_a_folder(workshop: Workshop) -> None:
    for name in ("b", "a", "group/deep/c", ".dotfiles"):
        workshop.repository(name)
    assert paths(workshop.root) == [".dotfiles", "a", "b", "group/deep/c"]


def test_a_clone_that_is_named_is_found(workshop: Workshop) -> None:
    assert paths(workshop.repository("a")) == ["."]


def test_does_not_enter_clones_hidden_folders_or_packages(workshop: Workshop) -> None:
    workshop.repository("a")
    for name in ("a/inner", "node_modules/x", ".cache/x", "venv/site-packages/x"):
        workshop.repository(name)
    assert paths(workshop.root) == ["a"]


def test_a_clone_that_lies_too_deep_is_left_out_and_told_once(workshop: Workshop) -> None:
    for name in ("1/2/3", "1/2/4", "a"):
        workshop.repository(name)
    assert len(find(workshop.root, max_depth=3).clones) == 3
    found = find(workshop.root, max_depth=2)
    assert [clone.clone.path for clone in found.clones] == [str(workshop.root / "a")]
    assert found.problems == (
        Problem(
            str(workshop.root / "1/2/3"),
            "repositories more than 2 folders down are left out, as here: "
            "name a folder nearer to them",
        ),
    )


def test_a_clone_at_the_root_is_entered(workshop: Workshop) -> None:
    workshop.repository()
    around = workshop.root / "api"
    for name in ("a", "group/b", ".dotfiles", "a/inner", "node_modules/x"):
        workshop.repository(f"api/{name}")
    assert paths(around) == [".", ".dotfiles", "a", "group/b"]


def test_a_clone_at_the_root_is_not_searched_deep_and_says_what_it_left_out(
    workshop: Workshop,
) -> None:
    workshop.repository("around")
    for name in ("1/2/3", "1/2/x/4"):
        workshop.repository(f"around/{name}")
    around = workshop.root / "around"
    found = find(around)
    assert [each.clone.path for each in found.clones] == [str(around), str(around / "1/2/3")]
    assert [problem.path for problem in found.problems] == [str(around / "1/2/x/4")]


def test_a_clone_whose_git_is_broken_is_entered_at_the_root(workshop: Workshop) -> None:
    around = workshop.empty("around")
    workshop.repository("around/a")
    (around / ".git" / "HEAD").unlink()
    found = find(around)
    assert [clone.clone.path for clone in found.clones] == [str(around / "a")]
    assert [problem.path for problem in found.problems] == [str(around)]


def test_a_submodule_with_a_git_directory_of_its_own_is_no_clone(workshop: Workshop) -> None:
    """As `git submodule add` leaves it where the folder was a clone already."""
    outer = workshop.repository("outer")
    for name in ("sub", "deep/er", "other"):
        workshop.repository(f"outer/{name}")
    for name in ("sub", "deep/er"):
        workshop.run(outer, "submodule", "add", "-q", "https://example.org/a/b", name)
    assert (outer / "sub" / ".git").is_dir()
    assert paths(outer) == [".", "other"]


def test_submodules_that_are_named_by_a_pipe_are_not_waited_for(workshop: Workshop) -> None:
    folder = workshop.repository("a")
    os.mkfifo(folder / ".gitmodules")
    assert paths(folder) == ["."]


def test_a_git_directory_without_a_work_tree_is_told(workshop: Workshop) -> None:
    workshop.repository("a")
    alone = workshop.root / "yadm" / "repo.git"
    alone.parent.mkdir()
    (workshop.repository("b") / ".git").rename(alone)
    found = find(workshop.root)
    assert [clone.clone.path for clone in found.clones] == [str(workshop.root / "a")]
    assert found.problems == (
        Problem(str(alone), "a Git directory without a work tree is left out: name it"),
    )
    assert paths(alone) == ["."]


@pytest.mark.parametrize("name", ["api", "zzz"])
def test_a_separate_git_directory_is_no_problem(workshop: Workshop, name: str) -> None:
    workshop.run(workshop.root, "init", "-q", "--separate-git-dir", "away.git", name)
    assert paths(workshop.root) == [name]


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("root", ["", "proj", "proj/main", "proj/.bare"])
def test_a_bare_repository_amid_its_work_trees_takes_their_folder(
    workshop: Workshop, root: str, named: bool
) -> None:
    bare = workshop.clone(workshop.repository("elsewhere"), "proj/.bare", "--bare")
    workshop.run(bare, "worktree", "add", "-q", "../main", "main")
    if named:
        (workshop.root / "proj" / ".git").write_text("gitdir: ./.bare\n")
    (workshop.root / "elsewhere").rename(workshop.home / "elsewhere")
    (only,) = find(workshop.root / root).clones
    assert only.clone.path == str(workshop.root / "proj")
    assert only.clone.git_dir == str(bare)
    assert [tree.worktree for tree in only.worktrees] == [workshop.root / "proj" / "main"]


def test_a_bare_repository_does_not_take_the_folder_of_another_clone(workshop: Workshop) -> None:
    folder = workshop.repository("proj")
    bare = workshop.clone(folder, "proj/.bare", "--bare")
    workshop.run(bare, "worktree", "add", "-q", "../main", "main")
    assert paths(folder) == [".", ".bare"]


def test_a_walk_that_was_cut_short_says_so(workshop: Workshop) -> None:
    for number in range(5):
        (workshop.root / f"{number}").mkdir()
    workshop.repository("0/clone")
    found = find(workshop.root, max_folders=4)
    assert len(found.clones) == 1
    assert [problem.reason for problem in found.problems] == [
        "stopped looking here: too many folders; name smaller ones"
    ]


def test_links_are_not_followed(workshop: Workshop) -> None:
    outside = workshop.root.parent / "outside"
    workshop.repository("a").rename(outside)
    workshop.repository("b")
    (workshop.root / "link").symlink_to(outside)
    (workshop.root / "loop").symlink_to(workshop.root)
    assert paths(workshop.root) == ["b"]


def test_a_root_may_be_a_link(workshop: Workshop) -> None:
    workshop.repository("a")
    link = workshop.home / "code"
    link.symlink_to(workshop.root)
    assert [clone.clone.path for clone in find(link).clones] == [str(workshop.root / "a")]


def test_a_git_folder_that_is_a_link_is_a_problem(workshop: Workshop) -> None:
    other = workshop.repository("other")
    linked = workshop.root / "linked"
    linked.mkdir()
    (linked / ".git").symlink_to(other / ".git")
    found = find(workshop.root)
    assert len(found.clones) == 1
    assert found.problems == (
        Problem(str(linked), "its .git is a symbolic link, which is not followed"),
    )


def test_submodules_are_part_of_their_repository(workshop: Workshop) -> None:
    inner = workshop.repository("inner")
    outer = workshop.repository("outer")
    workshop.run(outer, "submodule", "add", "-q", f"file://{inner}", "sub")
    assert paths(outer) == ["."]
    found = find(outer / "sub")
    assert not found.clones
    assert "a submodule" in found.problems[0].reason


def test_a_linked_work_tree_leads_to_its_clone_once(workshop: Workshop) -> None:
    folder = workshop.repository("z")
    for name in ("a", "b"):
        workshop.run(folder, "worktree", "add", "-q", str(workshop.root / name))
    (only,) = find(workshop.root).clones
    assert only.clone.path == str(folder)
    assert [str(place.worktree) for place in only.worktrees] == [
        str(folder),
        str(workshop.root / "a"),
        str(workshop.root / "b"),
    ]


def test_a_work_tree_that_was_removed_by_hand_is_not_one(workshop: Workshop) -> None:
    folder = workshop.repository("z")
    linked = workshop.root / "a"
    workshop.run(folder, "worktree", "add", "-q", str(linked))
    linked.rename(workshop.home / "a")
    (only,) = find(workshop.root).clones
    assert len(only.worktrees) == 1


def test_a_git_file_that_leads_nowhere_is_a_problem(workshop: Workshop) -> None:
    for name, content in (
        ("nowhere", "gitdir: /gone/away\n"),
        ("garbage", "what?"),
        ("nothing", "gitdir: "),
        ("zero", "gitdir: a\0b"),
    ):
        (workshop.root / name).mkdir()
        (workshop.root / name / ".git").write_text(content)
    found = find(workshop.root)
    assert not found.clones
    assert [problem.reason for problem in found.problems] == [
        "its .git is neither a directory nor a file that names one",
        "its .git names no path",
        "its .git file names /gone/away, which is not there",
        "its .git names no path",
    ]


def test_a_git_pipe_is_not_waited_for(workshop: Workshop) -> None:
    (workshop.root / "a").mkdir()
    os.mkfifo(workshop.root / "a" / ".git")
    assert find(workshop.root).problems[0].reason == ".git is not a regular file"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("gone", "no such folder"),
        ("file", "not a folder"),
        ("file/below", "not a folder"),
        ("empty", "no Git repository found here"),
        ("loop", "too many levels of symbolic links"),
    ],
)
def test_roots_without_a_clone_are_problems(workshop: Workshop, name: str, reason: str) -> None:
    (workshop.root / "file").write_text("x")
    (workshop.root / "empty").mkdir()
    (workshop.root / "loop").symlink_to(workshop.root / "loop")
    found = find(workshop.root / name)
    assert found.clones == ()
    assert [problem.path for problem in found.problems] == [str(workshop.root / name)]
    assert found.problems[0].reason == reason


def test_a_tree_deeper_than_any_limit_is_no_accident(workshop: Workshop) -> None:
    deep = workshop.root.joinpath(*["d"] * 300)
    deep.mkdir(parents=True)
    workshop.repository("a")
    assert paths(workshop.root) == ["a"]
