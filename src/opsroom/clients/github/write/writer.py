"""One verb at a time: look, act once, and when the answer is lost look again before repeating."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import anyio

from opsroom.clients.github.budget import Ledger
from opsroom.clients.github.write.credential import WriteCredential
from opsroom.clients.github.write.errors import (
    CannotTell,
    Declined,
    Limited,
    Unsure,
    WriteRefused,
    refusing,
)
from opsroom.clients.github.write.pace import Pace
from opsroom.clients.github.write.place import Place, placed, repository_path
from opsroom.clients.github.write.rejections import Rejections
from opsroom.clients.github.write.wire import Unreadable, Wire, entries
from opsroom.clients.github.write.worker import TIMEOUT, Worker, dated
from opsroom.clients.host import HostError, Later, Priority

if TYPE_CHECKING:
    from github import Github

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds that a verb waits for its turn in our own pace; more comes back as `Later`."""

READ_REPEATS = 2
BETWEEN_READS = 0.5
"""How often a read that failed is repeated, and after how many seconds."""

SETTLE = (0.5, 2.0, 4.0)
"""Seconds before each look for a write whose answer was lost: lists on the host lag a little."""

SKEWED = timedelta(seconds=5)
"""Clocks that differ by less are the same."""

LONGEST_LIST = 50
"""Pages of 100 that are read to find something; more can't be told."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, so that tests needn't wait. `seconds` only ever grows."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    seconds: Callable[[], float] = anyio.current_time
    sleep: Callable[[float], Awaitable[None]] = anyio.sleep


@dataclass
class Writer:
    """Everything that verbs of one source share. Made only where a source has a write token."""

    host: str
    credential: WriteCredential
    ledger: Ledger
    pace: Pace
    rejections: Rejections
    clock: Clock = field(default_factory=Clock)
    timeout: int = TIMEOUT

    def __post_init__(self) -> None:
        self._worker = Worker(self.credential, self.timeout)
        self._turn = anyio.Lock()
        self._limits_in_a_row = 0
        self._login: str | None = None
        self._skew = timedelta()

    async def close(self) -> None:
        """Close the connection, after the call that is under way."""
        await self._worker.close()

    @asynccontextmanager
    async def turn(self, full_name: str, host_id: str | None) -> AsyncGenerator[Place]:
        """One verb's turn in one repository, which is looked at first.

        `host_id` is the repository's, where the caller knows it: then a new name is no obstacle,
        and another repository under the old name is.

        Raises:
            WriteRefused: there is no such repository, or it takes no writes.
            HostError: it could not be looked at.
        """
        async with self._turn:
            found = await self.read(repository_path(full_name))
            yield placed(full_name, None if found is None else Wire(found), host_id)

    async def login(self) -> str:
        """Whose name is on what we write.

        Raises:
            HostError: the host doesn't say.
        """
        if self._login is None:
            found = await self.read("/user")
            if found is None:
                raise HostError("the host doesn't say whose the write token is")
            self._login = Wire(found).text("login")
        return self._login

    async def read(
        self, path: str, parameters: Mapping[str, str | int] | None = None
    ) -> object | None:
        """What is at `path`; None where there is nothing (404).

        Raises:
            HostError: it could not be read.
        """
        left = READ_REPEATS
        while True:
            await self._may_send(write=False, content=False)
            try:
                found, at = await self._send(lambda github: dated(github, path, parameters or {}))
            except Declined as error:
                if error.status == 404:
                    return None
                raise HostError(f"the host doesn't show {path}: {error.message}") from None
            except Unsure as error:
                if not left:
                    raise HostError(f"the host could not be read: {error}") from None
                left -= 1
                await self.clock.sleep(BETWEEN_READS)
            else:
                apart = at - self.clock.now() if at else timedelta()
                self._skew = apart if abs(apart) > SKEWED else timedelta()
                self._hear()
                return found

    async def existing(self, place: Place, below: str, name: str) -> Wire:
        """What is at `below` the repository's own address; `name` is what it is called to people.

        Raises:
            WriteRefused: there is no such thing.
            HostError: it could not be read.
        """
        found = await self.read(f"{place.path}/{below}")
        if found is None:
            raise WriteRefused("gone", f"{place.full_name} has no {name}")
        return Wire(found)

    async def pages(
        self, path: str, parameters: Mapping[str, str | int] | None = None
    ) -> AsyncIterator[Wire]:
        """Every entry of a list, page by page.

        Raises:
            HostError: it could not be read, or never ends.
        """
        for page in range(1, LONGEST_LIST + 1):
            found = await self.read(path, {**(parameters or {}), "per_page": 100, "page": page})
            listed = entries(found)
            if not isinstance(found, list | None):
                raise Unreadable(f"the host's answer to {path} is not a list")
            for entry in listed:
                yield Wire(entry)
            if len(listed) < 100:
                return
        raise CannotTell(f"{path} lists more than {LONGEST_LIST * 100:,} entries")

    async def surely(
        self,
        what: str,
        look: Callable[[], Awaitable[T | None]],
        call: "Callable[[Github], T]",
        *,
        content: bool = True,
        looked: bool = False,
    ) -> tuple[T, bool]:
        """Bring about an effect exactly once: what is there then, and whether this call did it.

        `look` finds the effect by its natural key, or None; `call` brings it about in one request,
        in the worker's thread. `content`: others are told of it. `looked`: the caller has looked in
        this turn, and it isn't there.

        Raises:
            Declined: the host says no, and the effect isn't there.
            Later: not now; nothing was written.
            CannotTell: the answer was lost, and looking didn't tell.
            HostError: the host can't be looked at; nothing was written.
        """
        if not looked and (found := await look()) is not None:
            return found, False
        lost = 0
        while True:
            await self._may_send(write=True, content=content)
            try:
                return await self._write(call), True
            except Declined:
                if (found := await look()) is not None:
                    return found, False
                raise
            except Unsure as error:
                if (found := await self._settled(what, look, error)) is not None:
                    return found, True
                lost += 1
                if lost == 2:
                    raise CannotTell(
                        f"{what}: the host lost its answer twice ({error}), and shows no effect",
                        "try again later: whatever happened will be found first",
                    ) from None

    async def surely_edited(
        self,
        what: str,
        look: Callable[[], Awaitable[T | None]],
        call: "Callable[[Github], None]",
        after: Callable[[], Awaitable[T]],
        *,
        content: bool = True,
    ) -> tuple[T, bool]:
        """Like `surely`, for a `call` that answers nothing: `after` tells what is there then."""

        async def seen() -> tuple[T] | None:
            found = await look()
            return None if found is None else (found,)

        def done(github: "Github") -> tuple[T] | None:
            call(github)
            return None

        found, now = await self.surely(what, seen, done, content=content)
        return (await after() if found is None else found[0]), now

    async def harmless(self, what: str, call: "Callable[[Github], T]") -> T:
        """Do what has no effect that anybody sees, and ask once more when the answer is lost.

        Raises:
            WriteRefused: the host says no.
            CannotTell: the answer was lost twice.
        """
        lost = 0
        while True:
            await self._may_send(write=True, content=False)
            try:
                with refusing(f"the host doesn't take the {what}"):
                    return await self._write(call)
            except Unsure as error:
                lost += 1
                if lost == 2:
                    raise CannotTell(f"{what}: the host lost its answer twice ({error})") from None

    async def once(
        self,
        what: str,
        look: Callable[[], Awaitable[T | None]],
        call: "Callable[[Github], T]",
    ) -> T:
        """Like `surely` for what can't be found for sure afterwards: it is never repeated.

        The caller has looked before.

        Raises:
            Declined: the host says no.
            CannotTell: the answer was lost, and looking didn't show the effect.
        """
        await self._may_send(write=True, content=True)
        try:
            return await self._write(call)
        except Unsure as error:
            if (found := await self._settled(what, look, error)) is not None:
                return found
            raise CannotTell(f"{what}: the host's answer was lost ({error})") from None

    async def _settled(
        self, what: str, look: Callable[[], Awaitable[T | None]], lost: Unsure
    ) -> T | None:
        """Look for the effect of a write whose answer was lost, more than once."""
        for seconds in SETTLE:
            await self.clock.sleep(seconds)
            try:
                found = await look()
            except WriteRefused:
                raise
            except HostError as error:
                raise CannotTell(
                    f"{what}: the answer was lost ({lost}), and looking failed ({error.message})",
                    "try again later: whatever happened will be found first",
                ) from None
            if found is not None:
                return found
        return None

    async def _write(self, call: "Callable[[Github], T]") -> T:
        answer = await self._send(call)
        self._limits_in_a_row = 0
        self._hear()
        return answer

    async def _send(self, call: "Callable[[Github], T]") -> T:
        try:
            return await self._worker.run(call)
        except Limited as error:
            raise self._leave_alone(error) from None

    def _hear(self) -> None:
        """Tell the ledger what the host said is left, by our own clock."""
        if (told := self._worker.allowance()) is not None:
            resets_at, now = told.resets_at - self._skew, self.clock.now()
            self.ledger.told("rest", told.limit, told.remaining, resets_at, now)

    async def _may_send(self, *, write: bool, content: bool) -> None:
        """Wait shortly for our own pace, and book the request; or say from when on it may be."""
        now = self.clock.now()
        weight = 5 if write else 1
        refusal = self.ledger.may(
            "rest", 1, Priority.WRITE, now, weight=weight, content=content and write
        )
        wait = (refusal.until - now).total_seconds() if refusal else 0.0
        start = self.clock.seconds()
        if write:
            wait = max(wait, self.pace.earliest(start, content=content) - start)
        if wait > PATIENCE:
            why = refusal.reason if refusal else "our own pace of writing"
            raise Later(f"not yet: {why}", until=now + timedelta(seconds=wait))
        if write:
            self.pace.reserve(start + wait, content=content)
        if wait > 0:
            await self.clock.sleep(wait)
        self.ledger.charge(
            "rest",
            1,
            Priority.WRITE,
            "write" if write else "look before a write",
            self.clock.now(),
            weight=weight,
            content=content and write,
        )

    def _leave_alone(self, limited: Limited) -> Later:
        """Tell the ledger, so that nothing is sent before; a guessed wait doubles when repeated."""
        seconds = limited.seconds
        if not limited.told:
            seconds *= 2**self._limits_in_a_row
            self._limits_in_a_row = min(self._limits_in_a_row + 1, 6)
        until = self.clock.now() + timedelta(seconds=seconds)
        self.ledger.pause(until, str(limited))
        return Later(str(limited), until=until)
