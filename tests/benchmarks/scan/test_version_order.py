"""How versions are ordered: ours and univers, beside the ecosystems' own tools and vectors."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.benchmarks.bench import Bench
from tests.benchmarks.measure import Figure, Table
from tests.benchmarks.scan.judges import Judge, judges
from tests.benchmarks.scan.vectors import FILES, made, published
from univers import versions as theirs

from opsroom.judge.matching import key

UNIVERS: dict[str, Any] = {
    "npm": theirs.SemverVersion,
    "gem": theirs.RubygemsVersion,
    "golang": theirs.GolangVersion,
    "cargo": theirs.SemverVersion,
    "hex": theirs.SemverVersion,
    "maven": theirs.MavenVersion,
    "composer": theirs.ComposerVersion,
    "nuget": theirs.NugetVersion,
    "pub": theirs.SemverVersion,
    "pypi": theirs.PypiVersion,
}
SIGNS = {-1: "<", 0: "=", 1: ">", None: ""}
GRAMMAR = {"pypi": "packaging, by which we order, too"}
SHOWN = 200

Order = Callable[[str, str], str]
"""Gives `<`, `=` or `>`; empty: no answer."""


@dataclass(slots=True)
class Score:
    """How one side did on some pairs. `silent`: it gave no answer where there is one."""

    right: int = 0
    wrong: int = 0
    silent: int = 0

    def count(self, told: str, truth: str) -> None:
        self.right += told == truth
        self.wrong += told not in ("", truth)
        self.silent += not told

    def __str__(self) -> str:
        return f"{self.right:,} / {self.wrong:,} / {self.silent:,}"


def ours(kind: str) -> Order:
    def order(left: str, right: str) -> str:
        first, second = key(kind, left), key(kind, right)
        if first is None or second is None:
            return ""
        return "<" if first < second else ">" if second < first else "="

    return order


def univers(kind: str) -> Order:
    version = UNIVERS[kind]

    def order(left: str, right: str) -> str:
        try:
            first, second = version(left), version(right)
            return "<" if first < second else ">" if second < first else "="
        except Exception:  # noqa: BLE001 - whatever it raises, it gave no answer
            return ""

    return order


def truths(kind: str, judge: Judge | None) -> tuple[list[tuple[str, str, str]], int, int]:
    """The published pairs with the answer that counts; how many the tool answers otherwise, and
    how many it gives no answer to: those are left out.
    """
    pairs = list(published(kind))
    if judge is None:
        return pairs, 0, 0
    told = [SIGNS[each] for each in judge.answers([(left, right) for left, _, right in pairs])]
    otherwise = sum(sign not in ("", said) for (_, said, _), sign in zip(pairs, told, strict=True))
    kept = [(left, sign, right) for (left, _, right), sign in zip(pairs, told, strict=True) if sign]
    return kept, otherwise, len(pairs) - len(kept)


def scored(pairs: Iterable[tuple[str, str, str]], order: Order) -> tuple[Score, list[str]]:
    score, wrong = Score(), list[str]()
    for left, truth, right in pairs:
        told = order(left, right)
        score.count(told, truth)
        if told != truth:
            wrong.append(f"{left} {truth} {right}, told {told or 'nothing'}")
    return score, wrong


def row(
    kind: str, what: str, judge: Judge | None, pairs: list[tuple[str, str, str]], note: str
) -> tuple[tuple[str, ...], int, list[str]]:
    """The cells of one row, how many pairs of it count as failed, and those in words.

    Where no tool is here, what we refuse is no version by the published grammar (`1.1.3.4.5` in
    Pub, what packaging doesn't read in Python): it has no order there, and is counted beside.
    """
    mine, wrong = scored(pairs, ours(kind))
    other, _ = scored(pairs, univers(kind))
    cells = (
        *(kind, what, judge.name if judge else GRAMMAR.get(kind, "the vectors themselves")),
        *(f"{len(pairs):,}", str(mine), str(other), note),
    )
    failed = mine.wrong + (mine.silent if judge else 0)
    return cells, failed, [f"{kind}: {each}" for each in wrong]


def test_version_order(bench: Bench) -> None:
    scratch = bench.scratch / "judges"
    scratch.mkdir()
    here = judges(scratch)
    rows, failed, wrong = list[tuple[str, ...]](), 0, list[str]()
    for kind in FILES:
        judge = here.get(kind)
        pairs, otherwise, silent = truths(kind, judge)
        if pairs:
            note = f"{otherwise:,} pairs the tool orders otherwise, {silent:,} it doesn't order"
            cells, missed, examples = row(kind, "published", judge, pairs, note if judge else "")
            rows.append(cells)
            failed, wrong = failed + missed, wrong + examples
    for kind, judge in here.items():
        asked = made(kind, bench.size(100_000, 5_000), seed=1)
        told = zip(asked, judge.answers(asked), strict=True)
        answered = [(left, SIGNS[each], right) for (left, right), each in told if each is not None]
        cells, missed, examples = row(kind, "made here", judge, answered, "")
        rows.append(cells)
        failed, wrong = failed + missed, wrong + examples
    if not rows:
        pytest.skip("no vectors (VECTORS=DIR) and no tool of an ecosystem on this machine")
    print("\n".join(wrong[:SHOWN]))
    bench.report(
        Table(
            title="The order of versions, beside the ecosystems' own tools",
            source=Path(__file__).stem,
            figures=[
                Figure("pairs that a tool answers and we answer otherwise", failed, "", limit=0)
            ],
            columns=("type", "pairs", "judge", "number", "ours", "univers", "the vectors"),
            sides=rows,
            note="Right / wrong / no answer. Where a judge is here its answer counts, and pairs to "
            "which it gives none are left out; else what the vectors say. Made pairs are drawn "
            "with a seed from the pieces that versions there are made of.",
        )
    )
