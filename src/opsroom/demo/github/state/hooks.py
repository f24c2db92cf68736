"""Webhooks: who wants to hear of what, and what was sent to them."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

KEPT = 2_000
"""Deliveries that a hook's log keeps. GitHub keeps three days."""


@dataclass(slots=True, eq=False)
class Delivery:
    """One attempt to deliver: `guid` is the same at each attempt, `id` is not.

    `status_code` is 0 until an answer came; `status` is `OK`, or says what went wrong.
    """

    id: int
    guid: str
    event: str
    action: str | None
    payload: bytes
    headers: dict[str, str]
    delivered_at: datetime
    repository_id: int | None
    installation_id: int | None
    redelivery: bool = False
    duration: float = 0.0
    status: str = "pending"
    status_code: int = 0
    answer: str = ""


@dataclass(slots=True, eq=False)
class Hook:
    """A subscription to `events` (`*` is all), with the log of what was sent."""

    id: int
    url: str
    events: tuple[str, ...]
    created_at: datetime
    updated_at: datetime
    secret: str = ""
    active: bool = True
    content_type: str = "json"
    insecure_ssl: str = "0"
    deliveries: deque[Delivery] = field(default_factory=lambda: deque[Delivery](maxlen=KEPT))
    """Newest last."""
