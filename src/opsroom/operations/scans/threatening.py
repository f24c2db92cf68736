"""Looking for threats: after the packages and secrets of a commit were recorded, beside the last.

What a rule reported lasts while it is there; so a look is only worth something when the packages
and the secrets could be read, too.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from opsroom.model.scan import Scan, Skipped
from opsroom.observe.scanners import Missing, Offer
from opsroom.observe.sight import Sight
from opsroom.operations.fleet import Row
from opsroom.operations.scans.due import key
from opsroom.operations.scans.equipment import DEPENDENCIES, SECRETS, THREATS, Equipment
from opsroom.operations.scans.looking import Seen
from opsroom.operations.scans.scenes import Content, FleetNames, content, threatened

if TYPE_CHECKING:
    from opsroom.operations.room import Room

NEEDED = (DEPENDENCIES, SECRETS)


def with_what_threats_need(equipment: Equipment, names: Iterable[str]) -> list[str]:
    """These scanners, and with `threats` those that they are told from, as far as they are here."""
    wanted = list(names)
    if THREATS in wanted:
        wanted += [
            name
            for name in NEEDED
            if name not in wanted and isinstance(equipment.offers.get(name), Offer)
        ]
    return wanted


def last_look(kept: Mapping[str, Scan]) -> Scan | None:
    """The look for threats before, if it saw a commit."""
    last = kept.get(THREATS)
    return last if last is not None and last.reason is None and last.commit else None


async def look_for_threats(
    room: "Room",
    row: Row,
    names: FleetNames,
    equipment: Equipment,
    sight: Sight,
    seen: Seen,
    before: Content | None,
    last: Scan | None,
) -> Seen:
    """What the rules say, as a look to be recorded. `row` is as it was before this look."""
    told, grounds = Seen(), seen.grounds
    offer = equipment.offers[THREATS]
    if grounds is None or not isinstance(offer, Offer):
        return told
    reason = _why_unknown(equipment, seen)
    skipped: list[Skipped] = [
        *grounds.skipped,
        *(each for scan in seen.scans if scan.scanner == DEPENDENCIES for each in scan.skipped),
    ]
    if reason is None:
        found = threatened(
            row,
            names,
            await content(room, row.repository.key),
            before,
            grounds,
            [hit for hit in seen.hits.get(SECRETS, ()) if not hit.commit],
            ("" if last is None else last.commit, sight.commit),
            sight.branch,
        )
        told.hits[THREATS] = found.hits
        told.there[THREATS] = found.there
        skipped += [Skipped(reason=why, count=0) for _, why in found.failed]
        reason = "; ".join(why for _, why in found.failed) or None
    told.scans.append(
        Scan(
            scanner=THREATS,
            key=key(THREATS, equipment, sight),
            commit=sight.commit,
            at=room.now(),
            version=offer.version,
            rules=offer.rules,
            data=sight.branch,
            files=len(grounds.workflows) + (len(seen.inventory.files) if seen.inventory else 0),
            kinds=("actions",) if grounds.workflows else (),
            skipped=tuple(dict.fromkeys(skipped)),
            reason=reason,
        )
    )
    return told


def _why_unknown(equipment: Equipment, seen: Seen) -> str | None:
    """Why threats can't be told: one of the looks that they are told from failed."""
    for scan in seen.scans:
        offer = equipment.offers.get(scan.scanner)
        failed = scan.reason is not None and not isinstance(offer, Missing)
        if scan.scanner == SECRETS and failed:
            return f"the secrets could not be looked for: {scan.reason}"
        if scan.scanner == DEPENDENCIES and failed and seen.inventory is None:
            return f"its packages could not be read: {scan.reason}"
    return None
