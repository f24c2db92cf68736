"""Every program that Opsroom starts: time, memory and output bounded, clean environment, argv only.

A program is named by an absolute path that `trusted` found. Whoever starts us may stand inside a
stranger's repository, so nothing is ever looked up in the working directory, in a relative entry
of PATH, or in a folder that is part of a Git work tree.
"""

import os
import resource
import select
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Literal

from opsroom.clients.background import give_way, select_until
from opsroom.errors import ObservationError

Outcome = Literal["finished", "timeout", "overflow", "memory"]
"""How a program ended: by itself, or at the bound that is named.

`memory` is what the program said of itself (it failed, and complained of too little memory).
"""

STDERR_KEPT = 64 * 1024
"""Bytes of complaints that are kept; more is read and dropped."""

CHUNK = 256 * 1024

SYSTEM_PREFIXES = frozenset(
    {"/", "/usr", "/usr/local", "/opt/homebrew", "/home/linuxbrew/.linuxbrew"}
)
"""Folders of installed programs that may be Git work trees themselves, as Homebrew's is."""


@dataclass(frozen=True, slots=True)
class Completed:
    """What a program left: its exit code (negative: the signal that killed it) and its output."""

    code: int
    stdout: bytes
    stderr: bytes
    outcome: Outcome


def trusted_path(path: str) -> str:
    """The entries of a PATH from which programs may be started, in their order."""
    return os.pathsep.join(entry for entry in path.split(os.pathsep) if _is_trusted(entry))


def _is_trusted(entry: str) -> bool:
    folder = Path(entry)
    if not folder.is_absolute() or ".." in folder.parts:
        return False
    real = Path(os.path.realpath(folder))
    return not any(
        str(parent) not in SYSTEM_PREFIXES and os.path.lexists(parent / ".git")
        for start in {folder, real}
        for parent in (start, *start.parents)
    )


@cache
def trusted(program: str, path: str) -> str:
    """The absolute path of `program`, from the trusted entries of `path`.

    Raises:
        ObservationError: no trusted entry holds it.
    """
    for entry in filter(None, trusted_path(path).split(os.pathsep)):
        candidate = os.path.join(entry, program)
        if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return candidate
    raise ObservationError(
        f"{program} was not found", f"install {program}, or put its folder on PATH"
    )


def run(
    argv: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout: float,
    max_output: int,
    max_memory: int,
    max_file: int | None = None,
    stdin: bytes = b"",
) -> Completed:
    """Run `argv` to its end, or to the first bound, where its whole process group is killed.

    `timeout` is in seconds, `max_output` in bytes of standard output, `max_memory` in bytes of
    address space, `max_file` in bytes of any file that it writes (these two on Linux only: macOS
    has no way to limit a program that has already started). The environment is exactly `env`.

    Raises:
        ObservationError: the program could not be started.
    """
    if not os.path.isabs(argv[0]):
        raise ValueError(f"not an absolute path: {argv[0]}")
    deadline = time.monotonic() + timeout
    try:
        process = subprocess.Popen(  # noqa: S603 - argv only, absolute, from `trusted`
            argv,
            cwd=cwd,
            env=env,
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
    except OSError as error:
        raise ObservationError(
            f"could not start {os.path.basename(argv[0])}: {error.strerror}"
        ) from error
    with process:
        try:
            give_way(process.pid)
            _limit(process.pid, max_memory, max_file)
            return _read(process, stdin, deadline, max_output)
        except BaseException:
            _kill(process)
            raise


def _limit(pid: int, memory: int, file: int | None) -> None:
    if sys.platform == "linux":
        try:
            # A worker of ours starts programs too, and may not give them more than it has itself.
            _, most = resource.prlimit(pid, resource.RLIMIT_AS)
            memory = memory if most == resource.RLIM_INFINITY else min(memory, most)
            resource.prlimit(pid, resource.RLIMIT_AS, (memory, memory))
            if file is not None:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (file, file))
        except ProcessLookupError:
            return


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.returncode is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            process.kill()


def _read(
    process: subprocess.Popen[bytes], stdin: bytes, deadline: float, max_output: int
) -> Completed:
    output, errors = bytearray(), bytearray()
    bound = _exchange(process, stdin, deadline, max_output, output, errors)
    if bound is None and not _ends(process, deadline):
        bound = "timeout"
    if bound is not None:
        _kill(process)
        code = process.wait()
        return Completed(code, bytes(output[:max_output]), bytes(errors), bound)
    code = process.returncode
    starved = code != 0 and (b"ut of memory" in errors or b"Cannot allocate memory" in errors)
    return Completed(code, bytes(output), bytes(errors), "memory" if starved else "finished")


def _ends(process: subprocess.Popen[bytes], deadline: float) -> bool:
    """Wait for the end of a program that has closed its output. Popen.wait would sleep in steps."""
    if process.poll() is not None:
        return True
    left = max(0.0, deadline - time.monotonic())
    if sys.platform != "linux":
        try:
            process.wait(left)
        except subprocess.TimeoutExpired:
            return False
        return True
    watched = os.pidfd_open(process.pid)
    try:
        poll = select.poll()
        poll.register(watched, select.POLLIN)
        if not poll.poll(left * 1000):
            return False
    finally:
        os.close(watched)
    process.wait()
    return True


