"""`opsroom import`: what other tools found, brought in."""

from functools import partial
from pathlib import Path

import anyio
import click

from opsroom.cli import Options, command
from opsroom.errors import UsageError
from opsroom.settings import Settings

LARGEST = 32 << 20


@command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--repository", required=True, help="`owner/name`, or a path inside a clone.")
def import_(options: Options, file: Path, repository: str) -> None:
    """Record what FILE (SARIF, CycloneDX or OpenVEX, as JSON) says of a repository.

    A report replaces the one before by the same tool. Bringing a file in again changes nothing.
    """
    click.echo(anyio.run(partial(_bring, options.settings(), file, repository)))


async def _bring(settings: Settings, file: Path, repository: str) -> str:
    from opsroom.operations.findings.importing import bring_in
    from opsroom.operations.room import Room

    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{file} can't be read", error.strerror or "") from error
    async with Room(settings, watches=False) as room:
        return (await bring_in(room, content, file.name, repository, "opsroom import")).reading()
