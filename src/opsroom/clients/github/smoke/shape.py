"""The shape of an answer: what our reading needs of it, and where an answer differs.

Only the names of fields that a shape itself names, and kinds of values, are ever told: nothing
that stood in the answer.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from opsroom.model.shapes import NONSENSE, mapping, time

if TYPE_CHECKING:
    from graphql import FragmentDefinitionNode, SelectionSetNode

KNOWN = "a word that is known"
MOST = 10
"""Differences of one answer that are told."""


class Kind(StrEnum):
    """One value."""

    TEXT = "a text"
    NUMBER = "a number"
    FLAG = "true or false"
    TIME = "a time"


@dataclass(frozen=True, slots=True)
class Null:
    """It may be null, but it has to be there."""

    of: "Shape"


@dataclass(frozen=True, slots=True)
class Maybe:
    """It may be null, or not there at all."""

    of: "Shape"


@dataclass(frozen=True, slots=True)
class Each:
    """A list of these."""

    of: "Shape"


@dataclass(frozen=True, slots=True)
class Word:
    """One of some words."""

    words: frozenset[str]


Fields = Mapping[str, "Shape"]
"""An object that has at least these fields."""

Shape = Kind | Null | Maybe | Each | Word | Fields


def differences(value: object, shape: Shape) -> tuple[str, ...]:
    """Where a value is not of a shape, each difference once: `jobs[].id: null, not a number`."""
    found = dict.fromkeys(_differ(value, shape, ""))
    return tuple(found)[:MOST]


def _differ(value: object, shape: Shape, at: str) -> Iterator[str]:
    if isinstance(shape, Null | Maybe):
        if value is not None:
            yield from _differ(value, shape.of, at)
    elif isinstance(shape, Each):
        if isinstance(value, list):
            for each in cast(list[object], value):
                yield from _differ(each, shape.of, f"{at}[]")
        else:
            yield _said(at, value, "a list")
    elif isinstance(shape, Word):
        if not isinstance(value, str):
            yield _said(at, value, "a text")
        elif value not in shape.words:
            yield _said(at, value, KNOWN)
    elif isinstance(shape, Kind):
        if not _is(value, shape):
            yield _said(at, value, shape)
    elif not isinstance(value, dict):
        yield _said(at, value, "an object")
    else:
        yield from _fields(mapping(cast(object, value)), shape, at)


def _fields(value: Mapping[str, object], fields: Fields, at: str) -> Iterator[str]:
    for name, shape in fields.items():
        place = f"{at}.{name}" if at else name
        if name in value:
            yield from _differ(value[name], shape, place)
        elif not isinstance(shape, Maybe):
            yield f"{place}: is missing"


def _is(value: object, kind: Kind) -> bool:
    if kind is Kind.TEXT:
        return isinstance(value, str)
    if kind is Kind.FLAG:
        return isinstance(value, bool)
    if kind is Kind.NUMBER:
        return isinstance(value, int | float) and not isinstance(value, bool)
    try:
        time(value)
    except NONSENSE:
        return False
    return True


def _said(at: str, value: object, wanted: str) -> str:
    kinds: tuple[tuple[type, str], ...] = (
        (bool, "true or false"),
        (str, "a text"),
        (int, "a number"),
        (float, "a number"),
        (list, "a list"),
        (dict, "an object"),
    )
    found = next((said for kind, said in kinds if isinstance(value, kind)), "null")
    found = "another text" if found == "a text" and wanted in (Kind.TIME, KNOWN) else found
    return f"{at or 'the answer'}: {found}, not {wanted}"


def unanswered(text: str, data: Mapping[str, object]) -> tuple[str, ...]:
    """The fields that a document of GraphQL chooses and an answer to it doesn't have.

    What is chosen of one type alone has to be there as soon as any of it is.
    """
    from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse

    definitions = parse(text).definitions
    fragments = {
        node.name.value: node for node in definitions if isinstance(node, FragmentDefinitionNode)
    }
    operation = next(node for node in definitions if isinstance(node, OperationDefinitionNode))
    found = dict.fromkeys(_lacking(data, operation.selection_set, fragments, ""))
    return tuple(f"{at}: is missing" for at in tuple(found)[:MOST])


def _lacking(
    value: object,
    chosen: "SelectionSetNode",
    fragments: "Mapping[str, FragmentDefinitionNode]",
    at: str,
) -> Iterator[str]:
    from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode

    if isinstance(value, list):
        for each in cast(list[object], value):
            yield from _lacking(each, chosen, fragments, f"{at}[]")
        return
    held = mapping(value)
    if not held:
        return
    for node in chosen.selections:
        if isinstance(node, FieldNode):
            key = (node.alias or node.name).value
            place = f"{at}.{key}" if at else key
            if key not in held:
                yield place
            elif node.selection_set is not None:
                yield from _lacking(held[key], node.selection_set, fragments, place)
        elif isinstance(node, FragmentSpreadNode):
            inside = fragments[node.name.value].selection_set
            yield from _of_a_type(held, inside, fragments, at)
        elif isinstance(node, InlineFragmentNode):
            yield from _of_a_type(held, node.selection_set, fragments, at)


def _of_a_type(
    held: Mapping[str, object],
    chosen: "SelectionSetNode",
    fragments: "Mapping[str, FragmentDefinitionNode]",
    at: str,
) -> Iterator[str]:
    if _keys(chosen, fragments) & held.keys():
        yield from _lacking(held, chosen, fragments, at)


def _keys(
    chosen: "SelectionSetNode", fragments: "Mapping[str, FragmentDefinitionNode]"
) -> frozenset[str]:
    """The keys under which what is chosen answers, of every type."""
    from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode

    found: set[str] = set()
    for node in chosen.selections:
        if isinstance(node, FieldNode):
            found.add((node.alias or node.name).value)
        elif isinstance(node, FragmentSpreadNode):
            found |= _keys(fragments[node.name.value].selection_set, fragments)
        elif isinstance(node, InlineFragmentNode):
            found |= _keys(node.selection_set, fragments)
    return frozenset(found)
