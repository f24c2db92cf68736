"""Packages matched with every real advisory: ours, and a plain loop with univers."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Figure, Series, Table, interleaved, seconds, shown
from tests.benchmarks.scan import data
from univers.versions import GolangVersion, PypiVersion

from opsroom.judge import matching
from opsroom.judge.exposure.advisories import Advisories
from opsroom.model.advisory import Advisory, Affected, Interval

FIRST, KEPT, LOOP = "opsroom, nothing known", "opsroom, as it runs", "a plain loop with univers"
REQUEST = 0.05
"""Seconds that one request to a database takes, round trip: what is stated, not measured."""
UNIVERS: dict[str, Any] = {"pypi": PypiVersion, "golang": GolangVersion}
USED_BY = 20
"""Repositories of a fleet that use the same version of a package, on average."""

Use = tuple[str, str]
Told = set[tuple[str, str, str]]
"""Package, version, advisory."""


def in_use(advisories: Sequence[Advisory], count: int) -> list[Use]:
    """So many packages, each in a version that its advisories speak of, or one near it; as many
    again have no advisory. Always the same."""
    draw = random.Random(1)
    versions: dict[str, set[str]] = {}
    for affected in (each for advisory in advisories for each in advisory.affected):
        spoken_of = versions.setdefault(affected.purl, set())
        spoken_of.update(affected.versions)
        ends = ((each.introduced, each.fixed) for each in affected.intervals)
        spoken_of.update(end for pair in ends for end in pair if end)
    known = sorted(versions)
    uses: list[Use] = []
    while len(uses) < count:
        purl = draw.choice(known)
        uses.append((purl, draw.choice(sorted(versions[purl]))))
        uses.append((f"{purl}-without-any", "1.0.0"))
    return uses[:count]


def fleet(distinct: Sequence[Use]) -> Iterator[Use]:
    """What all repositories use: most packages are the same in many of them."""
    draw = random.Random(2)
    return (draw.choice(distinct) for _ in range(len(distinct) * USED_BY))


def ours(advisories: Advisories, uses: Sequence[Use]) -> Told:
    return {
        (purl, version, match.advisory.id)
        for purl, version in uses
        for match in advisories.of(purl, version).matches
    }


def loop(by_package: dict[str, list[tuple[str, Affected]]], uses: Sequence[Use]) -> Told:
    """What one writes first: for each package its advisories, for each of them its intervals."""
    return {
        (purl, version, name)
        for purl, version in uses
        for name, affected in by_package.get(purl, ())
        if _holds(version, affected)
    }


def _holds(version: str, affected: Affected) -> bool:
    scheme = UNIVERS[affected.purl.removeprefix("pkg:").partition("/")[0]]
    if version in affected.versions:
        return True
    try:
        used = scheme(version)
        return any(_inside(used, each, scheme) for each in affected.intervals)
    except Exception:  # noqa: BLE001 - what is no version is not affected, says a plain loop
        return False


def _inside(used: Any, interval: Interval, scheme: Callable[[str], Any]) -> bool:
    return (
        (interval.introduced == "0" or scheme(interval.introduced) <= used)
        and (not interval.fixed or used < scheme(interval.fixed))
        and (not interval.last_affected or used <= scheme(interval.last_affected))
    )


def timed(do: Callable[[], object]) -> Callable[[], float]:
    def side() -> float:
        begun = time.perf_counter()
        do()
        return time.perf_counter() - begun

    return side


def test_matching(bench: Bench) -> None:
    place = data.folder()
    if place is None:
        pytest.skip("no real advisories on this machine: ADVISORIES names their folder")
    known = data.advisories(place)
    uses = in_use(known, bench.size(100_000, 20_000))
    whole = list(fleet(uses))
    by_package: dict[str, list[tuple[str, Affected]]] = {}
    for advisory in known:
        for affected in advisory.affected:
            by_package.setdefault(affected.purl, []).append((advisory.id, affected))
    kept = Advisories(known)

    def nothing_known() -> None:
        matching.key.cache_clear()
        matching.span.cache_clear()
        ours(Advisories(known), uses)

    taken = interleaved(
        {
            FIRST: timed(nothing_known),
            KEPT: timed(lambda: ours(kept, whole)),
            LOOP: timed(lambda: loop(by_package, uses)),
        },
        bench.size(5, 3),
    )
    mine, plain = ours(kept, uses), loop(by_package, uses)
    per_second = {
        FIRST: _rate(len(uses), taken[FIRST]),
        KEPT: _rate(len(whole), taken[KEPT]),
        LOOP: _rate(len(uses), taken[LOOP]),
    }
    missed, more = plain - mine, mine - plain
    spelled = sum(name not in {each for each, _ in by_package[purl]} for purl, _, name in more)
    bench.report(
        Table(
            title=f"Packages matched with {len(known):,} real advisories of PyPI and Go",
            source=Path(__file__).stem,
            figures=[
                Figure("packages a second, nothing known before", per_second[FIRST], ""),
                Figure("packages a second, as it runs", per_second[KEPT], ""),
                Figure(
                    "times the packages that a plain loop with univers does, nothing known",
                    per_second[FIRST] / per_second[LOOP],
                    "x",
                    limit=1.0,
                    at_least=True,
                ),
                Figure(
                    "times the packages that a plain loop with univers does, as it runs",
                    per_second[KEPT] / per_second[LOOP],
                    "x",
                    limit=10.0,
                    at_least=True,
                ),
                Figure(
                    f"times the packages that a request of {REQUEST * 1000:.0f} ms each does",
                    per_second[FIRST] * REQUEST,
                    "x",
                    limit=100.0,
                    at_least=True,
                ),
                Figure("matches of the plain loop that we don't tell", len(missed), "", limit=0),
            ],
            columns=("side", "median", "spread", "packages", "a second", "matches"),
            sides=[
                (
                    name,
                    *seconds(taken[name]),
                    f"{len(whole if name == KEPT else uses):,}",
                    shown(per_second[name], ""),
                    f"{len(plain if name == LOOP else mine):,}",
                )
                for name in (FIRST, KEPT, LOOP)
            ],
            note=f"{len(uses):,} versions of packages, half of which have advisories; as it runs, "
            f"{USED_BY} repositories use each on average. A request a package would take "
            f"{shown(len(uses) * REQUEST, 's')} (stated, not measured). {len(more):,} matches are "
            f"told by us alone, {spelled:,} of them because the advisory spells the package "
            "otherwise.",
        )
    )


def _rate(count: int, series: Series) -> float:
    return count / series.median