def _exchange(
    process: subprocess.Popen[bytes],
    stdin: bytes,
    deadline: float,
    max_output: int,
    output: bytearray,
    errors: bytearray,
) -> Outcome | None:
    """Feed and read until both ends are closed; the bound that was hit, or None."""
    pipes = selectors.PollSelector()
    for pipe, into in ((process.stdout, output), (process.stderr, errors)):
        assert pipe is not None  # noqa: S101 - asked for above; tells the type checker
        pipes.register(pipe, selectors.EVENT_READ, into)
    waiting = memoryview(stdin)
    if process.stdin is not None:
        os.set_blocking(process.stdin.fileno(), False)
        pipes.register(process.stdin, selectors.EVENT_WRITE)
    while pipes.get_map():
        ready = select_until(pipes, deadline)
        if not ready:
            return "timeout"
        for key, _ in ready:
            if process.stdin is not None and key.fileobj is process.stdin:
                waiting = _feed(pipes, process.stdin, waiting)
                continue
            chunk = os.read(key.fd, CHUNK)
            if not chunk:
                pipes.unregister(key.fileobj)
            elif key.data is output:
                output += chunk
            else:
                errors += chunk[: STDERR_KEPT - len(errors)]
        if len(output) > max_output:
            return "overflow"
    return None


def _feed(pipes: selectors.PollSelector, pipe: IO[bytes], waiting: memoryview) -> memoryview:
    """Write what fits; close the pipe when all is written, or nobody reads on."""
    try:
        waiting = waiting[os.write(pipe.fileno(), waiting[:CHUNK]) :]
    except BrokenPipeError:
        waiting = waiting[len(waiting) :]
    if not waiting:
        pipes.unregister(pipe)
        pipe.close()
    return waiting


class Ended(ObservationError):
    """A worker gave no answer: it ended, or was killed at the bound that `outcome` names."""

    def __init__(self, message: str, outcome: Outcome) -> None:
        super().__init__(message)
        self.outcome = outcome


class Worker:
    """A program of ours that answers many questions, one line for one line, within bounds.

    What it complains of is dropped: it reads what strangers wrote, and could repeat it. After
    `Ended` it is gone, and a new one has to be begun. It also ends when its standard input does.
    """

    def __init__(
        self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], max_memory: int
    ) -> None:
        self._process = _begin(argv, cwd=cwd, env=env, stderr=subprocess.DEVNULL, bufsize=0)
        give_way(self._process.pid)
        _limit(self._process.pid, max_memory, None)

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def ask(self, question: bytes, *, timeout: float, max_output: int) -> bytes:
        """The line that it answers to the line `question`. `timeout` is in seconds.

        Raises:
            Ended: it said nothing in time, too much, or ended.
        """
        answer = bytearray()
        try:
            bound = self._exchange(question + b"\n", time.monotonic() + timeout, max_output, answer)
        except BaseException:
            self.end()
            raise
        if bound is None and answer.endswith(b"\n"):
            return bytes(answer[:-1])
        code = self.end()
        if bound is None:
            raise Ended(f"it ended by itself ({_ending(code)})", "finished")
        said = {"timeout": f"it took longer than {timeout:g} s"}
        raise Ended(said.get(bound, f"it said more than {max_output:,} bytes"), bound)

    def end(self) -> int:
        """Kill it and whatever it started, and return its exit code. It may have ended before."""
        with self._process as process:
            _kill(process)
        return process.returncode

    def _exchange(
        self, question: bytes, deadline: float, max_output: int, answer: bytearray
    ) -> Outcome | None:
        """Write, then read to the end of a line or of the program; the bound that was hit."""
        source, sink = self._process.stdout, self._process.stdin
        assert source is not None  # noqa: S101 - asked for above
        assert sink is not None  # noqa: S101 - asked for above
        os.set_blocking(sink.fileno(), False)
        pipes = selectors.PollSelector()
        pipes.register(source, selectors.EVENT_READ)
        pipes.register(sink, selectors.EVENT_WRITE)
        waiting = memoryview(question)
        while not answer.endswith(b"\n"):
            ready = select_until(pipes, deadline)
            if not ready:
                return "timeout"
            for key, _ in ready:
                if key.fileobj is sink:
                    try:
                        waiting = waiting[os.write(key.fd, waiting[:CHUNK]) :]
                    except BrokenPipeError:
                        waiting = waiting[len(waiting) :]
                    if not waiting:
                        pipes.unregister(sink)
                    continue
                chunk = os.read(key.fd, CHUNK)
                if not chunk:
                    return None
                answer += chunk
            if len(answer) > max_output:
                return "overflow"
        return None


def _begin(
    argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], stderr: int | None, bufsize: int
) -> subprocess.Popen[bytes]:
    if not os.path.isabs(argv[0]):
        raise ValueError(f"not an absolute path: {argv[0]}")
    try:
        return subprocess.Popen(  # noqa: S603 - argv only, absolute
            argv,
            cwd=cwd,
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            bufsize=bufsize,
            start_new_session=True,
        )
    except OSError as error:
        raise ObservationError(
            f"could not start {os.path.basename(argv[0])}: {error.strerror}"
        ) from error


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


class Beside:
    """A program that runs as long as we do: its standard input ends when we end, however we do.

    It is meant for programs of ours, which stop by themselves then. What it complains of is seen
    where our own complaints are.
    """

    def __init__(self, argv: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> None:
        self._process = _begin(argv, cwd=cwd, env=env, stderr=None, bufsize=-1)

    def line(self) -> bytes:
        """The next line that it prints; empty when it has ended."""
        assert self._process.stdout is not None  # noqa: S101 - asked for above
        return self._process.stdout.readline()

    def end(self, patience: float) -> int:
        """Ask it to stop, kill it after `patience` seconds, and return its exit code.

        To end what has ended gives the same code again.
        """
        assert self._process.stdin is not None  # noqa: S101 - asked for above
        with self._process as process:
            self._process.stdin.close()
            try:
                return process.wait(patience)
            except subprocess.TimeoutExpired:
                _kill(process)
                return process.wait()
