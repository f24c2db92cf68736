"""The WebSocket protocol of the centre."""

from typing import TYPE_CHECKING

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

if TYPE_CHECKING:
    from uvicorn._types import ASGISendEvent


class Handshake(WebSocketsSansIOProtocol):
    """A handshake that is refused with an answer is complete.

    uvicorn logs it as an error of the application, so that any page could flood the log.
    """

    async def send(self, message: "ASGISendEvent") -> None:
        """Send, and take the end of a refusal for the end of the handshake."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            self.handshake_complete = True
