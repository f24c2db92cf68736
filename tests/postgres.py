"""A real Postgres server for tests: found on this machine, started once, thrown away."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, TypedDict

import psycopg
import pytest

PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=16MB")
STARTS_WITHIN = 30.0


class Server:
    """A running server, on a socket in a folder of its own; whoever can reach it is let in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)

    def url(self, database: str = "postgres") -> str:
        """How a store is told to use a database of this server."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def database(self) -> str:
        """Make an empty database and give its URL."""
        name = f"opsroom_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} STRATEGY file_copy")
        return self.url(name)

    def execute(self, statement: str) -> list[Any]:
        """Run one statement as the superuser."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


def binaries() -> Path | None:
    """The folder of `initdb` and `postgres`, or None where there is no server to start."""
    folders = [Path(found) for place in PLACES for found in sorted(Path("/").glob(place[1:]))]
    if (asked := shutil.which("pg_config")) is not None:
        told = subprocess.run([asked, "--bindir"], capture_output=True, text=True, check=True)
        folders.append(Path(told.stdout.strip()))
    for folder in reversed(folders):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


def required_binaries() -> Path:
    """The binaries; without them the test is skipped, or fails where everything is required."""
    found = binaries()
    if found is None:
        reason = "no Postgres server on this machine (initdb and postgres were looked for)"
        if os.environ.get("OPSROOM_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextmanager
def running_server() -> Generator[Server, None, None]:
    """Start a server and stop it at the end. As root it runs as another user, as it demands."""
    programs = required_binaries()
    folder = Path(tempfile.mkdtemp(prefix="opsroom-pg-"))
    user = _unprivileged()
    if user:
        os.chown(folder, user.get("user", -1), user.get("group", -1))
    folder.chmod(0o755)
    data = folder / "data"
    try:
        subprocess.run(
            [
                *(programs / "initdb", "--no-sync", "--auth=trust", "--username=postgres"),
                *("--encoding=UTF8", "--locale=C", "-D", data),
            ],
            check=True,
            capture_output=True,
            cwd=folder,
            **user,
        )
        settings = [part for setting in QUICK for part in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    *(programs / "postgres", "-D", data, "-k", folder),
                    *("-c", "listen_addresses=", *settings),
                ],
                stdout=log,
                stderr=log,
                cwd=folder,
                **user,
            )
        server = Server(folder)
        try:
            _await(server, process)
            yield server
        finally:
            process.send_signal(3)  # SIGQUIT: at once, without a last checkpoint
            process.wait(STARTS_WITHIN)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _User(TypedDict, total=False):
    """What makes subprocess run a program as somebody else."""

    user: int
    group: int
    extra_groups: list[int]


def _unprivileged() -> _User:
    """Another user, where this one is root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise RuntimeError("Postgres refuses to run as root, and there is no other user here")


def _await(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            server.execute("SELECT 1")
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((server.folder / "log").read_text()) from None
            time.sleep(0.02)
        else:
            return
