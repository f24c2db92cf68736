"""Requirements of Python packages: PEP 508, and what pip takes besides.

name[extra]>=1,<2 ; marker      name @ git+https://...@tag      ./folder      https://.../x.whl
"""

import re
from posixpath import basename, dirname, normpath
from typing import NamedTuple

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)

from opsroom.observe.reading import origins
from opsroom.observe.reading.contents import sound
from opsroom.observe.reading.purls import pypi_purl

LONGEST = 4_000
EXACT = re.compile(r"===?\s*([^\s,;*]+)")
GIT = re.compile(r"(?:git\+[a-z]+|git)(?:://|:)|git\+[^:]+@", re.IGNORECASE)
OTHER_VCS = re.compile(r"(?:hg|svn|bzr)\+", re.IGNORECASE)
EGG = re.compile(r"[#&]egg=([^&\[#]+)")
REFERENCE = re.compile(r"(?<=[^/:@])@([^@/]+(?:/[^@/]+)*)$")
LIST = re.compile(r"requirements[^/]*\.(?:txt|in)|[^/]*requirements\.(?:txt|in)")
CONSTRAINT = re.compile(r"[A-Za-z0-9._-]+\s*(?:\[[^\]]*\])?\s*\(?([^;()]*)")
MARKER = re.compile(r"\s;|\s#\s")


class Asked(NamedTuple):
    """A requirement, taken apart. `purl` is None where only what is there tells the name."""

    purl: str | None
    version: str = ""
    constraint: str = ""
    origin: str = ""


def requirement(written: str) -> Asked | None:
    """Take a requirement apart; None: it isn't one."""
    written = written.strip()
    if not written or len(written) > LONGEST:
        return None
    try:
        found = Requirement(written)
    except (InvalidRequirement, RecursionError):
        return _place(MARKER.split(written)[0].strip())
    purl = pypi_purl(found.name)
    if found.url:
        return Asked(purl, *where(found.url)) if purl else None
    constraint = sound(_constraint(written))
    if not purl or constraint is None:
        return None
    return Asked(purl, exact(constraint), constraint)


def _constraint(written: str) -> str:
    """The constraint of what is known to be PEP 508, as it is written."""
    match = CONSTRAINT.match(written)
    return match[1].strip() if match else ""


def exact(constraint: str) -> str:
    """The only version that a constraint allows; empty: there are more."""
    match = EXACT.fullmatch(constraint.strip())
    return match[1] if match else ""


def where(address: str) -> tuple[str, str, str]:
    """Version, constraint and origin of what an address names."""
    if GIT.match(address):
        bare = address.partition("#")[0]
        reference = REFERENCE.search(bare)
        tag = reference[1] if reference else ""
        origin = origins.git(bare[: reference.start()] if reference else bare, tag)
        return origin.partition("#")[2], origin, origin
    if OTHER_VCS.match(address):
        kind, _, rest = address.partition("+")
        origin = f"{kind.lower()}+{origins.cleaned(rest)}"
        return "", origin, origin
    if address.startswith("file:") or "://" not in address:
        origin = origins.path(address.removeprefix("file://").removeprefix("file:"))
        return _of_file(address)[1], origin, origin
    origin = origins.download(address)
    return _of_file(address)[1], origins.cleaned(address), origin


def is_read(path: str) -> bool:
    """Whether a file is one of these by its name, and so read by itself."""
    path = normpath(path)
    in_folder = basename(dirname(path)) == "requirements" and path.endswith((".txt", ".in"))
    return in_folder or bool(LIST.fullmatch(basename(path)))


def _place(written: str) -> Asked | None:
    """What pip takes that is no PEP 508: an address, a folder or a file."""
    named = EGG.search(written)
    is_address = "://" in written or bool(GIT.match(written))
    is_path = written.startswith((".", "/", "~")) or bool(re.match(r"[A-Za-z]:[\\/]", written))
    if not (is_address or is_path or written.endswith((".whl", ".tar.gz", ".zip"))):
        return None
    name = named[1] if named else _of_file(written)[0]
    return Asked(pypi_purl(name), *where(re.sub(r"\[[\w,\s-]*\]$", "", written)))


def _of_file(address: str) -> tuple[str, str]:
    """Name and version that the name of a wheel or of an sdist tells."""
    file = address.partition("#")[0].partition("?")[0].rpartition("/")[2]
    try:
        if file.endswith(".whl"):
            name, version = parse_wheel_filename(file)[:2]
            return name, str(version)
        if file.endswith((".tar.gz", ".zip")):
            return parse_sdist_filename(file)[0], str(parse_sdist_filename(file)[1])
    except (InvalidWheelFilename, InvalidSdistFilename):
        return "", ""
    return "", ""
