"""What scans told of a repository, besides findings, as a row of the fleet keeps it."""

from collections.abc import Iterable
from typing import NamedTuple

from opsroom.judge.findings.host_alerts import DEPENDENCIES
from opsroom.model.finding import KeptFinding
from opsroom.model.scan import Scan
from opsroom.model.where import UNSURE


class Scanned(NamedTuple):
    """The last look of each scanner, failed or not; the kinds of files that there were; the
    packages that its manifests name, as filters write them, None before the first inventory."""

    looks: tuple[Scan, ...] = ()
    kinds: frozenset[str] = frozenset()
    packages: tuple[str, ...] | None = None

    @property
    def saw_packages(self) -> bool:
        """Whether the last look at its packages told something."""
        return any(scan.scanner == DEPENDENCIES and scan.reason is None for scan in self.looks)

    def advisories(self, findings: Iterable[KeptFinding]) -> frozenset[str] | None:
        """Every name of what open findings say of packages; unsure, where nobody looked at them."""
        flaws = (kept.finding.advisory for kept in findings)
        told = frozenset(name for flaw in flaws if flaw for name in (flaw.id, *flaw.aliases))
        if self.saw_packages:
            return told
        return told | {UNSURE} if told else None

    def depends_on(self) -> frozenset[str] | None:
        """The packages that it names; unsure, where its manifests could not be read lately."""
        if self.packages is None:
            return None
        return frozenset((*self.packages, *(() if self.saw_packages else (UNSURE,))))


NEVER = Scanned()
"""No scanner ever looked."""
