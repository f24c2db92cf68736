"""Pairs of versions: those that others publish, and those that are made here by the thousand.

`VECTORS` names a folder with checkouts of osv-scalibr (`semantic/testdata`) and osv.dev
(`osv/ecosystems/testdata`), both Apache-2.0. Their lines are read and never kept.
"""

import os
import random
import re
from collections.abc import Iterator
from pathlib import Path

FILES = {
    "npm": ("semver-versions",),
    "gem": ("rubygems-versions", "rubygems-versions-generated"),
    "maven": ("maven-versions", "maven-versions-generated"),
    "composer": ("packagist-versions", "packagist-versions-generated", "packagist_test_cases"),
    "nuget": ("nuget-versions",),
    "pub": ("pub-versions",),
    "pypi": ("pypi-versions", "pypi-versions-generated"),
}
LINE = re.compile(r"(\S+) ([<=>]) (\S+)")

PIECES = {
    "gem": "1 0 2 10 a b rc . . . pre - beta",
    "maven": "1 0 2 10 01 a b m x alpha beta rc cr ga final sp snapshot release foo - - . . .",
    "composer": "1 0 2 10 2024 01 a b p pl beta RC alpha patch stable dev - . . x v @dev +b _",
}
SEMANTIC = "0 1 2 10 a b rc a1 1a A - . . . + 00"
"""What follows the three numbers of a semantic version."""
MOST_PIECES = 8
CHANGED = 0.6
"""The share of pairs whose second version is the first with one piece more."""


def published(kind: str) -> Iterator[tuple[str, str, str]]:
    """The published pairs of a type of purl: one version, `<`, `=` or `>`, and the other."""
    folder = os.environ.get("VECTORS")
    for name in FILES.get(kind, ()) if folder else ():
        for file in sorted(Path(str(folder)).rglob(f"{name}.txt")):
            for line in file.read_text(encoding="utf-8").splitlines():
                found = LINE.fullmatch(line.strip())
                if found and not line.startswith(("#", "//")):
                    yield found[1], found[2], found[3]


def made(kind: str, count: int, seed: int) -> list[tuple[str, str]]:
    """So many pairs of what may be a version there, always the same for the same seed."""
    draw = random.Random(seed)
    pieces = PIECES.get(kind, SEMANTIC).split()

    def version() -> str:
        start = "1" if kind in PIECES else f"1.0.{draw.randint(0, 1)}{draw.choice('--+')}"
        start = f"v{start}" if kind == "golang" else start
        return start + "".join(draw.choice(pieces) for _ in range(draw.randint(0, MOST_PIECES)))

    def pair() -> tuple[str, str]:
        first = version()
        if draw.random() >= CHANGED:
            return first, version()
        at = draw.randint(0, len(first))
        return first, first[:at] + draw.choice(pieces) + first[at:]

    return [pair() for _ in range(count)]
