"""Starting git so that nothing of the repository's own runs, and nothing of it changes.

What a repository could have run by an ordinary `git status`, and what stops it here:

- hooks: `core.hooksPath`, and no optional lock, so that the index is never written;
- a file system monitor: `core.fsmonitor`;
- filters: neutralised one by one, see `config.Config.overrides`;
- a remote helper or `core.sshCommand`, to fetch what a partial clone lacks: no lazy fetch, and no
  protocol is allowed for versions of Git that don't know that variable;
- a submodule with a configuration of its own: submodules are never entered;
- `core.worktree`, `commondir`: both places are named in the environment;
- pagers, askpass, signature programs: switched off.
"""

import os
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from opsroom.clients.git.place import Place
from opsroom.clients.process import Completed, run, trusted, trusted_path
from opsroom.errors import ObservationError
from opsroom.model.text import plain, readable

Setting = tuple[str, str]
"""A configuration key and its value."""

SAFE: tuple[Setting, ...] = (
    ("core.fsmonitor", "false"),
    ("core.hooksPath", "/dev/null"),
    ("core.askPass", ""),
    ("core.packedGitWindowSize", "32m"),
    ("core.packedGitLimit", "512m"),
    ("diff.external", ""),
    ("log.showSignature", "false"),
    ("protocol.allow", "never"),
    ("status.submoduleSummary", "false"),
    ("submodule.recurse", "false"),
)
"""Configuration that wins over the repository's own."""

NO_PROTOCOL = "!"
"""A name that no protocol can have: with it as the only one allowed, nothing can be fetched."""

OLDEST = (2, 32)
"""The first version that obeys GIT_CONFIG_GLOBAL and GIT_CONFIG_COUNT; older ones are refused."""

TIMEOUT = 20.0
MAX_OUTPUT = 256 << 20
MAX_MEMORY = 4 << 30


class GitFailed(ObservationError):
    """git said no, or was stopped at a bound. The message is one line, safe to show."""


@cache
def git_program() -> str:
    """The absolute path of git.

    Raises:
        ObservationError: there is none on the trusted PATH, or it is too old to be safe.
    """
    program = trusted("git", os.environ.get("PATH", os.defpath))
    done = run(
        [program, "version"],
        cwd=Path("/"),
        env=base_environment(),
        timeout=TIMEOUT,
        max_output=4096,
        max_memory=MAX_MEMORY,
    )
    version = done.stdout.decode("ascii", "replace").removeprefix("git version ").strip()
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < OLDEST:
        raise ObservationError(
            f"git {plain(version, 40)} can't be made safe against hostile repositories",
            "install git 2.32 or newer",
        )
    return program


@cache
def base_environment() -> dict[str, str]:
    """What every git process is given: nothing is inherited but the home and a trusted PATH."""
    kept = {name: os.environ[name] for name in ("HOME", "XDG_CONFIG_HOME") if name in os.environ}
    return {
        **kept,
        "PATH": trusted_path(os.environ.get("PATH", os.defpath)),
        "LC_ALL": "C",
        "GIT_ALLOW_PROTOCOL": NO_PROTOCOL,
        "GIT_ASKPASS": "",
        "GIT_FLUSH": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_PAGER": "cat",
        "GIT_SSH_COMMAND": "false",
        "GIT_TERMINAL_PROMPT": "0",
        "SSH_ASKPASS": "",
    }


@cache
def safe_environment() -> dict[str, str]:
    """The same, and no configuration but the repository's own, with `SAFE` over that."""
    return {
        **base_environment(),
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        **{f"GIT_CONFIG_KEY_{number}": key for number, (key, _) in enumerate(SAFE)},
        **{f"GIT_CONFIG_VALUE_{number}": value for number, (_, value) in enumerate(SAFE)},
    }


def environment(place: Place, overrides: Iterable[Setting] = ()) -> dict[str, str]:
    """The whole environment of a git process in `place`."""
    env = dict(safe_environment())
    env["GIT_DIR"] = str(place.git_dir)
    env["GIT_COMMON_DIR"] = str(place.common_dir)
    if place.worktree is not None:
        env["GIT_WORK_TREE"] = str(place.worktree)
    count = len(SAFE)
    for key, value in overrides:
        env[f"GIT_CONFIG_KEY_{count}"] = key
        env[f"GIT_CONFIG_VALUE_{count}"] = value
        count += 1
    env["GIT_CONFIG_COUNT"] = str(count)
    return env


def git(
    place: Place,
    arguments: Sequence[str],
    *,
    overrides: Iterable[Setting] = (),
    stdin: bytes = b"",
) -> bytes:
    """The standard output of one git command in `place`.

    Raises:
        GitFailed: it ended with an error, or was stopped at a bound.
        ObservationError: it could not be started.
    """
    done = run(
        [git_program(), *arguments],
        cwd=place.folder,
        env=environment(place, overrides),
        stdin=stdin,
        timeout=TIMEOUT,
        max_output=MAX_OUTPUT,
        max_memory=MAX_MEMORY,
    )
    if done.outcome != "finished" or done.code != 0:
        raise GitFailed(complaint(arguments[0], done, TIMEOUT))
    return done.stdout


def user_settings() -> bytes:
    """The user's own and the system's configuration: `key LF value NUL`, in their order."""
    return run(
        [git_program(), "config", "--list", "-z", "--includes"],
        cwd=Path("/"),
        env={**base_environment(), "GIT_DIR": "/dev/null"},
        timeout=TIMEOUT,
        max_output=4 << 20,
        max_memory=MAX_MEMORY,
    ).stdout


def complaint(command: str, done: Completed, timeout: float) -> str:
    """Why a git command did not end well, in one line that is safe to show."""
    if done.outcome == "timeout":
        return f"git {command} took longer than {timeout:g} s"
    if done.outcome == "overflow":
        return f"git {command} said more than {MAX_OUTPUT:,} bytes"
    if done.outcome == "memory":
        return f"git {command} needed more memory than the {MAX_MEMORY >> 30} GiB it may have"
    lines = readable(done.stderr).splitlines()
    for number, line in enumerate(lines):
        if line.startswith(("fatal:", "error:")):
            said = line.partition(":")[2].strip()
            if said.endswith(":"):
                said = " ".join([said, *lines[number + 1 : number + 2]])
            return plain(f"git {command}: {said}")
    if done.code < 0:
        return f"git {command} was killed by signal {-done.code}"
    return plain(f"git {command} failed: {lines[0]}" if lines else f"git {command} failed")
