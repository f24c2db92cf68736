"""Names of packages as advisory databases write them, and as purls.

The names of ecosystems are those of the OSV schema 1.7; their types of purl those of the
package-url specification.
"""

import re
from functools import lru_cache
from urllib.parse import quote, unquote

TYPES = {
    "AlmaLinux": "rpm/almalinux",
    "Alpaquita": "apk/alpaquita",
    "Alpine": "apk/alpine",
    "Bioconductor": "bioconductor",
    "Bitnami": "bitnami",
    "Chainguard": "apk/chainguard",
    "ConanCenter": "conan",
    "CRAN": "cran",
    "crates.io": "cargo",
    "Debian": "deb/debian",
    "GHC": "generic/ghc",
    "GitHub Actions": "githubactions",
    "Go": "golang",
    "Hackage": "hackage",
    "Hex": "hex",
    "Julia": "julia",
    "Mageia": "rpm/mageia",
    "Maven": "maven",
    "MinimOS": "apk/minimos",
    "npm": "npm",
    "NuGet": "nuget",
    "openEuler": "rpm/openeuler",
    "openSUSE": "rpm/opensuse",
    "Packagist": "composer",
    "Pub": "pub",
    "PyPI": "pypi",
    "Red Hat": "rpm/redhat",
    "Rocky Linux": "rpm/rocky-linux",
    "RubyGems": "gem",
    "SUSE": "rpm/suse",
    "SwiftURL": "swift",
    "Ubuntu": "deb/ubuntu",
    "Wolfi": "apk/wolfi",
}
"""Ecosystem of OSV to type of purl, with the vendor where one is part of the name."""

ECOSYSTEMS = {kind: name for name, kind in TYPES.items()}
LONGEST = 500
"""Characters of a package's name."""
PURL = re.compile(r"pkg:[a-z][a-z0-9.+-]*/[^\s?#]{1,600}", re.IGNORECASE)


@lru_cache(maxsize=50_000)
def purl_of(ecosystem: str, name: str) -> str:
    """The purl, without version, of a package; empty when its ecosystem is none that we know.

    `ecosystem` may say a release too: `Debian:11`, `Alpine:v3.20`.
    """
    kind = TYPES.get(ecosystem.partition(":")[0])
    if kind is None or not name or len(name) > LONGEST or not name.isprintable():
        return ""
    if kind == "maven":
        name = name.replace(":", "/", 1)
    elif kind == "pypi":
        name = re.sub(r"[-_.]+", "-", name).lower()
    parts = [quote(part, safe=":~._-") for part in name.split("/") if part]
    return f"pkg:{kind}/{'/'.join(parts)}"


def bare_purl(purl: str) -> str:
    """A purl as a database wrote it, without version and the rest; empty when it is none."""
    found = PURL.match(purl)
    if found is None:
        return ""
    path = found[0]
    at = path.rfind("@")
    return path[:at] if at > path.rfind("/") else path


def named_by(purl: str) -> tuple[str, str] | None:
    """The ecosystem and the name of a package, as OSV is asked for it.

    None where OSV has no such ecosystem (images, modules of Terraform), or asks for a release.
    """
    kind, _, path = bare_purl(purl)[4:].partition("/")
    kind = {"github": "githubactions"}.get(kind.lower(), kind.lower())
    ecosystem = ECOSYSTEMS.get(kind)
    if ecosystem is None or not path:
        return None
    name = unquote(path)
    return ecosystem, name.replace("/", ":") if kind == "maven" else name
