"""Helmfiles: the environments that they know."""

from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe.manifests import Format
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.tree_walks import below, readable

ANY = "default"


def parse(path: str, content: bytes) -> Manifest:
    """Read the names under `environments`."""
    found: list[Mention] = []
    for document in readable(content):
        environments = below(document, "environments")
        found += [
            Mention("environment", name, environments.lines[name])
            for name in environments
            if name and name != ANY and name.isprintable() and "{{" not in name
        ]
    return manifest_of(found)


FORMAT = Format(
    names=("helmfile.yaml", "helmfile.yml", "helmfile.d/*.yaml", "helmfile.yaml.gotmpl"),
    kind="helm",
    parse=parse,
    beside=True,
)
