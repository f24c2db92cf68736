"""What a diagnosis says of scanners: which are here, how to get the others, what they covered."""

from pathlib import Path

from opsroom.errors import OpsroomError
from opsroom.model.text import plain
from opsroom.observe.scanners import Missing
from opsroom.operations.parts import Part, broken, note, works
from opsroom.operations.scans.equipment import OWN, Equipment, equip, known_scanners
from opsroom.settings import Settings

MOST = 10
"""Reasons that are told of what nobody looked at."""


def scanner_parts(settings: Settings) -> list[Part]:
    """A part for each scanner that is chosen, and the state of their cache. Sync; programs may be
    asked for their version. Nothing raises, nothing is changed."""
    equipment = equip(settings)
    names = sorted(name for name in equipment.offers if name not in OWN)
    if not equipment.offers:
        return [note("scanners", "the settings choose none", "name some in [scan] scanners")]
    return [*(_scanner(equipment, name) for name in names), _others(equipment), _cache(settings)]


def _scanner(equipment: Equipment, name: str) -> Part:
    offer, part = equipment.offers[name], f"scanner {name}"
    if isinstance(offer, Missing):
        return note(part, plain(offer.reason, 200), offer.fix or "pip install 'opsroom[scan]'")
    return works(part, f"{offer.version or 'here'}: {known_scanners()[name].what}")


def _others(equipment: Equipment) -> Part:
    left = sorted(known_scanners().keys() - equipment.offers.keys())
    if not left:
        return works("other scanners", "all that there are were chosen")
    told = f"not chosen: {', '.join(left)}"
    return note("other scanners", told, "name them in [scan] scanners to have them look, too")


def _cache(settings: Settings) -> Part:
    """The rules that the scanner of secrets compiled: without them its first look takes long."""
    folder = settings.home / "cache" / "secrets"
    size = _size(folder)
    if not size:
        return note("rules of secrets", "not compiled yet: the first look takes half a minute")
    return works("rules of secrets", f"compiled in {folder}, {size / 1_000_000:.1f} MB")


def _size(folder: Path) -> int:
    try:
        return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
    except OSError:
        return 0


async def coverage_parts(settings: Settings) -> list[Part]:
    """How far the fleet was scanned, as the store has it; a store that a start would migrate is
    left alone, and so is one on a server."""
    from opsroom.operations.fleet import Fleet
    from opsroom.operations.scans.coverage import numbers, unlooked
    from opsroom.store.condition import condition
    from opsroom.store.database import Store
    from opsroom.store.place import Place

    try:
        place = Place.of(settings.store, settings.home)
        if place.url is not None or not place.file.exists() or not condition(place).current:
            return []
        fleet = Fleet()
        async with (
            Store.open(settings.store, settings.home) as store,
            store.read() as connection,
        ):
            await fleet.refresh(connection)
    except OpsroomError as error:
        return [broken("scans", error)]
    rows = list(fleet)
    told, unread = numbers(rows), unlooked(rows)
    if not told.asked:
        return []
    if told.whole == told.asked:
        return [works("scans", told.reading())]
    said = "; ".join([told.reading(), *unread[:MOST]])
    return [note("scans", said, "`opsroom serve` scans by itself; the tool scan at once")]
