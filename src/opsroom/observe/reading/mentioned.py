"""What a file mentions, as its manifest: each name once, where it stands first."""

from collections.abc import Iterable
from itertools import islice

from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention

MOST = 5_000
"""Mentions of one file that are looked at; more of them are data."""


def manifest_of(mentions: Iterable[Mention]) -> Manifest:
    """The manifest of a file that mentions these, in the order of its lines."""
    found: dict[tuple[str, str, str, bool], Mention] = {}
    for each in sorted(islice(mentions, MOST), key=lambda mention: mention.line):
        found.setdefault((each.kind, each.name, each.version, each.serves), each)
    return Manifest(mentions=tuple(found.values()))
