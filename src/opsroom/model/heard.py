"""Heard: what a host told by itself, in a webhook, as far as it is used."""

from datetime import datetime

from opsroom.model.ci import CiRun
from opsroom.model.value import Value


class Heard(Value):
    """One delivery: a reason to look again, and no proof of anything but a run of CI.

    `delivery` is the same when the host sends it again. Deliveries come late, twice, in any order
    or never, so what they say of a repository is looked up, not believed. The state of a run can
    only move forward, which is why `run` is recorded at once.
    """

    delivery: str
    event: str
    action: str = ""
    hook: str = ""
    """What the host calls the webhook that sent it."""
    owner: str = ""
    repository_id: str | None = None
    full_name: str | None = None
    fleet: bool = False
    """Whether it is about which repositories there are: made, renamed, hidden, deleted."""
    ci: bool = False
    """Whether something of CI moved."""
    ended: bool = False
    """Whether that came to an end: what only goes on is looked up with what ends it."""
    alerts: bool = False
    """Whether something of the host's own alerts moved."""
    at: datetime | None = None
    """When the host says that it happened; None where the payload doesn't tell."""
    run: CiRun | None = None
