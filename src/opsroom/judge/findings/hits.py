"""What a scanner saw of one repository, as findings: with fingerprints, severities as settings say.

A hit has no identity of its own. It gets one from what doesn't move with lines and files: its
rule, its anchor, and its place among the hits with the same anchor. A flaw of a package keeps the
fingerprint that it was first known under, though databases come to call it otherwise.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from opsroom.judge.examination import LOCATION, MESSAGE, fingerprint, override
from opsroom.judge.scope import Scope
from opsroom.model.finding import Finding, KeptFinding, Vulnerability
from opsroom.model.limits import Limits
from opsroom.model.purl import package_key
from opsroom.model.scan import Hit, Scan, Skipped
from opsroom.model.text import plain

MOST = 2_000
"""Findings of one scanner that are kept of one repository: the worst of them."""
TOO_MANY = f"more than {MOST:,} findings"


@dataclass(frozen=True, slots=True)
class Looked:
    """What one scanner's look told of one repository.

    `findings` are the worst of what was `seen` (fingerprints of all of it). `limits` and `scope`
    say which rules are off. `doubted` are packages, by key, of which not every place could be
    looked at, `untold` rules of which nothing is known now, and `skipped` paths. `elsewhere` are
    fingerprints of what another scanner says, too. `left_out` findings are too many to be kept.
    """

    scanner: str
    findings: tuple[Finding, ...]
    seen: frozenset[str]
    scope: Scope
    limits: Limits
    skipped: tuple[Skipped, ...] = ()
    doubted: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    left_out: int = 0

    def proves_gone(self, finding: Finding) -> bool:
        """Whether the scanner would have told of it: it was looked for where it was."""
        if finding.scanner != self.scanner or finding.fingerprint in self.seen:
            return False
        if finding.rule in self.untold:
            return False
        flaw = finding.advisory
        if flaw is not None and package_key(flaw.package) in self.doubted:
            return False
        path, _, commit = place_of(finding.location)
        if commit and any(not each.paths for each in self.skipped):
            return False  # not all of the past may have been there to be read
        return not any(_may_hold(skipped, path) for skipped in self.skipped)

    def is_off(self, finding: Finding) -> bool:
        """Whether settings switched its rule off here, or it would say the same twice."""
        if finding.scanner != self.scanner:
            return False
        if finding.fingerprint in self.elsewhere:
            return True
        severity, is_set = override(finding.rule, self.scope, self.limits)
        return is_set and severity is None

    def lasting(self, there: "Looked", kept: Iterable[KeptFinding]) -> "Looked":
        """Return this look with what is still there of what was found before.

        `there` is all that the scanner would tell had it known nothing: what this look doesn't
        tell anew is neither opened nor over.
        """
        known = {each.finding.fingerprint for each in kept if each.closed_at is None}
        old = (each for each in there.findings if each.fingerprint in known - self.seen)
        return replace(self, findings=(*self.findings, *old), seen=self.seen | there.seen)


def looked(
    scanner: str,
    hits: Iterable[Hit],
    scope: Scope,
    limits: Limits,
    key: str,
    kept: Collection[KeptFinding] = (),
    *,
    skipped: Sequence[Skipped] = (),
    doubted: frozenset[str] = frozenset(),
    untold: frozenset[str] = frozenset(),
) -> Looked:
    """Return what the hits of a look are as findings of the repository with this key.

    `kept` are the findings that the store has of it, whose names for the same thing go on.
    """
    names = _Names(scanner, key, kept)
    found: dict[str, Finding] = {}
    for hit in sorted(hits, key=_place):
        forced, is_set = override(hit.rule, scope, limits)
        if is_set and forced is None:
            continue
        mark = names.fingerprint(hit)
        found[mark] = Finding(
            rule=plain(hit.rule, 120),
            severity=forced or hit.severity,
            message=plain(hit.message, MESSAGE),
            location=location(hit),
            remediation=plain(hit.remediation, MESSAGE),
            fingerprint=mark,
            scanner=scanner,
            advisory=hit.advisory,
        )
    worst = sorted(found.values(), key=lambda each: (-each.severity.rank, each.fingerprint))
    return Looked(
        scanner=scanner,
        findings=tuple(worst[:MOST]),
        seen=frozenset(found),
        scope=scope,
        limits=limits,
        skipped=tuple(skipped),
        doubted=doubted,
        untold=untold,
        left_out=max(0, len(worst) - MOST),
    )


def is_baseline(before: Scan | None, now: Scan) -> bool:
    """Whether what a look opens was there before anybody could see it.

    So it is when the scanner never saw this repository, and when it goes by other rules than the
    last time.
    """
    return before is None or (before.version, before.rules) != (now.version, now.rules)


def location(hit: Hit) -> str:
    """Return where a hit is, as findings say it: `path:line`, and the commit where it is past."""
    line = f":{hit.line}" if hit.line else ""
    commit = f"@{hit.commit[:12]}" if hit.commit else ""
    return plain(f"{hit.path}{line}{commit}" if hit.path else "", LOCATION)


def path_of(location: str) -> str:
    """Return the path in a location, without line and commit."""
    return place_of(location)[0]


def place_of(location: str) -> tuple[str, int, str]:
    """Return the path, the line (0: none) and the commit (empty: today's files) of a location."""
    before, at, commit = location.rpartition("@")
    if at and len(commit) == 12 and all(digit in "0123456789abcdef" for digit in commit):
        location = before
    else:
        commit = ""
    path, colon, line = location.rpartition(":")
    if colon and line.isascii() and line.isdecimal():
        return path, int(line), commit
    return location, 0, commit


def _may_hold(skipped: Skipped, path: str) -> bool:
    """Whether a path may be among what was skipped. Where that can't be told, it may."""
    named = skipped.paths or ((skipped.example,) if skipped.example else ())
    if len(named) < skipped.count and not any(each.endswith("/") for each in skipped.paths):
        return True
    return any(path == each or path.startswith(f"{each.rstrip('/')}/") for each in named)


class _Names:
    """Gives each hit of a look its fingerprint, no two the same."""

    def __init__(self, scanner: str, key: str, kept: Iterable[KeptFinding]) -> None:
        self._key = key
        self._count: Counter[tuple[str, str]] = Counter()
        self._taken: set[str] = set()
        self._flaws: dict[tuple[str, str], str] = {}
        for each in kept:
            flaw = each.finding.advisory
            if flaw is not None and each.finding.scanner == scanner:
                for name in names_of(flaw):
                    self._flaws[package_key(flaw.package), name] = each.finding.fingerprint

    def fingerprint(self, hit: Hit) -> str:
        known = self._known(hit.advisory) if hit.advisory else None
        while known is None or known in self._taken:
            number = self._count[hit.rule, hit.anchor]
            self._count[hit.rule, hit.anchor] += 1
            known = fingerprint(
                hit.rule, self._key, f"{hit.anchor}\0{number}" if number else hit.anchor
            )
        self._taken.add(known)
        return known

    def _known(self, flaw: Vulnerability) -> str | None:
        package = package_key(flaw.package)
        marks = (self._flaws.get((package, name)) for name in sorted(names_of(flaw)))
        return next((mark for mark in marks if mark and mark not in self._taken), None)


def names_of(flaw: Vulnerability) -> frozenset[str]:
    """Return every name of what a finding about a package says, in capital letters."""
    return frozenset(name.upper() for name in (flaw.id, *flaw.aliases))


def _place(hit: Hit) -> tuple[str, str, str, int, str]:
    return hit.rule, hit.anchor, hit.path, hit.line, hit.commit
