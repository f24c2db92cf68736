"""Names of images and charts that files say to make, as what is published.

A name may hold `{owner}` and `{name}`, those of the repository whose CI makes it, and `UNKNOWN` for
what nothing in the file settles: in a tag it doesn't matter, elsewhere there is no name to tell.
"""

import re
from collections.abc import Iterable

from opsroom.model.package import Package, Published
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.reading.charts import chart
from opsroom.observe.reading.contents import Contents, sound
from opsroom.observe.reading.images import image
from opsroom.observe.reading.values import LONGEST

UNKNOWN = "\0"
"""Stands for a value that can't be told; no text has it."""
OWNER, NAME = "{owner}", "{name}"
REPOSITORY = f"{OWNER}/{NAME}"
STANDING = {OWNER: "0owner0", NAME: "0name0"}
"""Parts of names that are put in place of the placeholders while a name is taken apart."""
HERE = re.compile(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::\d+)?")
MOST = 1_000
"""Names that one file is said to make."""
VERSIONED = re.compile(r"(?P<name>[a-z0-9]+(?:[-_.][a-z0-9]+)*?)-(?:v?\d|[*\0])[^/]*")


def image_made(reference: str, line: int = 0, part: str = "") -> Published | None:
    """The image of a reference; None: it has no name that anybody else could use.

    A name without registry and owner is one of this machine: that of an official image otherwise.
    """
    bare = reference.strip().removeprefix("docker://").partition("@")[0]
    above, slash, last = bare.rpartition("/")
    name, _, tag = last.partition(":")
    whole = f"{above}{slash}{name}".lower()
    if not slash or UNKNOWN in whole or len(bare) > LONGEST or HERE.match(whole):
        return None
    try:
        found = image(_standing(whole), line)
    except NotUnderstood:
        return None
    if not isinstance(found, Package):
        return None
    if not found.origin and "/" not in found.purl.removeprefix("pkg:docker/"):
        return None
    version = "" if UNKNOWN in tag or "{" in tag else sound(tag) or ""
    return Published(_spelled(found.purl), version, line=line, part=part)


def chart_made(archive: str, address: str, line: int = 0) -> Published | None:
    """The chart of an archive (`web-1.2.tgz`) that is pushed to an address; None: can't be told."""
    match = VERSIONED.fullmatch(archive.rpartition("/")[2].removesuffix(".tgz"))
    if not match or UNKNOWN in address or not address.startswith("oci://"):
        return None
    try:
        found = chart(_standing(match["name"]), "", _standing(address.lower()), line)
    except NotUnderstood:
        return None
    return Published(_spelled(found.purl), line=line)


def put_once(found: Iterable[Published], contents: Contents) -> None:
    """Take what is made, each name once: with its first place, and as many as are believed."""
    known = {each.purl for each in contents.publishes}
    for each in found:
        if each.purl not in known and len(known) < MOST:
            known.add(each.purl)
            contents.put(each)


def _standing(text: str) -> str:
    for placeholder, part in STANDING.items():
        text = text.replace(placeholder, part)
    return text


def _spelled(purl: str) -> str:
    for placeholder, part in STANDING.items():
        purl = purl.replace(part, placeholder)
    return purl
