"""What a query costs, before it is run: points, nodes, and how long GitHub would take.

Points follow the documented formula: every connection counts as one request for each of its
parents, as many as `first` or `last` allow; a hundred requests are a point, and a query costs one
at least. The time is a model, fitted to reports of queries that met the wall of ten seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)
from graphql.type import GraphQLInterfaceType, GraphQLNamedType

MOST_NODES = 500_000
MOST_A_PAGE = 100
MOST_IDS = 100
WALL = 10.0
"""Seconds after which GitHub gives up."""

BASE, A_REQUEST, A_NODE = 0.2, 0.0125, 0.00015
"""Seconds of the model: 20 repositories by full query take about 3, a page of a sweep 0.2."""


@dataclass(slots=True)
class QueryCost:
    """What a query costs at most. `wrong` are limits that it breaks, so that it is not run."""

    requests: int = 0
    nodes: int = 0
    ids: int = 0
    """How many ids `nodes(ids:)` names."""
    wrong: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    @property
    def points(self) -> int:
        """What is charged."""
        return max(1, round(self.requests / 100))

    @property
    def seconds(self) -> float:
        """How long GitHub would take, without chance."""
        return BASE + A_REQUEST * self.requests + A_NODE * self.nodes


def measure(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Mapping[str, Any],
) -> QueryCost:
    """Return the cost of a valid document with coerced variables."""
    fragments = {
        each.name.value: each
        for each in document.definitions
        if isinstance(each, FragmentDefinitionNode)
    }
    root = schema.get_root_type(operation.operation)
    if root is None:
        raise GraphQLError(f"Schema is not configured for {operation.operation.value}s")
    walk = _Walk(schema, fragments, variables)
    walk.selection(operation.selection_set, root, 1)
    if walk.cost.nodes > MOST_NODES:
        walk.refuse(
            "MAX_NODE_LIMIT_EXCEEDED",
            f"This query requests up to {walk.cost.nodes:,} possible nodes which exceeds the "
            f"maximum limit of {MOST_NODES:,}.",
        )
    return walk.cost


@dataclass(slots=True)
class _Walk:
    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    cost: QueryCost = field(default_factory=QueryCost)

    def selection(
        self, chosen: SelectionSetNode | None, parent: GraphQLNamedType, times: int
    ) -> None:
        for node in chosen.selections if chosen else ():
            if isinstance(node, FieldNode):
                self.field(node, parent, times)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                self.selection(fragment.selection_set, self.named(fragment, parent), times)
            elif isinstance(node, InlineFragmentNode):
                self.selection(node.selection_set, self.named(node, parent), times)

    def named(
        self, node: FragmentDefinitionNode | InlineFragmentNode, parent: GraphQLNamedType
    ) -> GraphQLNamedType:
        condition = node.type_condition
        return self.schema.type_map[condition.name.value] if condition else parent

    def field(self, node: FieldNode, parent: GraphQLNamedType, times: int) -> None:
        name = node.name.value
        if name.startswith("__") or not isinstance(
            parent, GraphQLObjectType | GraphQLInterfaceType
        ):
            return
        kind = self.schema.type_map[str(parent.fields[name].type).strip("[]!")]
        if name == "nodes" and parent.name == "Query":
            self.cost.ids = len(self.value(node, "ids") or ())
            self.cost.requests += 1
            self.cost.nodes += self.cost.ids
            times *= max(1, self.cost.ids)
            if self.cost.ids > MOST_IDS:
                self.refuse(
                    "ARGUMENT_LIMIT",
                    f"You may not provide more than {MOST_IDS} node ids; "
                    f"you provided {self.cost.ids}.",
                )
        elif kind.name.endswith("Connection"):
            times *= self.connection(node, times)
        self.selection(node.selection_set, kind, times)

    def connection(self, node: FieldNode, times: int) -> int:
        name = node.name.value
        sizes = [size for word in ("first", "last") if (size := self.value(node, word)) is not None]
        self.cost.requests += times
        size = int(sizes[0]) if sizes else 0
        self.cost.nodes += times * size
        if not 0 <= size <= MOST_A_PAGE:
            self.refuse(
                "EXCESSIVE_PAGINATION",
                f"Requesting {size} records on the `{name}` connection exceeds the `first` limit "
                f"of {MOST_A_PAGE} records.",
            )
        if not sizes and {"nodes", "edges"} & _below(node.selection_set, self.fragments):
            self.refuse(
                "MISSING_PAGINATION_BOUNDARIES",
                f"You must provide a `first` or `last` value to properly paginate the `{name}` "
                "connection.",
            )
        return max(1, size)

    def value(self, node: FieldNode, name: str) -> Any:
        given = next((each.value for each in node.arguments if each.name.value == name), None)
        if isinstance(given, VariableNode):
            return self.variables.get(given.name.value)
        if isinstance(given, IntValueNode):
            return int(given.value)
        return getattr(given, "values", None)

    def refuse(self, kind: str, message: str) -> None:
        self.cost.wrong.append((kind, message))


def _below(
    chosen: SelectionSetNode | None, fragments: Mapping[str, FragmentDefinitionNode]
) -> set[str]:
    found: set[str] = set()
    for node in chosen.selections if chosen else ():
        if isinstance(node, FieldNode):
            found.add(node.name.value)
        elif isinstance(node, FragmentSpreadNode):
            found |= _below(fragments[node.name.value].selection_set, fragments)
        elif isinstance(node, InlineFragmentNode):
            found |= _below(node.selection_set, fragments)
    return found
