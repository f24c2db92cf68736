"""What is known of one repository as documents that other tools read: CycloneDX and OpenVEX."""

from typing import Any

from pydantic import Field, model_serializer

from opsroom.errors import NotFound
from opsroom.model.coverage import Coverage
from opsroom.model.finding import FindingState, KeptFinding
from opsroom.operations.advisories.data import age_note, told_data
from opsroom.operations.answers import Answer
from opsroom.operations.fleet import Row
from opsroom.operations.room import Room
from opsroom.operations.scans.coverage import reasons


class Document(Answer):
    """A document of a standard. As JSON it is the document alone, which says the rest itself."""

    content: dict[str, Any] = Field(description="the document, by its own schema")

    @model_serializer
    def _alone(self) -> dict[str, Any]:
        return self.content

    def reading(self) -> str:
        """What it is."""
        return f"{self.content.get('bomFormat', 'OpenVEX')} document"


async def bill_of_materials(room: Room, name: str) -> Document:
    """CycloneDX 1.6 of what the last look at a repository found in its manifests.

    Its metadata say which commit that was, how old advisories are, and what is unknown.

    Raises:
        NotFound: no such repository for this caller, or nobody looked into its manifests yet.
    """
    from opsroom.operations.findings.bom import Made, document
    from opsroom.store.inventories import edges_of, load_inventories, packages_of
    from opsroom.store.repositories import ids_of

    await room.settled()
    await room.refresh()
    row = room.row(name)
    key = row.repository.key
    async with room.store.read() as connection:
        number = (await ids_of(connection, [key])).get(key, -1)
        inventory = (await load_inventories(connection, [number])).get(number)
        packages = (await packages_of(connection, [number])).get(number, [])
        edges = await edges_of(connection, [number])
    if inventory is None:
        raise NotFound(
            f"nobody looked into the manifests of {row.name} yet", "the tool scan has it looked at"
        )
    at = next((scan.at for scan in row.scans if scan.scanner == "dependencies"), room.now())
    by_path: dict[tuple[str, str], list[Any]] = {}
    keys = {(each.path, each.format): each.key for each in packages}
    for each in packages:
        by_path.setdefault((each.path, each.format), []).append(each.package)
    made = [
        Made(path, held, edges.get(keys[path, kind], ())) for (path, kind), held in by_path.items()
    ]
    unread = [file.path for file in inventory.files if file.reason]
    told = {
        "as_of": at.isoformat(),
        "commit": inventory.commit,
        "advisories": age_note(await told_data(room), room.now()),
        "unread": ", ".join(unread),
        "unknown": "; ".join(reasons(row)[:20]),
    }
    content = document(row.name, inventory.commit, at, made, _about_packages(row), _said(told))
    return _document(room, row, content)


async def closure(room: Room, name: str) -> Document:
    """CycloneDX 1.6 of a repository with all of the fleet that it needs, and the packages of each.

    Its metadata say of which repositories nothing, or not all, is known.

    Raises:
        NotFound: no such repository for this caller.
    """
    import anyio

    from opsroom.operations.findings.bom import Made
    from opsroom.operations.graph.closure import Part, document
    from opsroom.operations.graph.seeing import seen
    from opsroom.store.inventories import edges_of, load_inventories, packages_of

    await room.settled()
    await room.refresh()
    row = room.row(name)
    sight = await seen(room)
    root = sight.ids[row.repository.key]
    numbers = [root, *sight.graph.dependencies(root)]
    async with room.store.read() as connection:
        inventories = await load_inventories(connection, numbers)
        packages = await packages_of(connection, numbers)
        edges = await edges_of(connection, numbers)

    def made(number: int) -> tuple[Made, ...]:
        held: dict[tuple[str, tuple[str, str]], list[Any]] = {}
        for each in packages.get(number, ()):
            held.setdefault((each.path, each.key), []).append(each.package)
        return tuple(Made(path, found, edges.get(key, ())) for (path, key), found in held.items())

    def written() -> dict[str, Any]:
        parts = [
            Part(
                sight.name(number),
                inventories[number].commit if number in inventories else "",
                made(number),
                tuple(sight.name(each) for each in sight.needs(number)),
            )
            for number in numbers
        ]
        told = {"unknown": "; ".join(sight.unlooked(numbers))}
        return document(row.name, parts, room.looked([row])[0], told)

    return _document(room, row, await anyio.to_thread.run_sync(written))


async def vex(room: Room, name: str) -> Document:
    """OpenVEX of what was decided about the flaws that are known of a repository's packages.

    Raises:
        NotFound: no such repository for this caller.
    """
    from opsroom.operations.findings.vex import document

    await room.settled()
    await room.refresh()
    row = room.row(name)
    return _document(room, row, document(row.name, room.now(), _about_packages(row)))


def _about_packages(row: Row) -> list[KeptFinding]:
    held = (FindingState.OPEN, FindingState.SUPPRESSED)
    return [kept for kept in row.kept if kept.finding.advisory and kept.state in held]


def _said(told: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in told.items() if value}


def _document(room: Room, row: Row, content: dict[str, Any]) -> Document:
    looked, covered = room.looked([row])
    return Document(as_of=looked, coverage=covered or Coverage(), content=content)
