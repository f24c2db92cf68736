"""Git for the demo's own repositories: bounded, and deaf to the user's configuration."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from opsroom.clients.process import run, trusted
from opsroom.errors import OpsroomError

TIMEOUT = 30.0
MAX_OUTPUT = 64 * 1024 * 1024
MAX_MEMORY = 2 * 1024**3


@dataclass(frozen=True)
class Author:
    """Who commits."""

    name: str
    email: str


@dataclass(frozen=True)
class Git:
    """Git in one folder, as one author, at one moment (both become part of commit ids)."""

    folder: Path
    author: Author
    at: datetime

    def __call__(self, *arguments: str, stdin: bytes = b"", allowed: Sequence[int] = (0,)) -> str:
        """Run `git ARGUMENTS` and return what it printed, without space around it.

        Raises:
            OpsroomError: the exit code is not one of `allowed`.
        """
        return self.raw(*arguments, stdin=stdin, allowed=allowed).decode(errors="replace").strip()

    def raw(self, *arguments: str, stdin: bytes = b"", allowed: Sequence[int] = (0,)) -> bytes:
        """Run `git ARGUMENTS` and return the bytes that it printed.

        Raises:
            OpsroomError: the exit code is not one of `allowed`.
        """
        when = f"@{int(self.at.timestamp())} +0000"
        done = run(
            [trusted("git", os.environ.get("PATH", os.defpath)), *arguments],
            cwd=self.folder,
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "LC_ALL": "C",
                "HOME": os.devnull,
                "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_CONFIG_GLOBAL": os.devnull,
                "GIT_TERMINAL_PROMPT": "0",
                "GIT_EDITOR": "true",
                "GIT_AUTHOR_NAME": self.author.name,
                "GIT_AUTHOR_EMAIL": self.author.email,
                "GIT_AUTHOR_DATE": when,
                "GIT_COMMITTER_NAME": self.author.name,
                "GIT_COMMITTER_EMAIL": self.author.email,
                "GIT_COMMITTER_DATE": when,
            },
            timeout=TIMEOUT,
            max_output=MAX_OUTPUT,
            max_memory=MAX_MEMORY,
            stdin=stdin,
        )
        if done.outcome != "finished" or done.code not in allowed:
            said = (done.stderr or done.stdout).decode(errors="replace").strip()
            raise OpsroomError(
                f"git {arguments[0]} failed in {self.folder} ({done.outcome} {done.code})", said
            )
        return done.stdout
