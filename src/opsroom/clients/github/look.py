"""Full looks at repositories by id, as many in a request as the host manages.

The host gives a request ten seconds. So batches start at twenty, become half as large when one
takes too long, and grow again slowly; a batch that fails is cut in two until the one repository
that breaks it stands alone, and only that one is unknown.
"""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import anyio

from opsroom.clients.github.cadence import look_points
from opsroom.clients.github.graphql import GONE, Fault, Path, Told, ask
from opsroom.clients.github.pace import Pace, looking
from opsroom.clients.github.prune import without
from opsroom.clients.github.reading import read_look
from opsroom.clients.github.transport import Overloaded, Spend, Transport
from opsroom.clients.github.wire import TooLarge
from opsroom.clients.host import HostError, HostLook, HostLooks, Priority
from opsroom.model.shapes import NONSENSE, listed, mapping

AT_ONCE = 3
"""Requests in flight: more share the same computing time of the host."""

DENIED_FOR = timedelta(hours=1)
UNREADABLE = "the host's answer could not be read"
GIVEN_UP = 3
"""Repositories that may fail alone, before any was told, until the host itself counts as ill."""


@dataclass(slots=True)
class Denied:
    """Fields that the host denies together with the whole repository they are of.

    The schema promises some fields, so where a token may not read one the host leaves out the
    repository. It is asked for again without them, and without them at once for an hour.
    """

    kept: dict[str, tuple[datetime, Mapping[str, str]]] = field(
        default_factory=dict[str, tuple[datetime, Mapping[str, str]]]
    )

    def of(self, id_: str, now: datetime) -> Mapping[str, str]:
        """The fields of a repository not to ask for, and why."""
        at, fields = self.kept.get(id_, (now, dict[str, str]()))
        return fields if now - at < DENIED_FOR else {}

    def add(self, id_: str, fields: Mapping[str, str], now: datetime) -> None:
        """Remember what was denied."""
        self.kept[id_] = (now, fields)


@dataclass(slots=True)
class Learned:
    """What was learned of a host from one document: how much at once, and what it denies."""

    pace: Pace = field(default_factory=looking)
    denied: Denied = field(default_factory=Denied)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Repositories that are asked for together, without some fields (and why not)."""

    ids: Sequence[str]
    without: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(slots=True)
class _Looking:
    """One question for many repositories: what is still to be asked, and what was told."""

    transport: Transport
    text: str
    learned: Learned
    priority: Priority
    left: deque[_Batch]
    parts: list[_Batch] = field(default_factory=list[_Batch])
    looks: dict[str, HostLook] = field(default_factory=dict[str, HostLook])
    gone: set[str] = field(default_factory=set[str])
    failed: dict[str, str] = field(default_factory=dict[str, str])
    stopped: HostError | None = None

    async def work(self) -> None:
        while self.stopped is None and (batch := self._take()) is not None:
            many = len(batch.ids)
            spend = Spend("look", self.priority, "graphql", look_points(many))
            text = without(self.text, frozenset(batch.without)) if batch.without else self.text
            try:
                asked = {"ids": list(batch.ids)}
                told = await ask(self.transport, text, asked, spend, heavy=many > 1)
            except (Overloaded, TooLarge) as error:
                self._cut(batch, error)
            except HostError as error:
                self.stopped = error
                self.parts.append(batch)
            else:
                self.learned.pace.grow()
                self._read(batch, told)

    def _take(self) -> _Batch | None:
        if self.parts:
            return self.parts.pop()
        if not self.left:
            return None
        most = self.left.popleft()
        batches = -(-len(most.ids) // self.learned.pace.size)
        size = -(-len(most.ids) // batches)
        if size < len(most.ids):
            self.left.appendleft(_Batch(most.ids[size:], most.without))
        return _Batch(most.ids[:size], most.without)

    def _cut(self, batch: _Batch, error: HostError) -> None:
        many = len(batch.ids)
        if many > 1:
            self.learned.pace.shrink(many)
            halves = batch.ids[: many // 2], batch.ids[many // 2 :]
            self.parts += (_Batch(half, batch.without) for half in halves)
            return
        self.failed[batch.ids[0]] = error.message
        if len(self.failed) >= GIVEN_UP and not (self.looks or self.gone):
            self.stopped = error

    def _read(self, batch: _Batch, told: Told) -> None:
        found = listed(told.data.get("nodes")) or []
        if len(found) != len(batch.ids):
            self.failed |= dict.fromkeys(batch.ids, UNREADABLE)
            return
        cut: dict[Path, Fault] = {
            ("nodes", place, key): Fault("FORBIDDEN", why)
            for place in range(len(found))
            for key, why in batch.without.items()
        }
        told = Told(told.data, {**told.faults, **cut})
        again: defaultdict[frozenset[tuple[str, str]], list[str]] = defaultdict(list)
        for place, (asked, value) in enumerate(zip(batch.ids, found, strict=True)):
            denied = told.below("nodes", place) if value is None else dict[str, str]()
            if denied.keys() - batch.without.keys():
                more = {**batch.without, **denied}
                self.learned.denied.add(asked, more, self.transport.clock())
                again[frozenset(more.items())].append(asked)
            else:
                self._read_one(asked, value, told, ("nodes", place))
        self.parts += (_Batch(ids, dict(more)) for more, ids in again.items())

    def _read_one(self, asked: str, value: Any, told: Told, path: Path) -> None:
        fault = told.fault(*path)
        if mapping(value).get("__typename") == "Repository":
            host, at = self.transport.address.name, self.transport.clock()
            try:
                self.looks[asked] = read_look(value, told, path, host=host, at=at)
            except NONSENSE:
                self.failed[asked] = UNREADABLE
        elif value is not None or (fault is not None and fault.type == GONE):
            self.gone.add(asked)
        else:
            self.failed[asked] = fault.reason if fault else "the host told nothing"


async def look(
    transport: Transport, text: str, learned: Learned, ids: Sequence[str], priority: Priority
) -> HostLooks:
    """Look at repositories with the document `text`.

    Raises:
        HostError: nothing at all was told.
    """
    groups: defaultdict[frozenset[tuple[str, str]], list[str]] = defaultdict(list)
    for asked in dict.fromkeys(ids):
        groups[frozenset(learned.denied.of(asked, transport.clock()).items())].append(asked)
    batches = deque(_Batch(group, dict(denied)) for denied, group in groups.items())
    work = _Looking(transport, text, learned, priority, batches)
    async with anyio.create_task_group() as tasks:
        for _ in range(AT_ONCE):
            tasks.start_soon(work.work)
    if work.stopped is not None:
        if not (work.looks or work.gone):
            raise work.stopped
        unasked = frozenset(asked for batch in (*work.parts, *work.left) for asked in batch.ids)
        failed = work.failed | dict.fromkeys(unasked, work.stopped.message)
        return HostLooks(work.looks, frozenset(work.gone), failed, unasked)
    return HostLooks(work.looks, frozenset(work.gone), work.failed)
