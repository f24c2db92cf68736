"""Chart.yaml of Helm, and requirements.yaml of its first version: `pkg:helm/name?...`.

A chart publishes itself. What it depends on are ranges: its lock says which versions are used.
"""

from opsroom.model.manifest import Manifest
from opsroom.model.package import Published
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading.charts import chart
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.homes import home
from opsroom.observe.reading.purls import purl
from opsroom.observe.reading.values import rows, words
from opsroom.observe.reading.yaml_text import Entries, Items, document

OF_ANSIBLE = frozenset({"roles", "collections"})
"""Keys of a requirements.yaml of Ansible, which is read elsewhere, as is one that is a list."""


def dependencies(top: Entries, contents: Contents) -> None:
    """Take the dependencies that a mapping lists.

    Where a repository has but an alias (`@name`), only whoever runs Helm knows which that is.
    """
    listed = top.get("dependencies")
    if not isinstance(listed, Items | None):
        raise NotUnderstood(f"dependencies are no list in line {top.lines['dependencies']}")
    for entry, line in zip(listed or (), listed.lines if listed else (), strict=True):
        with contents.entry(line):
            wanted = entry if isinstance(entry, Entries) else Entries()
            name, asked = words(wanted.get("name")), words(wanted.get("version"))
            contents.put(chart(name, asked, words(wanted.get("repository")), line))


def _home(top: Entries) -> str:
    """Its home; where several repositories are sources, most are those of what it installs."""
    sources = {told for each in rows(top.get("sources")) if (told := home(each))}
    return sources.pop() if len(sources) == 1 else home(top.get("home"), website=True)


def parse(path: str, content: bytes) -> Manifest:
    """Read a Chart.yaml, or the requirements of a chart."""
    top = document(content)
    contents = Contents()
    if isinstance(top, Items) or (isinstance(top, Entries) and top.keys() & OF_ANSIBLE):
        return contents.manifest()
    if not isinstance(top, Entries) or not top.keys() & {"name", "dependencies"}:
        raise NotUnderstood("neither a name nor dependencies: it is no chart")
    dependencies(top, contents)
    if name := words(top.get("name")):
        version = words(top.get("version"))
        own = purl("helm", name)
        contents.put(Published(own, version, line=top.lines["name"], home=_home(top)))
    return contents.manifest()


FORMAT = Format(
    names=("Chart.yaml", "Chart.yml", "requirements.yaml"), kind="helm", parse=parse, revision=2
)
