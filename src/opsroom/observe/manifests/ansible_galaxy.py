"""galaxy.yml: an Ansible collection and those that it needs, as `pkg:ansible/namespace/name`."""

from opsroom.model.manifest import Manifest
from opsroom.model.package import Published
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.manifests.ansible_requirements import collection
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.homes import home_among
from opsroom.observe.reading.purls import purl
from opsroom.observe.reading.values import words
from opsroom.observe.reading.yaml_text import Entries, document


def parse(path: str, content: bytes) -> Manifest:
    """Read a galaxy.yml."""
    top = document(content)
    if not isinstance(top, Entries) or not {"namespace", "name"} <= top.keys():
        raise NotUnderstood("no namespace or no name: it is no galaxy.yml")
    contents = Contents()
    needed = top.get("dependencies")
    if isinstance(needed, Entries):
        for name, asked in needed.items():
            line = needed.lines[name]
            with contents.entry(line):
                contents.put(collection(f"{name}:{words(asked)}", line))
    own = purl("ansible", words(top["name"]), words(top["namespace"]))
    version, told = words(top.get("version")), home_among(top.items())
    contents.put(Published(own, version, line=top.lines["name"], home=told))
    return contents.manifest()


FORMAT = Format(names=("galaxy.yml", "galaxy.yaml"), kind="ansible", parse=parse, revision=2)
