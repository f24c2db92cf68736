"""The room: settings, store, fleet and monitors, opened at the first call and handed to verbs.

A room is made cheaply: an MCP handshake needs no database. `open` imports the heavy parts.
Every room follows the store; one of them owns it and runs the monitors, till another takes over.
"""

import logging
import os.path
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import anyio
from anyio.abc import TaskStatus

from opsroom.errors import NotFound, OpsroomError
from opsroom.model.coverage import Coverage
from opsroom.model.event import Event
from opsroom.model.limits import Limits
from opsroom.model.repository import RepositoryState
from opsroom.model.text import plain
from opsroom.model.where import Where
from opsroom.operations.fleet import Fleet, Row, named
from opsroom.operations.freshness import Trust
from opsroom.operations.hearing import hearing
from opsroom.settings import DirectorySource, Settings

if TYPE_CHECKING:
    from opsroom.operations.hosts.watch import HostWatch
    from opsroom.operations.lookout import Lookout
    from opsroom.store.advisories.index import AdvisoryIndex
    from opsroom.store.database import Store
    from opsroom.store.surveys import Survey
    from opsroom.store.sweeps import SweepMark

T = TypeVar("T")
log = logging.getLogger("opsroom.room")

FIRST_LOOK = 20.0
"""Seconds after its opening in which a question waits for a look at the fleet."""
REMEMBER = 5.0
"""Seconds for which an answer about an unmoved fleet is given again."""
BUDGETS_EVERY = 10.0
"""Seconds between two looks into what is left of the budgets of hosts."""
MEMORIES = 64
"""Answers that are remembered at most."""


