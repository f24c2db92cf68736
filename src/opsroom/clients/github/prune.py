"""Documents for a server that lacks some of what they ask: a server of one's own is often older.

Such a server refuses a whole document because of one field that it doesn't know. So it is asked
once which fields its types have, and what it lacks is cut out of a document before that is sent.
What was cut out is missing from the answers, which is how `reading` tells 'not available on this
server' from 'nothing there'.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from opsroom.clients.github.graphql import ask
from opsroom.clients.github.transport import Spend, Transport
from opsroom.clients.host import HostError
from opsroom.model.shapes import NONSENSE, objects

if TYPE_CHECKING:
    from graphql import (
        ArgumentNode,
        FieldNode,
        FragmentDefinitionNode,
        SelectionNode,
        SelectionSetNode,
        ValueNode,
    )

TYPES = (
    "Actor",
    "BranchProtectionRule",
    "BranchProtectionRuleConnection",
    "CheckSuite",
    "CheckSuiteConnection",
    "Commit",
    "GitObject",
    "IssueConnection",
    "IssueOrder",
    "IssueOrderField",
    "IssueState",
    "Language",
    "License",
    "Node",
    "OrderDirection",
    "PageInfo",
    "PullRequest",
    "PullRequestConnection",
    "PullRequestState",
    "Query",
    "RateLimit",
    "Ref",
    "RefConnection",
    "RefOrder",
    "RefOrderField",
    "Release",
    "Repository",
    "RepositoryAffiliation",
    "RepositoryConnection",
    "RepositoryOrder",
    "RepositoryOrderField",
    "RepositoryOwner",
    "RepositoryRuleset",
    "RepositoryRulesetConnection",
    "RepositoryTopic",
    "RepositoryTopicConnection",
    "StatusCheckRollup",
    "Tag",
    "Topic",
    "Tree",
    "TreeEntry",
    "Workflow",
    "WorkflowRun",
    "WorkflowRunFile",
)
"""The types in which a document of `queries/` chooses something. A whole schema is megabytes."""

KNOWN = """
fragment Known on __Type {
  name
  fields(includeDeprecated: true) {
    name
    args { name type { ...Named } }
    type { ...Named }
  }
  inputFields { name type { ...Named } }
  enumValues(includeDeprecated: true) { name }
}
fragment Named on __Type { name ofType { name ofType { name ofType { name } } } }
"""


def introspection(types: Iterable[str] = TYPES) -> str:
    """The document that asks a server what it has of these types."""
    chosen = "\n".join(f'  {name}: __type(name: "{name}") {{ ...Known }}' for name in types)
    return f"query Schema {{\n{chosen}\n}}\n{KNOWN}"


@dataclass(frozen=True, slots=True)
class _Type:
    """What a server has of one type: fields and input fields with the types of their values."""

    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    arguments: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    inputs: Mapping[str, str] = field(default_factory=dict[str, str])
    values: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Schema:
    """What a server has of the types in use. None: it lacks the whole type."""

    types: Mapping[str, _Type | None]

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "Schema":
        """From the answer to `introspection`."""
        return cls({name: _read(told) for name, told in data.items()})


@dataclass(frozen=True, slots=True)
class Pruned:
    """A document that the server understands, and what it lacks (`Type.field`)."""

    text: str
    missing: tuple[str, ...] = ()


async def schema_of(transport: Transport, spend: Spend) -> Schema:
    """Ask a server what it has.

    Raises:
        HostError: it doesn't tell.
    """
    told = await ask(transport, introspection(), {}, spend)
    try:
        return Schema.read(told.data)
    except NONSENSE as error:
        raise HostError("the host's schema could not be read") from error


def prune(text: str, schema: Schema) -> Pruned:
    """Cut out of a document what the schema lacks.

    A field that lacks one of its arguments goes as a whole: without the argument it would answer
    another question.
    """
    return _Shears(text, schema).cut()


@lru_cache(maxsize=64)
def without(text: str, keys: frozenset[str]) -> str:
    """A document whose fragments don't ask for the fields that answer under `keys`."""
    from graphql import FieldNode, FragmentDefinitionNode, parse, print_ast

    def kept(node: "SelectionNode") -> bool:
        return not isinstance(node, FieldNode) or (node.alias or node.name).value not in keys

    document = parse(text)
    for definition in document.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            chosen = definition.selection_set
            chosen.selections = tuple(filter(kept, chosen.selections))
    return print_ast(document)


