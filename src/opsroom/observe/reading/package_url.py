"""Package URLs of the ecosystems whose names need no more than the library's own rules."""

from packageurl import PackageURL

from opsroom.model.text import plain
from opsroom.observe.manifests import NotUnderstood

LONGEST = 500
"""Characters of a name with its namespace; registries allow far fewer."""


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
