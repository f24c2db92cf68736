"""Versions of Composer packages: normalized as Composer does, then ordered as PHP does."""

import re

from opsroom.judge.matching import Scheme

FLAGS = re.ASCII | re.IGNORECASE
KIND = r"(stable|beta|b|rc|alpha|a|patch|pl|p)((?:[.-]?\d+)*+)?"
MODIFIER = rf"[._-]?(?:{KIND})?([.-]?dev)?(?:\+\S+)?"
NUMBERED = re.compile(rf"v?(\d{{1,5}})(\.\d+)?(\.\d+)?(\.\d+)?{MODIFIER}", FLAGS)
DATE = r"\d{4}(?:[.:-]?\d{2}){1,6}(?:[.:-]?\d{1,3})?"
DATED = re.compile(rf"v?({DATE}){MODIFIER}", FLAGS)
PLACE = r"(\.(?:\d+|[x*]))?"
BRANCH = re.compile(rf"v?(\d+){PLACE}{PLACE}{PLACE}", FLAGS)
STABILITY = re.compile(r"@(?:stable|rc|beta|alpha|dev)$", FLAGS)
PART = re.compile(r"[0-9]+|[A-Za-z]+")

LATEST = "9999999"
"""What an `x` of a numbered branch is: above every release of it."""
WORDS = (("dev", 0), ("a", 1), ("b", 2), ("RC", 3), ("rc", 3), ("pl", 6), ("p", 6))
"""Where words stand; a word that is none of them is before all."""
OTHER, END, NUMBER = -1, 4, 5

Key = tuple[tuple[int, int], ...]


def _normalized(version: str) -> str:
    """Return a version as Composer keeps it: four numbers, what kind of release, `-dev`."""
    version = STABILITY.sub("", version.strip().partition(" as ")[0].rstrip())
    if version in {"master", "trunk", "default"}:
        return f"dev-{version}"
    if version[:4].lower() == "dev-":
        return f"dev-{version[4:]}"
    numbered = NUMBERED.fullmatch(version)
    if numbered is not None:
        numbers = numbered[1] + "".join(part or ".0" for part in numbered.group(2, 3, 4))
        return _modified(numbers, *numbered.group(5, 6, 7))
    dated = DATED.fullmatch(version)
    if dated is not None:
        return _modified(re.sub(r"\D", ".", dated[1]), *dated.group(2, 3, 4))
    branch = re.sub(r"[.-]?dev$", "", version, flags=re.ASCII | re.IGNORECASE)
    found = BRANCH.fullmatch(branch) if branch != version else None
    if found is None:
        raise ValueError(f"{version} is no version of Composer")
    return "".join(re.sub(r"[xX*]", LATEST, part or ".x") for part in found.groups()) + "-dev"


def _modified(numbers: str, kind: str | None, count: str | None, dev: str | None) -> str:
    kind = (kind or "").lower()
    if kind == "stable":
        return numbers
    long = {"a": "alpha", "b": "beta", "p": "patch", "pl": "patch", "rc": "RC"}.get(kind, kind)
    return numbers + (f"-{long}{(count or '').lstrip('.-')}" if kind else "") + "-dev" * bool(dev)


def _key(version: str) -> Key:
    return _ordered(_normalized(version))


def _ordered(normalized: str) -> Key:
    """Order the way of PHP's version_compare: numbers and words in turn, an end between them."""
    parts = (_part(each) for each in PART.findall(normalized))
    return (*parts, (END, 0))


def _part(text: str) -> tuple[int, int]:
    if text.isdecimal():
        return NUMBER, int(text)
    return next((rank for word, rank in WORDS if text.startswith(word)), OTHER), 0


def _span(version: str) -> tuple[Key, Key] | None:
    """A branch may be anything; one with a number (`2.1.x-dev`) anything from there on up to it."""
    normalized = _normalized(version)
    if normalized.startswith("dev-"):
        return ((OTHER - 1, 0),), ((NUMBER, 10 ** len(LATEST)),)
    if f".{LATEST}" in normalized:
        first = normalized.replace(LATEST, "0").removesuffix("-dev")
        return _ordered(f"{first}-dev"), _ordered(normalized)
    return None


SCHEME = Scheme(
    key=_key,
    types=frozenset({"composer"}),
    source="getcomposer.org/doc/articles/versions.md and php.net/version_compare",
    pin=r"={0,2}\s*(v?\d[^\s,|*@]*)",
    span=_span,
)
