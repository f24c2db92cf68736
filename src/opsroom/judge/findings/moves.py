"""The life of findings: opened, reopened, fixed; and when nothing was learnt, left as they are."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from opsroom.judge.findings.suppression import lapsed
from opsroom.judge.health import UNREADABLE, observed
from opsroom.model.event import Happening
from opsroom.model.finding import Finding, FindingState, KeptFinding
from opsroom.model.snapshot import Snapshot
from opsroom.model.text import plain

SUMMARY = 300
"""Characters of a summary."""


class Seen(Protocol):
    """What one look told: of checks an Examination, of a scanner what it looked at."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return what was seen."""
        ...

    def proves_gone(self, finding: Finding) -> bool:
        """Whether this look would have seen a finding that it doesn't tell of."""
        ...

    def is_off(self, finding: Finding) -> bool:
        """Whether settings switched the rule of a finding off."""
        ...


@dataclass(frozen=True, slots=True)
class Moves:
    """The findings that the store has to write, as they are now.

    `dropped` were closed because settings switched their rule off, or another finding says the
    same; `updated` say or count something else than before. Neither is news. `reasons` say, by
    fingerprint, why a suppressed one counts again.
    """

    opened: tuple[KeptFinding, ...] = ()
    reopened: tuple[KeptFinding, ...] = ()
    fixed: tuple[KeptFinding, ...] = ()
    dropped: tuple[KeptFinding, ...] = ()
    updated: tuple[KeptFinding, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def kept(self) -> tuple[KeptFinding, ...]:
        """Everything that has to be written."""
        return (*self.opened, *self.reopened, *self.fixed, *self.dropped, *self.updated)

    @property
    def only_backlog(self) -> bool:
        """Whether nothing moved but that more of what was there is known."""
        news = (*self.reopened, *self.fixed, *self.dropped, *self.updated)
        return not news and all(each.baseline for each in self.opened)

    def happenings(self, repository: str) -> list[Happening]:
        """Return an event for each transition.

        What a first look found is no news; what is unreadable is told by `observation`.
        """
        kinds = {"opened": self.opened, "reopened": self.reopened, "fixed": self.fixed}
        return [
            happening(
                f"finding.{kind}",
                repository,
                kept.finding,
                self.reasons.get(kept.finding.fingerprint, ""),
            )
            for kind, moved in kinds.items()
            for kept in moved
            if kept.finding.rule != UNREADABLE and not (kind == "opened" and kept.baseline)
        ]


def first_look(before: Snapshot | None, kept: Sequence[KeptFinding]) -> bool:
    """Whether nothing of a repository was known until now.

    So too when every look until now has failed: what the first good one sees is backlog. What
    scanners found says nothing of that.
    """
    if before is None:
        return True
    checked = (each for each in kept if not each.finding.scanner)
    return not observed(before) and all(each.finding.rule == UNREADABLE for each in checked)


def findings_moved(
    kept: Iterable[KeptFinding],
    seen: Seen,
    now: datetime,
    *,
    first_look: bool = False,
    backlog: Collection[str] = (),
    twins: Mapping[str, KeptFinding] | None = None,
) -> Moves:
    """Compare the findings that the store keeps of a repository with what was seen now.

    A finding is fixed only when this look proves it: what a look is not about, or could not see,
    is left alone. A suppressed finding stays so while its suppression holds, and is so again when
    it was fixed and comes back meanwhile. With `first_look` everything that is opened is backlog,
    else what has a fingerprint in `backlog`. `twins` are findings of another scanner that say the
    same as a new one, by its fingerprint: it goes on with their lives, which is no news.
    """
    known = {each.finding.fingerprint: each for each in kept}
    found = {finding.fingerprint: finding for finding in seen.findings}
    opened: list[KeptFinding] = []
    reopened: list[KeptFinding] = []
    fixed: list[KeptFinding] = []
    dropped: list[KeptFinding] = []
    updated: list[KeptFinding] = []
    reasons: dict[str, str] = {}
    for mark, new in found.items():
        if mark in known:
            continue
        if twins and mark in twins:
            updated.append(_with(twins[mark], finding=new))
        else:
            is_old = first_look or mark in backlog
            opened.append(KeptFinding(finding=new, baseline=is_old, opened_at=now))
    for mark, each in known.items():
        finding = found.get(mark)
        if finding is None:
            if each.state is FindingState.FIXED:
                continue
            ended = each.model_copy(update={"state": FindingState.FIXED, "closed_at": now})
            if seen.is_off(each.finding):
                dropped.append(ended)
            elif seen.proves_gone(each.finding):
                fixed.append(ended)
            continue
        after = _seen_again(each, finding, now)
        if after.state is not FindingState.OPEN or each.state is FindingState.OPEN:
            updated += [after] if after != each else []
            continue
        reopened.append(after)
        if each.state is FindingState.SUPPRESSED:
            reasons[mark] = lapsed(each.suppression, finding, now)
    return Moves(
        tuple(opened), tuple(reopened), tuple(fixed), tuple(dropped), tuple(updated), reasons
    )


def lapsed_moved(kept: Iterable[KeptFinding], now: datetime) -> Moves:
    """Reopen the suppressed findings whose suppression no longer holds, without a look."""
    ended = {
        each.finding.fingerprint: (each, reason)
        for each in kept
        if each.state is FindingState.SUPPRESSED
        if (reason := lapsed(each.suppression, each.finding, now))
    }
    return Moves(
        reopened=tuple(_seen_again(each, each.finding, now) for each, _ in ended.values()),
        reasons={mark: reason for mark, (_, reason) in ended.items()},
    )


def _seen_again(each: KeptFinding, finding: Finding, now: datetime) -> KeptFinding:
    """A known finding that was seen now, as it is from now on."""
    holds = not lapsed(each.suppression, finding, now)
    match each.state:
        case FindingState.OPEN:
            return each if finding == each.finding else _with(each, finding=finding)
        case FindingState.SUPPRESSED if holds:
            return each if finding == each.finding else _with(each, finding=finding)
        case FindingState.SUPPRESSED:
            return _with(each, finding=finding, state=FindingState.OPEN, suppression=None)
        case FindingState.FIXED if each.suppression is not None and holds:
            return _with(each, finding=finding, state=FindingState.SUPPRESSED, closed_at=None)
        case FindingState.FIXED:
            return KeptFinding(finding=finding, opened_at=now)


def _with(each: KeptFinding, **changes: object) -> KeptFinding:
    return each.model_copy(update=changes)


def happening(kind: str, repository: str, finding: Finding, reason: str = "") -> Happening:
    """Return the event of one transition; `reason` says why, where that isn't plain."""
    told: dict[str, object] = {
        "finding": finding.id,
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "location": finding.location,
    }
    if finding.scanner:
        told["scanner"] = finding.scanner
    if finding.advisory is not None:
        told["advisory"] = finding.advisory.id
        told["package"] = finding.advisory.package
    why = f" ({reason})" if reason else ""
    if reason:
        told["reason"] = plain(reason, SUMMARY)
    return Happening(
        kind=kind,
        repository=repository,
        summary=plain(f"{finding.rule}: {finding.message}{why}", SUMMARY),
        data=told,
    )
