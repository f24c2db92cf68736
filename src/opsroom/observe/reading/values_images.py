"""Images in values of Helm charts: texts `image: name:tag`, and pairs of repository and tag."""

from collections.abc import Iterator

from opsroom.model.manifest import Unread
from opsroom.model.package import Package
from opsroom.observe.reading.images import image
from opsroom.observe.reading.values import words
from opsroom.observe.reading.yaml_text import Entries, Items, Node

TAGS = ("tag", "imageTag")


def images_in(values: Node) -> Iterator[Package | Unread]:
    """The images that values name, in the order of their lines within each mapping."""
    ahead: list[tuple[Node, bool]] = [(values, False)]
    while ahead:
        node, of_image = ahead.pop()
        if isinstance(node, Items):
            ahead += [(each, of_image) for each in reversed(node)]
        elif isinstance(node, Entries):
            yield from _named(node, of_image)
            ahead += [(each, key.lower().endswith("image")) for key, each in reversed(node.items())]


def _named(node: Entries, of_image: bool) -> Iterator[Package | Unread]:
    whole, repository = words(node.get("image")), words(node.get("repository"))
    tag = next((said for key in TAGS if (said := words(node.get(key)))), "")
    digest = words(node.get("digest"))
    if repository and "://" not in repository and (tag or digest or of_image):
        tag = tag or (words(node.get("version")) if of_image else "")
        registry = words(node.get("registry")).rstrip("/")
        yield _joined(registry, repository, tag, digest, node.lines["repository"])
    elif whole and "://" not in whole and " " not in whole:
        if ":" in whole.rpartition("/")[2] or "@" in whole:
            yield image(whole, node.lines["image"])
        elif tag or digest:
            yield _joined(words(node.get("registry")), whole, tag, digest, node.lines["image"])


def _joined(registry: str, repository: str, tag: str, digest: str, line: int) -> Package | Unread:
    place = f"{registry}/{repository}" if registry else repository
    named = ":" in repository.rpartition("/")[2] or "@" in repository
    reference = f"{place}:{tag}" if tag and not named else place
    return image(f"{reference}@{digest}" if digest and "@" not in reference else reference, line)
