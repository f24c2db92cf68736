"""Real repositories for the tests of what is observed: made by real git, in a clean environment."""

import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from opsroom.clients.git import command
from opsroom.clients.git.user import user
from opsroom.model.facts import Unknown
from opsroom.model.snapshot import CloneFacts, Files, Refs, Worktree
from opsroom.observe.checkout import Checkout
from opsroom.observe.clone import look
from opsroom.observe.sources.directory import find

IDENTITY = {
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.org",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.org",
}


def forget_environment() -> None:
    """What is kept for the life of a process depends on the environment, which tests change."""
    command.git_program.cache_clear()
    command.base_environment.cache_clear()
    command.safe_environment.cache_clear()
    user.cache_clear()


@dataclass(frozen=True)
class Workshop:
    """A folder in which repositories are built. `home` is the home of whoever builds them."""

    root: Path
    home: Path

    def run(
        self,
        folder: Path,
        *arguments: str,
        env: Mapping[str, str] | None = None,
        check: bool = True,
    ) -> str:
        """Run git as a user would, unprotected."""
        done = subprocess.run(
            [
                "git",
                "-c",
                "init.defaultBranch=main",
                "-c",
                "protocol.file.allow=always",
                *arguments,
            ],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.home), **IDENTITY, **(env or {})},
            capture_output=True,
            check=False,
            text=True,
            errors="surrogateescape",
            stdin=subprocess.DEVNULL,
            timeout=20,
        )
        if check and done.returncode:
            raise AssertionError(f"git {arguments}: {done.stderr}")
        return done.stdout

    def empty(self, name: str = "api") -> Path:
        """A repository without a commit."""
        folder = self.root / name
        folder.mkdir(parents=True)
        self.run(folder, "init", "-q")
        return folder

    def repository(self, name: str = "api", files: Mapping[str, str] | None = None) -> Path:
        """A repository with one commit."""
        folder = self.empty(name)
        self.commit(folder, files or {"README.md": "hello\n"}, message="first")
        return folder

    def commit(
        self,
        folder: Path,
        files: Mapping[str, str],
        *,
        message: str = "more",
        author: str = "ann@example.org",
    ) -> str:
        """Write files and commit them; gives the new commit."""
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.run(folder, "add", "-A")
        self.run(folder, "commit", "-q", "-m", message, env={"GIT_AUTHOR_EMAIL": author})
        return self.head(folder)

    def head(self, folder: Path) -> str:
        return self.run(folder, "rev-parse", "HEAD").strip()

    def clone(self, origin: Path, name: str, *options: str) -> Path:
        folder = self.root / name
        folder.parent.mkdir(parents=True, exist_ok=True)
        self.run(self.root, "clone", "-q", *options, f"file://{origin}", str(folder))
        return folder

    def program(self, name: str, canary: Path, then: str = "exec cat") -> Path:
        """A program that leaves a canary when it runs, and then passes its input on."""
        path = self.home / name
        path.write_text(f"#!/bin/sh\necho ran >> '{canary}'\n{then}\n")
        path.chmod(0o755)
        return path


def checkout(path: Path) -> Checkout:
    """The one clone at `path`."""
    found = find(path)
    assert not found.problems, found.problems
    (only,) = found.clones
    return only


def facts(path: Path) -> CloneFacts:
    """What one look at the one clone at `path` gives."""
    return look(checkout(path))


def worktree(path: Path) -> Worktree:
    """The main work tree, which could be observed."""
    tree = facts(path).worktrees[0]
    assert isinstance(tree, Worktree), tree
    return tree


def refs(path: Path) -> Refs:
    """The refs, which could be observed."""
    group = facts(path).refs
    assert isinstance(group, Refs), group
    return group


def files(path: Path) -> Files:
    """The files, which could be observed."""
    group = facts(path).files
    assert isinstance(group, Files), group
    return group


def known(trees: Iterable[object]) -> list[Worktree]:
    """Work trees, all of which could be observed."""
    seen = list(trees)
    assert all(isinstance(tree, Worktree) for tree in seen), seen
    return [tree for tree in seen if isinstance(tree, Worktree)]


def reason(group: object) -> str:
    """Why a group could not be observed."""
    assert isinstance(group, Unknown), group
    return group.reason
