"""`opsroom restore`: a backup in the place of the store."""

from functools import partial
from pathlib import Path

import anyio
import click

from opsroom.cli import Options, command


@command("restore")
@click.argument("file", type=click.Path(path_type=Path))
def restore(options: Options, file: Path) -> None:
    """Put the backup FILE in the place of the store; the replaced one is kept beside it.

    Nothing else may use the store meanwhile. Cursors from before are answered with a full state.
    """
    from opsroom.store.backup import restore as read

    settings = options.settings()
    kept = anyio.run(partial(read, file.absolute(), settings.store, settings.home))
    replaced = f"; what was there is kept in {kept}" if kept else ""
    click.echo(f"restored {file}{replaced}", err=True)
