"""What can't be observed is Unknown with a reason that helps; the rest stays."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.observe.workshop import (
    Workshop,
    checkout,
    facts,
    forget_environment,
    reason,
    worktree,
)

import opsroom
from opsroom.clients.git import command
from opsroom.clients.git.ownership import allowed
from opsroom.clients.git.user import user
from opsroom.model.facts import Unknown
from opsroom.model.snapshot import Files, Refs, Worktree
from opsroom.observe.clone import look, see
from opsroom.observe.sources.directory import find

NOBODY = 65534


def test_a_corrupt_index(workshop: Workshop) -> None:
    folder = workshop.repository()
    (folder / ".git" / "index").write_bytes(b"garbage" * 20)
    seen = facts(folder)
    assert reason(seen.worktrees[0]) == "the index is corrupt: its checksum doesn't fit"
    assert reason(seen.files) == reason(seen.worktrees[0])
    assert isinstance(seen.refs, Refs)


def test_an_index_that_is_cut_short(workshop: Workshop) -> None:
    """Git itself takes what it finds behind the end for entries, and says nothing."""
    folder = workshop.repository(files={f"f{n}": "x" for n in range(50)})
    index = folder / ".git" / "index"
    index.write_bytes(index.read_bytes()[:1000])
    seen = facts(folder)
    assert isinstance(seen.files, Unknown)
    assert isinstance(seen.worktrees[0], Unknown)


def test_an_index_without_a_checksum_is_not_corrupt(workshop: Workshop) -> None:
    """As `index.skipHash` writes it."""
    folder = workshop.repository()
    index = folder / ".git" / "index"
    index.write_bytes(index.read_bytes()[:-20] + bytes(20))
    assert isinstance(facts(folder).worktrees[0], Worktree)


def test_a_head_that_breaks_after_it_was_found(workshop: Workshop) -> None:
    folder = workshop.repository()
    known = checkout(folder)
    (folder / ".git" / "HEAD").write_bytes(b"\0\0\0")
    seen = look(known)
    assert reason(seen.refs) == "its HEAD names neither a branch nor a commit"


def test_a_missing_object(workshop: Workshop) -> None:
    folder = workshop.repository()
    head = workshop.head(folder)
    (folder / ".git" / "objects" / head[:2] / head[2:]).unlink()
    assert reason(facts(folder).refs) == "git rev-list: bad object HEAD"


def test_a_missing_object_deeper_down_leaves_the_rest(workshop: Workshop) -> None:
    folder = workshop.repository()
    first = workshop.head(folder)
    workshop.commit(folder, {"a": "1"})
    (folder / ".git" / "objects" / first[:2] / first[2:]).unlink()
    seen = facts(folder)
    assert isinstance(seen.worktrees[0], Worktree)
    assert isinstance(seen.files, Files)
    assert isinstance(seen.refs, Unknown)


def test_packed_refs_that_are_cut_short(workshop: Workshop) -> None:
    folder = workshop.repository()
    workshop.run(folder, "pack-refs", "--all")
    packed = folder / ".git" / "packed-refs"
    packed.write_bytes(packed.read_bytes()[:-5])
    assert reason(facts(folder).refs) == "packed-refs is cut short"


def test_a_branch_file_that_is_empty(workshop: Workshop) -> None:
    """As a power cut leaves it."""
    folder = workshop.repository()
    workshop.run(folder, "branch", "other")
    (folder / ".git" / "refs" / "heads" / "other").write_text("")
    seen = facts(folder)
    assert reason(seen.refs) == "refs/heads/other is broken"
    assert isinstance(seen.worktrees[0], Worktree)


def test_a_configuration_that_git_refuses(workshop: Workshop) -> None:
    folder = workshop.repository()
    known = checkout(folder)
    with (folder / ".git" / "config").open("a") as config:
        config.write("[broken\n")
    assert "bad config line" in reason(look(known).refs)


def test_an_extension_that_git_does_not_know(workshop: Workshop) -> None:
    folder = workshop.repository()
    workshop.run(folder, "config", "core.repositoryFormatVersion", "1")
    workshop.run(folder, "config", "extensions.fromTheFuture", "true")
    assert "fromthefuture" in reason(facts(folder).worktrees[0])


def test_a_folder_that_vanishes_between_find_and_look(workshop: Workshop) -> None:
    folder = workshop.repository()
    known = checkout(folder)
    folder.rename(workshop.root / "moved")
    assert {reason(group) for group in look(known).groups} == {"it is no longer there"}


@pytest.mark.parametrize("what", ["api", "api/.git"])
def test_a_clone_that_is_gone_is_told_from_one_that_fails(workshop: Workshop, what: str) -> None:
    folder = workshop.repository()
    known = checkout(folder)
    assert not see(known).gone
    (workshop.root / what).rename(workshop.root / "moved")
    assert see(known).gone


def test_a_work_tree_that_is_gone_takes_its_clone_along(workshop: Workshop) -> None:
    workshop.run(workshop.root, "init", "-q", "--separate-git-dir", "away.git", "api")
    known = checkout(workshop.root / "api")
    (workshop.root / "api").rename(workshop.root / "moved")
    assert see(known).gone


def test_a_clone_that_is_broken_is_not_gone(workshop: Workshop) -> None:
    folder = workshop.repository()
    known = checkout(folder)
    (folder / ".git" / "HEAD").unlink()
    seen = see(known)
    assert isinstance(seen.facts.refs, Unknown)
    assert not seen.gone


def test_a_linked_work_tree_that_vanishes_alone(workshop: Workshop) -> None:
    folder = workshop.repository()
    linked = workshop.root / "linked"
    workshop.run(folder, "worktree", "add", "-q", str(linked))
    known = checkout(folder)
    linked.rename(workshop.root / "moved")
    seen = look(known)
    assert isinstance(seen.worktrees[0], Worktree)
    assert reason(seen.worktrees[1]) == "it is no longer there"
    assert isinstance(seen.refs, Refs)


def test_a_git_that_hangs_is_stopped(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a pipe that nobody writes to, git would wait for ever."""
    monkeypatch.setattr(command, "TIMEOUT", 0.5)
    folder = workshop.repository()
    known = checkout(folder)
    os.mkfifo(folder / ".git" / "pipe")
    workshop.run(folder, "config", "core.attributesFile", str(folder / ".git" / "pipe"))
    os.utime(folder / "README.md", times=(0, 0))
    seen = look(known)
    assert reason(seen.worktrees[0]) == "git status took longer than 0.5 s"
    assert isinstance(seen.files, Files)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
