"""Products: what of a repository a name is, where that makes several things."""

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from opsroom.judge.graph.parts import is_dockerfile
from opsroom.judge.graph.targets import CHART, IMAGE, PACKAGE
from opsroom.model.link import Phase
from opsroom.operations.graph.sight import Sight

if TYPE_CHECKING:
    from opsroom.store.link_rows import Supplied

IMAGES = f"{PACKAGE}docker/"
LOOSE = (IMAGES, f"{PACKAGE}helm/")
"""Names that conventions lead to a repository."""


def with_image(targets: Sequence[str]) -> tuple[str, ...]:
    """The names, and what an image that nobody is seen to use may be made by."""
    paths = [each.removeprefix(IMAGES) for each in targets if each.startswith(IMAGES)]
    owned = [path.partition("?")[0] for path in paths if "/" in path]
    return (*targets, *(f"{IMAGE}{path}" for path in owned))


def made_at(
    sight: Sight, targets: Sequence[str], suppliers: Iterable["Supplied"], users: Collection[int]
) -> dict[int, dict[str, Phase]]:
    """Who makes what goes by these names, and from which files; without any: the whole is meant.

    As the edges of its users tell it, else as whoever answers for the name says.
    """
    if not targets[0].startswith((PACKAGE, IMAGE, CHART)):
        return {}
    found: dict[int, set[str]] = {}
    if targets[0].startswith(LOOSE):
        for number in users:
            for edge in sight.edges.get(number, ()):
                if edge.name in targets:
                    found.setdefault(edge.target, set()).add(edge.supply)
    told = set(found)
    for each in suppliers:
        number, path = each.repository_id, each.supply.path
        if number in sight.rows and number not in told:
            found.setdefault(number, set()).add(path)
    image = targets[0].startswith((IMAGES, IMAGE))
    return {
        number: dict.fromkeys(sorted(paths), Phase.RUNTIME)
        if all(path and (is_dockerfile(path) or not image) for path in paths)
        else {}
        for number, paths in found.items()
    }
