"""Asking a running centre for one tool call, as an MCP client over HTTP."""

from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import TextContent

from opsroom.errors import ObservationError, OpsroomError

PATIENCE = 60.0
"""Seconds for the whole call."""


async def ask(
    url: str, token: str | None, tool: str, arguments: dict[str, Any]
) -> tuple[Any, bool]:
    """The structured answer, and whether it is an error.

    Raises:
        ObservationError: no centre answers there, or not to this token.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        async with (
            httpx2.AsyncClient(headers=headers, timeout=PATIENCE) as http,
            Client(streamable_http_client(url, http_client=http)) as client,
        ):
            result = await client.call_tool(tool, arguments)
    except OpsroomError:
        raise
    except Exception as error:
        raise ObservationError(f"{url} does not answer", _why(error)) from error
    if result.structured_content is not None:
        return result.structured_content, bool(result.is_error)
    text = "\n".join(part.text for part in result.content if isinstance(part, TextContent))
    return {"error": text}, True


def _why(error: Exception) -> str:
    """What to do about a failed connection, from the innermost of grouped errors."""
    cause = _innermost(error)
    if isinstance(cause, httpx2.HTTPStatusError) and cause.response.status_code in (401, 403):
        return "the token is missing or wrong: give --token"
    if isinstance(cause, httpx2.ConnectError):
        return "nothing listens there: is `opsroom serve` running?"
    return f"{type(cause).__name__}: {str(cause)[:200]}"


def _innermost(error: BaseException) -> BaseException:
    grouped: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    return _innermost(grouped[0]) if grouped else error
