"""The key under which a package is looked up, however its purl is spelled.

Databases and lockfiles spell one package differently: `ruamel.yaml` and `ruamel-yaml`, `%40scope`
and `@scope`, with and without version. A key is for looking up and never for showing.
"""

import re
from functools import lru_cache
from urllib.parse import unquote

FOLDED = frozenset({"composer", "github", "githubactions", "golang", "hex", "nuget", "pypi"})
"""Types of purl whose names don't tell capital letters apart, by the package-url specification
or (NuGet) by their registry."""


def short(purl: str) -> str:
    """A purl without version as filters and people write it: `npm/lodash`, `npm/@scope/name`."""
    return purl.removeprefix("pkg:").replace("%40", "@")


@lru_cache(maxsize=100_000)
def package_key(purl: str) -> str:
    """The key of a purl: without version, qualifiers and subpath, named as its registry reads it.

    An action is the same package by its type `github` and by `githubactions`. What is no purl is
    its own key.
    """
    bare = re.split(r"[?#]", purl, maxsplit=1)[0]
    kind, slash, path = bare.removeprefix("pkg:").partition("/")
    if not slash:
        return purl
    if (at := path.rfind("@")) > max(0, path.rfind("/") + 1):
        path = path[:at]
    path = unquote(path) if "%" in path else path
    kind = kind.lower()
    if kind in FOLDED:
        path = path.lower()
    if kind == "pypi":
        path = re.sub(r"[-_.]+", "-", path)
    return f"pkg:{'githubactions' if kind == 'github' else kind}/{path.strip('/')}"


def parts_of(purl: str) -> tuple[str, str, dict[str, str]]:
    """Return the type of a purl, its path and its qualifiers, what is quoted in them as itself."""
    bare, _, rest = purl.partition("#")[0].removeprefix("pkg:").partition("?")
    kind, _, path = bare.partition("/")
    pairs = (each.partition("=") for each in rest.split("&") if each)
    return kind.lower(), unquote(path), {name: unquote(value) for name, _, value in pairs}
