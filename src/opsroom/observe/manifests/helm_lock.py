"""Chart.lock of Helm, and requirements.lock of its first version: `pkg:helm/name?...`."""

from opsroom.model.manifest import Manifest
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.manifests.helm_chart import dependencies
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.yaml_text import Entries, document


def parse(path: str, content: bytes) -> Manifest:
    """Read the lock of a chart."""
    top = document(content)
    if not isinstance(top, Entries) or "dependencies" not in top:
        raise NotUnderstood("no dependencies: it is no lock of a chart")
    contents = Contents()
    dependencies(top, contents)
    return contents.manifest()


FORMAT = Format(names=("Chart.lock", "requirements.lock"), kind="helm", parse=parse, locked=True)
