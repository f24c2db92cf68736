"""Objects of Kubernetes in any YAML file: the images of their containers, as `pkg:docker/name`.

Also what objects of Flux, Argo CD and K3s bring in: charts, OCI artifacts and Git repositories.
Containers are found wherever they stand, so that custom objects with a pod in them are read as
well. A template of Helm is no YAML: its images are told as far as they are written out.
"""

import re
from collections.abc import Iterator

from opsroom.model.manifest import Manifest, Unread
from opsroom.model.package import Package
from opsroom.model.text import plain
from opsroom.observe.manifests import Format, NotUnderstood
from opsroom.observe.reading.contents import Contents
from opsroom.observe.reading.gitops_objects import addresses_of, sources_of
from opsroom.observe.reading.images import UNSETTLED, image
from opsroom.observe.reading.plain_text import text_of
from opsroom.observe.reading.values import LONGEST, words
from opsroom.observe.reading.yaml_text import Entries, Items, Node, documents

OBJECT = re.compile(rb"^[ \t-]*[\"']?apiVersion[\"']?[ \t]*:|\"apiVersion\"[ \t]*:", re.MULTILINE)
TEMPLATE = b"{{"
LINE = re.compile(r"^\s*-?\s*image:\s*(?P<image>\S.*?)\s*(?:\s#.*)?$")
CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
SILENT = frozenset({"CustomResourceDefinition", "ConfigMap", "Secret"})
"""Kinds that hold no images, and much else; those of a ConfigMap are text in a text."""
KUSTOMIZE = "kustomize.config.k8s.io/"


def _objects(node: Node) -> Iterator[Entries]:
    """The objects of a document, those of lists one by one."""
    if not isinstance(node, Entries):
        return
    items = node.get("items")
    if words(node.get("kind")).endswith("List") and isinstance(items, Items):
        for item in items:
            yield from _objects(item)
    elif words(node.get("apiVersion")) and words(node.get("kind")):
        yield node


def _images(item: Entries) -> Iterator[tuple[str, int]]:
    """What an object says under `image`: of containers all, elsewhere what has a tag or digest."""
    ahead: list[tuple[Node, bool]] = [(item, False)]
    while ahead:
        node, container = ahead.pop()
        if isinstance(node, Items):
            ahead += [(each, container) for each in reversed(node)]
        elif isinstance(node, Entries):
            written = node.get("image")
            if isinstance(written, str) and written.strip():
                last = written.rpartition("/")[2]
                if container or ":" in last or "@" in last:
                    yield written.strip()[:LONGEST], node.lines["image"]
            ahead += [(each, key in CONTAINERS) for key, each in reversed(node.items())]


def _template(content: bytes, contents: Contents) -> None:
    for number, line in enumerate(text_of(content).split("\n"), 1):
        if len(line) <= LONGEST and (match := LINE.match(line)):
            contents.put(_in_template(match["image"].strip("\"'"), number))


def _in_template(written: str, line: int) -> Package | Unread:
    if UNSETTLED.search(written):
        return Unread(f"an image that a template decides: {plain(written, 80)}", line)
    return image(written, line)


def parse(path: str, content: bytes) -> Manifest:
    """Read the objects of a YAML file; one that holds none is of another kind."""
    contents = Contents()
    if not OBJECT.search(content):
        return contents.manifest()
    try:
        found = documents(content)
    except NotUnderstood:
        if TEMPLATE not in content:
            raise
        _template(content, contents)
        return contents.manifest()
    items = [item for node in found for item in _objects(node)]
    addresses = addresses_of(items)
    for item in items:
        if item["kind"] in SILENT or words(item["apiVersion"]).startswith(KUSTOMIZE):
            continue
        with contents.entry(item.line):
            sources = sources_of(item, addresses)
            for source in sources or ():
                contents.put(source)
            if sources is None:
                for written, line in _images(item):
                    contents.put(image(written, line))
    return contents.manifest()


FORMAT = Format(names=("*.yaml", "*.yml"), kind="kubernetes", parse=parse, revision=2)
