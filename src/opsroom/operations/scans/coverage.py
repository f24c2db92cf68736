"""Coverage: which scanner looked at which commit of which repository, and what is unknown.

No findings without a look is unknown. A repository counts as looked at in whole when every scanner
that applies to it told something about its present commit; one that is optional and not installed
doesn't apply. Languages that no scanner here reads
are said beside that, by name.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal

from pydantic import Field

from opsroom.model.host import Remote
from opsroom.model.scan import Scan
from opsroom.model.snapshot import Refs, Worktree
from opsroom.model.text import plain
from opsroom.model.value import Value
from opsroom.observe.kinds import SECRETS
from opsroom.operations.fleet import Row
from opsroom.operations.scans.equipment import OWN, known_scanners
from opsroom.operations.scans.imported import is_report

Standing = Literal["whole", "part", "old", "never"]
NAMED = 3
"""Repositories and reasons that a line names."""


class ScanNumbers(Value):
    """How many repositories were scanned: in whole at their present commit, in part, at an older
    commit, or never. `asked` is the sum."""

    asked: int = 0
    whole: int = 0
    part: int = 0
    old: int = 0
    never: int = 0

    @property
    def share(self) -> float | None:
        """The share that was looked at in whole, 0 to 1; None: there are no repositories."""
        return self.whole / self.asked if self.asked else None

    def reading(self) -> str:
        """One line for people."""
        left = {"in part": self.part, "at an older commit": self.old, "never": self.never}
        told = [f"{count} {how}" for how, count in left.items() if count]
        return ", ".join([f"{self.whole} of {self.asked} repositories scanned", *told])


class ScanLine(Value):
    """The last look of one scanner at a repository, in short."""

    scanner: str
    commit: str | None
    at: datetime
    files: int = Field(description="really read")
    reason: str | None = Field(description="why nothing is known; null: it was done")


def scan_line(scan: Scan) -> ScanLine:
    """A look as answers show it."""
    reason = None if scan.reason is None else plain(scan.reason, 160)
    return ScanLine(
        scanner=scan.scanner,
        commit=scan.commit or None,
        at=scan.at,
        files=scan.files,
        reason=reason,
    )


def numbers(rows: Iterable[Row]) -> ScanNumbers:
    """How many of these repositories were scanned how far."""
    counts = Counter(standing(row) for row in rows)
    return ScanNumbers(
        asked=counts.total(),
        whole=counts["whole"],
        part=counts["part"],
        old=counts["old"],
        never=counts["never"],
    )


def standing(row: Row) -> Standing:
    """How far a repository was looked at."""
    return row.remembered(_standing)


def _standing(row: Row) -> Standing:
    looks = list(_applicable(row))
    done = [scan for scan in looks if scan.reason is None]
    if not done:
        return "never"
    if not all(_is_present(row, scan) for scan in done):
        return "old"
    ended = all(scan.key for scan in done)  # a look that goes on from where it came to has none
    return "whole" if ended and len(done) == len(looks) else "part"


def reasons(row: Row) -> list[str]:
    """What is unknown of a repository, and why: scanners that told nothing, what they left out,
    languages that none of them reads."""
    return row.remembered(_reasons)


def _reasons(row: Row) -> list[str]:
    if not row.scans:
        return ["no scanner has looked at it yet"]
    failed = [f"{scan.scanner}: {scan.reason}" for scan in _applicable(row) if scan.reason]
    older = [
        f"{scan.scanner}: looked at {scan.commit[:10]}, which is not the present commit"
        for scan in _applicable(row)
        if scan.reason is None and not _is_present(row, scan)
    ]
    left = [
        f"{scan.scanner}: {f'{skipped.count} left out, ' if skipped.count else ''}{skipped.reason}"
        for scan in _applicable(row)
        if scan.reason is None
        for skipped in scan.skipped
    ]
    return [plain(each, 300) for each in (*failed, *older, *_unread_words(row), *left)]


def failed(row: Row, missing: Collection[str] = ()) -> list[str]:
    """Scanners that apply to a repository and could not look, and why; but not those of `missing`,
    which aren't installed."""
    return [
        plain(f"{scan.scanner}: {scan.reason}", 300)
        for scan in _applicable(row)
        if scan.reason and scan.scanner not in missing
    ]


