"""Projects of .NET and what they import: `PackageReference` and `PackageVersion`, `pkg:nuget/Name`.

`*.csproj`, `*.fsproj`, `*.vbproj`, `*.props`, `*.targets` and `packages.config`. A version means
this or any later one; NuGet takes the lowest that fits, so it is the one in use unless another
package asks for more: both `version` and `constraint` have it. What names a property that the file
doesn't set is a constraint.
"""

import re
from collections.abc import Iterator

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package, Published
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.homes import home_among
from opsroom.observe.reading.purls import purl
from opsroom.observe.reading.values import LONGEST, words
from opsroom.observe.reading.xml_text import Element, element_of

REFERENCES = ("PackageReference", "PackageVersion", "GlobalPackageReference", "PackageDownload")
PROPERTY = re.compile(r"\$\((\w+)\)")
EXACT = re.compile(r"\[?\s*(\d+(?:\.\d+){0,3}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)\s*\]?")


def _items(project: Element) -> Iterator[Element]:
    for group in project.all("ItemGroup"):
        for item in group.children:
            if item.name in REFERENCES:
                yield item
    for choose in project.all("Choose"):
        for branch in choose.children:
            yield from _items(branch)


def _said(item: Element, *names: str) -> str:
    return next(
        (
            item.attributes.get(name) or item.said(name)
            for name in names
            if item.attributes.get(name) or item.said(name)
        ),
        "",
    )


def _reference(item: Element, properties: dict[str, str]) -> Package | None:
    name = _said(item, "Include", "Update")
    asked = PROPERTY.sub(
        lambda match: properties.get(match[1], match[0]),
        words(_said(item, "VersionOverride", "Version")),
    )
    if not name or PROPERTY.search(name):
        return None
    exact = EXACT.fullmatch(asked)
    return Package(
        purl("nuget", name),
        exact[1] if exact else "",
        asked,
        direct=None if item.name == "PackageVersion" else True,
        dev=_said(item, "PrivateAssets").lower() == "all" or item.name == "GlobalPackageReference",
        line=item.line,
    )


def parse(path: str, content: bytes) -> Manifest:
    """Read a project, a file that projects import, or a packages.config."""
    project = element_of(content)
    contents = Contents()
    if project.name == "packages":
        for item in project.all("package"):
            with contents.entry(item.line):
                dev = item.attributes.get("developmentDependency", "").lower() == "true"
                version = item.attributes.get("version", "")
                name = purl("nuget", item.attributes.get("id", ""))
                contents.put(Package(name, version, version, dev=dev, line=item.line))
        return contents.manifest()
    if project.name != "Project":
        raise NotUnderstood(f"no Project in line {project.line}")
    properties = {
        each.name: each.text
        for group in project.all("PropertyGroup")
        for each in group.children
        if len(each.text) <= LONGEST
    }
    for item in _items(project):
        with contents.entry(item.line):
            found = _reference(item, properties)
            contents.put(found)
            if not found and _said(item, "Include", "Update"):
                contents.unread("a package that a property names", item.line)
    if name := properties.get("PackageId", ""):
        with contents.entry(0):
            version = properties.get("PackageVersion") or properties.get("Version", "")
            settled = "" if PROPERTY.search(version) else version
            places = properties.get("RepositoryUrl"), properties.get("PackageProjectUrl")
            told = home_among(zip(("repository", "url"), places, strict=True))
            contents.put(Published(purl("nuget", name), settled, home=told))
    return contents.manifest()


FORMAT = Format(
    names=("*.csproj", "*.fsproj", "*.vbproj", "*.props", "*.targets", "packages.config"),
    kind="csharp",
    parse=parse,
    revision=2,
)
