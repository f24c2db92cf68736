"""Real repositories made with the real Git, in the states that checks tell of."""

import os
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from tests.judge.builders import NOW

from opsroom.model.snapshot import Snapshot

See = Callable[..., Snapshot]
"""Looks at one or more `Repo` with the real observer."""

YESTERDAY = NOW - timedelta(days=1)
GITHUB = "https://github.com/acme/{}.git"


class Repo:
    """One folder with a clone in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def git(
        self, *arguments: str, at: datetime = YESTERDAY, who: str = "ann", fails: bool = False
    ) -> str:
        """Run Git here at `at`, as `who`; with `fails` it has to end with an error."""
        stamp = f"{int(at.timestamp())} +0000"
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.path.parent),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_EDITOR": "true",
            "LC_ALL": "C",
            **{f"GIT_{role}_NAME": who for role in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{role}_EMAIL": f"{who}@home.example" for role in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{role}_DATE": stamp for role in ("AUTHOR", "COMMITTER")},
        }
        run = subprocess.run(
            ["git", *arguments], cwd=self.path, env=environment, capture_output=True, text=True
        )
        assert (run.returncode != 0) is fails, run.stderr
        return run.stdout.strip()

    def file(self, name: str, text: str | bytes = "text\n") -> None:
        """Write one file."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def commit(
        self, *names: str, at: datetime = YESTERDAY, who: str = "ann", message: str = "work"
    ) -> str:
        """Change the files (`notes.txt`), commit everything there is, and return the commit."""
        for name in names or ("notes.txt",):
            path = self.path / name
            self.file(name, (path.read_text() if path.exists() else "") + f"{message} {who}\n")
        self.git("add", "-A")
        self.git("commit", "-qm", message, "--allow-empty", at=at, who=who)
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, *, at: datetime = YESTERDAY, commits: int = 1) -> None:
        """Make a branch with commits of its own, and go back to where we were."""
        here = self.git("branch", "--show-current")
        self.git("switch", "-qc", name)
        for number in range(commits):
            self.commit(f"{name.replace('/', '-')}-{number}.txt", at=at)
        self.git("switch", "-q", here)

    def answers_to(self, name: str) -> None:
        """Let origin be `acme/name` on a host. Nothing fetches from it afterwards."""
        self.git("remote", "set-url", "origin", GITHUB.format(name))


class Desk:
    """A folder of hosts and a folder of clones."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "hosts").mkdir()
        (root / "code").mkdir()

    def local(self, name: str = "api", *names: str, at: datetime = YESTERDAY) -> Repo:
        """A repository with one commit and no remote."""
        repo = self.bare_folder(name)
        repo.git("init", "-qb", "main")
        repo.commit(*(names or ("README.md",)), at=at)
        return repo

    def cloned(self, name: str = "api", *names: str, at: datetime = YESTERDAY) -> Repo:
        """A clone that is level with its remote."""
        repo = self.local(name, *names, at=at)
        host = self.host(name)
        repo.git("remote", "add", "origin", str(host.path))
        repo.git("push", "-qu", "origin", "main")
        repo.git("remote", "set-head", "origin", "main")
        return repo

    def host(self, name: str = "api") -> Repo:
        """The bare repository that clones of this name push to."""
        path = self.root / "hosts" / f"{name}.git"
        if not path.exists():
            path.mkdir()
            Repo(path).git("init", "-q", "--bare", "-b", "main")
        return Repo(path)

    def another(self, name: str, place: str, *options: str) -> Repo:
        """One more clone of a host, at `code/place`."""
        path = self.root / "code" / place
        source = f"file://{self.host(name).path}"
        Repo(self.root).git("clone", "-q", *options, source, str(path))
        return Repo(path)

    def bare_folder(self, name: str) -> Repo:
        """An empty folder for a clone."""
        path = self.root / "code" / name
        path.mkdir(parents=True)
        return Repo(path)

    def push_from_elsewhere(self, name: str = "api", commits: int = 1) -> None:
        """Somebody else pushes to main; the clones here fetch it when they are told to."""
        elsewhere = self.root / f"elsewhere-{name}"
        if not elsewhere.exists():
            Repo(self.root).git("clone", "-q", str(self.host(name).path), str(elsewhere))
        for number in range(commits):
            Repo(elsewhere).commit(f"theirs-{number}.txt", who="bob", message="theirs")
        Repo(elsewhere).git("push", "-q", "origin", "main")