@pytest.mark.parametrize("given", [".git", "."])
def test_a_repository_of_another_user(workshop: Workshop, given: str) -> None:
    folder = workshop.repository()
    os.chown(folder / given, 12345, 12345)
    expected = (
        f"{'.git' if given == '.git' else 'api'} belongs to another user (uid 12345): to allow it, "
        f"run git config --global --add safe.directory '{folder}'"
    )
    assert {reason(group) for group in facts(folder).groups} == {expected}

    workshop.run(folder, "config", "--global", "--add", "safe.directory", str(folder))
    forget_environment()
    assert isinstance(worktree(folder), Worktree)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_root_by_sudo_may_look_at_what_is_the_users(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = workshop.repository()
    os.chown(folder, 12345, 12345)
    monkeypatch.setenv("SUDO_UID", "12345")
    assert worktree(folder).head


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("*", True),
        ("/code/api", True),
        ("/code/*", True),
        ("/code", False),
        ("/code/ap", False),
        (".", False),
        ("api", False),
    ],
)
def test_values_of_safe_directory(value: str, expected: bool) -> None:
    assert allowed(Path("/code/api"), [value]) is expected


def test_an_empty_safe_directory_takes_back_all_before_it(workshop: Workshop) -> None:
    (workshop.home / ".gitconfig").write_text(
        "[safe]\n\tdirectory = *\n\tdirectory =\n\tdirectory = ~/code\n"
    )
    assert user().safe_directories == (f"{workshop.home}/code",)


