"""`opsroom serve`: the centre."""

from functools import partial

import anyio
import click

from opsroom.cli import Options, command


@command("serve")
@click.option("--host", help="The address to listen on; beyond loopback a token is needed.")
@click.option("--port", type=click.IntRange(0, 65535), help="The port; 0 takes any free one.")
def serve(options: Options, host: str | None, port: int | None) -> None:
    """Run the centre: page, MCP over HTTP, monitors. Ends with SIGTERM or Ctrl-C."""
    from opsroom.serve.centre import run_centre

    settings = options.settings()
    given = {key: value for key, value in {"host": host, "port": port}.items() if value is not None}
    server = settings.server.model_copy(update=given)
    settings = settings.model_copy(update={"server": server})
    anyio.run(partial(run_centre, settings, ready=_told))


def _told(page: str) -> None:
    click.echo(f"opsroom is at {page}", err=True)
