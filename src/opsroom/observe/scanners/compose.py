"""Our own checks of Compose files."""

from opsroom.clients.git.exports import Export
from opsroom.observe.configuration import looking
from opsroom.observe.configuration.compose import RULES, check
from opsroom.observe.configuration.looking import offer
from opsroom.observe.kinds import kind_of
from opsroom.observe.scanners import Bounds, Look, Scanner


def look(export: Export, bounds: Bounds) -> Look:
    """What our rules see in Compose files."""
    paths = (path for path in export.files if kind_of(path) == "compose")
    return looking.look(export, bounds, paths, "compose", check)


SCANNER = Scanner(
    look=look,
    offer=lambda: offer(RULES),
    kinds=frozenset({"compose"}),
    rules=("compose/*",),
    what="Compose files: services that are the host, or that the network reaches.",
)
