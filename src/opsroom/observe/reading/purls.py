"""Names of npm and of PyPI as purls without version.

Names of npm keep their capital letters: old packages have them, and `JSONStream` is another
package than `jsonstream`. Names of PyPI are normalised (PEP 503).
"""

import re

from packageurl import PackageURL

LONGEST = 214
"""Characters of a name: npm's own limit."""

EVERYDAY = re.compile(r"(?:@([a-z0-9-][a-z0-9._-]*)/)?([a-z0-9-][a-z0-9._-]*)")
"""Names that a purl holds as they are; all that npm takes today."""
ONCE_ALLOWED = re.compile(r"(?:@([A-Za-z0-9!~*'()_.-]+)/)?([A-Za-z0-9!~*'()_.-]+)")
PYTHON = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
SEPARATORS = re.compile(r"[-_.]+")


def npm_purl(name: object) -> str | None:
    """The purl of a package of npm; None: that is no name of one."""
    if not isinstance(name, str) or len(name) > LONGEST:
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
    if not isinstance(name, str) or len(name) > LONGEST or not PYTHON.fullmatch(name):
        return None
    return f"pkg:pypi/{SEPARATORS.sub('-', name).lower()}"
