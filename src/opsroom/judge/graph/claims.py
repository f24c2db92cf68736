"""Claims: what one manifest says that its repository makes, and how far that is believed.

its home is this repository, or its name has this owner   strong
nothing says whose it is                                  likely; a well-known name not at all
its home is somebody else's                               not at all: a copy or a fork
"""

import re
from collections.abc import Iterator

from opsroom.judge.graph.about import About
from opsroom.judge.graph.phases import CI, name_of
from opsroom.judge.graph.targets import (
    CHART,
    GIT,
    PUBLIC_FORGES,
    GitAddress,
    address_of,
    folded,
    package_target,
)
from opsroom.judge.popular_names import is_well_known
from opsroom.model.link import Supply, Sure
from opsroom.model.package import Published
from opsroom.model.purl import parts_of

OWNER, NAME = re.compile(r"\{owner\}|%7Bowner%7D"), re.compile(r"\{name\}|%7Bname%7D")
PLAIN = re.compile(r"[\w./~-]+", re.ASCII)
SCOPES = re.compile(r"pkg:(?:npm/@([^/]+)|composer/([^/]+)|ansible/([^/?]+)|terraform/([^/]+))/")
OF_OWNERS = ("?repository_url=ghcr.io", "?repository_url=registry.gitlab.com")
"""Registries in which only an owner pushes what begins with its name."""
GROUPS = re.compile(r"pkg:maven/(?:com|io)\.(?:github|gitlab)\.([^/.]+)")


def claimed(about: About, path: str, made: Published) -> Iterator[Supply]:
    """Yield what a repository answers for because one of its files says that it makes it."""
    kind = made.purl.removeprefix("pkg:").partition("/")[0]
    if kind == "golang":
        yield from _module(about, path, made)
        return
    home = address_of(made.home) if made.home else None
    if home and home.name in about.names and home not in about.addresses:
        target = f"{GIT}{home.host}/{home.name}"
        yield Supply(target, path, made.line, sure=Sure.STRONG)
    for purl in _settled(about, made.purl):
        target = package_target(purl)
        sure = _sure(about, path, target, home)
        if sure is None or _is_anybodys(target) or not target.startswith("pkg:"):
            continue
        yield Supply(target, path, made.line, made.version, sure, made.private)
        if kind == "helm":
            yield from _chart(about, path, made, purl)


def _settled(about: About, purl: str) -> Iterator[str]:
    """A purl in which the owner and the name of the repository stand for what CI knows."""
    if not (OWNER.search(purl) or NAME.search(purl)):
        yield purl
        return
    for full in filter(PLAIN.fullmatch, sorted(about.names)):
        owner, _, name = full.rpartition("/")
        yield NAME.sub(name, OWNER.sub(owner, purl))


def _is_anybodys(target: str) -> bool:
    """Whether a target is a name that no single repository can answer for."""
    official = target.startswith("pkg:docker/") and "/" not in target.removeprefix("pkg:docker/")
    return official or target.startswith("pkg:generic/")


def _sure(about: About, path: str, target: str, home: GitAddress | None) -> Sure | None:
    """How sure a claim is; None: it is somebody else's name."""
    own = _scope(target) in {each.partition("/")[0] for each in about.owners} | about.owners
    if target.startswith("pkg:docker/") and not about.fork:
        foreign = target.endswith(OF_OWNERS) and not own
        return Sure.LIKELY if foreign else _built(path, own=own)
    if home and home.name in about.names:
        return Sure.STRONG
    if own:
        return Sure.STRONG
    if about.fork or (home and home.name.rpartition("/")[0] not in about.owners):
        return None
    return None if _is_anothers(about, target) else Sure.LIKELY


def _built(path: str, *, own: bool) -> Sure:
    """How sure it is that an image of a name is made here: a stack may build what others publish
    under that name, CI builds what it pushes."""
    if not CI.isdisjoint(path.lower().split("/")):
        return Sure.CERTAIN
    stack = name_of(path).lower().startswith(("compose", "docker-compose"))
    return Sure.STRONG if own or not stack else Sure.LIKELY


def _is_anothers(about: About, target: str) -> bool:
    """Whether a name is so well known that it is another's, unless the address says it, too."""
    name = target.rpartition("/")[2]
    return is_well_known(target) and name not in {own.rpartition("/")[2] for own in about.names}


def _scope(target: str) -> str:
    """The owner that a name has in it, where its registry gives names by owner."""
    if target.startswith("pkg:docker/"):
        return target.removeprefix("pkg:docker/").partition("/")[0]
    match = SCOPES.match(target) or GROUPS.match(target)
    return folded(next(filter(None, match.groups()))) if match else ""


def _module(about: About, path: str, made: Published) -> Iterator[Supply]:
    """A module of Go is named by the address that it is fetched from, and by no other."""
    target = package_target(made.purl)
    host, *parts = target.removeprefix("pkg:golang/").split("/")
    named = GitAddress(host, "/".join(parts[:2]))
    if named in about.addresses:
        yield Supply(target, path, made.line, made.version, Sure.CERTAIN, made.private)
    elif named.name in about.names and host not in PUBLIC_FORGES:
        yield Supply(target, path, made.line, made.version, Sure.STRONG, made.private)
        yield Supply(f"{GIT}{named.host}/{named.name}", path, made.line, sure=Sure.STRONG)
    elif host not in PUBLIC_FORGES and not about.fork:
        sure = Sure.STRONG if "." in host else Sure.LIKELY
        yield Supply(target, path, made.line, made.version, sure, made.private)


def _chart(about: About, path: str, made: Published, purl: str) -> Iterator[Supply]:
    """What a chart is called by convention in a registry: its repository, and its own name."""
    name = folded(parts_of(purl)[1].rpartition("/")[2])
    for own in sorted(about.names):
        for target in (f"{CHART}{own}", f"{CHART}{own}/{name}"):
            yield Supply(target, path, made.line, made.version, Sure.LIKELY)
