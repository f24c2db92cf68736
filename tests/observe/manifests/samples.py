"""What tests of manifests share: addresses of the public registries, and reading by format."""

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package
from opsroom.observe.formats import formats

NPM = "https://registry." + "npmjs.org"
YARN = "https://registry.yarnpkg.com"
PYPI = "https://pypi.org/" + "simple"
FILES = "https://files.python" + "hosted.org/packages"


def read(name: str, text: str | bytes, path: str = "") -> Manifest:
    """Read a text by a format, as the file of a repository."""
    content = text.encode() if isinstance(text, str) else text
    return formats()[name].parse(path or formats()[name].names[0], content)


def by_name(manifest: Manifest) -> dict[str, Package]:
    """Packages by `name@version`, without `pkg:` and type; each stands there once."""
    found = {_short(package): package for package in manifest.packages}
    assert len(found) == len(manifest.packages)
    return found


def edges(manifest: Manifest) -> set[tuple[str, str]]:
    """Edges as pairs of `name@version`."""
    names = [_short(package) for package in manifest.packages]
    return {(names[one], names[other]) for one, other in manifest.edges}


def _short(package: Package) -> str:
    name = package.purl.split("/", 1)[1].replace("%40", "@")
    return f"{name}@{package.version}" if package.version else name


def line_of(text: str, part: str) -> int:
    """The line in which a text stands first, from 1."""
    return text[: text.index(part)].count("\n") + 1
