"""Cut JSON schemas: what they reach, and names and types alone."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

Json = dict[str, Any]

FACTS = frozenset(
    [
        "$ref",
        "additionalProperties",
        "allOf",
        "anyOf",
        "const",
        "enum",
        "format",
        "items",
        "maxItems",
        "maxLength",
        "maximum",
        "minItems",
        "minLength",
        "minimum",
        "not",
        "nullable",
        "oneOf",
        "pattern",
        "properties",
        "required",
        "type",
        "uniqueItems",
    ]
)
"""Words of a schema that say names and types. All others are prose, or of no use here."""
ONE = frozenset({"additionalProperties", "items", "not"})
MANY = frozenset({"allOf", "anyOf", "oneOf"})


def bare(schema: Any) -> Any:
    """Return a schema without titles, descriptions, examples, defaults and extensions."""
    if not isinstance(schema, dict):
        return schema
    words = cast("Json", schema)
    return {word: _bare(word, value) for word, value in words.items() if word in FACTS}


def _bare(word: str, value: Any) -> Any:
    if word == "properties":
        return {name: bare(each) for name, each in value.items()}
    if word in MANY:
        return [bare(each) for each in value]
    return bare(value) if word in ONE else value


def references(part: Any) -> Iterator[str]:
    """Yield everything that a piece of JSON points to by `$ref`."""
    if isinstance(part, dict):
        named = cast("Json", part)
        if isinstance(there := named.get("$ref"), str):
            yield there
        for each in named.values():
            yield from references(each)
    elif isinstance(part, list):
        for each in part:  # pyright: ignore[reportUnknownVariableType] # JSON may hold anything
            yield from references(each)


def reached(schemas: Mapping[str, Json], prefix: str, roots: Iterable[Any]) -> dict[str, Json]:
    """Return the bare schemas, by name, that some pieces of JSON need; refs begin with `prefix`."""
    found: dict[str, Json] = {}
    ahead = [name for root in roots for name in references(root)]
    while ahead:
        name = ahead.pop().removeprefix(prefix)
        if name not in found:
            found[name] = bare(schemas[name])
            ahead += references(found[name])
    return dict(sorted(found.items()))
