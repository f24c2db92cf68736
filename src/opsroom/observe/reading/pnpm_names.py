"""How `pnpm-lock.yaml` names packages, from lockfile version 5 to 9.

5    /name/1.0.0_peer@2.0.0   /@scope/name/1.0.0   registry.example.org/name/1.0.0
6    /name@1.0.0(peer@2.0.0)                       registry.example.org/name@1.0.0
9    name@1.0.0(peer@2.0.0)                        name@git+https://...#commit, name@file:...
"""

import re
from typing import NamedTuple

from opsroom.observe.reading.npm_specs import name_and_version

SLASHED = re.compile(r"([^/]*)/((?:@[^/]+/)?[^/@]+)/([^/]+)")
AT = re.compile(r"([^/@]*)/((?:@[^/@]+/)?[^/@]+)@([^/]+)")


class Named(NamedTuple):
    """A key taken apart. `registry` is the host, where the key has one."""

    name: str
    version: str
    registry: str = ""


def without_peers(key: str) -> str:
    """A key of version 6 and later without what its peers are."""
    return key.partition("(")[0]


def taken_apart(key: str, version: int) -> Named | None:
    """Name and version of a key; None: it names something that isn't of a registry."""
    if version >= 9:
        name, found = name_and_version(without_peers(key))
        return Named(name, found) if name and found else None
    pattern = AT if version == 6 else SLASHED
    match = pattern.fullmatch(without_peers(key))
    if not match:
        return None
    found = match[3] if version == 6 else match[3].partition("_")[0]
    return Named(match[2], found, match[1])


def key_of(name: str, reference: str, version: int) -> str:
    """The key of what a dependency `name: reference` means."""
    if version >= 9:
        alias = name_and_version(without_peers(reference))
        is_alias = bool(alias[0] and alias[1]) and not alias[0][0].isdigit()
        own = is_alias and ":" not in alias[0]
        return reference if own else f"{name}@{reference}"
    if "/" in reference.partition("(")[0]:
        return reference
    return f"/{name}@{reference}" if version == 6 else f"/{name}/{reference}"
