"""Versions of Python packages."""

from packaging.version import Version

from opsroom.judge.matching import Scheme


def _public(version: str) -> tuple[Version, Version] | None:
    """A local build (`2.0+cu118`) is what it was built from, as `==2.0` and `<=2.0` see it."""
    public = Version(version.partition("+")[0]) if "+" in version else None
    return None if public is None else (public, public)


SCHEME = Scheme(
    key=Version,
    types=frozenset({"pypi"}),
    source="packaging.python.org, version specifiers, as the library packaging reads them",
    pin=r"={2,3}\s*([^\s,;*]+)",
    span=_public,
)
