"""OpenVEX documents, read: statements about whether flaws matter.

Source of the shape: the OpenVEX specification, version 0.2.0. Product ids and subcomponents are
taken where they are purls; what is about anything else is left out, and counted.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from opsroom.errors import UsageError
from opsroom.model.shapes import listed, mapping, string
from opsroom.model.text import plain
from opsroom.model.vex import Statement, VexStatus

CONTEXT = "https://openvex.dev/ns"
MOST = 100_000
"""Statements of one document."""


@dataclass(frozen=True, slots=True)
class Statements:
    """What a document says; `left_out` of its statements could not be understood."""

    statements: tuple[Statement, ...]
    left_out: int = 0


def is_openvex(document: Mapping[str, Any]) -> bool:
    """Whether a JSON document says that it is OpenVEX."""
    return string(document.get("@context")).startswith(CONTEXT)


def read_openvex(document: Mapping[str, Any]) -> Statements:
    """Every statement of a document.

    Raises:
        UsageError: it has no statements, or absurdly many.
    """
    told = listed(document.get("statements"))
    if not told or len(told) > MOST:
        raise UsageError("this OpenVEX document has no list of statements that can be read")
    when = moment(document.get("timestamp"))
    read = [_statement(mapping(each), when) for each in told]
    kept = tuple(each for each in read if each)
    return Statements(kept, len(read) - len(kept))


def _statement(told: Mapping[str, Any], when: datetime | None) -> Statement | None:
    names = tuple(_names(told.get("vulnerability")))
    status = string(told.get("status"))
    if not names or status not in set(VexStatus):
        return None
    products = listed(told.get("products")) or []
    packages = tuple(dict.fromkeys(_purls(products)))
    if products and not packages:
        return None
    return Statement(
        advisory=names,
        packages=packages,
        status=VexStatus(status),
        justification=words(told.get("justification"), 80),
        why=words(told.get("impact_statement") or told.get("status_notes")),
        at=moment(told.get("timestamp")) or when,
    )


def _names(told: object) -> Iterator[str]:
    """The name of a flaw and its aliases; version 0.0 had a bare word."""
    known = mapping(told)
    for each in (told, known.get("name"), *(listed(known.get("aliases")) or ())):
        if name := words(each, 80):
            yield name


def _purls(products: Iterable[object]) -> Iterator[str]:
    """The packages that are meant: subcomponents where there are some, else the products."""
    for product in products:
        known = mapping(product)
        if inner := listed(known.get("subcomponents")):
            yield from _purls(each for each in inner if not mapping(each).get("subcomponents"))
            continue
        names = (mapping(known.get("identifiers")).get("purl"), known.get("@id"), product)
        found = next((each for each in map(string, names) if each.startswith("pkg:")), "")
        if found:
            yield found[:500]


def words(told: object, limit: int = 300) -> str:
    """Text of a stranger, made safe; empty where there is none."""
    return plain(told, limit).strip() if isinstance(told, str) else ""


def moment(told: object) -> datetime | None:
    """A time of RFC 3339; None where it is none."""
    try:
        found = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        return None
    return found and (found if found.tzinfo else found.replace(tzinfo=UTC))


def parse(content: bytes) -> Mapping[str, Any]:
    """A JSON document that is an object.

    Raises:
        UsageError: it is none, or too deep.
    """
    try:
        document: object = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UsageError("this file is not JSON that can be read", plain(str(error), 120)) from None
    if not (found := mapping(document)):
        raise UsageError("this file is not one JSON object")
    return found
