"""The life of findings: opened, reopened, fixed; and when nothing was learnt, left as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from opsroom.judge.examination import Examination
from opsroom.judge.health import UNREADABLE, observed
from opsroom.model.event import Happening
from opsroom.model.finding import Finding, FindingState, KeptFinding
from opsroom.model.snapshot import Snapshot
from opsroom.model.text import plain

SUMMARY = 300
"""Characters of a summary."""


@dataclass(frozen=True, slots=True)
class Moves:
    """The findings that the store has to write, as they are now.

    `dropped` were closed because settings switched their rule off; `updated` say or count
    something else than before. Neither is news.
    """

    opened: tuple[KeptFinding, ...] = ()
    reopened: tuple[KeptFinding, ...] = ()
    fixed: tuple[KeptFinding, ...] = ()
    dropped: tuple[KeptFinding, ...] = ()
    updated: tuple[KeptFinding, ...] = ()

    @property
    def kept(self) -> tuple[KeptFinding, ...]:
        """Everything that has to be written."""
        return (*self.opened, *self.reopened, *self.fixed, *self.dropped, *self.updated)

    def happenings(self, repository: str) -> list[Happening]:
        """Return an event for each transition.

        What a first look found is no news; what is unreadable is told by `observation`.
        """
        kinds = {"opened": self.opened, "reopened": self.reopened, "fixed": self.fixed}
        return [
            _happening(f"finding.{kind}", repository, kept.finding)
            for kind, moved in kinds.items()
            for kept in moved
            if kept.finding.rule != UNREADABLE and not (kind == "opened" and kept.baseline)
        ]


def first_look(before: Snapshot | None, kept: Sequence[KeptFinding]) -> bool:
    """Whether nothing of a repository was known until now.

    So too when every look until now has failed: what the first good one sees is backlog.
    """
    if before is None:
        return True
    return not observed(before) and all(each.finding.rule == UNREADABLE for each in kept)


def findings_moved(
    kept: Sequence[KeptFinding], seen: Examination, now: datetime, *, first_look: bool = False
) -> Moves:
    """Compare the findings that the store keeps of a repository with what was seen now.

    A finding is fixed only when its rule was really looked at: there, or everywhere. A rule that
    this examination doesn't have (of a scanner) is left alone. A suppressed finding stays so.
    """
    known = {each.finding.fingerprint: each for each in kept}
    found = {finding.fingerprint: finding for finding in seen.findings}
    opened = tuple(
        KeptFinding(finding=finding, baseline=first_look, opened_at=now)
        for mark, finding in found.items()
        if mark not in known
    )
    reopened: list[KeptFinding] = []
    fixed: list[KeptFinding] = []
    dropped: list[KeptFinding] = []
    updated: list[KeptFinding] = []
    for mark, each in known.items():
        finding = found.get(mark)
        if finding is None and each.state is not FindingState.FIXED:
            ended = each.model_copy(update={"state": FindingState.FIXED, "closed_at": now})
            if each.finding.rule in seen.off:
                dropped.append(ended)
            elif mark in seen.cleared or each.finding.rule in seen.looked:
                fixed.append(ended)
        elif finding is not None and each.state is FindingState.FIXED:
            reopened.append(KeptFinding(finding=finding, opened_at=now))
        elif finding is not None and finding != each.finding:
            updated.append(each.model_copy(update={"finding": finding}))
    return Moves(opened, tuple(reopened), tuple(fixed), tuple(dropped), tuple(updated))


def _happening(kind: str, repository: str, finding: Finding) -> Happening:
    return Happening(
        kind=kind,
        repository=repository,
        summary=plain(f"{finding.rule}: {finding.message}", SUMMARY),
        data={
            "finding": finding.id,
            "rule": finding.rule,
            "severity": finding.severity.value,
            "message": finding.message,
            "location": finding.location,
        },
    )
