"""XML out of bytes, with lines: no document type, no entities, bounded in size, depth and count."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl, Locator

from defusedxml import DefusedXmlException
from defusedxml.sax import parseString

from opsroom.model.text import plain
from opsroom.observe.manifests import NotUnderstood
from opsroom.observe.reading.plain_text import CONFLICT, line_at

MOST_BYTES = 8 << 20
MOST_ELEMENTS = 100_000
DEEPEST = 60


@dataclass(slots=True)
class Element:
    """One element; its name without prefix, its own text without white space around it."""

    name: str
    attributes: dict[str, str]
    line: int
    text: str = ""
    children: "list[Element]" = field(default_factory=lambda: list[Element]())

    def all(self, *names: str) -> "Iterator[Element]":
        """The elements at the end of a path of names."""
        for child in self.children:
            if child.name == names[0]:
                if len(names) == 1:
                    yield child
                else:
                    yield from child.all(*names[1:])

    def said(self, name: str) -> str:
        """The text of the first child of a name; empty where there is none."""
        return next((child.text for child in self.all(name)), "")


class _Building(ContentHandler):
    """Builds elements out of what the parser says."""

    def __init__(self) -> None:
        super().__init__()
        self.top = Element("", {}, 0)
        self._open = [self.top]
        self._texts: list[list[str]] = [[]]
        self._count = 0
        self._locator: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:  # noqa: N802 - the name SAX calls
        """Keep who knows the line."""
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the name SAX calls
        """Begin an element."""
        line = (self._locator.getLineNumber() if self._locator else 0) or 0
        self._count += 1
        if self._count > MOST_ELEMENTS:
            raise NotUnderstood(f"more than {MOST_ELEMENTS:,} elements up to line {line}")
        if len(self._open) > DEEPEST:
            raise NotUnderstood(f"nested more than {DEEPEST} deep in line {line}")
        attributes = {str(key): str(value) for key, value in attrs.items()}
        element = Element(name.rpartition(":")[2], attributes, line)
        self._open[-1].children.append(element)
        self._open.append(element)
        self._texts.append([])

    def endElement(self, name: str) -> None:  # noqa: N802 - the name SAX calls
        """End the element that was begun last."""
        self._open.pop().text = "".join(self._texts.pop()).strip()

    def characters(self, content: str) -> None:
        """Take text."""
        self._texts[-1].append(content)


def element_of(content: bytes) -> Element:
    """The element of an XML file that holds all others.

    Raises:
        NotUnderstood: it isn't XML, has a document type, or is over a bound.
    """
    if len(content) > MOST_BYTES:
        raise NotUnderstood(f"{len(content):,} bytes, more than the {MOST_BYTES:,} that are read")
    text = content.decode("utf-8", "replace")
    if conflict := CONFLICT.search(text):
        raise NotUnderstood(f"an unsolved merge conflict in line {line_at(text, conflict.start())}")
    building = _Building()
    try:
        parseString(content, building, forbid_dtd=True)
    except SAXParseException as error:
        said = plain(error.getMessage())
        raise NotUnderstood(f"not XML in line {error.getLineNumber() or 0}: {said}") from error
    except DefusedXmlException as error:
        raise NotUnderstood("XML with a document type: it is not read") from error
    except (ValueError, LookupError) as error:
        raise NotUnderstood(f"not XML: {plain(str(error))}") from error
    return building.top.children[0]
