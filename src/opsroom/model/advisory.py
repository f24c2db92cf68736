"""An Advisory: one flaw, under all of its names, and what it affects.

Made of OSV records (schema 1.7) and of what other databases say of the same flaw.
"""

from dataclasses import dataclass
from datetime import date, datetime

from opsroom.model.severity import Severity
from opsroom.model.value import Value


class Interval(Value):
    """One range of versions: from `introduced` ("0": from the first) up to `fixed`, without it, or
    `last_affected`, with it; both None: until now."""

    introduced: str = "0"
    fixed: str | None = None
    last_affected: str | None = None


class Affected(Value):
    """What is affected of one package.

    `purl` is without version. A version is affected when it is one of `versions` or lies in an
    interval, by the rules of its ecosystem. `commits` is true when nothing was told that says
    anything about a version: ranges of Git commits alone, or ranges that can't be read.
    """

    purl: str
    ecosystem: str
    """As OSV writes it (`PyPI`, `npm`, `Go`)."""
    intervals: tuple[Interval, ...] = ()
    versions: tuple[str, ...] = ()
    commits: bool = False


class Advisory(Value):
    """One flaw. `id` is the name that most tools know: a CVE, else a GHSA, else its own.

    `aliases` are all other names. `sources` say which databases told of it (`osv`, `github`,
    `snyk`). Withdrawn ones are never kept as advisories.
    """

    id: str
    aliases: tuple[str, ...] = ()
    summary: str = ""
    severity: Severity | None = None
    """None: no database says how bad it is."""
    score: float | None = None
    """CVSS base score, 0 to 10, of the newest version of CVSS that was told."""
    vector: str = ""
    malicious: bool = False
    """The package is malware (MAL-...): worse than any flaw."""
    published: datetime | None = None
    modified: datetime | None = None
    exploited: date | None = None
    """Since when CISA's KEV catalogue says that it is exploited."""
    ransomware: bool = False
    likely: float | None = None
    """EPSS: the probability, 0 to 1, that it is exploited in the next 30 days."""
    affected: tuple[Affected, ...] = ()
    sources: tuple[str, ...] = ()
    url: str = ""

    @property
    def names(self) -> frozenset[str]:
        """Every name it has."""
        return frozenset((self.id, *self.aliases))


@dataclass(frozen=True, slots=True)
class Exploit:
    """What a catalogue says of exploits of one CVE, each as in Advisory; None: it doesn't say."""

    exploited: date | None = None
    ransomware: bool = False
    likely: float | None = None


@dataclass(frozen=True, slots=True)
class AdvisoryRecord:
    """What one database says of one flaw, under its own `id`, before it is merged with others.

    `stamp` is equal exactly when the record is: of an online database when it was modified, of a
    file in an archive its checksum. Without `advisory`, `reason` says why it tells nothing:
    `withdrawn`, or what is wrong with it.
    """

    id: str
    stamp: str = ""
    advisory: Advisory | None = None
    reason: str = ""

    @classmethod
    def of(cls, advisory: Advisory) -> "AdvisoryRecord":
        """The record of an advisory that has only one."""
        told = advisory.modified.isoformat() if advisory.modified else ""
        return cls(advisory.id, told, advisory)


class AdvisoryData(Value):
    """How old the advisories of one source are, which every answer about packages says.

    `as_of` is the newest change that its data hold, `fetched_at` when they were last had in full;
    `failed` says why the last try to refresh them did not work, empty: it did.
    """

    source: str
    as_of: datetime | None = None
    fetched_at: datetime | None = None
    advisories: int = 0
    failed: str = ""
