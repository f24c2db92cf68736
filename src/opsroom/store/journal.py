"""The journal: what happened, numbered in the order of commits, append-only.

An event is appended inside the transaction that changes the state it tells of. A reader that has
seen event `n` and asks for what is after `n` misses nothing, because no smaller id is ever
committed later: `Store.write` lets one transaction write at a time, on both databases.
"""

import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from anyio import TASK_STATUS_IGNORED, sleep
from anyio import Event as Signal
from anyio.abc import TaskStatus
from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from opsroom.errors import StoreError
from opsroom.model.event import Event, Happening
from opsroom.store import meta
from opsroom.store.cursor import Cursor, CursorState
from opsroom.store.ring import CAPACITY, Ring
from opsroom.store.tables import journal

PAGE = 500
"""Events that are read from the table at once."""

RETRY = 0.5
"""Seconds until the store is asked again after it could not be read."""

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

log = logging.getLogger(__name__)


class JournalPruned(StoreError):
    """Some of the events that were asked for are gone: take the full state instead."""


async def append(
    connection: AsyncConnection, happenings: Sequence[Happening], at: datetime
) -> list[Event]:
    """Number and keep what happened `at`, in the transaction of `Store.write`."""
    if not happenings:
        return []
    numbered = await connection.execute(
        insert(journal).returning(journal.c.id, sort_by_parameter_order=True),
        [
            {
                "at": at,
                "kind": happening.kind,
                "repository": happening.repository,
                "summary": happening.summary,
                "data": happening.data,
            }
            for happening in happenings
        ],
    )
    return [
        Event(id=number, at=at, **dict(happening))
        for number, happening in zip(numbered.scalars(), happenings, strict=True)
    ]