class _Shears:
    def __init__(self, text: str, schema: Schema) -> None:
        from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse

        definitions = parse(text).definitions
        self._schema = schema
        self._missing: dict[str, None] = {}
        self._operation: OperationDefinitionNode = next(
            node for node in definitions if isinstance(node, OperationDefinitionNode)
        )
        self._fragments = {
            node.name.value: node
            for node in definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        self._cut: dict[str, FragmentDefinitionNode | None] = {}
        self._variables: set[str] = set()

    def cut(self) -> Pruned:
        from graphql import print_ast

        operation = copy.copy(self._operation)
        kept = self._choose(operation.selection_set, "Query")
        if kept is None:
            return Pruned("", tuple(self._missing))
        operation.selection_set = kept
        operation.variable_definitions = tuple(
            node
            for node in operation.variable_definitions or ()
            if node.variable.name.value in self._variables
        )
        parts = [operation, *(node for node in self._cut.values() if node is not None)]
        return Pruned("\n\n".join(map(print_ast, parts)), tuple(self._missing))

    def _choose(self, chosen: "SelectionSetNode", parent: str) -> "SelectionSetNode | None":
        kept = [node for each in chosen.selections if (node := self._keep(each, parent))]
        if not kept:
            return None
        pruned = copy.copy(chosen)
        pruned.selections = tuple(kept)
        return pruned

    def _keep(self, node: "SelectionNode", parent: str) -> "SelectionNode | None":
        from graphql import FieldNode, FragmentSpreadNode, InlineFragmentNode

        if isinstance(node, FieldNode):
            return self._keep_field(node, parent)
        if isinstance(node, FragmentSpreadNode):
            return node if self._fragment(node.name.value) else None
        assert isinstance(node, InlineFragmentNode)  # noqa: S101 - the only kind left
        of = node.type_condition.name.value if node.type_condition else parent
        if self._lacks(of):
            return None
        pruned = copy.copy(node)
        kept = self._choose(node.selection_set, of)
        if kept is None:
            return None
        pruned.selection_set = kept
        return pruned

    def _keep_field(self, node: "FieldNode", parent: str) -> "FieldNode | None":
        name = node.name.value
        known = self._schema.types.get(parent)
        if name.startswith("__") or known is None:
            return node
        if name not in known.fields or not self._accepts(node.arguments, known.arguments[name]):
            self._missing[f"{parent}.{name}"] = None
            return None
        pruned = copy.copy(node)
        if node.selection_set:
            kept = self._choose(node.selection_set, known.fields[name])
            if kept is None:
                self._missing[f"{parent}.{name}"] = None
                return None
            pruned.selection_set = kept
        for argument in node.arguments:
            self._note_variables(argument.value)
        return pruned

    def _fragment(self, name: str) -> "FragmentDefinitionNode | None":
        if name not in self._cut:
            whole = self._fragments[name]
            of = whole.type_condition.name.value
            kept = None if self._lacks(of) else self._choose(whole.selection_set, of)
            pruned = copy.copy(whole) if kept else None
            if pruned is not None and kept is not None:
                pruned.selection_set = kept
            self._cut[name] = pruned
        return self._cut[name]

    def _lacks(self, name: str) -> bool:
        lacking = name in self._schema.types and self._schema.types[name] is None
        if lacking:
            self._missing[name] = None
        return lacking

    def _accepts(self, given: "Sequence[ArgumentNode]", known: Mapping[str, str]) -> bool:
        return all(
            argument.name.value in known and self._takes(argument.value, known[argument.name.value])
            for argument in given
        )

    def _takes(self, value: "ValueNode", of: str) -> bool:
        from graphql import EnumValueNode, ListValueNode, ObjectValueNode

        known = self._schema.types.get(of)
        if known is None:
            return of not in self._schema.types
        if isinstance(value, EnumValueNode):
            return value.value in known.values
        if isinstance(value, ListValueNode):
            return all(self._takes(each, of) for each in value.values)
        if isinstance(value, ObjectValueNode):
            return all(
                each.name.value in known.inputs
                and self._takes(each.value, known.inputs[each.name.value])
                for each in value.fields
            )
        return True

    def _note_variables(self, value: "ValueNode") -> None:
        from graphql import VariableNode

        if isinstance(value, VariableNode):
            self._variables.add(value.name.value)


def _read(told: Mapping[str, Any] | None) -> _Type | None:
    if not told:
        return None
    fields = objects(told.get("fields"))
    return _Type(
        fields={each["name"]: _named(each["type"]) for each in fields},
        arguments={
            each["name"]: {arg["name"]: _named(arg["type"]) for arg in objects(each["args"])}
            for each in fields
        },
        inputs={each["name"]: _named(each["type"]) for each in objects(told.get("inputFields"))},
        values=frozenset(each["name"] for each in objects(told.get("enumValues"))),
    )


def _named(told: Mapping[str, Any]) -> str:
    """The name of a type inside its lists and non-nulls."""
    within: Mapping[str, Any] | None = told
    while within:
        if within.get("name"):
            return str(within["name"])
        within = within.get("ofType")
    return ""
