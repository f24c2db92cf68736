"""YAML out of bytes, with the line of everything, bounded also where it refers to itself.

    bytes -> events of libyaml, one at a time -> Entries, Items and scalars

- Aliases are shared and not copied, and what a walk over them would visit is counted: a small
  file that unfolds to billions of nodes is refused (`MOST_NODES`), and so is one that contains
  itself.
- No tag is acted on, whatever it names: a tagged value is its plain text, list or mapping.
- Plain scalars are what the core schema of YAML 1.2 says, as the programs do that read these
  files: `on`, `yes` and `no` are text. Numbers stay as they are written unless they are whole and
  decimal: `1.10` is a version and `007` a tag.
- Merge keys (`<<`) are merged. A key that stands twice makes the file unreadable: programs differ
  in which of the two they take, so that one could be shown and the other be used.
"""

import re
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from opsroom.model.text import plain
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.reading.plain_text import text_of

MOST_BYTES = 16 << 20
MOST_NODES = 1_000_000
"""Of all documents of a file, each alias counted as all that it stands for."""
DEEPEST = 100
MOST_DOCUMENTS = 5_000
WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
PLAIN: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
MERGE = "<<"

Node: TypeAlias = "Entries | Items | str | int | bool | None"


class Entries(dict[str, Node]):
    """A mapping. `line` is where it begins, `lines` where each key stands, from 1."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Items(list[Node]):
    """A sequence. `line` is where it begins, `lines` where each item begins, from 1."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
        self.lines: list[int] = []


@dataclass(slots=True)
class _Open:
    """A collection that has begun and not ended; `size` and `height` of what is in it so far."""

    into: Entries | Items
    anchor: str | None
    size: int = 1
    height: int = 1
    key: str | None = None
    key_line: int = 0
    merge: bool = False
    merges: list[Node] = field(default_factory=list[Node])


@dataclass(frozen=True, slots=True)
class _Anchored:
    """What an alias stands for; None as size: it hasn't ended yet."""

    node: Node
    size: int | None = None
    height: int = 0


def documents(content: bytes, most_bytes: int = MOST_BYTES) -> list[Node]:
    """All documents of a YAML file, in order; an empty document is None.

    Raises:
        NotUnderstood: it isn't YAML, or over one of the bounds; with the line.
    """
    reading = _Reading()
    text = text_of(content, most_bytes)
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            reading.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" in line {mark.line + 1}" if mark else ""
        raise NotUnderstood(f"not YAML{where}: {plain(error.problem or '')}") from error
    except yaml.YAMLError as error:
        raise NotUnderstood(f"not YAML: {plain(str(error))}") from error
    return reading.documents


def document(content: bytes, most_bytes: int = MOST_BYTES) -> Node:
    """The one document of a YAML file; None when there is none.

    Raises:
        NotUnderstood: as `documents`, or there are more.
    """
    found = documents(content, most_bytes)
    if len(found) > 1:
        raise NotUnderstood(f"{len(found)} documents, where one belongs")
    return found[0] if found else None


class _Reading:
    """The state between two events."""

    def __init__(self) -> None:
        self.documents: list[Node] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, _Anchored] = {}
        self._nodes = 0

    def take(self, event: yaml.Event) -> None:
        """Take the next event of the stream."""
        line = event.start_mark.line + 1 if event.start_mark else 0
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._begin(event, line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event.anchor or "", line)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._anchors.clear()
            if len(self.documents) == MOST_DOCUMENTS:
                raise NotUnderstood(f"more than {MOST_DOCUMENTS:,} documents")

    def _count(self, nodes: int, line: int) -> None:
        self._nodes += nodes
        if self._nodes > MOST_NODES:
            raise NotUnderstood(f"more than {MOST_NODES:,} nodes up to line {line}")

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        self._count(1, line)
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(_value(event), 1)
        if self._at_key():
            self._key(event.value, line, merge=event.implicit[0])
        else:
            self._add(_value(event), line, 1, 0)

    def _begin(self, event: yaml.CollectionStartEvent, line: int) -> None:
        self._count(1, line)
        if len(self._open) >= DEEPEST:
            raise NotUnderstood(f"nested more than {DEEPEST} deep in line {line}")
        if self._at_key():
            raise NotUnderstood(f"a key that is not text in line {line}")
        into = Entries(line) if isinstance(event, yaml.MappingStartEvent) else Items(line)
        self._open.append(_Open(into, event.anchor))
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(into)

    def _end(self) -> None:
        ended = self._open.pop()
        if isinstance(ended.into, Entries) and ended.merges:
            _merge(ended.into, ended.merges)
        if ended.anchor:
            self._anchors[ended.anchor] = _Anchored(ended.into, ended.size, ended.height)
        self._add(ended.into, ended.into.line, ended.size, ended.height)

    def _alias(self, name: str, line: int) -> None:
        anchored = self._anchors.get(name)
        if anchored is None:
            raise NotUnderstood(f"an alias of nothing in line {line}: {plain(name, 60)}")
        if anchored.size is None:
            raise NotUnderstood(f"a collection that contains itself in line {line}")
        if len(self._open) + anchored.height > DEEPEST:
            raise NotUnderstood(f"nested more than {DEEPEST} deep in line {line}")
        self._count(anchored.size, line)
        if not self._at_key():
            self._add(anchored.node, line, anchored.size, anchored.height)
        elif isinstance(anchored.node, str):
            self._key(anchored.node, line)
        else:
            raise NotUnderstood(f"a key that is not text in line {line}")

    def _at_key(self) -> bool:
        return (
            bool(self._open)
            and isinstance(self._open[-1].into, Entries)
            and self._open[-1].key is None
        )

    def _key(self, key: str, line: int, merge: bool = False) -> None:
        parent = self._open[-1]
        parent.size += 1
        parent.key, parent.key_line, parent.merge = key, line, merge and key == MERGE
        if key in parent.into and not parent.merge:
            raise NotUnderstood(f"{plain(key, 60)} stands twice in line {line}")

    def _add(self, node: Node, line: int, size: int, height: int) -> None:
        if not self._open:
            self.documents.append(node)
            return
        parent = self._open[-1]
        parent.size += size
        parent.height = max(parent.height, height + 1)
        if isinstance(parent.into, Items):
            parent.into.append(node)
            parent.into.lines.append(line)
        elif parent.merge:
            parent.merges.append(node)
        elif parent.key is not None:
            parent.into[parent.key] = node
            parent.into.lines[parent.key] = parent.key_line
        parent.key = None


def _value(event: yaml.ScalarEvent) -> str | int | bool | None:
    text: str = event.value
    if not event.implicit[0]:
        return text
    if text in PLAIN:
        return PLAIN[text]
    return int(text) if WHOLE.fullmatch(text) else text


def _merge(into: Entries, merges: list[Node]) -> None:
    """Add what the merge keys name and the mapping itself doesn't; the first that names it wins."""
    for node in merges:
        for source in node if isinstance(node, Items) else [node]:
            if not isinstance(source, Entries):
                raise NotUnderstood(f"a merge key without a mapping in line {into.line}")
            for key, value in source.items():
                if key not in into:
                    into[key] = value
                    into.lines[key] = source.lines[key]
