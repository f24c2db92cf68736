"""`opsroom stdio`: MCP on stdin and stdout."""

from functools import partial
from pathlib import Path

import anyio
import click

from opsroom.cli import Options, command
from opsroom.model.where import Where
from opsroom.settings import for_paths


@command("stdio")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--read-only", is_flag=True, help="Offer only tools that change nothing.")
@click.option("--where", default="", help="What is outside this filter doesn't exist here.")
def stdio(options: Options, paths: tuple[Path, ...], read_only: bool, where: str) -> None:
    """Speak MCP on stdin and stdout, over PATHS or over the sources of the settings."""
    from opsroom.serve.stdio import run_stdio

    settings = options.settings()
    settings = for_paths(paths, settings) if paths else settings
    scope = Where.parse(where)
    anyio.run(partial(run_stdio, settings, scope=scope, read_only=read_only))
