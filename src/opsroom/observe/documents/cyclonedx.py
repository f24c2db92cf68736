"""CycloneDX documents, read: components as packages, and what they say of flaws.

Source of the shape: CycloneDX 1.2 to 1.6, JSON. A component without a purl has no name that others
know; it is told as unread. The library that writes such documents refuses whole files for one bad
field, so what comes from strangers is read field by field.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from opsroom.errors import UsageError
from opsroom.model.manifest import Manifest, Unread
from opsroom.model.package import Package
from opsroom.model.shapes import listed, mapping, objects, string
from opsroom.model.vex import Statement, VexStatus
from opsroom.observe.documents.openvex import Statements, moment, words

MOST = 500_000
"""Components of one document."""
DEEPEST = 32
VERSIONS = ("1.2", "1.3", "1.4", "1.5", "1.6")

STATUS = {
    "not_affected": VexStatus.NOT_AFFECTED,
    "false_positive": VexStatus.NOT_AFFECTED,
    "resolved": VexStatus.FIXED,
    "resolved_with_pedigree": VexStatus.FIXED,
    "exploitable": VexStatus.AFFECTED,
    "in_triage": VexStatus.UNDER_INVESTIGATION,
}
"""The states of `analysis` in the words of OpenVEX."""

JUSTIFICATION = {
    "code_not_present": "vulnerable_code_not_present",
    "code_not_reachable": "vulnerable_code_not_in_execute_path",
    "requires_configuration": "vulnerable_code_cannot_be_controlled_by_adversary",
    "requires_dependency": "component_not_present",
    "requires_environment": "vulnerable_code_cannot_be_controlled_by_adversary",
    "protected_by_compiler": "inline_mitigations_already_exist",
    "protected_at_runtime": "inline_mitigations_already_exist",
    "protected_at_perimeter": "inline_mitigations_already_exist",
    "protected_by_mitigating_control": "inline_mitigations_already_exist",
}


def is_cyclonedx(document: Mapping[str, Any]) -> bool:
    """Whether a JSON document says that it is CycloneDX."""
    return document.get("bomFormat") == "CycloneDX"


def read_components(document: Mapping[str, Any]) -> Manifest:
    """What it lists, with the edges between.

    Raises:
        UsageError: a version that is not known, or absurdly many components.
    """
    if document.get("specVersion") not in VERSIONS:
        told = words(document.get("specVersion"), 20) or "none"
        raise UsageError(f"CycloneDX {told} can't be read", f"versions are: {', '.join(VERSIONS)}")
    packages: list[Package] = []
    unread: list[Unread] = []
    indexes: dict[str, int] = {}
    for component in _components(document.get("components"), 0):
        if len(packages) + len(unread) >= MOST:
            raise UsageError(f"more than {MOST:,} components in one document")
        purl = string(component.get("purl"))
        if not purl:
            name = words(component.get("name"), 80)
            unread.append(Unread(f"component {name!r} has no purl"))
            continue
        try:
            packages.append(_package(purl, component))
        except ValueError:
            unread.append(Unread(f"not a purl: {words(purl, 80)}"))
            continue
        indexes.setdefault(string(component.get("bom-ref")), len(packages) - 1)
    edges = tuple(dict.fromkeys(_edges(document.get("dependencies"), indexes)))
    return Manifest(tuple(packages), edges, unread=tuple(unread))


def read_analyses(document: Mapping[str, Any]) -> Statements:
    """What it says of flaws that it lists."""
    told = objects(document.get("vulnerabilities"))[:MOST]
    analysed = [each for each in told if "analysis" in each]
    read = [_analysis(each) for each in analysed]
    statements = tuple(each for each in read if each)
    return Statements(statements, len(read) - len(statements))


def _components(told: object, depth: int) -> Iterator[Mapping[str, Any]]:
    for each in objects(told) if depth <= DEEPEST else ():
        yield each
        yield from _components(each.get("components"), depth + 1)


def _package(purl: str, component: Mapping[str, Any]) -> Package:
    from packageurl import PackageURL

    parsed = PackageURL.from_string(purl[:1000])
    bare = PackageURL(parsed.type, parsed.namespace, parsed.name)
    version = parsed.version or words(component.get("version"), 200)
    dev = component.get("scope") == "excluded"
    return Package(bare.to_string(), version=version, dev=dev)


def _edges(told: object, indexes: Mapping[str, int]) -> Iterator[tuple[int, int]]:
    for each in objects(told):
        start = indexes.get(string(each.get("ref")))
        for needed in listed(each.get("dependsOn")) or ():
            end = indexes.get(string(needed))
            if start is not None and end is not None and start != end:
                yield start, end


def _analysis(told: Mapping[str, Any]) -> Statement | None:
    analysis = mapping(told.get("analysis"))
    status = STATUS.get(string(analysis.get("state")))
    name = words(told.get("id"), 80)
    if status is None or not name:
        return None
    aliases = (words(each.get("id"), 80) for each in objects(told.get("references")))
    affects = (string(each.get("ref")) for each in objects(told.get("affects")))
    return Statement(
        advisory=tuple(filter(None, (name, *aliases))),
        packages=tuple(each[:500] for each in affects if each.startswith("pkg:")),
        status=status,
        justification=JUSTIFICATION.get(words(analysis.get("justification"), 80), ""),
        why=words(analysis.get("detail")),
        at=moment(analysis.get("lastUpdated") or told.get("updated")),
    )
