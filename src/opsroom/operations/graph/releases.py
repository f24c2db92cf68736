"""The releases of what the fleet makes: tags out of the store, in the order of their ecosystem.

A repository may make several packages: those of a target are told from the others by the names
that its supplies and its manifests give them.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import unquote

import anyio.to_thread

from opsroom.judge.graph.targets import PACKAGE
from opsroom.judge.graph.versions import Releases, joined, releases

if TYPE_CHECKING:
    from opsroom.operations.room import Room
    from opsroom.store.tags import Tagged


Asked = tuple[int, str]
"""The id of a repository, and the target that links name it by."""


async def releases_of(room: "Room", asked: Collection[Asked]) -> dict[Asked, Releases]:
    """The releases of these repositories under those names.

    Where no look told of tags that is said in `reason`: unknown, and never none.
    """
    from opsroom.store.tags import Tagged, load_tags

    async with room.store.read() as connection:
        told = await load_tags(connection, sorted({number for number, _ in asked}))

    def read() -> dict[Asked, Releases]:
        return {
            (number, target): _releases(told.get(number, Tagged()), target)
            for number, target in asked
        }

    return await anyio.to_thread.run_sync(read)


def _releases(told: "Tagged", target: str) -> Releases:
    kind, names, folder = called(target)
    return releases(joined(told.clones, told.host), kind, names, folder)


def called(target: str) -> tuple[str, tuple[str, ...], str]:
    """How the tags of a target may begin: its type, its names, and the folder of a Go module.

    An address, an image and a chart by convention are of the whole repository: type and names of
    nothing. A Go module in a folder is tagged with that folder (go.dev/ref/mod, versions); that its
    repository ends with the third part of its path is true of most hosts.
    """
    if not target.startswith(PACKAGE):
        return "", (), ""
    bare = target.partition("#")[0].partition("?")[0]
    kind, _, path = bare.removeprefix(PACKAGE).partition("/")
    path = unquote(path)
    last = path.rpartition("/")[2]
    if kind == "golang":
        return kind, (), "/".join(each for each in path.split("/")[3:] if not _is_major(each))
    if kind == "githubactions":
        return kind, (), ""
    return kind, tuple(dict.fromkeys((path, last))), ""


def _is_major(part: str) -> bool:
    """Whether a part of a module's path is its major version, as `v2` is."""
    return part[:1] == "v" and part[1:].isdecimal()
