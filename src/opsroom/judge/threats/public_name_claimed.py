"""A name that others of the fleet take from the public registry, claimed by one of its own."""

import re
from collections.abc import Iterator

from opsroom.judge.graph.phases import makes_nothing
from opsroom.judge.popular_names import is_well_known
from opsroom.judge.threats.dependency_confusion import TELLING, TYPES
from opsroom.model.package import Package, Published
from opsroom.model.purl import package_key, short
from opsroom.model.scan import Hit
from opsroom.model.severity import Severity
from opsroom.model.text import plain
from opsroom.model.threat import Scene, Threat

RULE = "public-name-claimed"


def claims(path: str, made: Published) -> bool:
    """Whether a manifest claims a public name without saying where its home is.

    A private package claims nothing. One whose home is elsewhere says itself that it is a copy, and
    one in a folder of examples, templates, tests or copies is for nobody.
    """
    public = made.purl.startswith(TYPES) and not made.private
    return public and not made.home and not makes_nothing(path)


def is_taken(path: str, package: Package) -> bool:
    """Whether a lockfile says that a package comes from the public registry."""
    public = not package.origin and package.purl.startswith(TYPES)
    return public and bool(package.version) and path.rpartition("/")[2] in TELLING


def look(scene: Scene, _: Scene | None) -> Iterator[Hit]:
    """One hit for each name, where it is claimed first. Wrong whatever was there before."""
    told: set[str] = set()
    for path, made in () if scene.fork else scene.publishes:
        name = package_key(made.purl)
        if name not in scene.taken or name in told or not claims(path, made):
            continue
        told.add(name)
        bare, known = name.removeprefix("pkg:").partition("/")[2], is_well_known(name)
        if any(_is_home(bare, each, known=known) for each in scene.names):
            continue
        yield Hit(
            rule=RULE,
            severity=Severity.HIGH if known else THREAT.severity,
            message=f"claims {'the well-known name ' if known else ''}{plain(short(name), 120)}, "
            "which others of the fleet take from the public registry",
            anchor=name,
            path=path,
            line=made.line,
            remediation=THREAT.fix,
        )


def _is_home(name: str, repository: str, *, known: bool) -> bool:
    """Whether the address of a repository says that it is the home of a package of that name.

    Its owner's name in it, or its own, word for word; a well-known name has to be its own whole.
    """
    owner, _, own = repository.rpartition("/")
    if known:
        return own == name
    words = _words(name)
    return any(wanted and wanted <= words for wanted in (_words(owner), _words(own)))


def _words(text: str) -> set[str]:
    return set(filter(None, re.split(r"[^a-z0-9]+", text.lower())))


THREAT = Threat(
    look=look,
    severity=Severity.MEDIUM,
    what="A repository of the fleet publishes a package under a name that other repositories take "
    "from the public registry, and neither its manifest nor its address says that it is that "
    "package's home.",
    why="Whoever resolves the name where this one is published, too, gets another package than was "
    "meant, and what depends on which can't be told.",
    fix="Where it is the home, name the repository in the manifest (`repository`, "
    "`[project.urls]`); where it isn't, mark it as private or name it with a scope of your own.",
)
