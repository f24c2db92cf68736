"""Walks over what a YAML file holds, whose shape nobody promised."""

from collections.abc import Iterator

from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.reading.values import words
from opsroom.observe.reading.yaml_text import Entries, Items, Node, documents

MOST_BYTES = 2 << 20
"""Of a file that is read for the names in it."""
EMPTY = Entries()


def readable(content: bytes) -> list[Node]:
    """The documents of a YAML file; none of one that is a template, or too large."""
    try:
        return documents(content, MOST_BYTES)
    except NotUnderstood:
        return []


def below(node: Node, *keys: str) -> Entries:
    """The mapping at a path of keys; an empty one where there is none."""
    for key in keys:
        node = node.get(key) if isinstance(node, Entries) else None
    return node if isinstance(node, Entries) else EMPTY


def each(node: Node, key: str) -> Iterator[tuple[Node, int]]:
    """What a mapping holds under a key, of a list one by one, each with its line."""
    held = node.get(key) if isinstance(node, Entries) else None
    if isinstance(held, Items):
        yield from zip(held, held.lines, strict=True)
    elif held is not None and isinstance(node, Entries):
        yield held, node.lines[key]


def texts(node: Node, key: str) -> Iterator[tuple[str, int]]:
    """The texts that a mapping holds under a key, each with its line."""
    for held, line in each(node, key):
        if said := words(held):
            yield said, line


def mappings(node: Node) -> Iterator[tuple[str, Entries]]:
    """Every mapping in a node, itself too, with the key that it stands under (of a list: its)."""
    ahead: list[tuple[str, Node]] = [("", node)]
    while ahead:
        key, node = ahead.pop()
        if isinstance(node, Items):
            ahead += [(key, item) for item in reversed(node)]
        elif isinstance(node, Entries):
            yield key, node
            ahead += reversed(list(node.items()))
