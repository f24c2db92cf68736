"""Every field of the schema is asked for, of a world in which it has something to say."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    is_required_argument,
)
from tests.demo.github.graphql.asking import ask
from tests.demo.github.rich import enrich
from tests.hub import SmallHub

from opsroom.demo.github.graphql.schema import schema

pytestmark = pytest.mark.anyio

GIVEN = {
    "expression": '"HEAD:"',
    "first": "3",
    "login": '"acme"',
    "name": '"api"',
    "number": "1",
    "owner": '"acme"',
    "qualifiedName": '"main"',
    "refPrefix": '"refs/"',
}
LEFT_OUT = frozenset({"Query", "Tag"})
"""The root is asked by other tests; no annotated tag is made here."""
NULL = frozenset(
    {
        "Language.color",
        "Repository.archivedAt",
        "Repository.parent",
        "Repository.securityPolicyUrl",
        "User.repository",
    }
)
"""What there is nothing to say of, in this world."""


def composite(kind: Any) -> bool:
    return isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType)


class Writer:
    """Writes a query with all fields of all types, each type once on a way down."""

    def __init__(self, known: GraphQLSchema) -> None:
        self.known = known

    def selection(self, kind: Any, above: tuple[str, ...]) -> str:
        return "{ __typename " + " ".join(self.parts(kind, (*above, kind.name))) + " }"

    def parts(self, kind: Any, above: tuple[str, ...]) -> Iterator[str]:
        if not isinstance(kind, GraphQLObjectType):
            for each in self.known.get_possible_types(kind):
                if each.name not in above and each.name not in LEFT_OUT:
                    yield f"... on {each.name} {self.selection(each, above)}"
            return
        for name, field in kind.fields.items():
            below = self.known.type_map[str(field.type).strip("[]!")]
            if below.name in LEFT_OUT or f"{kind.name}.{name}" in NULL:
                continue
            rest = ""
            if composite(below):
                known = below.name in above
                rest = "{ __typename }" if known else self.selection(below, above)
            yield f"{kind.name}_{name}: {name}{self.arguments(field)} {rest}"

    def arguments(self, field: GraphQLField) -> str:
        given = [
            f"{name}: {GIVEN[name]}"
            for name, kind in field.args.items()
            if is_required_argument(kind) or name in ("first", "expression")
        ]
        return f"({', '.join(given)})" if given else ""


def told(part: Any) -> Iterator[str]:
    """Yield the fields that came with a value, as `Repository.id`."""
    if isinstance(part, list):
        for each in part:  # pyright: ignore[reportUnknownVariableType] # JSON may hold anything
            yield from told(each)
    elif isinstance(part, dict):
        for name, value in cast("dict[str, Any]", part).items():
            if value is not None and name != "__typename":
                yield name.replace("_", ".", 1)
                yield from told(value)


@pytest.mark.parametrize("enterprise", [False, True])
async def test_every_field_is_answered(hub: SmallHub, enterprise: bool) -> None:
    enrich(hub)
    known = schema(enterprise=enterprise)
    repository = known.type_map["Repository"]
    writer = Writer(known)
    organization = writer.selection(known.type_map["Organization"], ("Query", "User"))
    ways = [
        f'repository(owner: "acme", name: "api") {writer.selection(repository, ("Query",))}',
        f"viewer {writer.selection(known.type_map['User'], ('Query', 'Repository'))}",
        f'organization(login: "acme") {organization}',
        f"rateLimit {writer.selection(known.type_map['RateLimit'], ())}",
    ]

    found: set[str] = set()
    for way in ways:
        body = await ask(hub, f"{{ {way} }}", enterprise=enterprise)
        assert "errors" not in body, body["errors"][:3]
        found |= set(told(body["data"]))

    everything = {
        f"{kind.name}.{name}"
        for kind in known.type_map.values()
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__")
        for name in kind.fields
        if kind.name not in LEFT_OUT | ({"RateLimit"} if enterprise else set())
    }
    missing = sorted(everything - found - NULL)
    assert not missing, missing
