"""SQLite connections whose statements are not interrupted when a scope is cancelled.

A cancelled statement runs to its end in the driver's thread all the same, so there is nothing to
gain. And there is much to lose: SQLAlchemy closes the connection of a cancelled statement, the
scope cancels that again, and a task stays behind that waits for a thread which is gone, for ever.
So a statement is waited for; what is cancelled is whatever comes after it.
"""

import sqlite3
from functools import partial
from pathlib import Path
from typing import Any

from aiosqlite import Connection
from anyio import CancelScope


class _PatientConnection(Connection):
    """Every call that aiosqlite hands to its thread goes through `_execute`."""

    async def _execute(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        answer: Any = None
        with CancelScope(shield=True):
            answer = await super()._execute(fn, *args, **kwargs)  # type: ignore[no-untyped-call]  # aiosqlite is untyped
        return answer  # noqa: RET504  a scope can end its block

    def be_daemon(self) -> None:
        """Let a process end without having closed this."""
        self._thread.daemon = True


async def connect(file: Path, busy: float) -> Connection:
    """Open `file`; a statement waits `busy` seconds for a lock."""
    connection = _PatientConnection(partial(sqlite3.connect, file, timeout=busy), 64)
    connection.be_daemon()
    with CancelScope(shield=True):
        await connection
    return connection
