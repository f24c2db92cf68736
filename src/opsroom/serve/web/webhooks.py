"""Webhooks of hosts: kept, then acknowledged, then looked into by whoever watches the source."""

from contextlib import AsyncExitStack
from http import HTTPStatus

import anyio
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from opsroom.clients.host import Malformed, Unsigned
from opsroom.operations.hosts.intake import take
from opsroom.serve.web.refusals import TooMany, refusal
from opsroom.serve.web.shared import shared

PATIENCE = 10.0
"""Seconds in which a body has to arrive: then the host has given up."""

SMALL = 64 * 1024
"""Bytes of a body that waits for nobody. Nearly all are smaller."""

AT_ONCE = 4
"""Larger bodies that are read at the same time, so that they can't fill the memory. Whoever sends
them slowly, and who that is nobody knows before the end, keeps no small one waiting."""

SIGNATURE = "x-hub-signature-256"


class Webhooks:
    """The route `POST /webhooks/github`."""

    def __init__(self) -> None:
        self._large = anyio.Semaphore(AT_ONCE)

    async def take(self, request: Request) -> Response:
        """Answer 202 once the delivery is kept: 401 unsigned, 400 malformed, 413 too large."""
        room = await shared(request).opened()
        if SIGNATURE not in request.headers:
            return refusal(HTTPStatus.UNAUTHORIZED, "this webhook is not signed", "set a secret")
        try:
            with anyio.fail_after(PATIENCE):
                async with AsyncExitStack() as held:
                    body = await self._body(request, held)
                    new = await take(room, dict(request.headers), body)
        except TimeoutError:
            raise TooMany("the webhook took too long", "send it again") from None
        except Unsigned as error:
            return refusal(HTTPStatus.UNAUTHORIZED, error.message, error.hint)
        except ClientDisconnect:
            return refusal(HTTPStatus.BAD_REQUEST, "the webhook broke off", "send it again")
        except Malformed as error:
            return refusal(HTTPStatus.BAD_REQUEST, error.message, error.hint)
        return JSONResponse({"accepted": True, "new": new}, HTTPStatus.ACCEPTED)

    async def _body(self, request: Request, held: AsyncExitStack) -> bytes:
        """What was sent, however much was announced; a large one is `held` to its place."""
        body = bytearray()
        is_small = True
        async for chunk in request.stream():
            body += chunk
            if is_small and len(body) > SMALL:
                is_small = False
                await held.enter_async_context(self._large)
        return bytes(body)
