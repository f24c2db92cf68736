"""Scanners that are programs: where they are, what they may see, and what went wrong with them.

They are looked for beside our own interpreter, where the extra `scan` puts them, and on the trusted
PATH. Nothing of our environment is handed on: no token, no proxy, no home. Each also has flags that
keep it offline; the dead proxy is for the one that forgets.
"""

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from opsroom.clients.process import Completed, run, trusted, trusted_path
from opsroom.errors import ObservationError
from opsroom.model.text import plain, readable
from opsroom.observe.scanners import Bounds, Missing

NOWHERE = "http://127.0.0.1:9"
"""A proxy that nobody is: port 9 is reserved for discarding."""

LIMITED = 'ulimit -v "$0" 2>/dev/null; exec "$@"'

LARGEST_FILE = 256 << 20
"""Bytes of any file that a scanner may write."""

ASKING = Bounds(seconds=30.0, output=1 << 20)
"""What a program may take to say its version."""


def program(name: str) -> str | None:
    """The absolute path of a scanner, or None where it isn't installed."""
    own = os.path.join(os.path.dirname(sys.executable), name)
    if os.path.isfile(own) and os.access(own, os.X_OK):
        return own
    try:
        return trusted(name, os.environ.get("PATH", os.defpath))
    except ObservationError:
        return None


def missing(name: str, package: str) -> Missing:
    """What to say of a scanner that isn't there; `package` is what pip would install."""
    return Missing(f"{name} is not installed", f"install it: pip install {package}")


def environment(home: Path, path: str) -> dict[str, str]:
    """The whole environment of the scanner at `path`, with `home` as its home, for its own files.

    Some look on PATH for the other half of themselves, which lies beside them.
    """
    return {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "XDG_CACHE_HOME": str(home),
        "XDG_DATA_HOME": str(home),
        "TMPDIR": str(home),
        "PATH": f"{os.path.dirname(path)}:{trusted_path('/usr/local/bin:/usr/bin:/bin')}",
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "HTTP_PROXY": NOWHERE,
        "HTTPS_PROXY": NOWHERE,
        "http_proxy": NOWHERE,
        "https_proxy": NOWHERE,
    }


def version(path: str, *arguments: str, line: int = 0) -> str | None:
    """The line that a program says of its version; None when it can't be started well.

    It is asked again only when the file has changed.
    """
    try:
        status = os.stat(path)
    except OSError:
        return None
    return _version(path, arguments or ("--version",), line, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _version(
    path: str, arguments: tuple[str, ...], line: int, changed: int, size: int
) -> str | None:
    try:
        done = run(
            limited([path, *arguments], ASKING.memory),
            cwd=Path("/"),
            env=environment(Path("/nonexistent"), path),
            timeout=ASKING.seconds,
            max_output=ASKING.output,
            max_memory=ASKING.memory,
        )
    except ObservationError:
        return None
    if done.outcome != "finished" or done.code != 0:
        return None
    said = readable(done.stdout).strip().splitlines()
    return plain(said[line], 80) if len(said) > line else None


class Clock:
    """What is left of one look's time, when it takes several runs."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._end = time.monotonic() + bounds.seconds

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return time.monotonic() >= self._end

    def left(self) -> Bounds:
        """The bounds of the next run; a hundredth of a second when the time is over."""
        return replace(self._bounds, seconds=max(0.01, self._end - time.monotonic()))


def limited(argv: Sequence[str], memory: int) -> list[str]:
    """`argv`, begun with its address space limited already.

    Programs made by GHC reserve a terabyte when they begin, or what they may have; a limit that
    comes later would leave them with less than nothing. Where there is no such limit (macOS), they
    begin without one.
    """
    return ["/bin/sh", "-c", LIMITED, str(memory >> 10), *argv]


def start(
    argv: Sequence[str], home: Path, bounds: Bounds, besides: Mapping[str, str] | None = None
) -> Completed:
    """Run a scanner to its end or to a bound, with `home` as working directory and home.

    `besides` are variables of its environment that only this scanner knows.

    Raises:
        ObservationError: it could not be started.
    """
    return run(
        limited(argv, bounds.memory),
        cwd=home,
        env={**environment(home, argv[0]), **(besides or {})},
        timeout=bounds.seconds,
        max_output=bounds.output,
        max_memory=bounds.memory,
        max_file=LARGEST_FILE,
    )


def why(name: str, done: Completed, bounds: Bounds, fine: frozenset[int]) -> str | None:
    """Why a scanner's output can't be believed, in one line that is safe to show; None: it can.

    `fine` are the exit codes of a look that was finished.
    """
    if done.outcome == "timeout":
        return f"{name} took longer than {bounds.seconds:g} s"
    if done.outcome == "overflow":
        return f"{name} said more than {bounds.output:,} bytes"
    if done.outcome == "memory":
        return f"{name} needed more memory than the {bounds.memory >> 20:,} MiB it may have"
    if done.code < 0:
        return f"{name} was killed by signal {-done.code}"
    if done.code not in fine:
        lines = [line for line in readable(done.stderr).splitlines() if line.strip()]
        said = next(
            (line for line in lines if line.lower().startswith(("error", "fatal"))),
            lines[-1] if lines else "",
        )
        return plain(f"{name} failed (exit code {done.code}){': ' if said else ''}{said}", 300)
    return None
