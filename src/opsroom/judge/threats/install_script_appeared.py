"""A script that runs on installation, where none ran before."""

from collections.abc import Iterator

from opsroom.model.purl import package_key
from opsroom.model.scan import Hit
from opsroom.model.severity import Severity
from opsroom.model.text import plain
from opsroom.model.threat import Scene, Threat

RULE = "install-script-appeared"


def look(scene: Scene, before: Scene | None) -> Iterator[Hit]:
    """One hit for each script of a package, or of the repository's own manifests."""
    if before is None:
        return
    paths = {path for path, _ in scene.scripts}
    ran = {_named(path if path in paths else "", script) for path, script in before.scripts}
    had = {package_key(package.purl) for _, package in before.packages}
    told: set[tuple[str, str]] = set()
    for path, script in scene.scripts:
        package, hook = named = _named(path, script)
        if not ran.isdisjoint({named, _named("", script)}) or named in told:
            continue
        told.add(named)
        updated = f"pkg:npm/{package}" in had
        yield Hit(
            rule=RULE,
            severity=Severity.HIGH if updated else THREAT.severity,
            message=_message(script, package, updated=updated),
            anchor=f"{package} {hook}" if package else script,
            path=path,
            remediation=THREAT.fix,
        )


def _named(path: str, script: str) -> tuple[str, str]:
    """Return the package, without its version, and the hook. The repository's own packages have no
    name here and are told by their manifest; without one, by nothing: it went, or has a new name.
    """
    package, colon, hook = script.partition(": ")
    return (package.rpartition("@")[0], hook) if colon else ("", f"{path} {script}")


def _message(script: str, package: str, *, updated: bool) -> str:
    if not package:
        return f"the repository's own package now runs {plain(script, 60)} when it is installed"
    since = "no version of it did so here before" if updated else "it is new here"
    return f"{plain(script, 120)} runs a script on installation, and {since}"


THREAT = Threat(
    look=look,
    severity=Severity.MEDIUM,
    what="A dependency, or the repository's own package, runs a script on installation and did not "
    "before. High where a package that was there got one with an update.",
    why="Such a script runs with all rights of whoever installs, on every machine and in every "
    "build; taken-over packages spread by it.",
    fix="Read the script before the next installation; install with scripts off "
    "(`npm ci --ignore-scripts`) until then.",
)
