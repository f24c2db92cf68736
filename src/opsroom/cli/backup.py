"""`opsroom backup`: the store at one point, in one file."""

from functools import partial
from pathlib import Path

import anyio
import click

from opsroom.cli import Options, command
from opsroom.settings import Settings


@command("backup")
@click.argument("file", type=click.Path(path_type=Path))
def backup(options: Options, file: Path) -> None:
    """Write the whole store, at one point in time, to FILE; work goes on meanwhile."""
    anyio.run(partial(_write, options.settings(), file.absolute()))
    click.echo(f"wrote {file}", err=True)


async def _write(settings: Settings, file: Path) -> None:
    from opsroom.store.backup import backup as write
    from opsroom.store.database import Store

    async with Store.open(settings.store, settings.home) as store:
        await write(store, file)
