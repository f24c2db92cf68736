"""`opsroom doctor`: what works here and what doesn't."""

import json
from functools import partial

import anyio
import click

from opsroom.cli import Options, command
from opsroom.errors import Exit


@command("doctor")
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout.")
@click.option("--source", metavar="NAME", help="Only this source: its folder's name, path or key.")
def doctor(options: Options, as_json: bool, source: str | None) -> int:
    """Look at every part that Opsroom needs. Exits with 1 when one is broken."""
    return anyio.run(partial(_look, options, as_json=as_json, source=source))


async def _look(options: Options, *, as_json: bool, source: str | None) -> int:
    from opsroom.operations.diagnosis import State, diagnose, diagnose_source

    settings = options.settings()
    if source is None:
        parts = [part async for part in diagnose(settings)]
    else:
        parts = [await diagnose_source(settings, source)]
    if as_json:
        click.echo(json.dumps([part.model_dump(mode="json") for part in parts], indent=2))
    else:
        from opsroom.cli.show.parts import show_parts

        show_parts(parts)
    return Exit.NO if any(part.state is State.BROKEN for part in parts) else Exit.FINE
