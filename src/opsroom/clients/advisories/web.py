"""Asking the services that keep advisories: bounded in time and size, repeated where that helps."""

import json
import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import anyio
import httpx2

from opsroom.errors import ObservationError
from opsroom.model.shapes import mapping, string
from opsroom.model.text import plain

log = logging.getLogger(__name__)

TIMEOUT = httpx2.Timeout(30, connect=10)
IN_FLIGHT = 8
LIMITS = httpx2.Limits(max_connections=IN_FLIGHT, keepalive_expiry=30)
LARGEST = 64 << 20
"""Bytes of one answer, unpacked."""
LONGEST = 120.0
"""Seconds of one exchange, however slowly its bytes come."""
REPEATS = 3
PATIENCE = 90.0
"""Seconds that a service may ask us to wait for; when it is more, the next refresh goes on."""
HOPS = 3
PASSING = frozenset({429, 500, 502, 503, 504})
"""Answers after which the same question may be answered."""
PARSED_ASIDE = 1 << 18
"""Bytes of JSON from which on they are parsed in a thread."""


class SourceError(ObservationError):
    """A source of advisories could not be asked, or answered nonsense; the message says why."""


class Refused(SourceError):
    """It answered that it won't: asking the same again is of no use. `status` is of HTTP."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, with success."""

    headers: httpx2.Headers
    body: bytes
    url: str


class Web:
    """Questions to services of others. `delay`: seconds before the first repeat."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        *,
        delay: float = 1.0,
        longest: float = LONGEST,
        largest: int = LARGEST,
    ) -> None:
        self._client = client
        self._delay = delay
        self._longest = longest
        self._largest = largest
        self._slots = anyio.CapacityLimiter(IN_FLIGHT)

    async def ask(
        self, url: str, *, headers: Mapping[str, str] | None = None, body: Any = None
    ) -> tuple[Any, Answer]:
        """Send a question and read the JSON of its answer; with `body` as POST.

        Raises:
            Refused: it answered that it won't.
            SourceError: there was no answer, or none that can be read, also not when repeated.
        """
        content = None if body is None else json.dumps(body).encode()
        left = REPEATS
        while True:
            answer = await self.get(url, headers=headers, content=content)
            data = await _parsed(answer.body)
            if data is not None:
                return data, answer
            if left == 0:
                raise SourceError(f"{_host(url)} answered with something that isn't JSON")
            left -= 1
            await self._breathe(REPEATS - left)

    async def get(
        self, url: str, *, headers: Mapping[str, str] | None = None, content: bytes | None = None
    ) -> Answer:
        """Read the bytes of an answer.

        Raises:
            Refused: it answered that it won't.
            SourceError: there was no answer, also not when repeated.
        """
        left = REPEATS
        while True:
            wait: float | None = None
            try:
                async with self._slots:
                    status, answer = await self._exchange(url, headers or {}, content)
            except SourceError as error:
                failure = error
            else:
                if 200 <= status < 300:
                    return answer
                failure = Refused(f"{_host(url)} answered {status}{_said(answer)}", status)
                if status not in PASSING:
                    raise failure
                wait = _retry_after(answer.headers)
            if left == 0 or (wait or 0) > PATIENCE:
                raise failure
            left -= 1
            log.info("%s, once more", failure.message)
            await (anyio.sleep(wait) if wait else self._breathe(REPEATS - left))

    async def _exchange(
        self, url: str, headers: Mapping[str, str], content: bytes | None
    ) -> tuple[int, Answer]:
        sent = {"User-Agent": "opsroom", "Accept": "application/json", **headers}
        if content is not None:
            sent["Content-Type"] = "application/json"
        try:
            with anyio.fail_after(self._longest):
                for _ in range(HOPS + 1):
                    method = "GET" if content is None else "POST"
                    async with self._client.stream(
                        method, url, headers=sent, content=content
                    ) as response:
                        if not response.has_redirect_location:
                            body = await self._read(response, url)
                            return response.status_code, Answer(response.headers, body, url)
                        url = _next(
                            url, response.headers["Location"], signed="Authorization" in sent
                        )
                raise SourceError(f"{_host(url)} leads in a circle")
        except (httpx2.TimeoutException, TimeoutError) as error:
            raise SourceError(f"{_host(url)} did not answer in time") from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            said = plain(str(error), 150) or "the answer broke off"
            raise SourceError(f"{_host(url)} can't be asked: {said}") from error
        except (httpx2.InvalidURL, httpx2.StreamError) as error:
            raise SourceError(f"{plain(url, 100)} can't be asked") from error

    async def _read(self, response: httpx2.Response, url: str) -> bytes:
        body = bytearray()
        announced = response.headers.get("Content-Length", "")
        size = int(announced) if announced.isdigit() and len(announced) < 15 else 0
        async for chunk in response.aiter_bytes():
            body += chunk
            if max(size, len(body)) > self._largest:
                raise SourceError(f"{_host(url)} answered with more than {self._largest >> 20} MB")
        return bytes(body)

    async def _breathe(self, attempt: int) -> None:
        spread = random.uniform(0.5, 1.5)  # noqa: S311 - keeps repeats apart, guards no secret
        await anyio.sleep(self._delay * 2 ** (attempt - 1) * spread)


async def _parsed(body: bytes) -> Any:
    """The JSON of an answer; None where it is none."""
    try:
        if len(body) < PARSED_ASIDE:
            return json.loads(body)
        return await anyio.to_thread.run_sync(json.loads, body)
    except (ValueError, RecursionError):
        return None


def _next(url: str, location: str, *, signed: bool) -> str:
    """Where an answer leads: a secret goes to no other host, and nothing becomes less safe."""
    following = urljoin(url, location)
    here, there = urlsplit(url), urlsplit(following)
    if signed and here.netloc != there.netloc:
        raise SourceError(f"{_host(url)} leads to another host, which is told no token")
    if here.scheme != there.scheme and there.scheme != "https":
        raise SourceError(f"{_host(url)} leads to a place without encryption")
    return following


def _retry_after(headers: httpx2.Headers) -> float | None:
    told = headers.get("Retry-After", "")
    return float(told) if told.isdigit() and len(told) < 8 else None


def _said(answer: Answer) -> str:
    try:
        found = json.loads(answer.body[:10_000])
    except (ValueError, RecursionError):
        return ""
    message = string(mapping(found).get("message"))
    return f": {plain(message, 150)}" if message else ""


def _host(url: str) -> str:
    return plain(urlsplit(url).netloc.rpartition("@")[2], 100)
