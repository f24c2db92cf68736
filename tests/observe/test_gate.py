import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.observe.workshop import Workshop, checkout

from opsroom.observe.gate import signature


def commit(workshop: Workshop, folder: Path) -> None:
    workshop.commit(folder, {"folder/deep": "x"})


def stage(workshop: Workshop, folder: Path) -> None:
    (folder / "README.md").write_text("changed")
    workshop.run(folder, "add", "README.md")


def new_file_at_the_top(workshop: Workshop, folder: Path) -> None:
    (folder / "new").write_text("x")


def new_branch(workshop: Workshop, folder: Path) -> None:
    workshop.run(folder, "branch", "feature/deep/branch")


def move_a_branch_in_a_folder(workshop: Workshop, folder: Path) -> None:
    workshop.run(folder, "update-ref", "refs/heads/some/branch", "HEAD~1")


def fetch(workshop: Workshop, folder: Path) -> None:
    workshop.run(folder, "fetch", "-q")


def stash(workshop: Workshop, folder: Path) -> None:
    (folder / "README.md").write_text("changed")
    workshop.run(folder, "stash")


def pack(workshop: Workshop, folder: Path) -> None:
    workshop.run(folder, "pack-refs", "--all")


def configure(workshop: Workshop, folder: Path) -> None:
    workshop.run(folder, "config", "branch.main.remote", "other")


def bisect(workshop: Workshop, folder: Path) -> None:
    workshop.run(folder, "bisect", "start")


def tag(workshop: Workshop, folder: Path) -> None:
    workshop.run(folder, "tag", "v1")


def switch_in_the_linked_work_tree(workshop: Workshop, folder: Path) -> None:
    workshop.run(workshop.root / "linked", "switch", "-q", "--detach")


CHANGES = [
    commit,
    stage,
    new_file_at_the_top,
    new_branch,
    move_a_branch_in_a_folder,
    fetch,
    stash,
    pack,
    configure,
    bisect,
    tag,
    switch_in_the_linked_work_tree,
]


@pytest.fixture
def folder(workshop: Workshop) -> Path:
    origin = workshop.repository("origin")
    workshop.commit(origin, {"a": "1"})
    clone = workshop.clone(origin, "clone")
    workshop.run(clone, "branch", "some/branch")
    workshop.run(clone, "worktree", "add", "-q", str(workshop.root / "linked"))
    return clone


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_moves_with_a_change(
    workshop: Workshop, folder: Path, change: Callable[[Workshop, Path], None]
) -> None:
    known = checkout(folder)
    before = signature(known)
    assert hash(before) == hash(signature(known))
    change(workshop, folder)
    assert signature(known) != before


def test_stands_still_while_nothing_moves(workshop: Workshop, folder: Path) -> None:
    known = checkout(folder)
    before = signature(known)
    workshop.run(folder, "log")
    assert signature(known) == before


def test_a_folder_that_is_gone_has_a_signature_too(workshop: Workshop, folder: Path) -> None:
    known = checkout(folder)
    before = signature(known)
    folder.rename(workshop.root / "moved")
    assert signature(known) != before


def test_costs_next_to_nothing(folder: Path) -> None:
    known = checkout(folder)
    started = time.perf_counter()
    for _ in range(100):
        signature(known)
    assert (time.perf_counter() - started) / 100 < 0.005
