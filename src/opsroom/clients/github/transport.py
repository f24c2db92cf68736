"""Reading from a host: admitted by the ledger, repeated when that is safe, patient within bounds.

Every request is charged before it is sent. A read is repeated at most twice, after failures that
may pass; whatever would have to wait longer than its priority is patient raises `HostError`, which
says until when.
"""

import json
import logging
import random
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import anyio
import httpx2

from opsroom.clients.github.address import HostAddress
from opsroom.clients.github.budget import Ledger
from opsroom.clients.github.credentials import Credential, Proof, digest
from opsroom.clients.github.limits import Limited, limited, read_limits
from opsroom.clients.github.memory import LARGEST_KEPT, InMemory, Validators
from opsroom.clients.github.refusals import NEEDS_A_TOKEN, UNKNOWN_TOKEN, reason
from opsroom.clients.github.wire import IN_FLIGHT, Broken, Reply, Unanswered, Wire
from opsroom.clients.host import HostError, Later, NotLetIn, Priority
from opsroom.model.budget import BucketName
from opsroom.model.shapes import objects

LOG = logging.getLogger(__name__)

IN_BACKGROUND = IN_FLIGHT - 2
"""Requests in flight for which nobody waits."""

REPEATS = 2
PASSING = frozenset({500, 502, 503, 504})
"""Answers after which the same read may succeed."""

TOOK_TOO_LONG = frozenset({502, 504})
"""Answers to a question that the host could not answer within its own ten seconds."""

SKEWED = timedelta(seconds=5)
"""Clocks that differ by less are the same: the host tells whole seconds, and answers take time."""

PATIENCE: Mapping[Priority, timedelta] = {
    Priority.WRITE: timedelta(seconds=5),
    Priority.ASKED: timedelta(seconds=3),
    Priority.HEARD: timedelta(seconds=20),
    Priority.SWEEP: timedelta(seconds=20),
    Priority.MOVED: timedelta(seconds=70),
    Priority.ROUTINE: timedelta(seconds=70),
}
"""How long a read waits for its turn before it says 'later'."""

LONGEST_SILENCE = timedelta(seconds=60)
"""A host that can't be reached is asked again after at most so long."""

HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
    "User-Agent": "opsroom",
}


class Overloaded(HostError):
    """The host failed, or took too long: less may be asked at once."""


@dataclass(frozen=True, slots=True)
class Spend:
    """For whom a request is sent, what for, and what it is expected to cost."""

    purpose: str
    priority: Priority
    bucket: BucketName = "rest"
    cost: int = 1


