from importlib.resources import files

import pytest
from graphql import (
    ExecutionResult,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    execute_sync,  # pyright: ignore[reportUnknownVariableType]  # not typed to the end
    parse,
    validate,
    visit,
)

from opsroom.clients.github.graphql import document
from opsroom.clients.github.prune import TYPES, Schema, introspection, prune

DOCUMENTS = ("sweep", "fleet", "protection")


def schema(name: str) -> GraphQLSchema:
    text = (files("opsroom.demo.github") / "graphql" / f"{name}.graphql").read_text()
    return build_schema(text)


def run(on: GraphQLSchema, text: str) -> ExecutionResult:
    return execute_sync(on, parse(text))


def known(of: GraphQLSchema) -> Schema:
    answer = run(of, introspection())
    assert answer.errors is None
    assert answer.data is not None
    return Schema.read(answer.data)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_stays_whole_where_nothing_is_lacking(name: str) -> None:
    server = schema("github")
    pruned = prune(document(name), known(server))
    assert pruned.missing == ()
    assert not validate(server, parse(pruned.text))
    assert not validate(server, parse(document(name)))


def test_an_older_server_understands_what_is_left() -> None:
    server = schema("enterprise")
    assert validate(server, parse(document("fleet")))
    pruned = prune(document("fleet"), known(server))
    assert not validate(server, parse(pruned.text))
    assert "Repository.rulesets" in pruned.missing
    assert "rulesets" not in pruned.text
    assert "branchProtectionRules" in pruned.text


def test_a_field_without_one_of_its_arguments_goes_as_a_whole() -> None:
    server = build_schema(
        "type Query { all: Int, some(old: Int): Thing, other(order: Order): Int } "
        "type Thing { name: String } enum Order { UP }"
    )
    answer = run(server, introspection(("Query", "Thing", "Order")))
    assert answer.data is not None
    pruned = prune(
        "query Q($new: Int, $old: Int) { all some(old: $old, new: $new) { name } "
        "up: other(order: UP) down: other(order: DOWN) }",
        Schema.read(answer.data),
    )
    assert not validate(server, parse(pruned.text))
    assert pruned.missing == ("Query.some", "Query.other")
    assert "down" not in pruned.text
    assert "up" in pruned.text


def test_fragments_on_types_that_are_lacking_go() -> None:
    server = build_schema("interface Node { id: ID } type Query { node: Node }")
    answer = run(server, introspection(("Query", "Node", "Thing")))
    assert answer.data is not None
    pruned = prune(
        "{ node { id ...T ... on Thing { name } } } fragment T on Thing { name }",
        Schema.read(answer.data),
    )
    assert not validate(server, parse(pruned.text))


def input_type(info: TypeInfo) -> object:
    return info.get_input_type()  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]  # not typed to the end


def test_the_types_that_are_asked_for_are_those_in_use() -> None:
    server, used = schema("github"), set[str]()
    for name in DOCUMENTS:
        info = TypeInfo(server)

        class Seen(Visitor):
            def __init__(self, info: TypeInfo) -> None:
                super().__init__()
                self.info = info

            def enter(self, *_: object) -> None:
                for each in (self.info.get_parent_type(), input_type(self.info)):
                    used.add(str(each).strip("![]"))

        visit(parse(document(name)), TypeInfoVisitor(info, Seen(info)))
    scalars = {"ID", "Int", "String", "Boolean", "None"}
    assert used - scalars <= set(TYPES)