class Room:
    """What a verb is handed. `scope` hides what is outside it: it doesn't exist for this caller."""

    store: "Store"
    advisories: "AdvisoryIndex"
    lookout: "Lookout"

    def __init__(
        self,
        settings: Settings,
        *,
        scope: Where | None = None,
        watches: bool = True,
        scans: bool = False,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings
        self._roots = tuple(f"{os.path.realpath(source.path)}/" for source in settings.directories)
        self.scope = scope or Where()
        self.watches = watches
        self.scans = scans
        """Whether what is due is scanned here without being asked, and what anybody asks for."""
        self.now = clock
        self.fleet = Fleet()
        self.owner = False
        self.watching: dict[str, HostWatch] = {}
        """The sources of hosts that this process watches, by their keys."""
        self.opened = anyio.Event()
        self._surveys: dict[str, Survey] = {}
        self._sweeps: dict[str, SweepMark] = {}
        self._low: list[str] = []
        self._low_until = 0.0
        self._opening = anyio.Lock()
        self._opened_at = 0.0
        self._began = clock()
        self._shown = (-1, "")
        self._disturbed = anyio.Event()
        self._memory: dict[Hashable, tuple[object, Any]] = {}
        self._hearing: dict[str, Callable[[Event], bool]] = {}
        self._hearing_of = self._shown

    @property
    def fresh_for(self) -> timedelta:
        """How old facts of clones may be and still count as fresh."""
        watch = self.settings.watch
        return watch.worktree_every * 1.5 + watch.gate_every

    @property
    def limits(self) -> Limits:
        """What the judge measures against: as settings say, with the owners that were listed whole.

        A host that was not swept lately may have repositories that nobody here knows of.
        """
        marks = self._sweeps
        listed = [
            source
            for source in self.settings.hosts
            if source.owner and not (source.include or source.exclude)
            if (mark := marks.get(source.key)) and mark.whole_at and mark.at
            if mark.at >= self._limit(source.key)
        ]
        owners = tuple(f"{source.host}/{source.owner}".lower() for source in listed)
        return self.settings.limits.model_copy(update={"owners": owners})

    @property
    def trust(self) -> Trust:
        """What counts as fresh now."""
        return Trust(self.now(), self.fresh_for, self._sweeps)

    async def __aenter__(self) -> Self:
        self.tasks = anyio.create_task_group()
        await self.tasks.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        # The error of the block, if any, is not handed on: the group would wrap it.
        self.tasks.cancel_scope.cancel()
        await self.tasks.__aexit__(None, None, None)

    async def open(self) -> None:
        """Open the store and start to follow it; at once when it is open already.

        Raises:
            StoreError: the store can't be opened; says why and what to do.
        """
        if not self.opened.is_set():
            async with self._opening:
                if not self.opened.is_set():
                    # A caller that gives up must not take the room of the others with it.
                    with anyio.CancelScope(shield=True):
                        await self.tasks.start(self._keep_open)

    async def wake(self) -> None:
        """Open in the background: a failure is logged here, and told to the next caller."""
        try:
            await self.open()
        except OpsroomError as error:
            log.warning("the store can't be opened: %s", error)

    async def _keep_open(self, *, task_status: TaskStatus[None]) -> None:
        """Keep the store open in a task of its own, so that it is closed where it was opened."""
        open_room = await anyio.to_thread.run_sync(_heavy_parts)
        self._began = self.now()
        async with open_room(self):
            self._opened_at = anyio.current_time()
            self.opened.set()
            task_status.started()
            await anyio.sleep_forever()

    async def settled(self) -> None:
        """Wait until every source was looked at once, but not for long."""
        await self.refresh()
        with anyio.CancelScope(deadline=self._opened_at + FIRST_LOOK):
            while self._unseen():
                if self._shown[0] == self.store.version:
                    await self.store.changed()
                await self.refresh()

    async def refresh(self) -> None:
        """Take in what moved in the store, if anything did since the last time."""
        from opsroom.store.surveys import load_surveys
        from opsroom.store.sweeps import load_sweep_marks

        version, epoch = self.store.version, self.store.journal.epoch
        if (version, epoch) != self._shown:
            if epoch != self._shown[1]:
                self.fleet.forget()
            async with self.store.read() as connection:
                await self.fleet.refresh(connection)
                self._surveys = await load_surveys(connection)
                self._sweeps = await load_sweep_marks(connection)
            await self._look_into_budgets()
            self._shown = (version, epoch)

    async def _look_into_budgets(self) -> None:
        """Learn which budgets are low, from time to time."""
        if self.settings.hosts and anyio.current_time() >= self._low_until:
            from opsroom.operations.budget import low

            self._low_until = anyio.current_time() + BUDGETS_EVERY
            self._low = await low(self)

    async def remembered(self, question: Hashable, answer: Callable[[], Awaitable[T]]) -> T:
        """The answer given before, while nothing has moved, for a few seconds at most."""
        key = (self.store.version, self.now().timestamp() // REMEMBER)
        known = self._memory.get(question)
        if known and known[0] == key:
            remembered: T = known[1]
            return remembered
        await self.refresh()
        if len(self._memory) >= MEMORIES:
            self._memory.clear()
        given = await answer()
        self._memory[question] = (key, given)
        return given

    async def wanted(self) -> list[DirectorySource]:
        """Every folder that some process on this store wants to be watched now.

        Hosts are not among them: only who has the token can ask one.
        """
        from opsroom.store import sources

        async with self.store.read() as connection:
            wanted = await sources.wanted(connection, self.now())
        return [
            DirectorySource(
                kind="directory",
                path=Path(source.path),
                labels=source.labels,
                environment=source.environment,
            )
            for source in wanted
        ]

    def disturb(self) -> None:
        """Make the next pass over the sources come at once."""
        self._disturbed.set()

    async def disturbed(self) -> None:
        """Wait until somebody asks for a pass."""
        await self._disturbed.wait()
        self._disturbed = anyio.Event()

    def rows(self) -> list[Row]:
        """The repositories that exist for this caller: of its sources, in its scope, not gone."""
        blind = self._blind()
        seen = (self._as_seen(row, blind) for row in self.fleet if self._is_mine(row))
        return [
            row
            for row in seen
            if row.repository.state is not RepositoryState.GONE and self.scope.matches(row)
        ]

    def _blind(self) -> dict[str, str]:
        """The sources of which nothing at all can be looked at now, and why.

        A host that doesn't answer blinds nobody: what it told stays, and grows stale.
        """
        return {
            key: f"{key.partition(':')[2]}: {reason}"
            for key, survey in self._surveys.items()
            for path, reason in survey.problems
            if key.startswith("directory:") and path == key.partition(":")[2]
        }

    def _as_seen(self, row: Row, blind: Mapping[str, str]) -> Row:
        reasons = [blind[key] for key in row.repository.sources if key in blind]
        return row.blinded(reasons[0]) if len(reasons) == len(row.repository.sources) else row

    def _is_mine(self, row: Row) -> bool:
        """Whether a source of this caller sees it, whichever process found it through which."""
        return not self._wanted.isdisjoint(row.repository.sources) or any(
            f"{facts.clone.path}/".startswith(self._roots) for facts in row.snapshot.clones
        )

    def looked(
        self, rows: Sequence[Row], *, whole: bool = False
    ) -> tuple[datetime | None, Coverage]:
        """How far to trust an answer about these rows: `as_of` and coverage.

        `whole`: they are all that this caller has, so that places which could not be looked into
        count as unknown repositories.
        """
        trust = self.trust
        unseen = len(self.problems()) if whole and not self.scope.terms else 0
        return trust.as_of(rows), trust.coverage(rows, unseen)

    def row(self, name: str) -> Row:
        """One repository by name, or by a path inside a clone of it.

        Raises:
            NotFound: none here, or not for this caller.
            UsageError: more than one.
        """
        try:
            return named(self.rows(), name)
        except NotFound as error:
            if self.settings.sources:
                raise
            raise NotFound(error.message, self.note()) from None

    def hears(self, where: Where | None = None) -> Callable[[Event], bool]:
        """Whether an event is for this caller and matches a filter, to be asked of many.

        Of repositories that are gone, too. What is about no repository is for callers from whom
        nothing is hidden and who filter nothing, when it is about a source of theirs.
        """
        if self._hearing_of != self._shown:
            self._hearing_of = self._shown
            self._hearing.clear()
        wanted = where or Where()
        key = str(wanted)
        if key not in self._hearing:
            self._hearing[key] = self._heard(wanted)
        return self._hearing[key]

    def _heard(self, where: Where) -> Callable[[Event], bool]:
        mine = [row for row in self.fleet if self._is_mine(row)]
        return hearing(
            [row for row in mine if self.scope.matches(row)],
            where,
            self._wanted,
            scoped=bool(self.scope.terms),
        )

    async def cursor(self) -> str:
        """Where the journal ends now."""
        journal = self.store.journal
        return str(journal.cursor(await journal.last_id()))

    def note(self) -> str:
        """What to know before trusting an answer; empty when there is nothing to say."""
        if not self.settings.sources:
            return (
                "no source is configured, so nothing is watched: add a [[source]] with kind and "
                "path to opsroom.toml (`opsroom init PATH` writes it), or start with a PATH"
            )
        unseen = self._unseen()
        if unseen:
            return f"a look at {len(unseen)} of the sources is still under way"
        return "; ".join(self._low)

    def problems(self) -> list[str]:
        """What could not be looked at in the sources of this caller."""
        surveys = [self._surveys[key] for key in sorted(self._wanted) if key in self._surveys]
        if self.scope.terms and (hidden := sum(len(survey.problems) for survey in surveys)):
            return [f"{hidden} paths could not be looked at; whose they are can't be told"]
        return [
            f"{plain(path, 120)}: {plain(reason, 160)}"
            for survey in surveys
            for path, reason in survey.problems
        ]

    def survey(self, source: str) -> "Survey | None":
        """The last pass over a source."""
        return self._surveys.get(source)

    def surveyed(self, source: str) -> bool:
        """Whether a source was ever passed over in full."""
        survey = self._surveys.get(source)
        return survey is not None and survey.at is not None

    def is_swept(self, source: str) -> bool:
        """Whether somebody lately swept that source of a host."""
        mark = self._sweeps.get(source)
        return mark is not None and mark.at is not None and mark.at >= self._limit(source)

    @cached_property
    def _wanted(self) -> frozenset[str]:
        return frozenset(source.key for source in self.settings.sources)

    def _unseen(self) -> list[str]:
        """The sources that were not passed over lately: not yet, or nobody watches them.

        Who owns the store watches it alone: what others saw before it began may be over.
        """
        return [
            key
            for key in self._wanted
            if not (survey := self._surveys.get(key))
            or (not survey.problems and (survey.at is None or survey.at < self._limit(key)))
        ]

    def _limit(self, source: str) -> datetime:
        """When a source should have been passed over, at the latest."""
        mark = self._sweeps.get(source)
        if mark is not None:
            return self.now() - max(mark.sweep_every * 4, timedelta(minutes=1))
        limit = self.now() - self.settings.watch.late
        return max(limit, self._began) if self.owner else limit


def _heavy_parts() -> "Callable[[Room], AbstractAsyncContextManager[None]]":
    """Import what a handshake doesn't need."""
    from opsroom.operations.opening import open_room

    return open_room
