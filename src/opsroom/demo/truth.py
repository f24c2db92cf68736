"""What is true now, for whoever wants to know whether the centre sees it."""

from typing import Any, Literal

from opsroom.demo.edges import Need, edges, reads
from opsroom.demo.github.graphql.checks import rollup
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.trees import walk
from opsroom.demo.planting import PlantedFaults
from opsroom.demo.town import Town

State = Literal["passing", "failing", "running", "none"]
STATES: dict[str, State] = {
    "SUCCESS": "passing",
    "FAILURE": "failing",
    "ERROR": "failing",
    "PENDING": "running",
    "EXPECTED": "running",
}


class Truth:
    """Tells the truth; what files say is read once a commit."""

    def __init__(self, town: Town, faults: PlantedFaults) -> None:
        self._town = town
        self._faults = faults
        self._read: dict[int, tuple[str, list[Need]]] = {}

    def now(self) -> dict[str, Any]:
        """Repositories, what they need of one another, and the faults that still hold."""
        world = self._town.world
        with world.lock:
            repositories = list(world.repositories.values())
            known = {name: each.full_name for name, each in world.names.items()}
        told: list[dict[str, Any]] = []
        needs: list[dict[str, str]] = []
        for repository in repositories:
            with world.lock:
                told.append(_state(repository))
                for each in self._edges(repository, known):
                    source, target = known.get(each.source.lower()), known.get(each.target.lower())
                    needs.append({"from": source or each.source, "to": target or each.target,
                                  "kind": each.kind, "file": each.file})  # fmt: skip
        with world.lock:
            faults = [
                {"kind": each.kind, "repository": each.repository.full_name}
                for each in self._faults.open()
            ]
        return {"repositories": told, "edges": needs, "faults": faults}

    def _edges(self, repository: Hosted, known: dict[str, str]) -> list[Need]:
        head = repository.head
        if head is None:
            return []
        before = self._read.get(repository.id)
        if before is None or before[0] != head:
            objects, tree = repository.objects, repository.objects.commit(head).tree
            paths = [path for path, entry in walk(objects, tree)
                     if entry.kind == "blob" and reads(path)]  # fmt: skip
            found = edges(
                repository.full_name,
                paths,
                lambda path: self._town.text(repository, head, path),
                known,
            )
            before = self._read[repository.id] = (head, found)
        return before[1]


def _state(repository: Hosted) -> dict[str, Any]:
    head = repository.head
    found = rollup(repository, head) if head else None
    return {
        "name": repository.full_name,
        "head": head,
        "ci": STATES[found.state] if found else "none",
        "archived": repository.archived,
    }
