"""The tool `dependency_graph`."""

from typing import Annotated

from pydantic import Field

from opsroom.operations.graph import asking
from opsroom.operations.graph.answer import DependencyGraph, Format, Query
from opsroom.operations.room import Room
from opsroom.operations.surface import Budget, Filter, tool

Asked = Annotated[
    Query,
    Field(description="`order`: waves of a change; `causes`: why CI is red; `skew`: versions"),
]
Node = Annotated[
    str,
    Field(
        max_length=300,
        description="`owner/name`, `npm/lodash<4.17.21`, `docker/python:3.12`, `host:...`, "
        "`env:prod`, `CVE-...`",
    ),
]
To = Annotated[str, Field(max_length=300, description="where a `path` leads")]
Depth = Annotated[int | None, Field(ge=1, le=100, description="1: direct ones")]
Since = Annotated[
    str, Field(max_length=80, description="of `changed`: a cursor, a time or a while (24h)")
]
Form = Annotated[Format, Field(description="`mermaid`: a diagram")]


@tool(title="Dependency graph")
async def dependency_graph(
    room: Room,
    query: Asked,
    node: Node = "",
    to: To = "",
    depth: Depth = None,
    where: Filter = "",
    since: Since = "24h",
    format: Form = "json",  # noqa: A002 - the name that the contract gives it
    max_tokens: Budget = 2000,
) -> DependencyGraph:
    """Who depends on whom across the fleet, each edge with file, line and commit that say so.

    What breaks if `node` changes (`impact`), in which order to change it and what needs it
    (`order`), who uses a package below a version (`dependents`). Edges are seen, not declared:
    `unlooked` says what nobody looked at.
    """
    return await asking.dependency_graph(
        room, query, node, to, depth, where, since, format, max_tokens
    )
