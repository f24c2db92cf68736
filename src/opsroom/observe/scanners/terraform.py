"""Our own checks of Terraform: configuration, values, and state files that are committed."""

from opsroom.clients.git.exports import Export
from opsroom.observe.configuration import looking
from opsroom.observe.configuration.looking import offer
from opsroom.observe.configuration.terraform import check
from opsroom.observe.configuration.terraform_rules import RULES
from opsroom.observe.kinds import kind_of
from opsroom.observe.scanners import Bounds, Look, Scanner


def look(export: Export, bounds: Bounds) -> Look:
    """What our rules see in Terraform."""
    paths = (path for path in export.files if kind_of(path) == "terraform")
    return looking.look(export, bounds, paths, "terraform", check)


SCANNER = Scanner(
    look=look,
    offer=lambda: offer(RULES),
    kinds=frozenset({"terraform"}),
    rules=("terraform/*",),
    what="Terraform: doors to the whole world, rights without bounds, secrets in the clear.",
)
