"""What files of other tools told, among what our own looks tell.

A report is a look of a scanner that is not ours: nobody repeats it, so it says nothing about the
present commit. A bill of materials stands among the manifests of its repository, and stays when
those are read anew.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opsroom.operations.room import Room
    from opsroom.operations.scans.looking import Seen

REPORT = "import-"
"""What the name of a scanner begins with whose report was brought in."""

FOLDER = "imported/"
"""Where a bill of materials that was brought in stands among the manifests of a repository."""

FORMAT = "cyclonedx@1"


def is_report(scanner: str) -> bool:
    """Whether a look is a report of another tool."""
    return scanner.startswith(REPORT)


async def with_imported(room: "Room", looks: Mapping[str, "Seen"]) -> dict[str, "Seen"]:
    """Looks at repositories, by key, with the bills of materials that were brought in before.

    Raises:
        StoreError: the store can't be read.
    """
    from opsroom.store.inventories import load_inventories
    from opsroom.store.repositories import ids_of

    taken = {key: seen.inventory for key, seen in looks.items() if seen.inventory is not None}
    if not taken:
        return dict(looks)
    async with room.store.read() as connection:
        ids = await ids_of(connection, taken)
        kept = await load_inventories(connection, list(ids.values()))
    whole = dict(looks)
    for key, number in ids.items():
        paths = {file.path for file in taken[key].files}
        imported = tuple(
            file
            for file in (kept[number].files if number in kept else ())
            if file.format == FORMAT and file.path not in paths
        )
        if imported:
            inventory = replace(taken[key], files=(*taken[key].files, *imported))
            whole[key] = replace(looks[key], inventory=inventory)
    return whole
