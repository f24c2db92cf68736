"""Compose files: the images of services, as `pkg:docker/name`.

Variables have the defaults that the file gives them; what depends on others can't be told, since
they come from where it is run. An image that the file says how to build is one that the repository
makes; `part` is the folder that it is made from, seen from the file's own.
"""

from dataclasses import replace

from opsroom.model.manifest import Manifest, Unread
from opsroom.model.package import Package, Published
from opsroom.model.text import plain
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.manifests.dockerfile import images_of
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.folders import folder
from opsroom.observe.reading.images import image
from opsroom.observe.reading.values import rows, table, words
from opsroom.observe.reading.variables import Unset, substituted
from opsroom.observe.reading.yaml_text import Entries, documents

SECTIONS = frozenset({"services", "version", "name", "volumes", "networks", "include", "configs"})


def _image(written: str, line: int, *, dev: bool = False) -> Package | Unread:
    try:
        reference = substituted(written, {})
    except Unset:
        return Unread(f"an image that depends on the environment: {plain(written, 80)}", line)
    return image(reference, line, dev=dev, constraint=written if written != reference else "")


def _container(service: Entries, contents: Contents) -> None:
    build = service.get("build")
    written = words(service.get("image"))
    line = service.lines.get("image", 0)
    if written:
        found = _image(written, line)
        if build is None:
            contents.put(found)
        elif isinstance(found, Package):
            context = words(build) or words(table(build).get("context"))
            part = folder(context)
            contents.put(Published(found.purl, found.version, line=line, part=part))
    if not isinstance(build, Entries):
        return
    inline = build.get("dockerfile_inline")
    if isinstance(inline, str):
        within = build.lines["dockerfile_inline"]
        for unread in (inner := images_of(inline).manifest()).unread:
            contents.put(Unread(unread.reason, within))
        for package in inner.packages:
            contents.put(replace(package, line=within))
    other = build.get("additional_contexts")
    for context in [*table(other).values(), *(words(row).partition("=")[2] for row in rows(other))]:
        if words(context).startswith("docker-image://"):
            reference = words(context).removeprefix("docker-image://")
            contents.put(_image(reference, service.line, dev=True))


def parse(path: str, content: bytes) -> Manifest:
    """Read a Compose file; one of version 1 has its services at the top."""
    contents = Contents()
    for document in documents(content):
        if document is None:
            continue
        if not isinstance(document, Entries):
            raise NotUnderstood("no mapping: it isn't a Compose file")
        services = document.get("services")
        if services is None and not document.keys() & SECTIONS:
            services = document
        if not isinstance(services, Entries | None):
            raise NotUnderstood(f"services are no mapping in line {document.lines['services']}")
        for service in (services or Entries()).values():
            if isinstance(service, Entries):
                _container(service, contents)
    return contents.manifest()


FORMAT = Format(
    names=tuple(
        f"{stem}{middle}.{ending}"
        for stem in ("compose", "docker-compose")
        for middle in ("", ".*", "-*")
        for ending in ("yml", "yaml")
    ),
    kind="compose",
    parse=parse,
    revision=2,
)
