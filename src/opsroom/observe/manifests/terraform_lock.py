""".terraform.lock.hcl: the providers that are used, as `pkg:terraform/namespace/name`.

It doesn't say which of them the configuration itself asks for.
"""

from opsroom.model.manifest import Manifest
from opsroom.model.text import plain
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.manifests.terraform import provider
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.hcl_text import blocks_of


def parse(path: str, content: bytes) -> Manifest:
    """Read a .terraform.lock.hcl."""
    contents = Contents()
    for block in blocks_of(content).blocks:
        if block.kind != "provider":
            raise NotUnderstood(f"no provider in line {block.line}: {plain(block.kind, 40)}")
        version = block.attributes.get("version")
        if not block.labels or not version or not version.text:
            raise NotUnderstood(f"a provider without version in line {block.line}")
        constraints = block.attributes.get("constraints")
        asked = (constraints.text or "") if constraints else ""
        found = provider(block.labels[0], asked, block.line, locked=version.text)
        if not found:
            contents.unread(f"no address of a provider: {plain(block.labels[0], 60)}", block.line)
        contents.put(found)
    return contents.manifest()


FORMAT = Format(names=(".terraform.lock.hcl",), kind="terraform", parse=parse, locked=True)
