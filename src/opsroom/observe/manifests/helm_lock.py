"""Chart.lock of Helm, and requirements.lock and requirements.yaml of its first version.

    pkg:helm/name?repository_url=charts.example.org

A requirements.yaml of Ansible has the same name and is read elsewhere.
"""

from opsroom.model.manifest import Manifest
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.manifests.helm_chart import dependencies
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.yaml_text import Entries, document


def parse(path: str, content: bytes) -> Manifest:
    """Read a lock or the requirements of a chart."""
    top = document(content)
    contents = Contents()
    if isinstance(top, Entries) and "dependencies" in top:
        dependencies(top, contents)
    elif isinstance(top, Entries) and "digest" in top:
        raise NotUnderstood("no dependencies: the file is cut off")
    return contents.manifest()


FORMAT = Format(
    names=("Chart.lock", "requirements.lock", "requirements.yaml"),
    kind="helm",
    parse=parse,
    locked=True,
)
