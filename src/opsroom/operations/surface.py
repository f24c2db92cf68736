"""How a tool, a resource and a prompt are declared, found and called. Knows no MCP.

A tool or a resource is a function whose first parameter is the open `Room`; its other parameters
are its arguments, its docstring is its description, its return type is its answer. Decorating
makes a value; nothing is registered by an import.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, get_type_hints
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from opsroom.discover import discover
from opsroom.errors import Call, NotFound, UsageError
from opsroom.model.nearest import nearest
from opsroom.operations.answers import Answer
from opsroom.operations.room import Room

Verb = Callable[..., Awaitable[Answer]]


Filter = Annotated[str, Field(description="Filter, e.g. `health:red owner:acme -is:archived`")]
Name = Annotated[str, Field(description="`owner/name`, or a path inside a clone")]
Budget = Annotated[int, Field(ge=200, le=20_000, description="Answer size, in tokens of 4 bytes")]


class Arguments(BaseModel):
    """The arguments of one call, checked; unknown ones are refused. A number may stand for text."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)


def _arguments(function: Callable[..., Any]) -> type[Arguments]:
    """A model of the parameters after the room."""
    hints = get_type_hints(function, include_extras=True)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    fields: dict[str, Any] = {
        parameter.name: (
            hints[parameter.name],
            ... if parameter.default is parameter.empty else parameter.default,
        )
        for parameter in parameters
    }
    return create_model(function.__name__, __base__=Arguments, **fields)


def _untitled(schema: Any) -> Any:
    """The schema without the titles that are generated from names."""
    match schema:
        case dict():
            return {
                key: _untitled(value)
                for key, value in schema.items()  # pyright: ignore[reportUnknownVariableType]
                if not (key == "title" and isinstance(value, str))
            }
        case list():
            return [_untitled(item) for item in schema]  # pyright: ignore[reportUnknownVariableType]
        case _:
            return schema


@dataclass(frozen=True)
class Tool:
    """What an agent can do. `reads_only` tools change nothing outside the store."""

    function: Verb
    title: str
    reads_only: bool = True

    @property
    def name(self) -> str:
        """The name under which clients call it."""
        return self.function.__name__

    @property
    def description(self) -> str:
        """Its docstring, indentation removed."""
        return inspect.getdoc(self.function) or ""

    @cached_property
    def arguments(self) -> type[Arguments]:
        """A model of what it takes."""
        return _arguments(self.function)

    @cached_property
    def answer(self) -> type[Answer]:
        """A model of what it gives."""
        answer: type[Answer] = get_type_hints(self.function)["return"]
        return answer

    @cached_property
    def input_schema(self) -> dict[str, Any]:
        """JSON Schema of the arguments, without generated titles."""
        schema: dict[str, Any] = _untitled(self.arguments.model_json_schema())
        return schema

    @cached_property
    def output_schema(self) -> dict[str, Any]:
        """JSON Schema of the answer, without generated titles."""
        schema: dict[str, Any] = _untitled(self.answer.model_json_schema(mode="serialization"))
        return schema

    async def __call__(self, room: Room, arguments: Mapping[str, Any]) -> Answer:
        """Check the arguments and call.

        Raises:
            UsageError: an argument is unknown, missing or wrong.
        """
        checked = check(self.arguments, arguments, self.name)
        await room.open()
        return await self.function(room, **checked)


@dataclass(frozen=True)
class Resource:
    """What an agent can read at a URI, as JSON; `{placeholders}` are the arguments."""

    function: Verb
    uri: str
    title: str

    @property
    def description(self) -> str:
        """Its docstring, indentation removed."""
        return inspect.getdoc(self.function) or ""

    @property
    def name(self) -> str:
        """The name of its function."""
        return self.function.__name__

    @property
    def template(self) -> bool:
        """Whether its URI has placeholders."""
        return "{" in self.uri

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        literal = re.split(r"\{\w+\}", self.uri)
        names = re.findall(r"\{(\w+)\}", self.uri)
        groups = [f"(?P<{name}>[^/?#]+)" for name in names] + [""]
        return re.compile("".join(re.escape(a) + b for a, b in zip(literal, groups, strict=True)))

    def match(self, uri: str) -> dict[str, str] | None:
        """The arguments in a URI, percent-decoded; None when the URI is not of this resource."""
        found = self._pattern.fullmatch(uri)
        return found and {name: unquote(value) for name, value in found.groupdict().items()}

    async def __call__(self, room: Room, arguments: Mapping[str, str]) -> Answer:
        """Open the room and read."""
        await room.open()
        return await self.function(room, **arguments)


def tool(*, title: str, reads_only: bool = True) -> Callable[[Verb], Tool]:
    """Declare the function below as a tool."""
    return lambda function: Tool(function, title, reads_only)


def resource(uri: str, *, title: str) -> Callable[[Verb], Resource]:
    """Declare the function below as a resource."""
    return lambda function: Resource(function, uri, title)


def check(model: type[Arguments], arguments: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The arguments as the model understands them.

    Raises:
        UsageError: says which argument, what is wrong with it, and the nearest right one.
    """
    known = list(model.model_fields)
    for key in arguments:
        if key not in known:
            near = nearest(key, known)
            wanted = ", ".join(known) or "none"
            better = {near or key if each == key else each: arguments[each] for each in arguments}
            raise UsageError(
                f"{name} has no argument {key[:60]!r}",
                f"did you mean {near!r}?" if near else f"its arguments are: {wanted}",
                [Call(name, better, "the same with the nearest argument")] if near else [],
            )
    try:
        checked = model.model_validate(dict(arguments))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{name}: argument {place!r}: {first['msg']}") from error
    return {key: getattr(checked, key) for key in known}


def tools() -> dict[str, Tool]:
    """Every tool of the surface, by name."""
    return {found.name: found for _, found in discover("opsroom.tools", Tool)}


def resources() -> list[Resource]:
    """Every resource of the surface, in the order of file names."""
    return [found for _, found in discover("opsroom.resources", Resource)]


def tool_named(name: str) -> Tool:
    """One tool.

    Raises:
        NotFound: with the nearest name.
    """
    known = tools()
    if name not in known:
        near = nearest(name, known)
        listed = f"there is: {', '.join(sorted(known))}"
        raise NotFound(f"no tool {name[:60]!r}", f"did you mean {near!r}?" if near else listed)
    return known[name]
