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
    flaws = [case.finding.advisory for case in cases if case.finding.advisory is not None]
    severity = max((case.finding.severity for case in cases), key=lambda each: each.rank)
    repositories = len({case.repository for case in cases})
    malicious = any(flaw.malicious for flaw in flaws)
    exploited = min((flaw.exploited for flaw in flaws if flaw.exploited), default=None)
    likely = max((flaw.likely for flaw in flaws if flaw.likely is not None), default=None)
    production = any(case.environment in PRODUCTION for case in cases)
    not_run = bool(flaws) and len(flaws) == len(cases) and all(flaw.dev for flaw in flaws)
    fixed = any(flaw.fixed for flaw in flaws)
    begun = all(case.in_flight for case in cases)
    order = (
        not malicious,
        -_level(severity, exploited, likely, not_run=not_run),
        exploited is None,
        -(likely or 0.0),
        not production,
        not_run,
        _far({flaw.direct for flaw in flaws}),
        -repositories,
        not fixed or begun,
        min(case.finding.rule for case in cases),
        min(_name(case) for case in cases),
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
