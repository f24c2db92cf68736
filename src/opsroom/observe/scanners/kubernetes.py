"""Our own checks of objects of Kubernetes, wherever in a repository they lie."""

from opsroom.clients.git.exports import Export
from opsroom.observe.configuration import looking
from opsroom.observe.configuration.kubernetes import RULES, check
from opsroom.observe.configuration.looking import offer
from opsroom.observe.covering import kind_at
from opsroom.observe.scanners import Bounds, Look, Scanner


def look(export: Export, bounds: Bounds) -> Look:
    """What our rules see in objects of Kubernetes. Templates of Helm are not filled in."""
    paths = (path for path in export.files if kind_at(export, path) == "kubernetes")
    return looking.look(export, bounds, paths, "kubernetes", check)


SCANNER = Scanner(
    look=look,
    offer=lambda: offer(RULES),
    kinds=frozenset({"kubernetes"}),
    rules=("kubernetes/*",),
    what="Objects of Kubernetes: pods that are the node, rights that are all of the cluster's.",
)
