"""Terraform and OpenTofu in JSON (`*.tf.json`): modules and providers, as `pkg:terraform/...`."""

from collections.abc import Iterator
from typing import Any

from opsroom.model.manifest import Manifest
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.manifests.terraform import module, provider
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.plain_text import json_of, text_of
from opsroom.observe.reading.values import rows, table, words


def _each(value: object) -> Iterator[dict[str, Any]]:
    """A block that may be written once, or as a list of several."""
    yield from map(table, rows(value) or [value])


def parse(path: str, content: bytes) -> Manifest:
    """Read a file of Terraform in JSON."""
    read = json_of(text_of(content))
    top = table(read)
    if top != read:
        raise NotUnderstood("no object: it is no file of Terraform")
    contents = Contents()
    for terraform in _each(top.get("terraform")):
        for required in _each(terraform.get("required_providers")):
            for name, wanted in required.items():
                source = words(table(wanted).get("source")) or name
                asked = words(table(wanted).get("version")) or words(wanted)
                contents.put(provider(source, asked, 0))
    for modules in _each(top.get("module")):
        for blocks in modules.values():
            for block in _each(blocks):
                if source := words(block.get("source")):
                    with contents.entry(0):
                        contents.put(module(source, words(block.get("version")), 0))
    return contents.manifest()


FORMAT = Format(names=("*.tf.json", "*.tofu.json"), kind="terraform", parse=parse, revision=2)
