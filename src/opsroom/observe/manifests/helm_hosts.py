"""Values of Helm charts: the names that their ingress or routes answer to."""

from opsroom.model.manifest import Manifest
from opsroom.observe.manifests import Format, helm_values
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.served_names import in_values
from opsroom.observe.reading.tree_walks import readable


def parse(path: str, content: bytes) -> Manifest:
    """Read the values of a chart."""
    if b"host" not in content and b"domain" not in content:
        return Manifest()
    found = [mention for document in readable(content) for mention in in_values(document)]
    return manifest_of(found)


FORMAT = Format(names=helm_values.FORMAT.names, kind="helm", parse=parse, beside=True)
