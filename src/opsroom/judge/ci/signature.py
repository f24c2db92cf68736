"""The signature of a failure: what is left of its error line when all that is incidental is out.

The same failure in another run, at another time, in another repository has the same signature, so
that "who else has this" is one lookup. Times, numbers, versions, hashes, ids, durations and paths
are out; names of packages, of types and codes of errors stay. Where no line says why, there is no
signature: two silences are not the same failure.
"""

import hashlib
import re

from opsroom.judge.ci.errors import consequence, first_error
from opsroom.model.ci import CiFailure
from opsroom.model.text import plain

ERROR = 400
"""Characters of an error line that are kept."""
NAME = 200
"""Characters of the name of a job or a step."""
DIGITS = 16
"""Hexadecimal digits of a signature."""

REGISTRY = re.compile(
    r"(?:registry|registry-\d|proxy|mirror|index|packages|repo|static|files|pypi|crates|rubygems|ghcr)\."
)
"""How the names of hosts begin where the path of a URL is the name of a package."""

URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://(?:[^\s/@]{1,200}@)?([^\s'\"`<>()\[\],]+)")
TIME = re.compile(
    r"\b\d{4}[-/]\d\d[-/]\d\d(?:[t ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?)?(?:z|[+-]\d\d:?\d\d)?\b"
    r"|\b\d\d?:\d\d(?::\d\d)?(?:[.,]\d+)?\b"
)
UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
HASH = re.compile(r"\b(?:sha\d+[:-])?(?:0x[0-9a-f]+|(?=[a-f]{0,63}\d)[0-9a-f]{7,128})\b")
LONG_ID = re.compile(r"\b(?=[a-z_]{0,99}\d)(?=\d{0,99}[a-z_])\w{20,}\b")
SCOPED = re.compile(r"@[\w.-]+/[\w.-]+")
WORD = re.compile(r"[^\s'\"`<>()\[\]{},;=|]+")
FILE = re.compile(
    r"\.?[\w.@+-]+\.(?:py|go|rs|[cm]?[jt]sx?|tf|ya?ml|java|kt|cs?|cpp|h|rb|php|sh|json|toml|md|txt"
    r"|lock|xml|html?|css|vue|sql|proto|tpl|mod|sum|cfg|ini|whl|gz|zip|so|log)(?=$|[:?!.])",
)
DOMAIN = re.compile(r"(?!\.)(?:[a-z0-9-]+\.)+[a-z]{2,}$")
PLACE = re.compile(r"(?<=<path>)(?::\d+)+")
NUMBER = re.compile(
    r"(?<![a-z_0-9])v?\d+(?:[.:]\d+)*(?:[a-z]{1,2}\d+)*(?:[a-z%]{1,3}\b)?"
    r"|(?<=-)[a-z]{0,20}\d[a-z\d]*(?:\.\d+)*"
)
NO_PATHS = frozenset({"i/o", "n/a", "and/or", "tcp/ip", "read/write", "client/server", "yes/no"})
BESIDE = re.compile(r"\(0\)")
SPACE = re.compile(r"\s+")


def explain(job: str, step: str, log: str) -> CiFailure:
    """Return why a step failed, as its log tells: the first error line and its signature.

    Takes time in proportion to the log, of which the last 64 KB are read, whoever wrote it.
    """
    said = first_error(log)
    return CiFailure(
        job=plain(job, NAME),
        step=plain(step, NAME),
        error=plain(str(said) if said else consequence(log), ERROR),
        signature=signature(str(said)) if said else "",
    )


def signature(error: str) -> str:
    """Return 16 hexadecimal digits for an error line; empty when nothing is left of it."""
    left = normal(error)
    if not re.search(r"[a-z]{2}", left.replace("<path>", "")):
        return ""
    return hashlib.sha256(left.encode("utf-8", "replace")).hexdigest()[:DIGITS]


def normal(error: str) -> str:
    """Return an error line without what is incidental, in lower case."""
    text = plain(error, ERROR).lower()
    text = URL.sub(_address, text)
    text = TIME.sub("0", UUID.sub("0", text))
    text = WORD.sub(_word, text)
    text = PLACE.sub("", text)
    text = LONG_ID.sub("0", HASH.sub("0", text))
    text = BESIDE.sub("", NUMBER.sub("0", text))
    return SPACE.sub(" ", text).strip(" .:;,!")


def _address(url: re.Match[str]) -> str:
    """Keep the host of a URL, and its path only where that names a package."""
    address = url[1].rstrip(".:;!?")
    return address if REGISTRY.match(address) else address.partition("/")[0]


def _word(word: re.Match[str]) -> str:
    """Replace a word that is a path; `@scope/name` and `host.tld/name` name packages."""
    text = word[0]
    if text in NO_PATHS or SCOPED.fullmatch(text) or REGISTRY.match(text):
        return text
    head, slash, _ = text.partition("/")
    if slash and not DOMAIN.fullmatch(head):
        tail = re.search(r"(?:::[\w:]+|:)$", text)
        return "<path>" + (tail[0] if tail else "")
    if "\\" in text:
        return "<path>"
    return text if slash else FILE.sub("<path>", text)
