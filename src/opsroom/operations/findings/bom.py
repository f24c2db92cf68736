"""CycloneDX 1.6 of one repository: what it is made of, and which flaws are known of that.

    packages and edges of its manifests, its findings about packages -> one document

The same package in several manifests is one component with several occurrences. What is there in
development only has the scope `excluded`: it is not there at run time.
"""

# The library's decorators hide its classes from pyright; mypy sees through them and checks it all.
# pyright: reportCallIssue=false, reportAttributeAccessIssue=false
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from cyclonedx.model import Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.component_evidence import ComponentEvidence, Occurrence
from cyclonedx.model.dependency import Dependency
from cyclonedx.model.impact_analysis import ImpactAnalysisJustification, ImpactAnalysisState
from cyclonedx.model.tool import ToolRepository
from cyclonedx.model.vulnerability import (
    BomTarget,
    VulnerabilityAnalysis,
    VulnerabilityRating,
    VulnerabilityReference,
    VulnerabilitySeverity,
    VulnerabilitySource,
)
from cyclonedx.model.vulnerability import Vulnerability as Flaw
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from opsroom import __version__
from opsroom.model.finding import FindingState, KeptFinding
from opsroom.model.package import Package
from opsroom.model.vex import VexStatus

SPACE = UUID("6f5f2f8e-5c0c-5a52-9f3e-0b6b0a7d7f10")
"""The namespace of serial numbers: the same content of the same commit has the same number."""

STATES = {
    VexStatus.NOT_AFFECTED: ImpactAnalysisState.NOT_AFFECTED,
    VexStatus.FIXED: ImpactAnalysisState.RESOLVED,
    VexStatus.AFFECTED: ImpactAnalysisState.EXPLOITABLE,
    VexStatus.UNDER_INVESTIGATION: ImpactAnalysisState.IN_TRIAGE,
}

JUSTIFICATIONS = {
    "component_not_present": ImpactAnalysisJustification.CODE_NOT_PRESENT,
    "vulnerable_code_not_present": ImpactAnalysisJustification.CODE_NOT_PRESENT,
    "vulnerable_code_not_in_execute_path": ImpactAnalysisJustification.CODE_NOT_REACHABLE,
    "vulnerable_code_cannot_be_controlled_by_adversary": (
        ImpactAnalysisJustification.REQUIRES_ENVIRONMENT
    ),
    "inline_mitigations_already_exist": ImpactAnalysisJustification.PROTECTED_BY_MITIGATING_CONTROL,
}
"""The justifications of OpenVEX in the words of CycloneDX."""


@dataclass(frozen=True, slots=True)
class Made:
    """What one manifest of a repository holds, and where."""

    path: str
    packages: Sequence[Package]
    edges: Sequence[tuple[int, int]] = ()


