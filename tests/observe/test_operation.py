"""The operation that a work tree is in the middle of."""

from pathlib import Path

import pytest
from tests.observe.workshop import Workshop, facts, known, worktree

from opsroom.model.snapshot import Operation


@pytest.fixture
def conflict(workshop: Workshop) -> Path:
    """A repository in which `main` and `other` change the same line."""
    folder = workshop.repository(files={"a": "base\n"})
    workshop.run(folder, "switch", "-q", "-c", "other")
    workshop.commit(folder, {"a": "other\n"})
    workshop.run(folder, "switch", "-q", "main")
    workshop.commit(folder, {"a": "main\n"})
    return folder


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["merge", "other"], "merge"),
        (["rebase", "other"], "rebase"),
        (["rebase", "--apply", "other"], "rebase"),
        (["cherry-pick", "other"], "cherry-pick"),
        (["revert", "HEAD~1"], "revert"),
        (["bisect", "start"], "bisect"),
    ],
)
def test_an_operation_in_progress(
    workshop: Workshop, conflict: Path, command: list[str], expected: Operation
) -> None:
    workshop.run(conflict, *command, check=False)
    tree = worktree(conflict)
    assert tree.operation == expected
    assert tree.conflicts == (0 if expected == "bisect" else 1)


def test_an_operation_in_a_linked_work_tree(workshop: Workshop, conflict: Path) -> None:
    linked = workshop.root / "linked"
    workshop.run(conflict, "worktree", "add", "-q", str(linked), "other")
    workshop.run(linked, "merge", "main", check=False)
    trees = known(facts(conflict).worktrees)
    assert [tree.operation for tree in trees] == [None, "merge"]


def test_mail_being_applied(workshop: Workshop, conflict: Path) -> None:
    mail = workshop.run(conflict, "format-patch", "--stdout", "-1", "other")
    (workshop.home / "mail").write_text(mail)
    workshop.run(conflict, "am", str(workshop.home / "mail"), check=False)
    assert worktree(conflict).operation == "am"


def test_picks_with_one_committed_by_hand(workshop: Workshop, conflict: Path) -> None:
    workshop.run(conflict, "switch", "-q", "other")
    workshop.commit(conflict, {"a": "more\n"})
    workshop.run(conflict, "switch", "-q", "main")
    workshop.run(conflict, "cherry-pick", "other~1", "other", check=False)
    workshop.commit(conflict, {"a": "solved\n"})
    assert worktree(conflict).operation == "cherry-pick"
