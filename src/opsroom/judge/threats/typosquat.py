"""A new package whose name is one slip of the finger beside one that is well known."""

from collections.abc import Iterator

from opsroom.judge.near_names import beside
from opsroom.judge.popular import ESTABLISHED, POPULAR
from opsroom.model.package import Package
from opsroom.model.purl import package_key
from opsroom.model.scan import Hit
from opsroom.model.severity import Severity
from opsroom.model.text import plain
from opsroom.model.threat import Scene, Threat

RULE = "typosquat"


def look(scene: Scene, before: Scene | None) -> Iterator[Hit]:
    """One hit for each new name. Without a look before there is nothing new, and so nothing."""
    if before is None:
        return
    known = {package_key(package.purl) for _, package in before.packages}
    fleet = frozenset(map(package_key, scene.owned | scene.common))
    scripts = {script.partition(":")[0] for _, script in scene.scripts}
    told: set[str] = set()
    for path, package in scene.packages:
        name = package_key(package.purl)
        if name in known or name in fleet or name in told or package.origin:
            continue
        told.add(name)
        meant = _meant(name, fleet)
        if meant:
            yield _hit(path, package, name, meant, runs=_runs(package, name, scripts))


def _meant(package: str, fleet: frozenset[str]) -> str:
    kind, _, name = package.removeprefix("pkg:").partition("/")
    popular = POPULAR.get(kind, frozenset())
    if name in popular or name in ESTABLISHED.get(kind, frozenset()):
        return ""
    start = f"pkg:{kind}/"
    ours = frozenset(each.removeprefix(start) for each in fleet if each.startswith(start))
    return beside(name, popular) or beside(name, ours)


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
