"""Root causes: the fewest changes that explain a set of symptoms, and how sure that is.

A symptom is anything of a repository that hurts since some time: failing CI, an outage, an alert.
A change is anything that happened to what repositories need. The model, in four steps:

1. Ways. From each symptom upwards over edges whose phase carries what hurts (`upstream`), a few
   steps and a bounded number of nodes. A change can be a cause where a way ends at its target, its
   file and its version are what the last edge uses, and it came before the symptom.
2. Evidence. A hypothesis says that one change broke everybody who uses it, or who uses one part or
   one version of it. `evidence` weighs, in tenths of a bel: each symptom speaks for it, more when
   failures are alike, the error names the target, or little time is between; less when the way is
   long, the edge unsure, the symptom flaky, or when it ran well after the change. Against it speak
   the prior, and each who uses the same and ran since and is well. Who did not run since says
   nothing; who isn't observed costs a little, and is told.
3. Choice. A symptom that began with a commit of its own is worth something without any other cause.
   The set of hypotheses that is worth most in all is chosen (`covering`): since each costs its
   prior, that is the smallest one that the evidence allows. What nothing explains stays so.
4. Confidence. A cause is as sure as the best explanation is better than the best one without its
   target, so that two that explain the same share the doubt.

Nothing depends on the order of what is given.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from opsroom.judge.graph.covering import cover
from opsroom.judge.graph.evidence import Case, Hypothesis, hypotheses, own, signatures
from opsroom.judge.graph.symptoms import (
    Cause,
    Change,
    Explained,
    Explanation,
    Surroundings,
    Symptom,
    Unexplained,
)
from opsroom.judge.graph.upstream import REACH, Upstream, Way
from opsroom.judge.wording import counted

SUREST = 0.99
"""No confidence is above it."""


def explain(
    symptoms: Iterable[Symptom], changes: Iterable[Change], around: Surroundings
) -> Explanation:
    """Return the fewest changes that explain the symptoms, and what nothing explains."""
    ordered = sorted(set(symptoms), key=_symptom_order)
    by_target: dict[int, list[Change]] = {}
    for change in sorted(set(changes), key=_change_order):
        by_target.setdefault(change.target, []).append(change)
    case = _case(ordered, around)
    owns = [own(each, by_target.get(each.repository, ()), case.alike) for each in ordered]
    base = [worth_of_own for worth_of_own, _ in owns]
    ways, cut = _ways(ordered, frozenset(by_target), around)
    found = [
        one
        for target, ends in ways.items()
        for change in by_target[target]
        for one in hypotheses(case, base, change, ends)
    ]
    chosen, margins, exact = _chosen(base, found)
    blamed: dict[Change, list[tuple[Hypothesis | None, int]]] = {}
    unexplained: list[Unexplained] = []
    for number, symptom in enumerate(ordered):
        best = max(
            (one for one in chosen if number in one.gains),
            key=lambda one: one.gains[number],
            default=None,
        )
        if best is not None and best.gains[number] > base[number]:
            blamed.setdefault(best.change, []).append((best, number))
        elif (last := owns[number][1]) is not None:
            blamed.setdefault(last, []).append((None, number))
        else:
            unexplained.append(Unexplained(symptom, _why_not(symptom, around)))
    causes = [
        _cause(case, change, members, margins.get(change.target), base)
        for change, members in blamed.items()
    ]
    causes.sort(key=lambda each: (each.own, -len(each.symptoms), *_change_order(each.change)))
    return Explanation(tuple(causes), tuple(unexplained), _limits(cut, exact))


def _case(symptoms: Sequence[Symptom], around: Surroundings) -> Case:
    hurting: dict[int, datetime] = {}
    for symptom in symptoms:
        hurting.setdefault(symptom.repository, symptom.since)
    return Case(symptoms, around, hurting, signatures(symptoms))


def _ways(
    symptoms: Sequence[Symptom], targets: frozenset[int], around: Surroundings
) -> tuple[dict[int, dict[int, list[Way]]], int]:
    """Return the ways to each target by the number of the symptom, and how many walks were cut."""
    upstream = Upstream(around.needs, targets)
    found: dict[int, dict[int, list[Way]]] = {}
    cut = 0
    for number, symptom in enumerate(symptoms):
        if symptom.repository in targets:
            found.setdefault(symptom.repository, {})[number] = [()]
        reached = upstream.reach(symptom.repository, symptom.phase, symptom.path)
        cut += reached.cut
        for target, several in reached.ways.items():
            found.setdefault(target, {})[number] = several
    return dict(sorted(found.items())), cut


def _chosen(
    base: Sequence[int], found: Sequence[Hypothesis]
) -> tuple[list[Hypothesis], dict[int, int], bool]:
    """Return the hypotheses that are worth most together, and by how much each target is missed."""
    costs, gains = [one.cost for one in found], [one.gains for one in found]
    best = cover(base, costs, gains)
    chosen = [found[number] for number in best.chosen]
    margins: dict[int, int] = {}
    exact = best.exact
    for target in {one.change.target for one in chosen}:
        others = [one for one in found if one.change.target != target]
        without = cover(base, [one.cost for one in others], [one.gains for one in others])
        margins[target] = max(0, best.value - without.value)
        exact = exact and without.exact
    return chosen, margins, exact


def _cause(
    case: Case,
    change: Change,
    members: Sequence[tuple[Hypothesis | None, int]],
    margin: int | None,
    base: Sequence[int],
) -> Cause:
    used = list({id(one): one for one, _ in members if one is not None}.values())
    told = tuple(
        Explained(case.symptoms[number], one.ways[number] if one else ()) for one, number in members
    )
    weight = margin if margin is not None else max(base[number] for _, number in members)
    lasts = [each.edges[-1] for each in told if each.edges]
    return Cause(
        change,
        _probability(weight),
        tuple(_reasons(case, change, used, told)),
        told,
        tuple(sorted({edge.part for edge in lasts if edge.part})),
        tuple(sorted({edge.version for edge in lasts if edge.version})),
        max((one.well for one in used), default=0),
        max((one.untried for one in used), default=0),
        max((one.unknown for one in used), default=0),
    )


def _probability(weight: int) -> float:
    """Turn a weight of evidence, in tenths of a bel, into a probability."""
    odds: float = 10 ** (min(weight, 40) / 10)
    return min(SUREST, round(odds / (1 + odds), 2))


def _reasons(
    case: Case, change: Change, used: Sequence[Hypothesis], told: Sequence[Explained]
) -> Iterable[str]:
    """Say what speaks for a cause, then what speaks against it, then what isn't known."""
    if change.at is None:
        yield "nobody saw it change: it is what they share"
    else:
        yield _before(change.at, min(each.symptom.since for each in told))
    if not used:
        yield "the change is its own"
        signature = told[0].symptom.signature
        if others := case.alike[signature] - 1 if signature else 0:
            yield f"not likely: {counted(others, 'other')} began to fail in the same way"
        if any(each.symptom.flaky for each in told):
            yield "it fails now and then with nothing changed"
        if any(not each.symptom.known for each in told):
            yield "how it fails is not known"
        return
    if alike := sum(one.alike for one in used):
        yield f"{alike} of them fail alike"
    if named := sum(one.named for one in used):
        yield f"the error of {named} names it"
    steps = max(len(each.edges) for each in told)
    if steps > 1:
        yield f"it reaches some over {steps} steps"
    if any(each.symptom.flaky for each in told):
        yield "some of them fail now and then with nothing changed"
    well, untried, unknown = (
        max(getattr(one, name) for one in used) for name in ("well", "untried", "unknown")
    )
    if well:
        yield f"{counted(well, 'repository', 'repositories')} that it reaches ran since, and well"
    if untried:
        yield f"{counted(untried, 'repository', 'repositories')} that it reaches did not run since"
    if unknown:
        yield (
            f"of {counted(unknown, 'repository', 'repositories')} that it reaches it is unknown "
            "how they are"
        )


