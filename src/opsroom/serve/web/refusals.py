"""Errors as the web answers them: JSON that says what happened and what next, never a traceback."""

import logging
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, Response

from opsroom.errors import NotFound, ObservationError, OpsroomError, StoreError, UsageError
from opsroom.serve.web.headers import SECURITY_HEADERS

log = logging.getLogger("opsroom.web")


class TooMany(OpsroomError):
    """More ask at once than are served; later there may be room."""


STATUS: dict[type[OpsroomError], HTTPStatus] = {
    UsageError: HTTPStatus.BAD_REQUEST,
    NotFound: HTTPStatus.NOT_FOUND,
    StoreError: HTTPStatus.SERVICE_UNAVAILABLE,
    ObservationError: HTTPStatus.SERVICE_UNAVAILABLE,
    TooMany: HTTPStatus.SERVICE_UNAVAILABLE,
}

HINTS = {
    HTTPStatus.NOT_FOUND: "the page is at /, its data under /api, the stream at /events",
    HTTPStatus.METHOD_NOT_ALLOWED: "the header Allow says which methods there are",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "send less in one request",
}


def refusal(
    status: HTTPStatus, message: str, hint: str = "", headers: dict[str, str] | None = None
) -> JSONResponse:
    """The body of every error: `{"error": {"message", "hint"}}`."""
    return JSONResponse({"error": {"message": message, "hint": hint}}, status, headers)


async def on_error(_: HTTPConnection, error: Exception) -> Response:
    """Answer an error that a user can understand, with the status that fits it."""
    if not isinstance(error, OpsroomError):
        raise error
    status = next(
        (STATUS[kind] for kind in type(error).__mro__ if kind in STATUS),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    return refusal(status, error.message, error.hint)


async def on_status(_: HTTPConnection, error: Exception) -> Response:
    """Answer what routing refuses: no such route, the wrong method, a body too large."""
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    return refusal(
        status, status.phrase.lower(), HINTS.get(status, ""), dict(error.headers or {}) or None
    )


async def on_crash(_: HTTPConnection, __: Exception) -> Response:
    """Answer our own fault, from outside the guard. The traceback goes to the log alone."""
    return refusal(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "this failed inside Opsroom",
        "its log says more",
        {**SECURITY_HEADERS, "Cache-Control": "no-store"},
    )
