"""Many real clones, quickly: three git processes each, all different, of mixed health.

Every clone has a remote, its remote-tracking branch, a history of some days and two dozen files.
Its index is as an older clone's: no entry is so young that git would have to read the file again.
"""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

OWNERS = ("acme", "initech", "globex", "hooli", "umbrella")
COMMITS = 6
DAY = 86_400
EDITED, NEW_FILE, AHEAD, DETACHED, CONFLICT, NO_UPSTREAM, BROKEN = range(7)
"""What ails a clone, by its number modulo 10; the others are well."""

MODULES = ("core", "store", "web", "jobs", "mail", "search", "report", "tasks")

GIT = {
    "PATH": os.environ["PATH"],
    "HOME": os.devnull,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.org",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.org",
}

CONFIG = """\
[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = false
\tlogallrefupdates = true
[remote "origin"]
\turl = https://git.example.org/{name}.git
\tfetch = +refs/heads/*:refs/remotes/origin/*
[branch "main"]
\tremote = origin
\tmerge = refs/heads/main
"""


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> str:
    """Run git as a person would, without anybody's configuration."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=GIT, input=stdin, capture_output=True, check=False
    )
    if done.returncode:
        raise AssertionError(f"git {arguments} in {folder}: {done.stderr.decode()}")
    return done.stdout.decode()


def build(root: Path, count: int) -> list[Path]:
    """Make `count` clones at `root/owner/name`, and give their folders."""
    names = [f"{OWNERS[number % len(OWNERS)]}/service-{number:04}" for number in range(count)]
    with ThreadPoolExecutor(3) as threads:
        return list(threads.map(partial(_clone, root), range(count), names))


def _clone(root: Path, number: int, name: str) -> Path:
    folder = root / name
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch=main", "--template=")
    git_dir = folder / ".git"
    (git_dir / "config").write_text(CONFIG.format(name=name))
    files = dict(_files(name, number))
    stream = _history(files, number)
    git(folder, "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--done", stdin=stream)
    (git_dir / "refs/remotes/origin/HEAD").write_text("ref: refs/remotes/origin/main\n")
    _write(folder, files)
    git(folder, "reset", "--quiet")
    _ail(folder, number)
    return folder


def _files(name: str, number: int) -> Iterator[tuple[str, str]]:
    """What is tracked: every fourth clone lacks some of what a repository should have."""
    yield "README.md", f"# {name}\n\nA service of ours.\n"
    yield ".gitignore", "__pycache__/\n*.log\n"
    yield "pyproject.toml", f'[project]\nname = "{name}"\nversion = "1.{number}"\n'
    yield "uv.lock", f"version = 1\n# {name}\n" + "package\n" * 60
    yield ".github/workflows/ci.yml", "on: push\njobs: {}\n"
    if number % 4:
        yield "LICENSE", "Permission is hereby granted, free of charge ...\n"
        yield "SECURITY.md", "Write to security@example.org.\n"
        yield ".github/CODEOWNERS", "* @ann\n"
        yield ".github/dependabot.yml", "version: 2\n"
    if number % 10 == BROKEN:
        yield "node_modules/left-pad/package.json", '{"name": "left-pad"}\n'
    for module in MODULES:
        body = "".join(f"def {module}_{line}():\n    return {number}\n\n" for line in range(12))
        yield f"src/service/{module}.py", body
        yield f"tests/test_{module}.py", f"def test_{module}():\n    assert {number} >= 0\n"


def _history(files: Mapping[str, str], number: int) -> bytes:
    """A stream for fast-import: some commits, with `origin/main` at, before or after the last.

    `lost` is one more commit, which no branch will hold where its ref is taken away.
    """
    now = int(time.time()) - (number % 20) * DAY
    parts: list[str] = []
    for step in range(1, COMMITS + 2):
        branch = "lost" if step > COMMITS else "main"
        when = f"Ann <ann@example.org> {now - (COMMITS - step + 1) * 2 * DAY} +0000"
        parts.append(f"commit refs/heads/{branch}\nmark :{step}\n")
        parts.append(f"author {when}\ncommitter {when}\n{_data(f'Step {step} of {number}')}")
        parts.append(f"from :{step - 1}\n" if step > COMMITS else "")
        changed: Mapping[str, str] = files if step == 1 else {}
        note = f"\nStep {step}.\n" if step < COMMITS else ""
        for path, text in {**changed, "README.md": files["README.md"] + note}.items():
            parts.append(f"M 100644 inline {path}\n{_data(text)}")
    pushed = COMMITS - 2 if number % 10 == AHEAD else COMMITS
    parts.append(f"reset refs/remotes/origin/main\nfrom :{pushed}\n\ndone\n")
    return "".join(parts).encode()


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"


def _write(folder: Path, files: Mapping[str, str]) -> None:
    hour_ago = time.time() - 3600
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        os.utime(file, (hour_ago, hour_ago))


def _ail(folder: Path, number: int) -> None:
    """Give most clones something that a person would want to know of, some of it bad."""
    git_dir = folder / ".git"
    lost = git_dir / "refs/heads/lost"
    ails = number % 10
    if ails == EDITED:
        (folder / "src/service/core.py").write_text("# in the middle of something\n")
    if ails == NEW_FILE:
        (folder / "notes.txt").write_text("not added yet\n")
    if ails == NO_UPSTREAM:
        config = git_dir / "config"
        config.write_text(config.read_text().partition("[branch")[0])
    if ails in (DETACHED, BROKEN):
        (git_dir / "HEAD").write_text(lost.read_text())
    if ails == CONFLICT:
        (git_dir / "MERGE_HEAD").write_text(lost.read_text())
    if ails in (CONFLICT, BROKEN):
        blob = git(folder, "rev-parse", "HEAD:README.md").strip()
        stages = "".join(f"100644 {blob} {stage}\tREADME.md\n" for stage in (1, 2, 3))
        removed = f"0 {'0' * 40}\tREADME.md\n"
        git(folder, "update-index", "--index-info", stdin=f"{removed}{stages}".encode())
    lost.unlink()
