"""Versions of Dart packages: semantic ones, whose build counts."""

from opsroom.judge.matching import Scheme
from opsroom.judge.semantic_versions import Key, Parts, key, parts, read


def _key(version: str) -> tuple[Key, Parts]:
    build = read(version)[2]
    return key(version), parts(build) if build else ()


SCHEME = Scheme(
    key=_key,
    types=frozenset({"pub"}),
    source="dart.dev/tools/pub/versioning: a version with a build is above the one without",
    pin=r"(\d+\.\d+\.\d+[^\s<>]*)",
)