UNPRIVILEGED = """
import os, sys
from pathlib import Path
from opsroom.observe.clone import look
from opsroom.observe.sources.directory import find
if os.geteuid() == 0:
    os.setgroups([]); os.setgid({nobody}); os.setuid({nobody})
found = find(Path(sys.argv[1]))
for problem in found.problems:
    print("problem", Path(problem.path).name, problem.reason)
for checkout in found.clones:
    for group in look(checkout).groups:
        print(type(group).__name__, getattr(group, "reason", ""))
"""


@pytest.fixture
def as_nobody(workshop: Workshop) -> Callable[[Path], str]:
    """Find and look as a user without rights: root sees everything, whatever the mode."""

    def seen(path: Path) -> str:
        if os.geteuid() == 0:
            temporary = Path(tempfile.gettempdir()).resolve()
            for parent in (*reversed(path.parents), path):
                if temporary in parent.parents:
                    parent.chmod(parent.stat().st_mode | 0o055)
        source = Path(opsroom.__file__).parent.parent
        done = subprocess.run(
            [sys.executable, "-c", UNPRIVILEGED.format(nobody=NOBODY), str(path)],
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONPATH": str(source)},
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
        assert not done.stderr, done.stderr
        return done.stdout

    return seen


def test_folders_without_permission(workshop: Workshop, as_nobody: Callable[[Path], str]) -> None:
    workshop.repository("mine/api")
    locked = workshop.root / "locked"
    locked.mkdir()
    locked.chmod(0o700)
    if os.geteuid() != 0:
        locked.chmod(0)
    output = as_nobody(workshop.root)
    locked.chmod(0o700)
    assert "problem locked permission denied" in output


def test_a_folder_without_permission_in_a_clone_is_a_matter_of_its_own_files(
    workshop: Workshop, as_nobody: Callable[[Path], str]
) -> None:
    folder = workshop.repository("api")
    locked = folder / "pgdata"
    locked.mkdir()
    locked.chmod(0o700 if os.geteuid() == 0 else 0)
    output = as_nobody(folder)
    locked.chmod(0o700)
    assert "problem" not in output
    assert output, "the clone itself is found"


def test_a_clone_without_permission(workshop: Workshop, as_nobody: Callable[[Path], str]) -> None:
    folder = workshop.repository("api")
    for path in (folder / ".git").iterdir():
        os.chown(path, NOBODY, NOBODY) if os.geteuid() == 0 else None
    (folder / ".git" / "config").chmod(0)
    output = as_nobody(workshop.root)
    assert "config can't be read (Permission denied)" in output


def test_an_old_git_is_refused(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = workshop.repository()
    known = checkout(folder)
    bin_folder = workshop.home / "bin"
    bin_folder.mkdir()
    (bin_folder / "git").write_text("#!/bin/sh\necho git version 2.20.1\n")
    (bin_folder / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_folder}:{os.environ['PATH']}")
    forget_environment()
    assert "git 2.20.1 can't be made safe" in reason(look(known).worktrees[0])


def test_a_machine_without_git(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    known = checkout(workshop.repository())
    monkeypatch.setenv("PATH", str(workshop.home))
    forget_environment()
    assert "git was not found: install git" in reason(look(known).worktrees[0])


def test_broken_git_folders_are_problems(workshop: Workshop) -> None:
    for name in ("no-head", "bad-head", "no-objects"):
        workshop.repository(name)
    (workshop.root / "no-head" / ".git" / "HEAD").unlink()
    (workshop.root / "bad-head" / ".git" / "HEAD").write_text("what?\n")
    (workshop.root / "no-objects" / ".git" / "objects").rename(workshop.root / "x")
    (workshop.root / "empty").mkdir()
    (workshop.root / "empty" / ".git").mkdir()
    whole = workshop.repository("whole")
    found = find(workshop.root)
    assert [clone.place.worktree for clone in found.clones] == [whole]
    assert {Path(problem.path).name: problem.reason for problem in found.problems} == {
        "bad-head": "its HEAD names neither a branch nor a commit",
        "empty": "its .git is broken: it has no HEAD",
        "no-head": "its .git is broken: it has no HEAD",
        "no-objects": "its .git is broken: it has no objects or refs",
    }
