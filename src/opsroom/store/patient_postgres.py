"""Postgres connections whose statements are not interrupted when a scope is cancelled.

psycopg asks the server to cancel the statement and waits for its answer; a scope interrupts that
too, so each cancelled statement costs the connection. As on SQLite a statement is waited for
instead. It ends: the session has a `lock_timeout`, and nothing of ours runs long.
"""

from typing import Any

from anyio import CancelScope
from psycopg import AsyncConnection


class PatientConnection(AsyncConnection[Any]):
    """Everything that psycopg waits for, once connected, goes through `wait`."""

    async def wait(self, *args: Any, **kwargs: Any) -> Any:
        """Wait for the server, whatever is cancelled meanwhile."""
        answer: Any = None
        with CancelScope(shield=True):
            answer = await super().wait(*args, **kwargs)
        return answer  # noqa: RET504  a scope can end its block