def unlooked(rows: Sequence[Row]) -> list[str]:
    """What no scanner looked at and why, most repositories first; then what they left out."""
    whole = Counter(what for row in rows for what in row.remembered(_unlooked))
    parts = Counter(what for row in rows for what in row.remembered(_left_out))
    ordered = [
        each
        for counts in (whole, parts)
        for each in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    return [plain(f"{what} ({_repositories(count)})", 300) for what, count in ordered]


def _unlooked(row: Row) -> list[str]:
    """What nobody looked at in one repository, as it is counted."""
    if not row.scans:
        return ["no scanner has looked yet"]
    failed = {f"{scan.scanner}: {scan.reason}" for scan in _applicable(row) if scan.reason}
    return [*failed, *_unread_words(row)]


def _left_out(row: Row) -> list[str]:
    """What scanners left out of one repository, as it is counted: each reason once."""
    looks = [scan for scan in _applicable(row) if scan.reason is None]
    left = {skipped.reason for scan in looks for skipped in scan.skipped}
    return [f"left out: {reason}" for reason in sorted(left)]


def _repositories(count: int) -> str:
    return "1 repository" if count == 1 else f"{count} repositories"


def _applicable(row: Row) -> Iterator[Scan]:
    """The last look of each scanner that has something to read there; no report of others."""
    for scan in row.scans:
        if is_report(scan.scanner):
            continue
        scanner = known_scanners().get(scan.scanner)
        missing_without_need = (
            scan.reason is not None
            and scanner is not None
            and SECRETS not in scanner.kinds
            and bool(row.kinds)
            and scanner.kinds.isdisjoint(row.kinds)
        )
        if not missing_without_need and not _is_spared(scan):
            yield scan


def _is_spared(scan: Scan) -> bool:
    """Whether a scanner is not installed that nobody has to install: what it would read and no
    other does is said by kind."""
    scanner = known_scanners().get(scan.scanner)
    missing = scan.reason is not None and not scan.version
    return missing and scanner is not None and scanner.optional


def _unread_words(row: Row) -> list[str]:
    """Each kind of file that nobody read, and who could if it were installed."""
    spared = sorted(scan.scanner for scan in row.scans if _is_spared(scan))
    words: list[str] = []
    for kind in _unread(row):
        able = " or ".join(name for name in spared if kind in known_scanners()[name].kinds)
        would = f"; {able} would, if it were installed" if able else ""
        words.append(f"{kind}: no scanner reads it{would}")
    return words


def _unread(row: Row) -> list[str]:
    """The kinds of files there that no scanner of code or configuration read."""
    readers = [scan for scan in row.scans if scan.reason is None and scan.scanner not in OWN]
    return sorted(row.kinds - {kind for scan in readers for kind in scan.kinds} - {SECRETS})


def _is_present(row: Row, scan: Scan) -> bool:
    """Whether a look was at a commit that the repository has as its head now, as far as told."""
    heads = heads_of(row)
    return not heads or scan.commit in heads


def heads_of(row: Row) -> frozenset[str]:
    """The commits that are the head of the default branch now: what its host says, else what its
    clones know; empty where nobody tells."""
    remote = row.snapshot.remote
    if isinstance(remote, Remote) and remote.head:
        return frozenset({remote.head})
    heads: set[str | None] = set()
    for clone in row.snapshot.clones:
        if isinstance(clone.refs, Refs):
            named = clone.refs.default_branch
            branches = [each for each in clone.refs.branches if each.name == named]
            heads |= {each.head for each in branches} | {each.upstream_head for each in branches}
        heads |= {tree.head for tree in clone.worktrees if isinstance(tree, Worktree)}
    return frozenset(head for head in heads if head)
