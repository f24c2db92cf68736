"""Configuration of cloudflared: the names that a tunnel answers to."""

from opsroom.model.manifest import Manifest
from opsroom.model.mention import Mention
from opsroom.observe.manifests import Format
from opsroom.observe.reading.mentioned import manifest_of
from opsroom.observe.reading.served_names import serving
from opsroom.observe.reading.tree_walks import each, mappings, readable, texts


def parse(path: str, content: bytes) -> Manifest:
    """Read the rules of `ingress`, also within values of a chart."""
    if b"hostname" not in content or b"service" not in content:
        return Manifest()
    found: list[Mention] = []
    for document in readable(content):
        for _, mapping in mappings(document):
            for rule, _ in each(mapping, "ingress"):
                for written, line in texts(rule, "hostname"):
                    found += serving(written, line)
    return manifest_of(found)


FORMAT = Format(
    names=tuple(
        f"{stem}.{ending}"
        for stem in ("*cloudflare*", "**/*cloudflare*/**", "config")
        for ending in ("yml", "yaml")
    ),
    kind="web-server",
    parse=parse,
    beside=True,
)
