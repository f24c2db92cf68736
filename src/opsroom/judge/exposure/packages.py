"""What is wrong with the packages of one repository: a hit for each flaw of each package.

However many manifests name a package, and in however many versions, a flaw of it is one thing to
be mended, and says where it is.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from opsroom.judge.exposure.advisories import Advisories, Match
from opsroom.model.advisory import Advisory
from opsroom.model.finding import Vulnerability
from opsroom.model.package import Package
from opsroom.model.purl import package_key, short
from opsroom.model.scan import Hit
from opsroom.model.severity import Severity
from opsroom.model.text import plain

VULNERABLE, MALICIOUS = "vulnerable-dependency", "malicious-dependency"
PLACES = 3
"""Places that a message names."""
LIKELY = 0.1
"""From which probability on a message tells it."""

Use = tuple[str, Package]
"""The path of a manifest, and a package in it."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """What holds for one repository. Of `unknown` packages (their keys) some advisory may hold;
    `reasons` say why that can't be told, with how many packages."""

    hits: tuple[Hit, ...] = ()
    advisories: tuple[Advisory, ...] = ()
    """One for each hit."""
    unknown: frozenset[str] = frozenset()
    reasons: tuple[tuple[str, int, str], ...] = ()
    """Why, how many packages, and one of them."""


@dataclass(frozen=True, slots=True)
class _Place:
    path: str
    package: Package
    version: str
    match: Match


def exposed(
    uses: Iterable[Use], declaring: Collection[tuple[str, str]], advisories: Advisories
) -> Exposed:
    """Return what advisories hold for the packages of one repository.

    `declaring` are the folders, with the type of purl, in which it says itself what it asks for: a
    lockfile there that doesn't tell is told apart by that.
    """
    by_purl: dict[str, list[Use]] = {}
    for path, package in uses:
        by_purl.setdefault(package.purl, []).append((path, package))
    hits: list[Hit] = []
    held: list[Advisory] = []
    unknown: set[str] = set()
    reasons: Counter[str] = Counter()
    example: dict[str, str] = {}
    for purl, places in by_purl.items():
        found, doubts = _found(purl, places, advisories)
        for advisory_places in found.values():
            first = min(advisory_places, key=_order)
            hits.append(_hit(first, advisory_places, places, declaring))
            held.append(first.match.advisory)
        if doubts:
            unknown.add(package_key(purl))
        for reason in doubts:
            reasons[reason] += 1
            example.setdefault(reason, short(purl))
    told = tuple((reason, count, example[reason]) for reason, count in sorted(reasons.items()))
    return Exposed(tuple(hits), tuple(held), frozenset(unknown), told)


def _found(
    purl: str, places: Sequence[Use], advisories: Advisories
) -> tuple[dict[str, list[_Place]], frozenset[str]]:
    """Return where each advisory of one package holds, and why others may."""
    locked = [path for path, package in places if package.version]
    found: dict[str, list[_Place]] = {}
    doubts: set[str] = set()
    for path, package in places:
        if not package.version and any(_is_above(lock, path) for lock in locked):
            continue  # a lockfile tells which version that is
        told = advisories.of(purl, package.version, package.constraint, package.origin)
        for match in told.matches:
            place = _Place(path, package, told.version, match)
            found.setdefault(match.advisory.id, []).append(place)
        doubts |= {reason for _, reason in told.unknown}
    return found, frozenset(doubts)


def _is_above(lock: str, path: str) -> bool:
    """Whether a lockfile is in the folder of a manifest, or in one above it."""
    folder = _folder(lock)
    return not folder or _folder(path) == folder or path.startswith(f"{folder}/")


def _folder(path: str) -> str:
    """Return the folder that a path is in; empty: the top."""
    return path.rpartition("/")[0]


def _order(place: _Place) -> tuple[bool, int, str, int, str]:
    path, package = place.path, place.package
    return package.direct is not True, path.count("/"), path, package.line, place.version


def _hit(
    first: _Place,
    held: Sequence[_Place],
    places: Sequence[Use],
    declaring: Collection[tuple[str, str]],
) -> Hit:
    advisory, purl = first.match.advisory, first.package.purl
    flaw = Vulnerability(
        id=advisory.id,
        aliases=advisory.aliases,
        package=purl,
        version=first.version,
        fixed=first.match.fixed,
        direct=_is_direct(held, places, declaring),
        dev=all(place.package.dev for place in held),
        exploited=advisory.exploited,
        likely=None if advisory.likely is None else round(advisory.likely, 3),
        malicious=advisory.malicious,
    )
    return Hit(
        rule=MALICIOUS if advisory.malicious else VULNERABLE,
        severity=Severity.CRITICAL if advisory.malicious else advisory.severity or Severity.MEDIUM,
        message=_message(advisory, flaw, held),
        anchor=f"{advisory.id} {purl}",
        path=first.path,
        line=first.package.line,
        remediation=_remediation(flaw),
        advisory=flaw,
    )


def _is_direct(
    held: Sequence[_Place], places: Sequence[Use], declaring: Collection[tuple[str, str]]
) -> bool | None:
    """Return whether the repository asks for it itself; None: nothing there tells."""
    asked = {_folder(path) for path, package in places if package.direct}
    told = {_told(place, asked, declaring) for place in held}
    return True if True in told else None if None in told else False


def _told(
    place: _Place, asked: Collection[str], declaring: Collection[tuple[str, str]]
) -> bool | None:
    folder = _folder(place.path)
    if place.package.direct is not None:
        return place.package.direct
    if folder in asked:
        return True
    kind = place.package.purl.removeprefix("pkg:").partition("/")[0]
    return False if (folder, kind) in declaring else None


def _message(advisory: Advisory, flaw: Vulnerability, held: Sequence[_Place]) -> str:
    ordered = sorted(held, key=_order)
    versions = list(dict.fromkeys(place.version for place in ordered if place.version))
    more = f" and {len(versions) - PLACES} more" if len(versions) > PLACES else ""
    named = f"{short(flaw.package)} {', '.join(versions[:PLACES])}{more}".strip()
    paths = list(dict.fromkeys(place.path for place in ordered))
    others = f" and {len(paths) - PLACES} more" if len(paths) > PLACES else ""
    told = [f"in {', '.join(paths[:PLACES])}{others}"]
    if flaw.direct is not None:
        told.append("direct" if flaw.direct else "transitive")
    if flaw.dev:
        told.append("development only")
    if not flaw.malicious:
        told.append(f"fixed in {flaw.fixed}" if flaw.fixed else "not fixed yet")
    if flaw.exploited:
        told.append(f"exploited since {flaw.exploited.isoformat()}")
    if flaw.likely is not None and flaw.likely >= LIKELY:
        told.append(f"likely to be exploited ({flaw.likely:.0%})")
    summary = plain(advisory.summary, 100)
    says = f"{flaw.id}{f' ({summary})' if summary else ''}"
    verb = "is malware" if flaw.malicious else "is vulnerable"
    return f"{named} {verb}: {says}; {'; '.join(told)}"


def _remediation(flaw: Vulnerability) -> str:
    name = short(flaw.package)
    if flaw.malicious:
        return (
            f"Remove {name}, and take every secret for leaked that was on a machine which"
            " installed it."
        )
    if flaw.fixed:
        return f"Raise {name} to {flaw.fixed} or later."
    return f"No version of {name} mends it yet: see whether it is reached, or replace it."
