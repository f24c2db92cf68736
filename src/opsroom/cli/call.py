"""`opsroom call`: one tool call from a script."""

import json
import os
from functools import partial
from typing import Any

import anyio
import click

from opsroom.cli import Options, command
from opsroom.errors import Exit, UsageError


@command("call")
@click.argument("tool")
@click.argument("arguments", nargs=-1, metavar="[KEY=VALUE]...")
@click.option("--url", help="Ask this centre (http://host:port/mcp) instead of the store here.")
@click.option("--token", help="The centre's token; else $OPSROOM_TOKEN, else the one in home.")
def call(
    options: Options, tool: str, arguments: tuple[str, ...], url: str | None, token: str | None
) -> int:
    """Call TOOL with arguments, and print its answer as JSON.

    Values are parsed as JSON where they parse: `max_tokens=500`, `where=health:red`.
    """
    given = dict(_argument(text) for text in arguments)
    if url:
        token = token or os.environ.get("OPSROOM_TOKEN") or _kept_token(options)
        answer, failed = anyio.run(partial(_ask_centre, url, token, tool, given))
        click.echo(json.dumps(answer, indent=2))
        return Exit.NO if failed else Exit.FINE
    click.echo(json.dumps(anyio.run(partial(_ask_here, options, tool, given)), indent=2))
    return Exit.FINE


def _argument(text: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{text!r} is not KEY=VALUE", "write e.g. where=health:red")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def _kept_token(options: Options) -> str | None:
    file = options.settings().server_token_file
    return file.read_text("ascii").strip() if file.is_file() else None


async def _ask_here(options: Options, name: str, given: dict[str, Any]) -> Any:
    from opsroom.operations.room import Room
    from opsroom.operations.surface import tool_named

    tool = tool_named(name)
    async with Room(options.settings()) as room:
        answer = await tool(room, given)
    return answer.model_dump(mode="json")


async def _ask_centre(
    url: str, token: str | None, name: str, given: dict[str, Any]
) -> tuple[Any, bool]:
    from opsroom.serve.client import ask

    return await ask(url, token, name, given)