def document(
    name: str,
    commit: str,
    at: datetime | None,
    made: Iterable[Made],
    findings: Iterable[KeptFinding] = (),
    properties: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The document, as JSON. `properties` go into its metadata, under `opsroom:`."""
    root = Component(name=name, version=commit, type=ComponentType.APPLICATION, bom_ref="root")
    held, needs = components(made)
    bom = Bom(
        components=held.values(),
        metadata=metadata(root, at, properties or {}),
        vulnerabilities=_flaws(findings, held),
        dependencies=_dependencies(root, held, needs),
    )
    return written(bom)


def metadata(root: Component, at: datetime | None, properties: Mapping[str, str]) -> BomMetaData:
    """What a document is about. `properties` that say something stand there under `opsroom:`."""
    tool = Component(name="opsroom", version=__version__, type=ComponentType.APPLICATION)
    return BomMetaData(
        component=root,
        timestamp=at,
        tools=ToolRepository(components=[tool]),
        properties=[
            Property(name=f"opsroom:{key}", value=value)
            for key, value in properties.items()
            if value
        ],
    )


def written(bom: Bom) -> dict[str, Any]:
    """A document as JSON: the same content always gives the same text and serial number."""
    content: dict[str, Any] = json.loads(JsonV1Dot6(bom).output_as_string())
    content.pop("serialNumber", None)
    for component in content.get("components", ()):  # the library orders them by chance
        if "evidence" in component:
            component["evidence"]["occurrences"].sort(key=_where)
    digest = json.dumps(content, sort_keys=True)
    return {**content, "serialNumber": f"urn:uuid:{uuid5(SPACE, digest)}"}


def _where(occurrence: Mapping[str, Any]) -> tuple[str, int]:
    """Sorts occurrences by file and line."""
    return occurrence["location"], occurrence.get("line", 0)


def components(
    made: Iterable[Made],
) -> tuple[dict[str, Component], dict[str, set[str]]]:
    """Components by their full purl, and what each needs; "" is the repository itself.

    Where a manifest doesn't tell what is asked for, that is what nothing else in it needs.
    """
    places: dict[str, list[Occurrence]] = {}
    found: dict[str, tuple[PackageURL, Package]] = {}
    needs: dict[str, set[str]] = {}
    unsure: set[str] = set()
    for each in made:
        names: list[str] = []
        for package in each.packages:
            purl = _full(package)
            name = purl.to_string()
            names.append(name)
            known = found.get(name)
            if known is None or (known[1].dev and not package.dev):
                found[name] = purl, package
            line = package.line or None
            places.setdefault(name, []).append(Occurrence(location=each.path, line=line))
            if package.direct:
                needs.setdefault("", set()).add(name)
            elif package.direct is None:
                unsure.add(name)
        for start, end in each.edges:
            needs.setdefault(names[start], set()).add(names[end])
    needed = {end for name, ends in needs.items() if name for end in ends}
    direct = needs.get("", set()) | (unsure - needed)
    held = {
        name: Component(
            name=purl.name,
            group=purl.namespace,
            version=package.version or None,
            purl=purl,
            bom_ref=name,
            type=ComponentType.CONTAINER if purl.type in {"docker", "oci"} else LIBRARY,
            scope=ComponentScope.EXCLUDED if package.dev else ComponentScope.REQUIRED,
            evidence=ComponentEvidence(occurrences=places[name]),
            properties=_told(package),
        )
        for name, (purl, package) in found.items()
    }
    return held, {**needs, "": direct or set(held)}


LIBRARY = ComponentType.LIBRARY


def _full(package: Package) -> PackageURL:
    """The purl with its version; of an image with what it is pinned to."""
    bare = PackageURL.from_string(package.purl)
    return PackageURL(
        bare.type, bare.namespace, bare.name, package.digest or package.version or None
    )


def _told(package: Package) -> list[Property]:
    told = {"constraint": package.constraint, "origin": package.origin}
    if package.direct is not None:
        told["direct"] = str(package.direct).lower()
    return [Property(name=f"opsroom:{key}", value=value) for key, value in told.items() if value]


def _dependencies(
    root: Component, components: Mapping[str, Component], needs: Mapping[str, set[str]]
) -> list[Dependency]:
    known = {"": root, **components}
    return [
        Dependency(
            known[name].bom_ref,
            [
                Dependency(known[each].bom_ref)
                for each in sorted(needs.get(name, ()))
                if each != name
            ],
        )
        for name in known
    ]


def _flaws(findings: Iterable[KeptFinding], components: Mapping[str, Component]) -> list[Flaw]:
    """One entry for each advisory, with every component that has it."""
    by_version: dict[tuple[str, str], list[str]] = {}
    for name, component in components.items():
        bare = name.partition("@")[0] if component.version else name
        by_version.setdefault((bare.partition("?")[0], component.version or ""), []).append(name)
    flaws: list[Flaw] = []
    for kept in findings:
        advisory = kept.finding.advisory
        if advisory is None or kept.state is FindingState.FIXED:
            continue
        purl = PackageURL.from_string(advisory.package)
        bare = purl.to_string()
        affects = by_version.get((bare, advisory.version), [])
        flaws.append(
            Flaw(
                bom_ref=kept.finding.id,
                id=advisory.id,
                references=[
                    VulnerabilityReference(id=alias, source=VulnerabilitySource(name=_home(alias)))
                    for alias in advisory.aliases
                ],
                ratings=[
                    VulnerabilityRating(severity=VulnerabilitySeverity(kept.finding.severity.value))
                ],
                description=kept.finding.message,
                recommendation=kept.finding.remediation or None,
                affects=[BomTarget(ref=ref) for ref in affects],
                analysis=_analysis(kept),
            )
        )
    return flaws


def _analysis(kept: KeptFinding) -> VulnerabilityAnalysis | None:
    told = kept.suppression
    if told is None or kept.state is not FindingState.SUPPRESSED:
        return None
    status, _, justification = told.vex.partition(":")
    return VulnerabilityAnalysis(
        state=STATES[VexStatus(status)] if status else ImpactAnalysisState.NOT_AFFECTED,
        justification=JUSTIFICATIONS.get(justification),
        detail=told.reason,
        first_issued=told.at,
    )


def _home(name: str) -> str:
    """The database that a name of an advisory is of, as far as the name tells."""
    return {"CVE": "NVD", "GHSA": "GitHub"}.get(name.partition("-")[0], "OSV")
