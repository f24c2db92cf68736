"""A folder of clones in which a seeded somebody works: every step is what a person might do."""

import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

IDENTITY = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org")


class Life:
    """Clones of bare upstreams in `folder`/code, and one random step at a time."""

    def __init__(self, folder: Path, seed: int, clones: int = 5) -> None:
        self.code = folder / "code"
        self._upstreams = folder / "upstreams"
        self._home = folder / "home"
        self._chance = random.Random(seed)
        self._count = 0
        for made in (self.code, self._upstreams, self._home):
            made.mkdir(parents=True)
        for _ in range(clones):
            self._new_clone()

    def step(self) -> str:
        """Do one thing, and say what."""
        steps: list[Callable[[Path], object]] = [
            self._commit,
            self._commit,
            self._edit,
            self._stage,
            self._stash,
            self._branch,
            self._detach,
            self._back,
            self._push,
            self._pull,
            self._conflict,
            self._other_remote,
            self._untracked,
            self._remove,
            self._break,
        ]
        chosen = self._chance.choice(steps)
        clones = sorted(self.code.iterdir())
        if len(clones) < 3 or self._chance.random() < 0.05:
            return f"new {self._new_clone().name}"
        clone = self._chance.choice(clones)
        chosen(clone)
        return f"{chosen.__name__.strip('_')} {clone.name}"

    def _git(self, folder: Path, *arguments: str) -> None:
        """Run git; what it refuses in the present state is no step."""
        subprocess.run(
            ["git", *IDENTITY, *arguments],
            cwd=folder,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(self._home)},
            capture_output=True,
            check=False,
        )

    def _new_clone(self) -> Path:
        self._count += 1
        name = f"clone{self._count}"
        upstream = self._upstreams / f"{name}.git"
        upstream.mkdir()
        self._git(upstream, "init", "--bare", "-b", "main")
        clone = self.code / name
        self._git(self.code, "clone", str(upstream), name)
        self._git(clone, "checkout", "-b", "main")
        self._commit(clone)
        self._git(clone, "push", "-u", "origin", "main")
        return clone

    def _write(self, clone: Path, name: str) -> None:
        (clone / "src").mkdir(exist_ok=True)
        (clone / "src" / name).write_text(f"{self._chance.random()}\n")

    def _commit(self, clone: Path) -> None:
        self._write(clone, "code.py")
        self._git(clone, "add", "--all")
        self._git(clone, "commit", "-m", "work")

    def _edit(self, clone: Path) -> None:
        self._write(clone, "code.py")

    def _stage(self, clone: Path) -> None:
        self._write(clone, "staged.py")
        self._git(clone, "add", "src/staged.py")

    def _untracked(self, clone: Path) -> None:
        self._write(clone, f"new{self._chance.randrange(9)}.py")

    def _stash(self, clone: Path) -> None:
        self._edit(clone)
        self._git(clone, "stash")

    def _branch(self, clone: Path) -> None:
        self._git(clone, "checkout", "-b", f"topic/{self._chance.randrange(9)}")

    def _detach(self, clone: Path) -> None:
        self._git(clone, "checkout", "--detach")

    def _back(self, clone: Path) -> None:
        self._git(clone, "merge", "--abort")
        self._git(clone, "checkout", "--force", "main")

    def _push(self, clone: Path) -> None:
        self._git(clone, "push", "origin", "HEAD")

    def _pull(self, clone: Path) -> None:
        self._git(clone, "pull", "--no-rebase")

    def _conflict(self, clone: Path) -> None:
        self._git(clone, "checkout", "-b", "other", "HEAD~1")
        self._commit(clone)
        self._git(clone, "merge", "main")

    def _other_remote(self, clone: Path) -> None:
        url = f"https://git.example.org/{self._chance.choice('abc')}/{clone.name}.git"
        self._git(clone, "remote", "set-url", "origin", url)

    def _remove(self, clone: Path) -> None:
        shutil.rmtree(clone)

    def _break(self, clone: Path) -> None:
        """Spoil the index, or mend it."""
        index = clone / ".git/index"
        if index.exists() and index.read_bytes()[:4] == b"DIRC":
            index.write_bytes(b"not an index")
        else:
            index.unlink(missing_ok=True)
            self._git(clone, "reset")
