"""One finding, as a filter is asked about it.

What a filter says of findings (`rule:`, `finding:`, `advisory:`, `package:`) is asked of each
finding by itself, so that `rule:leaked-secret` gives the leaked secrets and not everything else
that is wrong where one is. What it says of repositories is asked of the repository.
"""

from opsroom.model.finding import KeptFinding
from opsroom.model.purl import short
from opsroom.operations.fleet import Row


class FindingSubject:
    """A finding with its repository."""

    __slots__ = ("kept", "row")

    def __init__(self, row: Row, kept: KeptFinding) -> None:
        self.row = row
        self.kept = kept

    def values(self, key: str) -> frozenset[str] | None:
        """Its values for one key of the filter language; None where they are unknown."""
        finding = self.kept.finding
        match key:
            case "rule":
                return frozenset({finding.rule})
            case "finding":
                return frozenset({finding.severity.value})
            case "advisory":
                told = finding.advisory
                return frozenset((told.id, *told.aliases) if told else ())
            case "package":
                return frozenset({short(finding.advisory.package)} if finding.advisory else ())
            case _:
                return self.row.values(key)

    def text(self) -> str:
        """What a bare word of a filter is matched against."""
        return f"{self.row.text()} {self.kept.finding.message}"
