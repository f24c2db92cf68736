"""One exchange with a host: bounded in time and size, and never a token to a stranger.

Nothing is repeated here and nothing is counted; see `transport`.
"""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import anyio
import httpx2

from opsroom.clients.github.address import HostAddress, is_here
from opsroom.clients.host import HostError
from opsroom.model.shapes import mapping
from opsroom.model.text import plain

LARGEST = 16 << 20
"""Bytes of one answer; a hundred repositories in full are less than half of one megabyte."""

TIMEOUT = httpx2.Timeout(30, connect=10)
IN_FLIGHT = 8
LIMITS = httpx2.Limits(max_connections=IN_FLIGHT, keepalive_expiry=60)
"""Connections are kept from one sweep to the next."""

LONGEST = 90.0
"""Seconds of one exchange, however slowly its bytes come."""

HOPS = 3
PARSED_ASIDE = 1 << 20
"""Bytes of JSON from which on they are parsed in a thread."""


class Unanswered(HostError):
    """There was no connection: no network, no such host, no valid certificate."""


class Broken(HostError):
    """An answer that did not come in time (`late`), or came in part. Reads may be repeated."""

    def __init__(self, message: str, *, late: bool = False) -> None:
        super().__init__(message)
        self.late = late


class TooLarge(HostError):
    """An answer that was refused because of its size."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of the host. `data` is its JSON, None where it holds none."""

    status: int
    headers: httpx2.Headers
    data: Any
    body: bytes = b""

    @property
    def message(self) -> str:
        """What the host says about it."""
        said = mapping(self.data).get("message")
        return plain(said, 200) if isinstance(said, str) else ""


class Wire:
    """The connections to one host, kept alive."""

    def __init__(
        self,
        address: HostAddress,
        client: httpx2.AsyncClient,
        *,
        largest: int = LARGEST,
        longest: float = LONGEST,
    ) -> None:
        self.address = address
        self._client = client
        self._largest = largest
        self._longest = longest

    async def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None
    ) -> Reply:
        """Send one request and read its JSON; redirects of reads stay on the host.

        Raises:
            Unanswered: there was no connection.
            Broken: the answer came late or in part.
            TooLarge: it was larger than we read.
            HostError: it led elsewhere.
        """
        async with self._bounded():
            for _ in range(HOPS + 1):
                async with self._client.stream(
                    method, url, headers=dict(headers), content=body
                ) as response:
                    if not (response.has_redirect_location and method == "GET"):
                        return await self._read(response)
                    url = urljoin(url, response.headers["Location"])
                if not self.address.same_place(url):
                    raise HostError("the host leads to another host, where the token stays unsaid")
            raise HostError("the host leads in a circle")

    @asynccontextmanager
    async def pour(
        self, url: str, headers: Mapping[str, str]
    ) -> AsyncGenerator[tuple[Reply, AsyncIterator[bytes]]]:
        """A long text, as it comes. It may lie on another host, which is told no token.

        Raises:
            Unanswered: there was no connection.
            Broken: it came late or in part.
            HostError: it led to a place that is less safe.
        """
        async with self._bounded():
            told = dict(headers)
            for _ in range(HOPS + 1):
                async with self._client.stream("GET", url, headers=told) as response:
                    if not response.has_redirect_location:
                        if response.is_success:
                            yield (
                                Reply(response.status_code, response.headers, None),
                                (response.aiter_bytes()),
                            )
                        else:
                            yield await self._read(response), _nothing()
                        return
                    url = urljoin(url, response.headers["Location"])
                if not self.address.same_place(url):
                    told.pop("Authorization", None)
                if urlsplit(url).scheme != urlsplit(self.address.rest).scheme:
                    raise HostError("the host leads to a place without encryption")
                if is_here(url) and not is_here(self.address.rest):
                    raise HostError("the host leads to this machine")
            raise HostError("the host leads in a circle")

    @asynccontextmanager
    async def _bounded(self) -> AsyncGenerator[None]:
        try:
            with anyio.fail_after(self._longest):
                yield
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
            raise Unanswered(
                f"{self.address.name} can't be reached: {plain(str(error) or 'no answer', 150)}"
            ) from error
        except (httpx2.TimeoutException, TimeoutError) as error:
            raise Broken(f"{self.address.name} did not answer in time", late=True) from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            raise Broken(f"the answer of {self.address.name} broke off") from error
        except (httpx2.InvalidURL, httpx2.StreamError) as error:
            raise HostError(f"{self.address.name} can't be asked so") from error

    async def _read(self, response: httpx2.Response) -> Reply:
        announced = response.headers.get("Content-Length", "")
        if announced.isdigit() and int(announced) > self._largest:
            raise self._too_large()
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > self._largest:
                raise self._too_large()
        data = await self._parse(bytes(body)) if body else None
        if data is None and response.is_success and response.status_code != 204:
            raise Broken(f"{self.address.name} answered with something that isn't JSON")
        return Reply(response.status_code, response.headers, data, bytes(body))

    async def _parse(self, body: bytes) -> Any:
        try:
            if len(body) < PARSED_ASIDE:
                return json.loads(body)
            return await anyio.to_thread.run_sync(json.loads, body)
        except (ValueError, RecursionError):
            return None

    def _too_large(self) -> TooLarge:
        return TooLarge(f"{self.address.name} answered with more than {self._largest >> 20} MB")


async def _nothing() -> AsyncIterator[bytes]:
    nothing: tuple[bytes, ...] = ()
    for chunk in nothing:
        yield chunk
