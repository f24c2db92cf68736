"""The order in which findings deserve attention, and why.

Malicious packages are first. The rest is ordered by level: the severity, two steps up when the flaw
is known to be exploited, else one when that is likely, and one down when the package is not there
at run time. So what is exploited is above anything of its severity that is not. Within a level, in
this order: exploited, likelier, in production, at run time, asked for directly, in more
repositories, with a fix that nobody has begun. Then by rule and name: the order never hangs on
chance.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from opsroom.judge.wording import counted
from opsroom.model.finding import Finding, Vulnerability
from opsroom.model.severity import Severity

LIKELY = 0.5
"""An EPSS from which a flaw counts as one that will be exploited."""
EXPLOITED, SOON, NOT_RUN = 2, 1, -1
"""The steps that a level goes up."""
PRODUCTION = frozenset({"prod", "production"})


@dataclass(frozen=True, slots=True)
class Rank:
    """Where something stands: the smallest `order` first. `reasons` say why, the weightiest first.

    Orders compare with each other only.
    """

    order: tuple[int | float | str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One finding in one repository. `environment` is that of the repository, if settings tell;
    `in_flight`: a change that mends it is open there already."""

    finding: Finding
    repository: str = ""
    environment: str | None = None
    in_flight: bool = False


def rank(case: Case) -> Rank:
    """Return where one finding stands among all of the fleet."""
    return group([case])


def group(cases: Sequence[Case]) -> Rank:
    """Return where cases stand that are told as one: an advisory, a rule or a package.

    Each fact counts as the worst that any of the cases says. `cases` are at least one.
    """
    flaws: list[Vulnerability] = []
    names: set[str] = set()
    severity = cases[0].finding.severity
    malicious, begun, production, fixed, not_run = False, True, False, False, True
    exploited: date | None = None
    likely: float | None = None
    directness: set[bool | None] = set()
    for case in cases:  # one pass: a rule of a large fleet has a hundred thousand of them
        finding, flaw = case.finding, case.finding.advisory
        names.add(case.repository)
        begun = begun and case.in_flight
        production = production or case.environment in PRODUCTION
        if finding.severity is not severity and finding.severity.rank > severity.rank:
            severity = finding.severity
        if flaw is None:
            continue
        flaws.append(flaw)
        malicious = malicious or flaw.malicious
        not_run = not_run and flaw.dev
        fixed = fixed or bool(flaw.fixed)
        directness.add(flaw.direct)
        if flaw.exploited and (exploited is None or flaw.exploited < exploited):
            exploited = flaw.exploited
        if flaw.likely is not None and (likely is None or flaw.likely > likely):
            likely = flaw.likely
    repositories = len(names)
    not_run = not_run and bool(flaws) and len(flaws) == len(cases)
    order = (
        not malicious,
        -_level(severity, exploited, likely, not_run=not_run),
        exploited is None,
        -(likely or 0.0),
        not production,
        not_run,
        _far(directness),
        -repositories,
        not fixed or begun,
        min([case.finding.rule for case in cases]),
        min(map(_name, cases)),
    )
    reasons = (
        "malicious" if malicious else "",
        f"exploited (KEV since {exploited})" if exploited else "",
        f"likely {likely:.0%} (EPSS)".replace("%", " %") if likely is not None else "",
        severity.value,
        "in production" if production else "",
        _told(flaws, not_run=not_run),
        f"in {counted(repositories, 'repository', 'repositories')}" if repositories > 1 else "",
        _mended(flaws, begun=begun),
    )
    return Rank(order, tuple(reason for reason in reasons if reason))


def _level(
    severity: Severity, exploited: date | None, likely: float | None, *, not_run: bool
) -> int:
    if exploited is not None:
        steps = EXPLOITED
    else:
        steps = SOON if likely is not None and likely >= LIKELY else 0
    return severity.rank + steps + (NOT_RUN if not_run else 0)


def _far(direct: Collection[bool | None]) -> int:
    """0: some repository asks for it itself; 1: that can't be told; 2: none does."""
    return 0 if True in direct else 1 if None in direct or not direct else 2


def _told(flaws: Sequence[Vulnerability], *, not_run: bool) -> str:
    if not flaws:
        return ""
    place = ("direct", "", "transitive")[_far({flaw.direct for flaw in flaws})]
    when = "only for development" if not_run else "at run time"
    return f"{place}, {when}" if place else when


def _mended(flaws: Sequence[Vulnerability], *, begun: bool) -> str:
    if not flaws:
        return ""
    if begun:
        return "a fix is in flight"
    versions = sorted({flaw.fixed for flaw in flaws if flaw.fixed})
    if not versions:
        return "no fix yet"
    return f"fixed in {versions[0]}" if len(versions) == 1 else "fixed versions are there"


def _name(case: Case) -> str:
    flaw = case.finding.advisory
    return "\0".join(
        (flaw.id if flaw else "", case.repository, case.finding.location, case.finding.fingerprint)
    )
