"""What a diagnosis says of advisories: how old each source is, and what could not be read."""

from contextlib import closing
from datetime import UTC, datetime

from opsroom.errors import OpsroomError, StoreError
from opsroom.model.advisory import AdvisoryData
from opsroom.model.text import plain
from opsroom.operations.advisories.data import every_source, named_in, staleness
from opsroom.operations.parts import Part, State, broken, note, works
from opsroom.settings import Settings
from opsroom.store.advisories.index import NAME, AdvisoryIndex

MOST = 12
"""Sources that are told each in a line; an offline folder may hold dozens of ecosystems."""


def advisory_parts(settings: Settings) -> list[Part]:
    """How each source of advisories is. Sync; nothing raises, nothing is changed."""
    file = settings.home / NAME
    if not named_in(settings):
        return [note("advisories", "the settings name no source", "name one in [scan] advisories")]
    if not file.is_file():
        sources = ", ".join(named_in(settings))
        return [note("advisories", f"none are here yet; {sources} will be asked by `serve`")]
    try:
        with closing(AdvisoryIndex(file, only_look=True)) as index:
            told = every_source(index, settings)
            unread = {each.source: index.skipped(each.source) for each in told}
    except StoreError as error:
        return [broken("advisories", error)]
    now = datetime.now(UTC)
    # the worst first, so that what is left out is well
    ordered = sorted(told, key=lambda each: not (each.failed or staleness(each, now)))
    parts = [_part(each, unread[each.source], now) for each in ordered[:MOST]]
    if len(told) > MOST:
        parts.append(works("advisories", f"{len(told) - MOST} more sources are up to date"))
    return parts


def _part(data: AdvisoryData, unread: dict[str, int], now: datetime) -> Part:
    name = f"advisories {data.source}"
    stale = staleness(data, now)
    if data.fetched_at is None and not data.failed:
        return note(name, "never fetched: nothing in use was asked for yet")
    if stale:
        hint = (
            "put newer archives into the folder of [scan] offline"
            if data.source.startswith("offline")
            else "look at the network, the settings of [scan], and whether `opsroom serve` runs"
        )
        return broken(name, OpsroomError(stale, hint))
    newest = f", the newest of {data.as_of:%Y-%m-%d}" if data.as_of else ""
    age = now - (data.fetched_at or now)
    said = f"{data.advisories} held, {_hours(age.total_seconds())} old{newest}"
    told = ", ".join(f"{count} {plain(reason, 60)}" for reason, count in unread.items())
    said += f"; of no use: {told}" if told else ""
    if data.failed:
        failed = f"{said}; the last refresh failed: {plain(data.failed, 200)}"
        return Part(part=name, state=State.NOTE, said=failed, fix="it is tried again every hour")
    return works(name, said)


def _hours(seconds: float) -> str:
    return f"{seconds / 3600:.0f} hours" if seconds < 172_800 else f"{seconds / 86_400:.0f} days"
