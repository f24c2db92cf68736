"""Webhooks of hosts: kept, then acknowledged, then looked into by whoever watches the source."""

from http import HTTPStatus

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from opsroom.clients.host import Malformed, Unsigned
from opsroom.operations.hosts.intake import take
from opsroom.serve.web.refusals import TooMany, refusal
from opsroom.serve.web.shared import shared

PATIENCE = 10.0
"""Seconds in which a body has to arrive: then the host has given up."""

AT_ONCE = 8
"""Bodies that are read at the same time, so that they can't fill the memory."""

SIGNATURE = "x-hub-signature-256"


class Webhooks:
    """The route `POST /webhooks/github`."""

    def __init__(self) -> None:
        self._reading = anyio.Semaphore(AT_ONCE)

    async def take(self, request: Request) -> Response:
        """Answer 202 once the delivery is kept: 401 unsigned, 400 malformed, 413 too large."""
        room = await shared(request).opened()
        if SIGNATURE not in request.headers:
            return refusal(HTTPStatus.UNAUTHORIZED, "this webhook is not signed", "set a secret")
        try:
            with anyio.fail_after(PATIENCE):
                async with self._reading:
                    new = await take(room, dict(request.headers), await request.body())
        except TimeoutError:
            raise TooMany("the webhook took too long", "send it again") from None
        except Unsigned as error:
            return refusal(HTTPStatus.UNAUTHORIZED, error.message, error.hint)
        except Malformed as error:
            return refusal(HTTPStatus.BAD_REQUEST, error.message, error.hint)
        return JSONResponse({"accepted": True, "new": new}, HTTPStatus.ACCEPTED)