class Transport:
    """One credential at one host. `clock` and `delay` (seconds before a repeat) are for tests."""

    def __init__(
        self,
        address: HostAddress,
        credential: Credential,
        ledger: Ledger,
        client: httpx2.AsyncClient,
        *,
        validators: Validators | None = None,
        wire: Wire | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        delay: float = 0.5,
    ) -> None:
        self.address = address
        self.credential = credential
        self.ledger = ledger
        self.clock = clock
        self.skew = timedelta()
        self._wire = wire or Wire(address, client)
        self._slots = anyio.CapacityLimiter(IN_FLIGHT)
        self._background = anyio.CapacityLimiter(IN_BACKGROUND)
        self._validators: Validators = validators or InMemory()
        self._delay = delay
        self._silent_until: datetime | None = None
        self._silence = timedelta()

    async def get(
        self,
        path: str,
        spend: Spend,
        params: Mapping[str, str | int] | None = None,
        *,
        unkept: Collection[str] = (),
    ) -> Reply:
        """Read a path of the REST interface, or a URL that the host itself gave.

        Answers that didn't change since this token last asked come out of the memory, where the
        fields `unkept` of the objects of a list are never put. Refusals (403, 404, 410) are
        answers too.

        Raises:
            HostError: there was no answer, or the host wants to be left alone.
        """
        url = self.url(path, params)
        token = await self._token()
        known = await self._validators.get(digest(token), url) if token else None
        more = {"If-None-Match": known[0]} if known else {}
        reply = await self._repeat("GET", url, spend, more=more)
        if reply.status == 304 and known:
            link, _, body = known[1].partition("\n")
            headers = httpx2.Headers(
                {**dict(reply.headers), "Link": link} if link else reply.headers
            )
            return Reply(200, headers, json.loads(body))
        etag = reply.headers.get("ETag")
        if token and etag and reply.status == 200 and len(reply.body) <= LARGEST_KEPT:
            kept = f"{reply.headers.get('Link', '')}\n{_without(reply, unkept)}"
            await self._validators.put(digest(token), url, etag, kept)
        return reply

    async def post(
        self, url: str, body: Mapping[str, Any], spend: Spend, *, heavy: bool = False
    ) -> Reply:
        """Send a question that is only read, as GraphQL's are.

        `heavy`: it may be more than the host manages, so it is not repeated when it took too long.

        Raises:
            Overloaded: the host failed at it, or did not answer in time.
            HostError: there was no answer, or the host wants to be left alone.
        """
        return await self._repeat("POST", url, spend, body=body, heavy=heavy)

    @asynccontextmanager
    async def pour(
        self, path: str, spend: Spend
    ) -> AsyncGenerator[tuple[Reply, AsyncIterator[bytes]]]:
        """A long text as it comes; see `Wire.pour`. It is not repeated.

        Raises:
            HostError: there was no answer, or the host wants to be left alone.
        """
        await self._admit(spend)
        headers = {**HEADERS, **await self._signed()}
        self._charge(spend)
        async with (
            self._slot(spend),
            self._wire.pour(self.url(path), headers) as (reply, chunks),
        ):
            self._hear(reply, spend, 0)
            if (told := limited(reply, self.clock())) is not None:
                raise self._left_alone(told, spend)
            yield reply, chunks

    def url(self, path: str, params: Mapping[str, str | int] | None = None) -> str:
        """The full address of a path; a full address must be of this host.

        Raises:
            HostError: it is of another one.
        """
        if path.startswith("/"):
            query = f"?{urlencode(params)}" if params else ""
            return f"{self.address.rest}{path}{query}"
        if not self.address.same_place(path):
            raise HostError("the host names another host as its own, where nothing is asked")
        return path

    @property
    def host_now(self) -> datetime:
        """The host's clock, as far as it told it."""
        return self.clock() + self.skew

    async def _repeat(
        self,
        method: str,
        url: str,
        spend: Spend,
        *,
        more: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        heavy: bool = False,
    ) -> Reply:
        content = json.dumps(body).encode() if body is not None else None
        renewed = False
        left = REPEATS
        while True:
            await self._admit(spend)
            headers = {**HEADERS, **await self._signed(), **(more or {})}
            try:
                reply = await self._charged(method, url, headers, content, spend)
            except Broken as error:
                failure: HostError = Overloaded(error.message)
                left = 0 if heavy and error.late else left
            except Unanswered as error:
                failure = error
            else:
                self._silent_until, self._silence = None, timedelta()
                if (told := limited(reply, self.clock())) is not None:
                    failure = self._left_alone(told, spend)
                elif reply.status == 401 and self.credential.kind == "none":
                    raise NotLetIn(NEEDS_A_TOKEN, "name one in the settings of the source")
                elif reply.status == 401:
                    if renewed or self.credential.kind != "app":
                        raise NotLetIn(UNKNOWN_TOKEN, "make a new one, and name it in the settings")
                    self.credential.forget()
                    renewed = True
                    continue
                elif reply.status in PASSING:
                    failure = Overloaded(f"{self.address.name} answered {reply.status}")
                    left = 0 if heavy and reply.status in TOOK_TOO_LONG else left
                else:
                    return reply
            if left == 0:
                raise self._fell_silent(failure) if isinstance(failure, Unanswered) else failure
            left -= 1
            if failure.until is None:
                LOG.info("%s: %s, once more", spend.purpose, failure.message)
                await self._breathe(REPEATS - left)

    async def _charged(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | None,
        spend: Spend,
    ) -> Reply:
        self._charge(spend)
        async with self._slot(spend):
            began = monotonic()
            try:
                reply = await self._wire.exchange(method, url, headers, content)
            except HostError:
                self._settle(spend, 0, monotonic() - began)
                raise
            self._hear(reply, spend, monotonic() - began)
            return reply

    @asynccontextmanager
    async def _slot(self, spend: Spend) -> AsyncGenerator[None]:
        """A place among the requests in flight; some are kept for those who wait for an answer."""
        async with AsyncExitStack() as held:
            if spend.priority > Priority.ASKED:
                await held.enter_async_context(self._background)
            await held.enter_async_context(self._slots)
            yield

    async def _admit(self, spend: Spend) -> None:
        """Wait until the ledger says yes, as long as the priority is patient."""
        patient_until = self.clock() + PATIENCE[spend.priority]
        while True:
            now = self.clock()
            if self._silent_until and now < self._silent_until and spend.priority > Priority.ASKED:
                raise HostError(f"{self.address.name} can't be reached", until=self._silent_until)
            refusal = self.ledger.may(spend.bucket, spend.cost, spend.priority, now)
            if refusal is None:
                return
            if refusal.until > patient_until:
                raise Later(refusal.reason, until=refusal.until)
            await anyio.sleep(max(0.01, (refusal.until - now).total_seconds()))

    def _charge(self, spend: Spend) -> None:
        self.ledger.charge(spend.bucket, spend.cost, spend.priority, spend.purpose, self.clock())

    def _settle(self, spend: Spend, difference: int, seconds: float) -> None:
        now = self.clock()
        self.ledger.settle(
            spend.bucket, difference, spend.priority, spend.purpose, now, seconds=seconds
        )

    def _hear(self, reply: Reply, spend: Spend, seconds: float) -> None:
        """Take the clock, the limits and the real cost out of an answer."""
        now = self.clock()
        self._hear_clock(reply)
        free = reply.status == 304 and self.credential.kind != "none"
        self._settle(spend, -spend.cost if free else 0, seconds)
        if (told := read_limits(reply, spend.bucket)) is not None:
            resets_at = told.resets_at - self.skew
            self.ledger.told(told.bucket, told.limit, told.remaining, resets_at, now)

    def _hear_clock(self, reply: Reply) -> None:
        try:
            apart = parsedate_to_datetime(reply.headers.get("Date", "")) - self.clock()
        except (ValueError, TypeError):
            return
        self.skew = apart if abs(apart) > SKEWED else timedelta()

    def _left_alone(self, told: Limited, spend: Spend) -> HostError:
        until = told.until - self.skew if told.by_host_clock else told.until
        self.ledger.pause(until, told.reason, spend.bucket if told.primary else None)
        return Later(told.reason, until=until)

    def _fell_silent(self, error: Unanswered) -> HostError:
        self._silence = min(LONGEST_SILENCE, max(timedelta(seconds=1), self._silence * 2))
        self._silent_until = self.clock() + self._silence
        return HostError(error.message, error.hint, until=self._silent_until)

    async def _breathe(self, attempt: int) -> None:
        spread = random.uniform(0.5, 1.5)  # noqa: S311 - keeps repeats apart, guards no secret
        await anyio.sleep(self._delay * 2 ** (attempt - 1) * spread)

    async def _token(self) -> str | None:
        return await self.credential.token(self.prove, self.host_now)

    async def _signed(self) -> dict[str, str]:
        token = await self._token()
        return {"Authorization": f"Bearer {token}"} if token else {}

    async def prove(self, path: str, proof: Proof) -> Any:
        """Show an App's proof to the host; a 401 may only mean that our clock is wrong.

        Raises:
            NotLetIn: the host doesn't know the App, or what it asks is not for it.
            HostError: there was no answer, or the host wants to be left alone.
        """
        method = "POST" if path.endswith("/access_tokens") else "GET"
        failure = HostError(f"{self.address.name} does not know the App")
        for attempt in range(1, REPEATS + 2):
            shown_at = self.host_now
            headers = {**HEADERS, "Authorization": f"Bearer {proof(shown_at)}"}
            try:
                reply = await self._wire.exchange(method, self.url(path), headers)
            except (Broken, Unanswered) as error:
                failure = error
                await self._breathe(attempt)
                continue
            self._hear_clock(reply)
            if 200 <= reply.status < 300:
                return reply.data
            if reply.status == 404:
                return None
            if (told := limited(reply, self.clock())) is not None:
                raise self._left_alone(told, Spend("token", Priority.ASKED))
            if reply.status in PASSING:
                failure = Overloaded(f"{self.address.name} answered {reply.status}")
                await self._breathe(attempt)
                continue
            failure = NotLetIn(
                f"the App got no token: {reason(reply)}", "look at its id and its private key"
            )
            if reply.status != 401 or abs(self.host_now - shown_at) <= SKEWED:
                break
        raise failure


def _without(reply: Reply, unkept: Collection[str]) -> str:
    found = objects(reply.data)
    if not (unkept and found):
        return reply.body.decode("utf-8", "replace")
    kept = ({key: each[key] for key in each.keys() - unkept} for each in found)
    return json.dumps(list(kept))
