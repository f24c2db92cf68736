"""`opsroom doctor`: what works here and what doesn't."""

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import click

from opsroom.cli import Options, command
from opsroom.errors import Exit, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opsroom.operations.parts import Part


@command("doctor")
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout.")
@click.option(
    "--source",
    metavar="NAME",
    help="Only this source: its folder's name or path, its owner, host/owner, or its key. A host is"
    " asked a list of questions that change nothing, and a report is written.",
)
@click.option(
    "--report",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the report on a host goes; it holds no names and no tokens.",
)
def doctor(options: Options, as_json: bool, source: str | None, report: Path | None) -> int:
    """Look at every part that Opsroom needs.

    Exits with 1 when one is broken, with 3 when one could not be asked.
    """
    if report is not None and source is None:
        raise UsageError("a report is of one source", "add --source NAME")
    run = partial(_look, options, as_json=as_json) if source is None else None
    return anyio.run(run or partial(_one, options, str(source), report, as_json=as_json))


async def _look(options: Options, *, as_json: bool) -> int:
    from opsroom.operations.diagnosis import diagnose
    from opsroom.operations.parts import State

    parts = [part async for part in diagnose(options.settings())]
    _show(parts, as_json=as_json)
    states = {part.state for part in parts}
    if State.BROKEN in states:
        return Exit.NO
    return Exit.UNOBSERVED if State.UNASKED in states else Exit.FINE


async def _one(options: Options, name: str, report: Path | None, *, as_json: bool) -> int:
    from opsroom.operations.diagnosis import diagnose_directory, named
    from opsroom.operations.parts import State
    from opsroom.settings import DirectorySource

    settings = options.settings()
    source = named(settings, name)
    if isinstance(source, DirectorySource):
        if report is not None:
            raise UsageError("a report is of a host", f"{source.path} is a folder")
        part = await diagnose_directory(source)
        _show([part], as_json=as_json)
        return Exit.NO if part.state is State.BROKEN else Exit.FINE
    from opsroom.operations.smoke import smoke_list, write_report

    found = await smoke_list(settings, source)
    _show(found.parts, as_json=as_json)
    file = await write_report(settings, found.report, report)
    click.echo(f"the report, without names and tokens: {file}", err=True)
    return found.exit


def _show(parts: "Sequence[Part]", *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([part.model_dump(mode="json") for part in parts], indent=2))
        return
    from opsroom.cli.show.parts import show_parts

    show_parts(parts)
