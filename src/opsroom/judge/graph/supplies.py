"""Supplies: the names that a repository answers for.

By its address, whatever is in it; by what its manifests say that it makes; by convention, for
images and charts that it has the makings of. A name that a file claims is no proof: how sure it is
depends on whether the file says that it is of this repository, or the name has its owner in it.
"""

from collections.abc import Iterable, Iterator, Sequence

from opsroom.judge.graph.about import About
from opsroom.judge.graph.claims import claimed
from opsroom.judge.graph.phases import folder_of, makes_nothing, name_of
from opsroom.judge.graph.targets import (
    ACTION,
    GIT,
    IMAGE,
    PATH,
    SOMEWHERE,
    address_of,
    environment_target,
    folded,
    host_target,
)
from opsroom.model.link import Supply, Sure
from opsroom.model.mention import Mention
from opsroom.model.package import Published

MOST = 20_000
"""Names that one repository may answer for: of more, the first."""
SURE = tuple(Sure)
IGNORED = ".dockerignore"
"""`Dockerfile.dockerignore` is none, but what a build of `Dockerfile` leaves out."""
PLAIN = frozenset({"dockerfile", "containerfile"})
GALAXY, MODULE, PROVIDER = "ansible-role-", "terraform-", "terraform-provider-"
"""How repositories are named that the registries of Ansible and Terraform read."""


def identity_of(about: About) -> tuple[Supply, ...]:
    """Return what every repository answers for by its address alone, seen into or not."""
    found = [Supply(f"{GIT}{each.host}/{each.name}") for each in about.addresses]
    for each in about.addresses:
        found.append(Supply(f"{SOMEWHERE}{each.name}", sure=Sure.LIKELY))
        found.append(Supply(f"{ACTION}{each.name}"))
        found += _by_rule(each.name, Sure.STRONG if each.host == "github.com" else Sure.LIKELY)
    found += [Supply(f"{PATH}{folder.rstrip('/')}") for folder in about.folders]
    return _once(found)


def _by_rule(name: str, sure: Sure) -> Iterator[Supply]:
    """What a registry calls a repository that is named as its rule says."""
    owner, _, own = name.rpartition("/")
    if own.startswith(PROVIDER):
        yield Supply(f"pkg:terraform/{owner}/{own.removeprefix(PROVIDER)}", sure=sure)
    elif own.startswith(MODULE) and own.count("-") > 1:
        system, _, module = own.removeprefix(MODULE).partition("-")
        yield Supply(f"pkg:terraform/{owner}/{module}/{system}", sure=sure)
    elif own.startswith(GALAXY):
        role = own.removeprefix(GALAXY)
        yield Supply(f"pkg:ansible/{owner}/{role}?type=role", sure=sure)


def supplies_of(
    about: About,
    published: Iterable[tuple[str, Published]],
    mentions: Iterable[tuple[str, Mention]],
    files: Iterable[tuple[str, str]],
) -> tuple[Supply, ...]:
    """Return what a repository answers for by what is in it, `identity_of` left out.

    `files` are the paths of its manifests with their formats. What is made for tests or examples,
    and copies of what others made, are for nobody; a fork answers for what has its owner's name.
    """
    made = [(path, one) for path, one in published if not makes_nothing(path)]
    charts = {folder_of(path) for path, one in made if one.purl.startswith("pkg:helm/")}
    found: list[Supply] = []
    for path, one in made:
        if not _is_copied(folder_of(path), charts):
            found += claimed(about, path, one)
    found += _images(about, [path for path, format_ in files if _is_built(path, format_)])
    for path, mention in mentions:
        if mention.serves and not makes_nothing(path):
            found += _served(path, mention)
        elif mention.kind == "source":
            found += _called_otherwise(about, path, mention.line, mention.name)
    return _once(found)


def _is_copied(folder: str, charts: set[str]) -> bool:
    """Whether a chart lies in the folder `charts` of another one, as what that depends on."""
    above = folder
    while (at := above.rfind("charts/")) >= 0:
        above = above[:at].rstrip("/")
        if above in charts and folder in charts and folder != above:
            return True
    return False


def _is_built(path: str, format_: str) -> bool:
    is_one = format_.partition("@")[0] == "dockerfile" and not path.endswith(IGNORED)
    return is_one and not makes_nothing(path)


def _images(about: About, paths: Sequence[str]) -> Iterator[Supply]:
    """What images of Dockerfiles are called by convention: their repository, and their folder.

    Which of several is called as the repository, where none lies at its top, nobody knows.
    """
    ordered = sorted(paths, key=lambda each: (folded(name_of(each)) not in PLAIN, each))
    top = [path for path in ordered if folded(path) in PLAIN] or ordered
    for own in sorted(about.names) if paths else ():
        whole = top[0] if len(top) == 1 else ""
        yield Supply(f"{IMAGE}{own}", whole, sure=Sure.LIKELY)
        for path in ordered:
            for end in sorted(_ends(path)):
                yield Supply(f"{IMAGE}{own}/{end}", path, sure=Sure.LIKELY)


def _ends(path: str) -> set[str]:
    """What follows the name of its repository in that of the image of a Dockerfile."""
    folder = folded(folder_of(path)).strip("/")
    name = folded(name_of(path))
    part = name.partition(".")[2] if name.partition(".")[0] in PLAIN else name.rpartition(".")[0]
    return {folder, folder.rpartition("/")[2], part} - {""}


def _served(path: str, mention: Mention) -> Iterator[Supply]:
    if mention.kind == "host":
        yield Supply(host_target(mention.name), path, mention.line, sure=Sure.LIKELY)
    elif mention.kind == "environment":
        yield Supply(environment_target(mention.name), path, mention.line, sure=Sure.STRONG)


def _called_otherwise(about: About, path: str, line: int, home: str) -> Iterator[Supply]:
    """The same repository on a host by another name, as its own files call it."""
    address = address_of(home)
    if address and address.name in about.names and address not in about.addresses:
        target = f"{GIT}{address.host}/{address.name}"
        yield Supply(target, path, line, sure=Sure.STRONG)


def _once(found: Iterable[Supply]) -> tuple[Supply, ...]:
    """Each target once: the surest, then the first."""
    kept: dict[str, Supply] = {}
    for each in found:
        before = kept.get(each.target)
        if before is None:
            if len(kept) < MOST:
                kept[each.target] = each
        elif SURE.index(each.sure) < SURE.index(before.sure) or (before.private > each.private):
            kept[each.target] = each
    return tuple(kept.values())
