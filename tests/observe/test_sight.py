"""What a scan of clones would look at, told without a process."""

from pathlib import Path

import pytest
from tests.observe.workshop import Workshop, checkout, forget_environment

from opsroom.clients.git import command
from opsroom.model.repository import Clone
from opsroom.observe.sight import Sight, sight


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    (tmp_path / "home").mkdir()
    (tmp_path / "code").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    forget_environment()
    return Workshop(tmp_path / "code", tmp_path / "home")


def seen(folder: Path, head: str | None = None) -> Sight:
    return sight([checkout(folder).clone], head)


def test_the_head_of_a_clone_without_a_remote(workshop: Workshop) -> None:
    folder = workshop.repository()
    assert seen(folder).commit == workshop.head(folder)


def test_what_origin_has_comes_before_what_is_checked_out(workshop: Workshop) -> None:
    folder = workshop.clone(workshop.repository("origin"), "clone")
    pushed = workshop.head(folder)
    workshop.commit(folder, {"more": "more"})
    assert seen(folder).commit == pushed


def test_what_the_host_says_counts_where_the_clone_has_it(workshop: Workshop) -> None:
    folder = workshop.clone(workshop.repository("origin"), "clone")
    first = workshop.head(folder)
    later = workshop.commit(folder, {"more": "more"})
    assert seen(folder, later).commit == later
    assert seen(folder, "0" * 40).commit == first


def test_nothing_moves_without_a_reason(workshop: Workshop) -> None:
    folder = workshop.repository()
    (folder / "new").write_text("new\n")
    assert seen(folder) == seen(folder)


@pytest.mark.parametrize("what", ["tag", "branch", "stash", "ref"])
def test_every_ref_is_part_of_the_past(workshop: Workshop, what: str) -> None:
    folder = workshop.repository()
    other = workshop.run(folder, "commit-tree", "-m", "x", "HEAD^{tree}").strip()
    before = seen(folder)
    if what == "stash":
        (folder / "README.md").write_text("changed\n")
        workshop.run(folder, "stash")
    else:
        space = {"tag": "tags", "branch": "heads", "ref": "pull"}[what]
        workshop.run(folder, "update-ref", f"refs/{space}/new", other)
    after = seen(folder)
    assert after.past != before.past
    assert after.commit == before.commit


def test_a_changed_file_is_seen_and_seen_again(workshop: Workshop) -> None:
    folder = workshop.repository()
    clean = seen(folder)
    (folder / "README.md").write_text("changed\n")
    first = seen(folder)
    (folder / "README.md").write_text("changed again\n")
    second = seen(folder)
    assert clean.dirty == ""
    assert len({clean.dirty, first.dirty, second.dirty}) == 3
    assert clean.past == second.past


def test_a_clean_clone_costs_no_process(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = checkout(workshop.clone(workshop.repository("origin"), "clone")).clone

    def never(*_: object, **__: object) -> None:
        raise AssertionError("a program was started")

    monkeypatch.setattr(command, "run", never)
    assert sight([clone], dirty=False).commit


def test_an_empty_repository_has_no_commit(workshop: Workshop) -> None:
    found = seen(workshop.empty())
    assert (found.commit, found.reason) == ("", "")


def test_a_clone_that_is_gone_says_so(tmp_path: Path) -> None:
    clone = Clone(path=str(tmp_path / "x"), git_dir=str(tmp_path / "x/.git"))
    assert sight([clone]).reason == "its Git directory is no longer there"
    assert sight([]).reason == "there is no clone of it here"


def test_one_clone_that_can_be_read_is_enough(workshop: Workshop, tmp_path: Path) -> None:
    gone = Clone(path=str(tmp_path / "x"), git_dir=str(tmp_path / "x/.git"))
    folder = workshop.repository()
    assert sight([gone, checkout(folder).clone]).commit == workshop.head(folder)
