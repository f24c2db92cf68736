"""`opsroom tools`: what an agent can do, with the arguments of each tool."""

import json
from typing import Any

import click

from opsroom.cli import Options, command


@command("tools")
@click.option("--json", "as_json", is_flag=True, help="Names, descriptions and schemas as JSON.")
def tools(options: Options, as_json: bool) -> None:
    """List the tools with their arguments."""
    from opsroom.operations.surface import tools as found

    if as_json:
        listed = [
            {"name": name, "description": tool.description, "arguments": tool.input_schema}
            for name, tool in found().items()
        ]
        click.echo(json.dumps(listed, indent=2))
        return
    for name, tool in found().items():
        click.echo(f"{name}: {tool.description.splitlines()[0]}")
        required = tool.input_schema.get("required", [])
        for argument, schema in tool.input_schema.get("properties", {}).items():
            click.echo(f"  {argument}={_expected(schema, required=argument in required)}")


def _expected(schema: dict[str, Any], *, required: bool) -> str:
    kind = schema.get("type") or "|".join(each.get("type", "") for each in schema.get("anyOf", []))
    given = "required" if required else f"default {json.dumps(schema.get('default'))}"
    return f"{kind} ({given})  {schema.get('description', '')}".rstrip()
