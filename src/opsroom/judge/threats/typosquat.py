"""A new package whose name is one slip of the finger beside one that is well known."""

from collections.abc import Collection, Iterator
from functools import cache, lru_cache

from opsroom.judge.near_names import Names, beside
from opsroom.judge.popular_names import ESTABLISHED, POPULAR
from opsroom.model.package import Package
from opsroom.model.purl import package_key
from opsroom.model.scan import Hit
from opsroom.model.severity import Severity
from opsroom.model.text import plain
from opsroom.model.threat import Scene, Threat

RULE = "typosquat"


def look(scene: Scene, before: Scene | None) -> Iterator[Hit]:
    """One hit for each new name. Without a look before there is nothing new, and so nothing.

    A name of the fleet's own is mistyped by people: beside one of those only what is asked for
    directly counts, and only where the other is not in use, too.
    """
    if before is None:
        return
    known = {package_key(package.purl) for _, package in before.packages}
    fleet = _keys(scene.owned, scene.common)
    here = {package_key(package.purl) for _, package in scene.packages}
    scripts = {script.partition(":")[0] for _, script in scene.scripts}
    told: set[str] = set()
    for path, package in scene.packages:
        key = package_key(package.purl)
        if key in known or key in fleet or key in told or package.origin:
            continue
        told.add(key)
        kind, _, name = key.removeprefix("pkg:").partition("/")
        meant = _popular(kind, name)
        if not meant and package.direct:
            meant = _own(kind, name, fleet, here)
        if meant:
            yield _hit(path, package, key, meant, runs=_runs(package, key, scripts))


@lru_cache(maxsize=4)
def _keys(owned: frozenset[str], common: frozenset[str]) -> frozenset[str]:
    """Return the keys of names of the fleet: the same for one repository after the other."""
    return frozenset(map(package_key, owned | common))


@cache
def _well_known(kind: str) -> Names:
    return Names(POPULAR[kind])


def _popular(kind: str, name: str) -> str:
    if kind not in POPULAR or name in ESTABLISHED[kind]:
        return ""
    return _well_known(kind).beside(name)


def _own(kind: str, name: str, fleet: frozenset[str], here: Collection[str]) -> str:
    meant = beside(name, f"pkg:{kind}/", fleet)
    return "" if f"pkg:{kind}/{meant}" in here else meant


def _runs(package: Package, name: str, scripts: set[str]) -> bool:
    return f"{name.partition('/')[2]}@{package.version}" in scripts


def _hit(path: str, package: Package, name: str, meant: str, *, runs: bool) -> Hit:
    also = ", and runs a script when it is installed" if runs else ""
    return Hit(
        rule=RULE,
        severity=Severity.HIGH if runs else THREAT.severity,
        message=f"{plain(name, 120)} is new, and one letter beside {plain(meant, 80)}{also}",
        anchor=name,
        path=path,
        line=package.line,
        remediation=THREAT.fix,
    )


THREAT = Threat(
    look=look,
    severity=Severity.MEDIUM,
    what="A package appeared whose name is one letter beside a popular one, or one that the fleet "
    "itself makes or uses much, and that is neither popular nor used much here.",
    why="Malware is published under names that people mistype, and is run as soon as it is "
    "installed.",
    fix="Make sure that it is the package that was meant; where it isn't, take it out, and treat "
    "what it was installed on as open to others.",
)
