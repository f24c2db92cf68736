"""values.yaml of Helm charts: the images that are its defaults, as `pkg:docker/name`.

Texts `image: name:tag`, and pairs of `repository` and `tag` (with `registry` and `digest`). Where
there is no tag the chart decides, as a rule by its version of the application.
"""

from opsroom.model.manifest import Manifest
from opsroom.observe.manifests import Format
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.values_images import images_in
from opsroom.observe.reading.yaml_text import documents


def parse(path: str, content: bytes) -> Manifest:
    """Read values of a chart."""
    contents = Contents()
    for node in documents(content):
        for found in images_in(node):
            contents.put(found)
    return contents.manifest()


FORMAT = Format(
    names=("values.yaml", "values.yml", "values-*.yaml", "values.*.yaml", "*-values.yaml"),
    kind="helm",
    parse=parse,
)
