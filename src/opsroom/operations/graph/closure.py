"""CycloneDX 1.6 of the closure of a repository: the repositories that it needs, and their packages.

Each repository is a component that holds its packages; what needs what stands in `dependencies`,
over repositories and packages alike.
"""

# The library's decorators hide its classes from pyright; mypy sees through them and checks it all.
# pyright: reportCallIssue=false, reportAttributeAccessIssue=false
# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.dependency import Dependency

from opsroom.operations.findings.bom import Made, components, metadata, written

MOST_PACKAGES = 50_000
"""Packages of one document; a repository whose packages are more is there without them."""


@dataclass(frozen=True, slots=True)
class Part:
    """A repository of the closure: its name, the commit that was looked at, what its manifests
    hold, and the names of the repositories that it needs directly."""

    name: str
    commit: str
    made: tuple[Made, ...]
    needs: tuple[str, ...]


def document(
    name: str, parts: Iterable[Part], at: datetime | None, properties: Mapping[str, str]
) -> dict[str, Any]:
    """The document, as JSON; the part of that name is its root."""
    held = {part.name: part for part in parts}
    whole: dict[str, Component] = {}
    needs: dict[str, set[str]] = {}
    left: list[str] = []
    for part in held.values():
        ref = f"repository:{part.name}"
        needs[ref] = {f"repository:{each}" for each in part.needs if each in held}
        found, wants = components(part.made)
        if len(whole) + len(found) > MOST_PACKAGES:
            left.append(part.name)
            found, wants = {}, dict[str, set[str]]()
        for purl, component in found.items():
            whole.setdefault(purl, component)
        for source, ends in wants.items():
            needs.setdefault(source or ref, set()).update(ends)
        whole[ref] = Component(
            name=part.name,
            version=part.commit or None,
            type=ComponentType.APPLICATION,
            bom_ref=ref,
        )
    root = whole.pop(f"repository:{name}")
    known = {**whole, f"repository:{name}": root}
    told = {**properties, **({"without packages": ", ".join(left)} if left else {})}
    bom = Bom(
        components=whole.values(),
        metadata=metadata(root, at, told),
        dependencies=[
            Dependency(
                known[ref].bom_ref,
                [
                    Dependency(known[each].bom_ref)
                    for each in sorted(needs.get(ref, ()))
                    if each != ref and each in known
                ],
            )
            for ref in known
        ],
    )
    return written(bom)
