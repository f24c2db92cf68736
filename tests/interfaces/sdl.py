"""Cut a published GraphQL schema to the types, fields, arguments and enums that documents use."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TypeVar

from graphql import (
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    InputObjectTypeDefinitionNode,
    InterfaceTypeDefinitionNode,
    ListTypeNode,
    NamedTypeNode,
    Node,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    TypeDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    TypeNode,
    UnionTypeDefinitionNode,
    Visitor,
    build_schema,
    is_required_argument,
    parse,
    print_ast,
    validate,
    visit,
)
from graphql.language import FieldNode, FragmentDefinitionNode, InlineFragmentNode

Fields = dict[str, dict[str, set[str]]]
AnyNode = TypeVar("AnyNode", bound=Node)

BUILT_IN = frozenset({"Boolean", "Float", "ID", "Int", "String"})


def _fields() -> Fields:
    return defaultdict[str, dict[str, set[str]]](lambda: defaultdict[str, set[str]](set))


@dataclass(slots=True)
class Uses:
    """What documents use: of each type its fields, and of each field its arguments."""

    fields: Fields = field(default_factory=_fields)
    whole: set[str] = field(default_factory=lambda: set(BUILT_IN))
    """Enums, scalars and inputs, of which everything is kept."""

    def types(self) -> set[str]:
        """Return the names of every type that is used."""
        return self.whole | self.fields.keys()


class _Reader(Visitor):
    """Write down each field, argument and type as a document is walked."""

    def __init__(self, schema: GraphQLSchema, found: Uses, info: TypeInfo) -> None:
        super().__init__()
        self.schema, self.found, self.info = schema, found, info

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent, defined = self.info.get_parent_type(), self.info.get_field_def()
        name = node.name.value
        if parent is None or defined is None or name.startswith("__"):
            return
        arguments = self.found.fields[parent.name][name]
        self.reach(f"{defined.type}")  # pyright: ignore[reportUnknownMemberType] # wraps any type
        given = {each.name.value for each in node.arguments}
        for argument, kind in defined.args.items():
            if argument in given or is_required_argument(kind):
                arguments.add(argument)
                self.reach(f"{kind.type}")  # pyright: ignore[reportUnknownMemberType] # the same

    def enter_inline_fragment(self, node: InlineFragmentNode, *_: object) -> None:
        self.condition(node)

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: object) -> None:
        self.condition(node)

    def condition(self, node: InlineFragmentNode | FragmentDefinitionNode) -> None:
        if node.type_condition:
            _ = self.found.fields[node.type_condition.name.value]

    def reach(self, wrapped: str) -> None:
        kind = self.schema.type_map[wrapped.strip("[]!")]
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLUnionType):
            _ = self.found.fields[kind.name]
        elif kind.name not in self.found.whole:
            self.found.whole.add(kind.name)
            if isinstance(kind, GraphQLInputObjectType):
                for each in kind.fields.values():
                    self.reach(f"{each.type}")


def uses(schema: GraphQLSchema, document: DocumentNode) -> Uses:
    """Return what a document uses of a schema.

    Raises:
        ValueError: the document isn't valid against the schema.
    """
    if wrong := validate(schema, document):
        raise ValueError("; ".join(error.message for error in wrong))
    found, info = Uses(), TypeInfo(schema)
    visit(document, TypeInfoVisitor(info, _Reader(schema, found, info)))
    for name in list(found.fields):
        kind = schema.type_map[name]
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for promise in kind.interfaces:
                for promised, arguments in found.fields.get(promise.name, {}).items():
                    found.fields[name][promised] |= arguments
    return found


def cut(published: str, found: Uses) -> str:
    """Return what is used of a published schema, types by name, without a word of prose.

    The schema may be another, older one than that in which the uses were found: what it lacks is
    lacking in the cut.
    """
    definitions = [
        each
        for each in parse(published, no_location=True).definitions
        if isinstance(each, TypeDefinitionNode) and each.name.value in found.types()
    ]
    kept = {each.name.value for each in definitions} | BUILT_IN
    definitions.sort(key=lambda each: each.name.value)
    text = "\n\n".join(print_ast(_bare(each, kept, found)) for each in definitions) + "\n"
    build_schema(text)
    return text


def _bare(node: TypeDefinitionNode, kept: set[str], found: Uses) -> TypeDefinitionNode:
    node = _copy(node)
    match node:
        case ObjectTypeDefinitionNode() | InterfaceTypeDefinitionNode():
            used = found.fields[node.name.value]
            node.interfaces = _among(node.interfaces, kept)
            node.fields = tuple(
                _field(each, used[each.name.value])
                for each in node.fields
                if each.name.value in used and _named(each.type) in kept
            )
        case UnionTypeDefinitionNode():
            node.types = _among(node.types, kept)
        case EnumTypeDefinitionNode():
            node.values = tuple(_copy(each) for each in node.values)
        case InputObjectTypeDefinitionNode():
            node.fields = tuple(_copy(each) for each in node.fields)
        case ScalarTypeDefinitionNode():
            pass
        case _:
            raise ValueError(f"{node.name.value}: a kind of type that no cut is known for")
    return node


def _among(named: tuple[NamedTypeNode, ...], kept: set[str]) -> tuple[NamedTypeNode, ...]:
    return tuple(each for each in named if each.name.value in kept)


def _field(node: FieldDefinitionNode, arguments: set[str]) -> FieldDefinitionNode:
    node = _copy(node)
    node.arguments = tuple(_copy(each) for each in node.arguments if each.name.value in arguments)
    return node


def _named(node: TypeNode) -> str:
    while isinstance(node, ListTypeNode | NonNullTypeNode):
        node = node.type
    if not isinstance(node, NamedTypeNode):
        raise TypeError(f"a type of an unknown kind: {node.kind}")
    return node.name.value


def _copy(node: AnyNode) -> AnyNode:
    """Copy a node without its description and directives, which hold the prose."""
    kept = {key: getattr(node, key, None) for key in node.keys if key != "description"}
    if "directives" in kept:
        kept["directives"] = ()
    return type(node)(**kept)
