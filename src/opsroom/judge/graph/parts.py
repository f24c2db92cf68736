"""Parts: which of the things that a repository makes a change in one of its files reaches.

    python/Dockerfile  -x->  node/Dockerfile          folders side by side make different things
    package.json       --->  services/api/Dockerfile  what lies above belongs to all below
    shared/setup.cfg   --->  services/api/Dockerfile  what is no product's belongs to every one
    app/Dockerfile     -x->  Dockerfile               a Dockerfile makes its own image alone

Told by paths alone, and in doubt a change reaches: a rebuild too many is the smaller mistake.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from opsroom.judge.graph.phases import folder_of, name_of
from opsroom.model.link import Edge, Phase

WHOLE = ""
"""Instead of a path: the whole repository, or what cannot be told to be of one part."""
PLACED = frozenset({"image", "package", "chart", "module", "role"})
"""Kinds of links that are answered by the manifest of one product."""
PLAIN = ("dockerfile", "containerfile")


def is_dockerfile(path: str) -> bool:
    """Whether a file is called as what an image is built from."""
    name = name_of(path).lower()
    return name in PLAIN or name.startswith(("dockerfile.", "containerfile.")) or (
        name.endswith((".dockerfile", ".containerfile"))
    )  # fmt: skip


def place_of(edge: Edge) -> str:
    """The path of what an edge asks for, within the repository that is needed."""
    if edge.kind == "workflow":
        return edge.part
    if edge.kind == "action":
        return f"{edge.part}/action.yml" if edge.part else WHOLE
    if edge.kind not in PLACED or (edge.kind == "image" and not is_dockerfile(edge.supply)):
        return WHOLE
    return edge.supply


@lru_cache(maxsize=4096)
def is_workflow(path: str) -> bool:
    """Whether a file is a reusable workflow: nothing else of its repository is in it."""
    return "/workflows/" in f"/{path}" and path.endswith((".yml", ".yaml"))


def reaches(entered: str, place: str, products: Iterable[str]) -> bool:
    """Whether a change that enters a repository through a file reaches what is made at a place.

    `products` are the places of everything that is known to be made there.
    """
    if WHOLE in (entered, place) or entered == place:
        return True
    if is_workflow(place) or (is_dockerfile(entered) and is_dockerfile(place)):
        return False
    begin, end = folder_of(entered), folder_of(place)
    if _holds(begin, end) or _holds(end, begin):
        return True
    if name_of(entered) == name_of(place):
        return False
    chart = _is_chart(place)  # deploys what is made elsewhere
    folders = {folder_of(each) for each in products if _is_chart(each) or not chart}
    return not any(_holds(each, begin) and not _holds(each, end) for each in folders)


def _is_chart(place: str) -> bool:
    return name_of(place) == "Chart.yaml"


def _holds(folder: str, other: str) -> bool:
    """Whether a folder is another one, or has it in it."""
    return not folder or other == folder or other.startswith(f"{folder}/")


class Parted:
    """Who asks for which part of one repository, and how its parts need each other.

    `users` are repositories and their files that ask, by the place and the phase.
    """

    __slots__ = ("_reached", "inner", "users")

    def __init__(self, inner: Sequence[Edge] = ()) -> None:
        """Take the edges from the repository to itself."""
        self.inner = inner
        self.users: dict[str, dict[Phase, list[tuple[int, str]]]] = {}
        self._reached: dict[tuple[str, str], bool] = {}

    @property
    def asked(self) -> int:
        """How often its parts are asked for."""
        return sum(len(found) for each in self.users.values() for found in each.values())

    def reach(self, entered: str, place: str) -> bool:
        """Whether a change that enters through a file reaches a place."""
        key = entered, place
        found = self._reached.get(key)
        if found is None:
            found = self._reached[key] = reaches(entered, place, self.users)
        return found

    def entries(self, path: str, phases: frozenset[Phase]) -> list[str]:
        """The files that a change of one is in: that one, and those that need what it makes."""
        found = [path]
        for entered in found if self.inner else ():
            for edge in self.inner:
                needs = edge.phase in phases and self.reach(entered, place_of(edge))
                if needs and edge.path not in found:
                    found.append(edge.path)
        return found


def parted(
    edges: Mapping[int, Sequence[Edge]], inner: Mapping[int, Sequence[Edge]]
) -> dict[int, Parted]:
    """The repositories of which others ask for parts. `edges` are by who needs."""
    found: dict[int, Parted] = {}
    some = {
        edge.target
        for each in edges.values()
        for edge in each
        if ("/" in edge.supply or "/" in edge.part) and folder_of(place_of(edge))
    }
    for each in edges.values():
        for edge in each:
            if edge.target in some:
                one = found.get(edge.target)
                if one is None:
                    one = found[edge.target] = Parted(inner.get(edge.target, ()))
                place = one.users.setdefault(place_of(edge), {})
                place.setdefault(edge.phase, []).append((edge.source, edge.path))
    return found