def _before(at: datetime, since: datetime) -> str:
    minutes = round((since - at).total_seconds() / 60)
    if minutes < 1:
        return "it changed within a minute of the first of them"
    if minutes < 120:
        return f"it changed {counted(minutes, 'minute')} before the first of them"
    hours = round(minutes / 60)
    if hours < 48:
        return f"it changed {counted(hours, 'hour')} before the first of them"
    return f"it changed {counted(round(hours / 24), 'day')} before the first of them"


def _why_not(symptom: Symptom, around: Surroundings) -> str:
    if symptom.repository in around.unlooked:
        return "what it depends on was never looked at"
    if symptom.flaky:
        return "it fails now and then, with nothing changed"
    return "nothing that it needs is known to have changed so that it explains this"


def _limits(cut: int, exact: bool) -> tuple[str, ...]:
    told: list[str] = []
    if cut:
        told.append(
            f"above {counted(cut, 'symptom')} only the nearest {REACH} nodes were looked at"
        )
    if not exact:
        told.append("too many explanations to weigh them all: there may be a better one")
    return tuple(told)


def _symptom_order(symptom: Symptom) -> tuple[object, ...]:
    return (symptom.repository, symptom.since, symptom.id, symptom.signature, symptom.error,
            symptom.phase, symptom.flaky, str(symptom.well_until), symptom.path)  # fmt: skip


def _change_order(change: Change) -> tuple[object, ...]:
    at = change.at
    return (change.target, at is None, at.timestamp() if at else 0.0, change.kind,
            change.reference, change.parts, change.versions, change.words,
            str(change.until))  # fmt: skip
