"""Seeing what other processes commit, within milliseconds.

SQLite: `PRAGMA data_version` of a connection that never writes changes with every commit of
another connection. It is asked fifty times a second in a thread of its own, which costs less than
1 % of a core. Postgres: LISTEN; each commit of `Store.write` notifies.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable

from anyio import TASK_STATUS_IGNORED, CancelScope, CapacityLimiter, sleep, to_thread, wait_readable
from anyio.abc import TaskStatus

from opsroom.store.engines import connect
from opsroom.store.place import Place

EVERY = 0.02
"""Seconds between two looks at a SQLite file."""

RECONNECT = 0.5
"""Seconds between two attempts to reach a Postgres server again."""

CHANNEL = "opsroom"

log = logging.getLogger(__name__)


async def watch(
    place: Place,
    sender: str,
    committed: Callable[[], None],
    *,
    task_status: TaskStatus[None] = TASK_STATUS_IGNORED,
) -> None:
    """Call `committed` after commits of others, until cancelled.

    On Postgres what `sender` notified itself is left out; on SQLite it can't be told apart.
    """
    if place.url is None:
        await _watch_file(place, committed, task_status)
    else:
        await _listen(place, sender, committed, task_status)


class _DataVersion:
    """A connection that waits, in a thread, for the commits of others."""

    def __init__(self, place: Place) -> None:
        self._connection = sqlite3.connect(
            place.file, timeout=0, isolation_level=None, check_same_thread=False
        )
        self._seen = self._now()
        self._stop = threading.Event()
        self._using = threading.Lock()

    def wait(self) -> None:
        """Return after the next commit, or once closed."""
        with self._using:
            while not self._stop.wait(EVERY):
                now = self._now()
                if now != self._seen:
                    self._seen = now
                    return

    def close(self) -> None:
        """End the waiting, wherever it is, and close."""
        self._stop.set()
        with self._using:
            self._connection.close()

    def _now(self) -> int | None:
        try:
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])
        except sqlite3.OperationalError:  # locked for a moment, or the disk fails: look again
            return None


async def _watch_file(
    place: Place, committed: Callable[[], None], task_status: TaskStatus[None]
) -> None:
    version = _DataVersion(place)
    own_thread = CapacityLimiter(1)
    try:
        task_status.started()
        while True:
            await to_thread.run_sync(version.wait, abandon_on_cancel=True, limiter=own_thread)
            committed()
    finally:
        version.close()


async def _listen(
    place: Place, sender: str, committed: Callable[[], None], task_status: TaskStatus[None]
) -> None:
    from psycopg import OperationalError

    started = False
    while True:
        try:
            connection = await connect(place)
            try:
                await connection.execute(f"LISTEN {CHANNEL}")
                if not started:
                    started = True
                    task_status.started()
                committed()  # what was missed while nobody listened
                while True:
                    await wait_readable(connection.fileno())
                    async for notification in connection.notifies(timeout=0):
                        if notification.payload != sender:
                            committed()
            finally:
                with CancelScope(shield=True):
                    await connection.close()
        except OperationalError as error:
            log.warning("the store %s can't be listened to: %s", place, error)
        await sleep(RECONNECT)
