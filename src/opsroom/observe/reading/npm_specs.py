"""What a package of npm is asked for by: a range, an alias, a tag, a folder, Git, an address."""

import re
from typing import NamedTuple

from opsroom.observe.reading import origins

EXACT = re.compile(r"[v=]?\s*(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)")
FOLDER = re.compile(r"(?:\.{1,2}(?:/|$)|~?/|[A-Za-z]:[\\/])")
PATHS = ("file:", "link:", "portal:")
GIT = ("git+", "git:", "git@", "ssh:", "github:", "gitlab:", "bitbucket:", "gist:")
SHORT_FOR_GITHUB = re.compile(r"[\w.-]+/[\w.-]+(?:#.*)?")
ADDRESS = re.compile(r"https?://", re.IGNORECASE)


class Spec(NamedTuple):
    """A request, taken apart. `name` is the real one where the request is an alias."""

    name: str
    version: str = ""
    constraint: str = ""
    origin: str = ""


def spec_of(name: str, written: str) -> Spec:
    """Take apart what stands beside a name in a `package.json` or in a lockfile."""
    written = written.strip()
    if written.startswith("npm:"):
        real, asked = name_and_version(written.removeprefix("npm:"))
        # `npm:^1.0.0` is a range and no alias
        return spec_of(real, asked) if real and not _is_range(real) else spec_of(name, written[4:])
    if written.startswith("workspace:"):
        folder = written.removeprefix("workspace:")
        return Spec(name, "", written, origins.workspace(folder if "/" in folder else ""))
    if written.startswith("patch:"):
        return Spec(name, "", written)
    for scheme in PATHS:
        if written.startswith(scheme):
            return Spec(name, "", written, origins.path(written.removeprefix(scheme)))
    if FOLDER.match(written):
        return Spec(name, "", written, origins.path(written))
    if _is_git(written):
        origin = origins.git(written)
        return Spec(name, origin.partition("#")[2], origin, origin)
    if ADDRESS.match(written):
        origin = origins.download(written)
        return Spec(name, "", origin, origin)
    exact = EXACT.fullmatch(written)
    return Spec(name, exact[1] if exact else "", written)


def name_and_version(written: str) -> tuple[str, str]:
    """Take `name@version` or `@scope/name@version` apart; either may be empty."""
    at = written.find("@", 1)
    return (written, "") if at < 0 else (written[:at], written[at + 1 :])


def _is_range(written: str) -> bool:
    return not written or written[0] in "^~<>=*" or written[0].isdigit()


def _is_git(written: str) -> bool:
    if written.startswith(GIT) or SHORT_FOR_GITHUB.fullmatch(written):
        return True
    return bool(ADDRESS.match(written)) and written.partition("#")[0].endswith(".git")
