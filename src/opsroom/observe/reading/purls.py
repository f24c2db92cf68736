"""Names of packages as purls without version.

Names of npm keep their capital letters: old packages have them, and `JSONStream` is another
package than `jsonstream`. Names of PyPI are normalised (PEP 503). For the others the library's own
rules are enough.
"""

import re

from packageurl import PackageURL

from opsroom.model.text import plain
from opsroom.observe.manifests import NotUnderstood

LONGEST = 500
"""Characters of a name with its namespace; registries allow far fewer."""
LONGEST_OF_NPM = 214
"""Characters of a name: npm's own limit, and enough for PyPI."""

EVERYDAY = re.compile(r"(?:@([a-z0-9-][a-z0-9._-]*)/)?([a-z0-9-][a-z0-9._-]*)")
"""Names that a purl holds as they are; all that npm takes today."""
ONCE_ALLOWED = re.compile(r"(?:@([A-Za-z0-9!~*'()_.-]+)/)?([A-Za-z0-9!~*'()_.-]+)")
PYTHON = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
SEPARATORS = re.compile(r"[-_.]+")


def purl(kind: str, name: str, namespace: str = "", **qualifiers: str) -> str:
    """The purl of a package without version: `pkg:kind/namespace/name?qualifier=...`.

    Raises:
        NotUnderstood: that is no name of a package.
    """
    whole = f"{namespace}/{name}"
    if not name.strip(" /") or len(whole) > LONGEST or not whole.isprintable():
        raise NotUnderstood(f"no name of a package: {plain(name, 60)!r}")
    try:
        return PackageURL(kind, namespace or None, name, qualifiers=qualifiers).to_string()
    except ValueError as error:
        raise NotUnderstood(f"no name of a package: {plain(name, 60)!r}") from error


def path_purl(kind: str, path: str, **qualifiers: str) -> str:
    """The purl of a package whose name is a path: all but its last part is the namespace.

    Raises:
        NotUnderstood: that is no name of a package.
    """
    namespace, _, name = path.strip("/").rpartition("/")
    return purl(kind, name, namespace, **qualifiers)


def npm_purl(name: object) -> str | None:
    """The purl of a package of npm; None: that is no name of one."""
    if not isinstance(name, str) or len(name) > LONGEST_OF_NPM:
        return None
    if everyday := EVERYDAY.fullmatch(name):
        scope, bare = everyday.groups()
        return f"pkg:npm/%40{scope}/{bare}" if scope else f"pkg:npm/{bare}"
    if not (old := ONCE_ALLOWED.fullmatch(name)):
        return None
    scope, bare = old.groups()
    if bare in {".", ".."}:
        return None
    # of type generic, since the library lowers the names of npm
    purl = PackageURL("generic", f"@{scope}" if scope else None, bare)
    return f"pkg:npm/{purl.to_string().removeprefix('pkg:generic/')}"


def pypi_purl(name: object) -> str | None:
    """The purl of a Python package, its name normalised; None: that is no name of one."""
    if not isinstance(name, str) or len(name) > LONGEST_OF_NPM or not PYTHON.fullmatch(name):
        return None
    return f"pkg:pypi/{SEPARATORS.sub('-', name).lower()}"
