"""Versions of NuGet packages: semantic ones of up to four numbers, in which case doesn't count."""

from opsroom.judge.matching import Scheme
from opsroom.judge.semantic_versions import RELEASE, Key, parts, read


def _key(version: str) -> Key:
    numbers, before, _ = read(version.lower(), numbers=4)
    return (*numbers, (0, *parts(before)) if before else RELEASE)


SCHEME = Scheme(
    key=_key,
    types=frozenset({"nuget"}),
    source="learn.microsoft.com/nuget/concepts/package-versioning",
    pin=r"\[\s*([^\s,\]]+)\s*\]",
)
