"""Advisories: the index of this centre, how old each of its sources is, and when that is too old.

A package without advisories is without known flaws only as far as `told_data` says that sources
were fetched.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import anyio.to_thread

from opsroom.model.advisory import AdvisoryData
from opsroom.model.text import plain
from opsroom.settings import Settings

if TYPE_CHECKING:
    from opsroom.operations.room import Room
    from opsroom.store.advisories.index import AdvisoryIndex

STALE_AFTER = timedelta(days=3)
"""Advisories that were fetched before then are too old to say that there is nothing new."""

FROZEN_AFTER = timedelta(days=30)
"""An archive whose newest record is older was not renewed, whenever its file was copied."""

EXPLOITS = ("kev", "epss")
"""Sources that say nothing of packages, only of what is known already."""


def index(room: "Room") -> "AdvisoryIndex":
    """The index of an open room. Sync: to be used in threads."""
    return room.advisories


async def told_data(room: "Room") -> list[AdvisoryData]:
    """How old the data of each source are, for every answer about packages.

    A source that the settings name and that was never fetched is told, without `fetched_at`.

    Raises:
        StoreError: the index can't be read.
    """
    return await anyio.to_thread.run_sync(every_source, room.advisories, room.settings)


def every_source(index: "AdvisoryIndex", settings: Settings) -> list[AdvisoryData]:
    """How old the data of each source are, also of those that were never fetched. Sync."""
    told = index.data()
    known = {each.source.partition(":")[0] for each in told}
    return told + [AdvisoryData(source=name) for name in named_in(settings) if name not in known]


def wanted(room: "Room") -> tuple[str, ...]:
    """The sources of advisories that a room goes by."""
    return named_in(room.settings)


def named_in(settings: Settings) -> tuple[str, ...]:
    """The sources of advisories that settings name; a folder takes the place of all others."""
    scan = settings.scan
    return ("offline",) if scan.offline is not None else scan.advisories


def staleness(data: AdvisoryData, now: datetime) -> str:
    """Why the data of a source are too old to rely on; empty: they aren't."""
    why = f" ({plain(data.failed, 200)})" if data.failed else ""
    if data.fetched_at is None:
        return f"never fetched{why}"
    if now - data.fetched_at > STALE_AFTER:
        return f"fetched {(now - data.fetched_at).days} days ago{why}"
    if data.source.startswith("offline") and data.as_of and now - data.as_of > FROZEN_AFTER:
        return f"its newest advisory is {(now - data.as_of).days} days old"
    return ""


def age_note(data: Sequence[AdvisoryData], now: datetime) -> str:
    """One sentence on sources whose advisories are too old, or could not be fetched; or nothing."""
    told = [(each, staleness(each, now)) for each in data]
    never = [
        f"{each.source} ({plain(each.failed, 200) or 'not yet asked'})"
        for each in data
        if each.fetched_at is None
    ]
    old = [f"{each.source}: {why}" for each, why in told if why and each.fetched_at]
    failed = [
        f"{each.source} could not be refreshed ({plain(each.failed, 120)}): its former data count"
        for each, why in told
        if each.failed and not why
    ]
    had = ["advisories were never fetched: " + ", ".join(never)] if never else []
    aged = ["advisories are old: " + ", ".join(old)] if old else []
    return "; ".join([*had, *aged, *failed])
