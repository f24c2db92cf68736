"""meta/main.yml: an Ansible role and those that it needs, `pkg:ansible/name?type=role`."""

from opsroom.model.manifest import Manifest
from opsroom.model.package import Published
from opsroom.observe.manifests import Format
from opsroom.observe.manifests.ansible_requirements import roles
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.purls import purl
from opsroom.observe.reading.values import words
from opsroom.observe.reading.yaml_text import Entries, document


def parse(path: str, content: bytes) -> Manifest:
    """Read the metadata of a role."""
    top = document(content)
    contents = Contents()
    if not isinstance(top, Entries):
        return contents.manifest()
    roles(top.get("dependencies"), contents)
    told = top.get("galaxy_info")
    if isinstance(told, Entries):
        name, namespace = words(told.get("role_name")), words(told.get("namespace"))
        if name and namespace:
            own = purl("ansible", name, namespace, type="role")
            contents.put(Published(own, line=told.lines["role_name"]))
    return contents.manifest()


FORMAT = Format(names=("**/meta/main.yml", "**/meta/main.yaml"), kind="ansible", parse=parse)
