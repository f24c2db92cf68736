"""What several databases say of one flaw, as one advisory."""

from collections.abc import Collection, Iterable, Sequence

from opsroom.model.advisory import Advisory, Affected, Interval
from opsroom.model.purl import package_key

ORIGINS = frozenset({"", "0", "0.0.0", "0.0.0-0"})
"""How databases write "from the first version"."""

Bounds = tuple[str, str | None, str | None]
"""An interval: where it begins, what fixed it, what is the last with it."""


def canonical(names: Collection[str]) -> str:
    """The name that most tools know: the oldest CVE, else the first GHSA, else the first of all."""
    cves = [name for name in names if name.startswith("CVE-")]
    if cves:
        return min(cves, key=lambda name: (name[4:8], len(name), name))
    return min(names, key=lambda name: (not name.startswith("GHSA-"), name))


def merged(advisories: Sequence[Advisory]) -> Advisory:
    """One advisory of several that share a name; of one alone, itself.

    The score is that of the newest CVSS that any of them tells, the highest of those. What is
    affected is the sum of what each says: a version is affected when one of them says so.
    """
    if len(advisories) == 1:
        return advisories[0]
    names = frozenset(name for each in advisories for name in each.names)
    best = canonical(names)
    worst = max(advisories, key=_gravity)
    published = [each.published for each in advisories if each.published]
    modified = [each.modified for each in advisories if each.modified]
    return Advisory(
        id=best,
        aliases=tuple(sorted(names - {best})),
        summary=next((each.summary for each in advisories if each.summary), ""),
        severity=worst.severity,
        score=worst.score,
        vector=worst.vector,
        malicious=any(each.malicious for each in advisories),
        published=min(published, default=None),
        modified=max(modified, default=None),
        affected=tuple(_affected(advisories)),
        sources=tuple(sorted({source for each in advisories for source in each.sources})),
        url=next((each.url for each in advisories if each.url), ""),
    )


def _gravity(advisory: Advisory) -> tuple[str, float, int]:
    """How much its word on severity counts: a vector before a word, a newer CVSS before an older.

    Vectors of CVSS 2 don't say so and begin with a metric (`AV:...`), which sorts below `CVSS:3`.
    """
    rank = advisory.severity.rank if advisory.severity else -1
    return advisory.vector[:8], advisory.score or 0.0, rank


def _affected(advisories: Sequence[Advisory]) -> Iterable[Affected]:
    told: dict[tuple[str, str], list[tuple[Affected, bool]]] = {}
    for advisory in advisories:
        for each in advisory.affected:
            place = (package_key(each.purl), each.ecosystem.lower())
            told.setdefault(place, []).append((each, advisory.malicious))
    for found in told.values():
        yield from _alike(_telling(found))


def _telling(found: list[tuple[Affected, bool]]) -> list[Affected]:
    """What is said of one package, without what others of the same flaw say better.

    Commits tell nothing where another record has versions. A record that affects every version
    there will ever be doesn't know of the fix that another one names: the Go database has many
    such, which nobody reviewed. Of malware every version is bad, so that is kept.
    """
    exact = [each for each, _ in found if not each.commits]
    if not exact:
        return [each for each, _ in found][:1]
    if any(interval.fixed for each in exact for interval in each.intervals):
        return [
            each
            for each, malicious in found
            if not each.commits and (malicious or not _is_endless(each))
        ]
    return exact


def _is_endless(affected: Affected) -> bool:
    if affected.versions or len(affected.intervals) != 1:
        return False
    only = affected.intervals[0]
    return only.introduced in ORIGINS and only.fixed is None and only.last_affected is None


def _bounds(interval: Interval) -> Bounds:
    return interval.introduced, interval.fixed, interval.last_affected


def _alike(found: list[Affected]) -> Iterable[Affected]:
    """Yield each set of intervals once, with all versions that were named with it."""
    by_intervals: dict[frozenset[Bounds], Affected] = {}
    for each in found:
        key = frozenset(_bounds(interval) for interval in each.intervals)
        known = by_intervals.get(key)
        if known is None:
            by_intervals[key] = each
        elif known.versions != each.versions:
            versions = tuple(dict.fromkeys((*known.versions, *each.versions)))
            by_intervals[key] = known.model_copy(update={"versions": versions})
    return by_intervals.values()
