"""Real advisories to measure on: PyPI's and Go's, in osv-scanner's layout, where they are here.

`ADVISORIES` names the folder; without it the one beside the checkout counts. Nothing of it is kept.
"""

import os
from functools import cache
from pathlib import Path

from tests.benchmarks.bench import ROOT

from opsroom.clients.advisories.offline import archives, contents
from opsroom.model.advisory import Advisory


def folder() -> Path | None:
    """Where the advisories are; None: there are none on this machine."""
    given = os.environ.get("ADVISORIES")
    place = Path(given) if given else ROOT.parent / "shared" / "data" / "osv"
    return place if place.is_dir() else None


@cache
def advisories(place: Path) -> tuple[Advisory, ...]:
    """All of them, each record by itself."""
    found: list[Advisory] = []
    for archive in archives(place):
        with contents(archive, {}) as told:
            found += [each.advisory for each in told.records if each.advisory is not None]
    return tuple(found)
