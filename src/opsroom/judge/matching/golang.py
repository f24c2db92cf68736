"""Versions of Go modules, and of Go itself."""

import re

from opsroom.judge.matching import Scheme
from opsroom.judge.semantic_versions import Key, key

TOOLCHAIN = re.compile(r"go(\d+(?:\.\d+){0,2})(?:(beta|rc)(\d+))?(?:[-+].*)?")
"""`go1.21rc2`, as toolchains are called."""


def _key(version: str) -> Key:
    """Pseudo-versions are pre-releases and `+incompatible` is a build: their order follows."""
    toolchain = TOOLCHAIN.fullmatch(version)
    if toolchain is None:
        return key(version)
    before = f"-{toolchain[2]}.{toolchain[3]}" if toolchain[2] else ""
    return key(f"{toolchain[1]}{before}")


SCHEME = Scheme(
    key=_key,
    types=frozenset({"golang"}),
    source="go.dev/ref/mod, versions and pseudo-versions; go.dev/doc/toolchain",
)
