"""A name that only the fleet should give out, taken from where anybody can publish it."""

from collections.abc import Iterator

from opsroom.model.package import Package
from opsroom.model.purl import package_key
from opsroom.model.scan import Hit
from opsroom.model.severity import Severity
from opsroom.model.text import plain
from opsroom.model.threat import Scene, Threat

RULE = "dependency-confusion"
TYPES = ("pkg:npm/", "pkg:pypi/", "pkg:gem/", "pkg:cargo/", "pkg:nuget/", "pkg:composer/")
"""Where whoever comes first gets a name. A module of Go or an action is named by its address."""
TELLING = frozenset(
    {
        *("package-lock.json", "npm-shrinkwrap.json", "bun.lock", "uv.lock", "poetry.lock"),
        *("Pipfile.lock", "pylock.toml", "Cargo.lock", "Gemfile.lock", "composer.lock"),
    }
)
"""Lockfiles that always say when a package comes from elsewhere than the public registry."""
MIXED = "registry:"


def look(scene: Scene, _: Scene | None) -> Iterator[Hit]:
    """One hit for each name, where it is taken first. Wrong whatever was there before."""
    internal = {package_key(purl) for purl in scene.internal}
    internal -= {package_key(made.purl) for _, made in scene.publishes}
    mixed = {path for path, each in scene.packages if each.origin.startswith(MIXED)}
    told: set[str] = set()
    for path, package in scene.packages:
        name = package_key(package.purl)
        if name not in internal or name in told or not _public(package):
            continue
        if path.rpartition("/")[2] in TELLING or path in mixed:
            told.add(name)
            other = ", beside others of a registry of your own" if path in mixed else ""
            yield Hit(
                rule=RULE,
                severity=THREAT.severity,
                message=f"{plain(name, 120)} is internal here, and is taken from the public "
                f"registry{other}",
                anchor=name,
                path=path,
                line=package.line,
                remediation=THREAT.fix,
            )


def _public(package: Package) -> bool:
    return not package.origin and bool(package.version) and package.purl.startswith(TYPES)


THREAT = Threat(
    look=look,
    severity=Severity.HIGH,
    what="A package that a repository of the fleet makes and marks as private is resolved from the "
    "public registry.",
    why="Anybody can publish that name there, with a higher version, and is then run in builds.",
    fix="Name the registry of this package or its scope (`.npmrc`, `[[tool.uv.index]]`, `source`), "
    "lock again, and reserve the name in public.",
)
