"""Nothing that a repository brings along runs when it is looked at.

Each trap leaves a canary when it runs. Where plain `git status` steps into it, the test says so
first: otherwise it could not fail.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.observe.workshop import Workshop, checkout, facts, reason, worktree

from opsroom.model.snapshot import Worktree
from opsroom.observe.clone import look
from opsroom.observe.sources.directory import find


@dataclass(frozen=True)
class Trap:
    """A repository with a trap in it."""

    workshop: Workshop
    folder: Path
    canary: Path
    program: Path

    def config(self, *pairs: str) -> None:
        for key, value in zip(pairs[0::2], pairs[1::2], strict=True):
            self.workshop.run(self.folder, "config", key, value)

    def attribute(self, line: str) -> None:
        self.workshop.commit(self.folder, {".gitattributes": line + "\n"})

    def touch(self) -> None:
        """Make git compare the content of files of which only the time has changed.

        Time is counted in whole seconds, as many builds of git do.
        """
        for path in self.folder.rglob("README.md"):
            os.utime(path, (0, int(path.stat().st_mtime) - 10))

    def refusing(self) -> Path:
        """A program that leaves the canary and fails: no server that git would wait for."""
        return self.workshop.program("refusing", self.canary, "exit 1")

    def springs(self) -> bool:
        """Whether plain `git status` steps into it."""
        self.workshop.run(self.folder, "status", check=False)
        sprung = self.canary.exists()
        self.canary.unlink(missing_ok=True)
        return sprung


@pytest.fixture
def trap(workshop: Workshop) -> Trap:
    canary = workshop.root.parent / "canary"
    return Trap(workshop, workshop.repository(), canary, workshop.program("trap", canary))


def file_system_monitor(trap: Trap) -> None:
    trap.config("core.fsmonitor", str(trap.program))


def index_hook(trap: Trap) -> None:
    hook = trap.folder / ".git" / "hooks" / "post-index-change"
    hook.parent.mkdir(exist_ok=True)
    hook.symlink_to(trap.program)
    trap.touch()


def hooks_folder(trap: Trap) -> None:
    hooks = trap.folder / "hooks"
    hooks.mkdir()
    (hooks / "post-index-change").symlink_to(trap.program)
    trap.config("core.hooksPath", str(hooks))
    trap.touch()


def clean_filter(trap: Trap) -> None:
    trap.attribute("*.md filter=trap")
    trap.config("filter.trap.clean", str(trap.program))
    trap.touch()


def required_process_filter(trap: Trap) -> None:
    trap.attribute("*.md filter=trap")
    trap.config("filter.trap.process", str(trap.program), "filter.trap.required", "true")
    trap.touch()


def filter_with_an_odd_name(trap: Trap) -> None:
    trap.attribute("*.md filter=a.b=c;d")
    with (trap.folder / ".git" / "config").open("a") as config:
        config.write(f'[FiLtEr "a.b=c;d"]\n\tCLEAN = {trap.program}\n')
    trap.touch()


def filter_behind_an_include(trap: Trap) -> None:
    trap.attribute("*.md filter=trap")
    (trap.folder / ".git" / "more").write_text(f'[filter "trap"]\nclean = {trap.program}\n')
    trap.config("include.path", "more")
    trap.touch()


def filter_behind_a_conditional_include(trap: Trap) -> None:
    trap.attribute("*.md filter=trap")
    (trap.folder / ".git" / "more").write_text(f'[filter "trap"]\nclean = {trap.program}\n')
    trap.config("includeIf.onbranch:main.path", "more")
    trap.touch()


def filter_for_this_work_tree_only(trap: Trap) -> None:
    trap.attribute("*.md filter=trap")
    trap.config("extensions.worktreeConfig", "true")
    trap.workshop.run(trap.folder, "config", "--worktree", "filter.trap.clean", str(trap.program))
    trap.touch()


def submodule_with_a_monitor(trap: Trap) -> None:
    inner = trap.workshop.repository("inner")
    trap.workshop.run(trap.folder, "submodule", "add", "-q", f"file://{inner}", "sub")
    trap.workshop.run(trap.folder, "commit", "-qm", "sub")
    trap.workshop.run(trap.folder / "sub", "config", "core.fsmonitor", str(trap.program))


def submodule_with_a_filter(trap: Trap) -> None:
    submodule_with_a_monitor(trap)
    sub = trap.folder / "sub"
    trap.workshop.run(sub, "config", "--unset", "core.fsmonitor")
    trap.workshop.run(sub, "config", "filter.trap.clean", str(trap.program))
    (trap.folder / ".git" / "modules" / "sub" / "info" / "attributes").write_text(
        "*.md filter=trap\n"
    )
    trap.touch()


SPRUNG_BY_STATUS = [
    file_system_monitor,
    index_hook,
    hooks_folder,
    clean_filter,
    required_process_filter,
    filter_with_an_odd_name,
    filter_behind_an_include,
    filter_behind_a_conditional_include,
    filter_for_this_work_tree_only,
    submodule_with_a_monitor,
    submodule_with_a_filter,
]


@pytest.mark.parametrize("lay", SPRUNG_BY_STATUS, ids=lambda lay: lay.__name__)
def test_nothing_of_the_repository_runs(trap: Trap, lay: Callable[[Trap], None]) -> None:
    lay(trap)
    assert trap.springs()
    trap.touch()

    seen = facts(trap.folder)

    assert not trap.canary.exists()
    assert isinstance(seen.worktrees[0], Worktree)


def test_programs_for_other_commands_do_not_run_either(trap: Trap) -> None:
    program = str(trap.program)
    trap.config(
        *("alias.status", f"!{program}", "core.pager", program, "pager.status", program),
        *("gpg.program", program, "log.showSignature", "true", "core.askPass", program),
        *("diff.external", program, "core.editor", program, "status.submoduleSummary", "true"),
        *("core.sshCommand", program, "credential.helper", program),
    )
    worktree(trap.folder)
    assert not trap.canary.exists()


@pytest.mark.parametrize("url", ["ssh://host.invalid/x", "ext::{program}"])
def test_a_partial_clone_fetches_nothing(trap: Trap, url: str) -> None:
    """To tell whether a file with CRLF is changed git needs its blob, which is not there."""
    origin = trap.folder
    trap.workshop.run(origin, "config", "uploadpack.allowFilter", "true")
    partial = trap.workshop.clone(origin, "partial", "--filter=blob:none", "--no-checkout")
    trap.workshop.run(partial, "read-tree", "HEAD")
    (partial / "README.md").write_bytes(b"hello\r\n")
    program = str(trap.refusing())
    for key, value in (
        ("core.autocrlf", "true"),
        ("core.sshCommand", program),
        ("protocol.ext.allow", "always"),
        ("remote.origin.url", url.format(program=program)),
    ):
        trap.workshop.run(partial, "config", key, value)
    trap.workshop.run(partial, "status", check=False)
    assert trap.canary.exists()
    trap.canary.unlink()

    facts(partial)

    assert not trap.canary.exists()


def test_a_program_named_git_where_we_stand_is_not_run(
    trap: Trap, monkeypatch: pytest.MonkeyPatch
) -> None:
    (trap.folder / "git").symlink_to(trap.program)
    monkeypatch.chdir(trap.folder)
    monkeypatch.setenv("PATH", f".:{trap.folder}:{os.environ['PATH']}")
    worktree(trap.folder)
    assert not trap.canary.exists()


def test_variables_of_git_are_not_inherited(trap: Trap, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(trap.program))
    monkeypatch.setenv("GIT_INDEX_FILE", "/nowhere")
    monkeypatch.setenv("GIT_TRACE", str(trap.canary))
    assert not worktree(trap.folder).dirty
    assert not trap.canary.exists()


def test_a_work_tree_named_by_the_configuration_is_not_entered(trap: Trap) -> None:
    elsewhere = trap.workshop.root / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "secret").write_text("x")
    trap.config("core.worktree", str(elsewhere))
    assert "secret" in trap.workshop.run(trap.folder, "status", "--porcelain")
    seen = worktree(trap.folder)
    assert (seen.untracked, seen.dirty) == (0, False)


def test_a_git_file_that_names_another_repository_is_not_followed(workshop: Workshop) -> None:
    private = workshop.repository("private")
    forged = workshop.root / "forged"
    forged.mkdir()
    (forged / ".git").write_text(f"gitdir: {private}/.git\n")
    found = find(forged)
    assert not found.clones
    assert f"names the Git directory of {private}" in found.problems[0].reason


def test_a_git_file_that_names_another_work_tree_is_not_followed(workshop: Workshop) -> None:
    private = workshop.repository("private")
    workshop.run(private, "worktree", "add", "-q", str(workshop.root / "tree"))
    forged = workshop.root / "forged"
    forged.mkdir()
    (forged / ".git").write_text(f"gitdir: {private}/.git/worktrees/tree\n")
    found = find(forged)
    assert not found.clones
    assert "forged" in found.problems[0].reason


def test_a_git_directory_that_claims_to_share_another_is_not_followed(
    workshop: Workshop,
) -> None:
    private = workshop.repository("private")
    forged = workshop.repository("forged")
    (forged / ".git" / "commondir").write_text(f"{private}/.git\n")
    found = find(forged)
    assert not found.clones
    assert "claims to share another repository" in found.problems[0].reason


def test_a_pipe_in_place_of_a_file_is_not_waited_for(workshop: Workshop) -> None:
    folder = workshop.repository()
    known = checkout(folder)
    for name in ("config", "packed-refs"):
        path = folder / ".git" / name
        path.unlink(missing_ok=True)
        os.mkfifo(path)
    assert reason(look(known).refs) == "config is not a regular file"


def test_a_link_in_place_of_a_file_does_not_lead_out(workshop: Workshop) -> None:
    secret = workshop.home / "secret"
    secret.write_text("ssh-key AAAA\n")
    folder = workshop.repository()
    (folder / ".git" / "refs" / "heads" / "leak").symlink_to(secret)
    text = facts(folder).model_dump_json()
    assert "AAAA" not in text


def test_nothing_is_written_by_a_look(workshop: Workshop) -> None:
    folder = workshop.repository()
    os.utime(folder / "README.md", times=(0, 0))
    before = _all_files(folder)
    worktree(folder)
    assert _all_files(folder) == before
    workshop.run(folder, "status")
    assert _all_files(folder) != before


def _all_files(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.stat().st_ino, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }
