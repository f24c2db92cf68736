"""What speaks for and against a change as the cause of symptoms, weighed in whole tenths of a bel.

Ten are odds of ten to one. Weights are set by hand, as estimates of how often each is seen with
the cause and without; they are whole numbers, so that the order of addition changes nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from opsroom.judge.graph.symptoms import Change, ChangeKind, Surroundings, Symptom
from opsroom.judge.graph.upstream import FIRST, Way, below
from opsroom.model.link import Edge, Sure

SKEW = timedelta(minutes=5)
"""How much clocks may differ."""
WINDOW = timedelta(days=14)
"""How long before a symptom a change may be and still be its cause."""
NEAR, FAR = timedelta(hours=1), timedelta(days=1)

COSTS: dict[ChangeKind, int] = {
    "failing": 12, "release": 15, "commit": 17, "finding": 20, "unseen": 26,
}  # fmt: skip
"""What a cause has to make up for: most changes break nobody else."""
SPECIFIC = 1
"""What it costs to blame one part or one version alone."""
WELL, WELL_FURTHER, UNKNOWN, MOST_UNKNOWN = 12, 5, 1, 5
"""What each exposed repository costs that ran since and is well (further up, less: not every change
goes on), and each of which nothing is known."""
FAILS_TOO = 6
"""What it gives that the target itself fails since."""

RED, FLAKY = 15, 3
"""What an exposed repository gives that hurts since; less where it does so now and then anyway."""
SAME, SECOND, SINGLE, DIFFERS, ELSEWHERE = 5, -6, -6, -12, -3
"""Failures: the same as most symptoms of this cause; the same as some, another one than most; like
none, nor are others like each other; another one than those that are alike; more often the same
out of the cause's reach."""
NAMED = 8
"""The error names the target."""
STEP = -3
"""Each step beyond the first."""
SURE = {Sure.CERTAIN: 0, Sure.STRONG: -1, Sure.LIKELY: -4}
PINNED = -10
"""A version is named, and nobody saw that it moved."""
RAN_SINCE = -12
"""It ran after the change and was well, and hurts only since later."""
SUPERSEDED = -4
"""Another change of the target is between the two."""

OWN, OWN_LATER, OWN_ALIKE = 8, 4, 1
"""What explains a symptom that began with a commit of its own, within a day; later, or where nobody
knows how it fails; and where others fail alike, which makes it a poor explanation."""

COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}|sha256:[0-9a-f]{64}")
WORD = 4
"""Letters that a word needs to be looked for in errors."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A change broke who uses this part and this version of it (None: all of it)."""

    change: Change
    part: str | None
    version: str | None
    gains: Mapping[int, int]
    """What it gives, by the number of the symptom."""
    ways: Mapping[int, Way]
    cost: int
    well: int
    untried: int
    unknown: int
    alike: int
    """Symptoms of it that share their failure with another one of it."""
    named: int
    """Symptoms whose error names the target."""


@dataclass(frozen=True, slots=True)
class Case:
    """All symptoms, in their order, and what is known around them."""

    symptoms: Sequence[Symptom]
    around: Surroundings
    hurting: Mapping[int, datetime]
    """Repositories that hurt, and since when."""
    alike: Mapping[str, int]
    """How many repositories have each signature."""


def signatures(symptoms: Iterable[Symptom]) -> Counter[str]:
    """Return how many repositories have each signature."""
    known = {(each.repository, each.signature) for each in symptoms if each.signature}
    return Counter(signature for _, signature in known)


def own(
    symptom: Symptom, changes: Iterable[Change], alike: Mapping[str, int]
) -> tuple[int, Change | None]:
    """What its own last commit before it explains of a symptom, and which that is.

    `alike` is how many repositories have each signature.
    """
    before = [
        change
        for change in changes
        if change.kind == "commit" and change.at is not None and _in_time(symptom, change)
        and not _ran_since(symptom, change)
    ]  # fmt: skip
    last = max(
        before, key=lambda change: (change.at or symptom.since, change.reference), default=None
    )
    if last is None or last.at is None:
        return 0, None
    if symptom.flaky:
        return FLAKY, last
    if symptom.signature and alike[symptom.signature] > 1:
        return OWN_ALIKE, last
    soon = symptom.known and symptom.since - last.at <= FAR
    return (OWN if soon else OWN_LATER), last


def hypotheses(
    case: Case, base: Sequence[int], change: Change, ways: Mapping[int, Sequence[Way]]
) -> list[Hypothesis]:
    """What this change may have broken: all of it, or one part or version alone.

    `ways` lead to its target, by the number of the symptom. Those that can't pay are left out.
    """
    entries = [
        (number, way, weight)
        for number, several in ways.items()
        for way in several
        if (weight := _weight(case.symptoms[number], change, way)) is not None
    ]
    found: list[Hypothesis] = []
    for part, version in _scopes(change, [way for _, way, _ in entries]):
        one = _hypothesis(case, base, change, part, version, entries)
        if one is not None:
            found.append(one)
    return found


def _scopes(change: Change, ways: Iterable[Way]) -> list[tuple[str | None, str | None]]:
    """All of it first, then each part, version and both that some symptom uses."""
    seen = Counter(
        (way[-1].part if not change.parts else "", way[-1].version if not change.versions else "")
        for way in ways
        if way
    )
    pairs = sorted(seen, key=lambda pair: (-seen[pair], pair))[:SCOPES]
    scopes: dict[tuple[str | None, str | None], None] = {(None, None): None}
    for part, version in pairs:
        scopes |= {(part or None, None): None, (None, version or None): None}
        scopes[part or None, version or None] = None
    return list(scopes)


SCOPES = 12
"""Pairs of part and version of one change that are told apart."""


def _hypothesis(
    case: Case,
    base: Sequence[int],
    change: Change,
    part: str | None,
    version: str | None,
    entries: Sequence[tuple[int, Way, int]],
) -> Hypothesis | None:
    best: dict[int, tuple[int, Way]] = {}
    for number, way, weight in entries:
        if (not way or _within(way[-1], part, version)) and (
            number not in best or weight > best[number][0]
        ):
            best[number] = (weight, way)
    groups = signatures(case.symptoms[number] for number in best)
    weights: dict[int, int] = {}
    alike = named = 0
    for number, (weight, _) in best.items():
        symptom = case.symptoms[number]
        said = _names(symptom, change)
        total = weight + _likeness(symptom, groups, case.alike) + (NAMED if said else 0)
        if total > 0:
            weights[number] = total
            alike += groups[symptom.signature] > 1
            named += said
    cost = COSTS[change.kind] + SPECIFIC * ((part is not None) + (version is not None))
    if _fails_too(case, change):
        cost -= FAILS_TOO
    most = sum(max(0, weight - base[number]) for number, weight in weights.items())
    if most <= cost:
        return None
    ways = {number: best[number][1] for number in weights}
    tried = _tried(case, change, part, version, ways, most - cost)
    if tried is None:
        return None
    well, further, untried, unknown = tried
    cost += WELL * well + WELL_FURTHER * further + min(MOST_UNKNOWN, UNKNOWN * unknown)
    return Hypothesis(
        change, part, version, weights, ways, cost, well + further, untried, unknown, alike, named
    )  # fmt: skip


def _within(edge: Edge, part: str | None, version: str | None) -> bool:
    return part in (None, edge.part) and version in (None, edge.version)


def _tried(
    case: Case,
    change: Change,
    part: str | None,
    version: str | None,
    ways: Mapping[int, Way],
    credit: int,
) -> tuple[int, int, int, int] | None:
    """Count who else is exposed: well, well further up, untried, unknown. None: it can't pay."""
    hurting = {case.symptoms[number].repository for number in ways}
    phase = min((case.symptoms[number].phase for number in ways), key=list(FIRST).index)
    depth = max(1, max(map(len, ways.values())))
    since = change.at or min(case.symptoms[number].since for number in ways)

    def exposed(edge: Edge) -> bool:
        return (
            edge.phase in FIRST[phase]
            and _within(edge, part, version)
            and exposure(edge, change) == 0
        )

    well = further = untried = unknown = 0
    for repository, steps in below(change, case.around.users, exposed, phase, depth):
        if repository in hurting or repository in case.hurting:
            continue
        times = case.around.well.get(repository)
        if not times:
            unknown += 1
        elif not any(since + SKEW < at <= (change.until or at) for at in times):
            untried += 1
        elif steps == 1:
            well += 1
        else:
            further += 1
        if WELL * well + WELL_FURTHER * further >= credit:
            return None
    return well, further, untried, unknown


def _fails_too(case: Case, change: Change) -> bool:
    since = case.hurting.get(change.target)
    return (
        change.kind != "failing"
        and since is not None
        and (change.at is None or since + SKEW >= change.at)
    )


def _weight(symptom: Symptom, change: Change, way: Way) -> int | None:
    """What one symptom gives on one way, but for its failure; None: it can't be its cause."""
    if not way and change.kind not in ("commit", "release"):
        return None
    if not _in_time(symptom, change):
        return None
    weight = FLAKY if symptom.flaky else RED
    if way:
        shown = exposure(way[-1], change)
        if shown is None:
            return None
        weight += shown + STEP * (len(way) - 1) + sum(SURE[edge.sure] for edge in way)
    if change.at is not None:
        apart = symptom.since - change.at
        weight += 2 if apart <= NEAR else 0 if apart <= FAR else -3
        if _ran_since(symptom, change):
            weight += RAN_SINCE
        if change.until is not None and symptom.since > change.until + SKEW:
            weight += SUPERSEDED
    return weight


def exposure(edge: Edge, change: Change) -> int | None:
    """What speaks against that a change reaches who links to its target so; None: it can't."""
    if change.parts and edge.part and not any(_touches(part, edge.part) for part in change.parts):
        return None
    if not edge.version or edge.version == change.reference:
        return 0
    if COMMIT.fullmatch(edge.version):
        return None
    if change.kind in ("failing", "unseen"):
        return 0
    if not change.versions:
        return PINNED
    return 0 if edge.version in change.versions else None


def _touches(touched: str, part: str) -> bool:
    return touched == part or touched.startswith(f"{part}/")


def _in_time(symptom: Symptom, change: Change) -> bool:
    if change.at is None:
        return True
    return -SKEW <= symptom.since - change.at <= WINDOW


def _ran_since(symptom: Symptom, change: Change) -> bool:
    well = symptom.well_until
    return well is not None and change.at is not None and well > change.at + SKEW


def _likeness(symptom: Symptom, groups: Mapping[str, int], alike: Mapping[str, int]) -> int:
    """What its failure gives beside those of the same cause, by their signature."""
    if not symptom.signature or len(groups) < 2:
        mine = groups.get(symptom.signature, 0)
        return _together(symptom, mine, alike) if mine > 1 else 0
    mine = groups[symptom.signature]
    first = max(groups, key=lambda signature: (groups[signature], signature))
    if groups[first] == 1:
        return SINGLE
    if mine == 1:
        return DIFFERS
    return _together(symptom, mine, alike) if symptom.signature == first else SECOND


def _together(symptom: Symptom, mine: int, alike: Mapping[str, int]) -> int:
    return SAME if alike[symptom.signature] - mine <= mine else ELSEWHERE


def _names(symptom: Symptom, change: Change) -> bool:
    error = symptom.error.lower()
    return bool(error) and any(len(word) >= WORD and word.lower() in error for word in change.words)
