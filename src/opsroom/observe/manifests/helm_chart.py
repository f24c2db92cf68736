"""Chart.yaml of Helm (and requirements.yaml, requirements.lock, Chart.lock): `pkg:helm/name?...`.

A chart publishes itself; its dependencies are ranges in Chart.yaml and exact in the lock.
"""

from opsroom.model.manifest import Manifest
from opsroom.model.package import Published
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading.charts import chart
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.package_url import purl
from opsroom.observe.reading.values import words
from opsroom.observe.reading.yaml_text import Entries, Items, document


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


def parse(path: str, content: bytes) -> Manifest:
    """Read a Chart.yaml."""
    top = document(content)
    name = words(top.get("name")) if isinstance(top, Entries) else ""
    if not isinstance(top, Entries) or not name:
        raise NotUnderstood("no name: it is no Chart.yaml")
    contents = Contents()
    dependencies(top, contents)
    contents.put(Published(purl("helm", name), words(top.get("version")), line=top.lines["name"]))
    return contents.manifest()


FORMAT = Format(names=("Chart.yaml", "Chart.yml"), kind="helm", parse=parse)
