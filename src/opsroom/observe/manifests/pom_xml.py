"""pom.xml: what a Maven project asks for, as `pkg:maven/group/artifact`.

Properties and managed versions are those of the same file; what its parent or an imported list
decides is a constraint, or has no version. Managed versions that the file itself doesn't use are
told as well, since the modules below it do: whether they are in use, it doesn't say. Plugins and
what is for tests or provided by others is for development.
"""

import re
from collections.abc import Iterator

from opsroom.model.manifest import Manifest
from opsroom.model.package import Package, Published
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.homes import home_among
from opsroom.observe.reading.purls import purl
from opsroom.observe.reading.xml_text import Element, element_of

PROPERTY = re.compile(r"\$\{([^${}]+)\}")
ROUNDS = 8
LONGEST = 1000
PLUGINS = "org.apache.maven.plugins"
NOT_AT_RUN_TIME = frozenset({"test", "provided", "system"})


class _Project:
    """One project, with what its properties stand for."""

    def __init__(self, top: Element) -> None:
        self.top = top
        self.profiles = list(top.all("profiles", "profile"))
        self.parent = next(top.all("parent"), None)
        self.properties = {
            each.name: each.text
            for group in top.all("properties")
            for each in group.children
            if len(each.text) <= LONGEST
        }
        for key in ("groupId", "artifactId", "version"):
            above = self.parent.said(key) if self.parent and key != "artifactId" else ""
            own = top.said(key) or above
            for name in (f"project.{key}", f"pom.{key}", key):
                self.properties.setdefault(name, own)
            if self.parent:
                self.properties.setdefault(f"project.parent.{key}", self.parent.said(key))

    def settled(self, text: str) -> str:
        """A text with its properties replaced; those that this file doesn't set stay."""
        for _ in range(ROUNDS):
            if len(text) > LONGEST:
                return ""
            new = PROPERTY.sub(lambda match: self.properties.get(match[1]) or match[0], text)
            if new == text:
                break
            text = new
        return text

    def everywhere(self, *names: str) -> Iterator[Element]:
        """The elements of a path of names, of the project and of its profiles."""
        for place in (self.top, *self.profiles):
            yield from place.all(*names)

    def name_of(self, element: Element, group: str = "") -> tuple[str, str]:
        """Group and artifact."""
        return (
            self.settled(element.said("groupId") or group),
            self.settled(element.said("artifactId")),
        )


def _package(
    project: _Project, element: Element, managed: dict[tuple[str, str], str], plugin: bool
) -> Package:
    name = project.name_of(element, PLUGINS if plugin else "")
    asked = project.settled(element.said("version")) or managed.get(name, "")
    scope = element.said("scope")
    return Package(
        purl("maven", name[1], name[0]),
        asked if re.fullmatch(r"[\w.+-]+", asked) else "",
        asked,
        direct=True,
        dev=plugin or scope in NOT_AT_RUN_TIME,
        line=element.line,
    )


def _home(project: _Project) -> str:
    keys = ("url", "connection", "developerConnection")
    places = [project.settled(scm.said(key)) for scm in project.top.all("scm") for key in keys]
    site = project.settled(project.top.said("url"))
    return home_among([*(("scm", place) for place in places), ("url", site)])


def parse(path: str, content: bytes) -> Manifest:
    """Read a pom.xml."""
    top = element_of(content)
    if top.name != "project":
        raise NotUnderstood(f"no project in line {top.line}")
    project = _Project(top)
    contents = Contents()
    listed = list(project.everywhere("dependencyManagement", "dependencies", "dependency"))
    managed = {
        project.name_of(each): project.settled(each.said("version"))
        for each in listed
        if each.said("scope") != "import"
    }
    used = list(project.everywhere("dependencies", "dependency"))
    plugins = [
        *project.everywhere("build", "plugins", "plugin"),
        *project.everywhere("build", "pluginManagement", "plugins", "plugin"),
        *project.everywhere("build", "extensions", "extension"),
    ]
    names = {project.name_of(each) for each in used}
    for element in (*([project.parent] if project.parent else []), *used):
        with contents.entry(element.line):
            contents.put(_package(project, element, managed, plugin=False))
    for element in listed:
        with contents.entry(element.line):
            if element.said("scope") == "import":
                contents.put(_package(project, element, {}, plugin=False))
            elif project.name_of(element) not in names:
                found = _package(project, element, {}, plugin=False)
                contents.put(
                    Package(
                        found.purl,
                        found.version,
                        found.constraint,
                        None,
                        found.dev,
                        line=found.line,
                    )
                )
    for element in plugins:
        with contents.entry(element.line):
            contents.put(_package(project, element, {}, plugin=True))
        for inner in element.all("dependencies", "dependency"):
            with contents.entry(inner.line):
                contents.put(_package(project, inner, {}, plugin=True))
    group, name = project.properties["project.groupId"], project.properties["project.artifactId"]
    if name:
        with contents.entry(top.line):
            version = project.settled(project.properties["project.version"])
            own = purl("maven", project.settled(name), project.settled(group))
            told = "" if "$" in version else version
            contents.put(Published(own, told, line=top.line, home=_home(project)))
    return contents.manifest()


FORMAT = Format(names=("pom.xml",), kind="java", parse=parse, revision=2)