class Journal:
    """The journal of one open store. One follower serves every tail from memory."""

    def __init__(self, read: Transaction, write: Transaction, capacity: int = CAPACITY) -> None:
        self._read = read
        self._write = write
        self._capacity = capacity
        self._ring = Ring(0, capacity)
        self._committed = Signal()
        self._news = Signal()
        self.epoch = ""
        """The history that this store is in; another one after a restore."""

    async def after(self, cursor: int, limit: int = PAGE) -> list[Event]:
        """The first `limit` events after `cursor`, oldest first.

        Raises:
            JournalPruned: some of them are no longer kept.
        """
        async with self._read() as connection:
            events = await _after(connection, cursor, limit)
            # Asked last: whatever was pruned before the events were read is known now.
            pruned_before = await meta.pruned_before(connection)
        if cursor + 1 < pruned_before:
            raise JournalPruned(
                f"Events after {cursor} are no longer kept", "take the full state and go on from it"
            )
        return events

    async def newest(self, count: int) -> list[Event]:
        """The newest `count` events, oldest first."""
        statement = select(journal).order_by(journal.c.id.desc()).limit(count)
        async with self._read() as connection:
            return (await _events(connection, statement))[::-1]

    async def of_kind(self, kind: str, since: datetime, count: int) -> list[Event]:
        """The newest `count` events of a kind that happened `since` or later, oldest first."""
        statement = (
            select(journal)
            .where(journal.c.kind == kind, journal.c.at >= since)
            .order_by(journal.c.id.desc())
            .limit(count)
        )
        async with self._read() as connection:
            return (await _events(connection, statement))[::-1]

    async def last_id(self) -> int:
        """The id of the newest event that there ever was, or 0."""
        async with self._read() as connection:
            return await _last_id(connection)

    async def position(self, at: datetime) -> int:
        """The place just before the first event that happened `at` or later."""
        async with self._read() as connection:
            first = await connection.scalar(
                select(func.min(journal.c.id)).where(journal.c.at >= at)
            )
            return await _last_id(connection) if first is None else first - 1

    async def check(self, cursor: Cursor) -> CursorState:
        """What can be told to somebody who holds `cursor`."""
        async with self._read() as connection:
            epoch = await meta.epoch(connection)
            last = await _last_id(connection)
            pruned_before = await meta.pruned_before(connection)
        if cursor.epoch not in (None, epoch) or cursor.id > last:
            return CursorState.FOREIGN
        return CursorState.PRUNED if cursor.id + 1 < pruned_before else CursorState.FRESH

    def cursor(self, number: int) -> Cursor:
        """The cursor after event `number`, to hand out."""
        return Cursor(id=number, epoch=self.epoch)

    async def tail(self, after: int) -> AsyncGenerator[Event, None]:
        """Every event after `after`: first what is kept, then each as it is committed.

        A slow reader holds up nobody and at most a page of events.

        Raises:
            JournalPruned: events were pruned before they were read, or the store was restored.
        """
        epoch = self.epoch
        while True:
            news, floor = self._news, self._ring.floor
            if epoch != self.epoch:
                raise JournalPruned("The store was restored", "take the full state instead")
            events = self._ring.after(after, PAGE)
            if events is None:
                events = await self.after(after, PAGE)
                if not events:
                    after = max(after, floor)
                    continue
            elif not events:
                await news.wait()
            for event in events:
                yield event
                after = event.id

    def committed(self) -> None:
        """Something was committed, here or elsewhere: look for news."""
        self._committed.set()

    async def follow(self, *, task_status: TaskStatus[None] = TASK_STATUS_IGNORED) -> None:
        """Serve the tails, until cancelled. One for each process."""
        await self._begin()
        task_status.started()
        while True:
            await self._committed.wait()
            self._committed = Signal()
            try:
                await self._catch_up()
            except StoreError as error:
                log.warning("the journal can't be followed: %s", error)
                await sleep(RETRY)
                self._committed.set()

    async def _begin(self) -> None:
        """Start at the newest event, in the epoch that is now."""
        async with self._read() as connection:
            epoch = await meta.epoch(connection)
            last = await _last_id(connection)
        self.epoch, self._ring = epoch, Ring(last, self._capacity)

    async def _catch_up(self) -> None:
        """Read what is new into memory and wake the tails."""
        more = True
        while more:
            async with self._read() as connection:
                epoch = await meta.epoch(connection)
                events = await _after(connection, self._ring.last, PAGE)
            if epoch != self.epoch:
                events = []
                await self._begin()
            elif events:
                self._ring.extend(events)
            else:
                return
            more = len(events) == PAGE
            news, self._news = self._news, Signal()
            news.set()

    async def prune(self, older_than: datetime, batch: int = 1000) -> int:
        """Forget the oldest events up to the first that happened at `older_than` or later.

        In small transactions, so that others can write in between. Gives how many are gone.
        """
        gone = 0
        while pruned := await self._prune_some(older_than, batch):
            gone += pruned
        return gone

    async def _prune_some(self, older_than: datetime, batch: int) -> int:
        ids = select(journal.c.id).order_by(journal.c.id)
        async with self._write() as connection:
            keep = await connection.scalar(ids.where(journal.c.at >= older_than).limit(1))
            if keep is None:
                keep = await _last_id(connection) + 1
            old = ids.where(journal.c.id < keep).limit(batch)
            last = await connection.scalar(select(func.max(old.subquery().c.id)))
            if last is None:
                return 0
            pruned = await connection.execute(delete(journal).where(journal.c.id <= last))
            await meta.put(connection, meta.PRUNED_BEFORE, str(last + 1))
            return pruned.rowcount


async def _after(connection: AsyncConnection, cursor: int, limit: int) -> list[Event]:
    statement = select(journal).where(journal.c.id > cursor).order_by(journal.c.id).limit(limit)
    return await _events(connection, statement)


async def _last_id(connection: AsyncConnection) -> int:
    newest = await connection.scalar(select(func.max(journal.c.id)))
    return newest or max(await meta.pruned_before(connection) - 1, 0)


async def _events(connection: AsyncConnection, statement: Select[*tuple[Any, ...]]) -> list[Event]:
    rows = (await connection.execute(statement)).mappings()
    return [Event.model_validate(dict(row)) for row in rows]
