"""Our own checks of Dockerfiles."""

from opsroom.clients.git.exports import Export
from opsroom.observe.configuration import looking
from opsroom.observe.configuration.dockerfile import RULES, check
from opsroom.observe.configuration.looking import offer
from opsroom.observe.kinds import kind_of
from opsroom.observe.scanners import Bounds, Look, Scanner


def look(export: Export, bounds: Bounds) -> Look:
    """What our rules see in Dockerfiles."""
    paths = (path for path in export.files if kind_of(path) == "dockerfile")
    return looking.look(export, bounds, paths, "dockerfile", check)


SCANNER = Scanner(
    look=look,
    offer=lambda: offer(RULES),
    kinds=frozenset({"dockerfile"}),
    rules=("dockerfile/*",),
    what="Dockerfiles: open doors, secrets, images that can't be built twice.",
)
