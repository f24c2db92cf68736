"""`opsroom status`: the fleet, worst first."""

from functools import partial
from typing import TYPE_CHECKING

import anyio
import click

from opsroom.cli import Options, command
from opsroom.errors import Exit

if TYPE_CHECKING:
    from opsroom.operations.status import FleetStatus

EVERY = 2.0
"""Seconds between two pictures of `--watch`."""


@command("status")
@click.argument("where", default="")
@click.option("--watch", is_flag=True, help="Stay, and show every change.")
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout.")
@click.option("--line", is_flag=True, help="One line for a prompt, from the store as it is.")
def status(options: Options, where: str, watch: bool, as_json: bool, line: bool) -> int:
    """Show how the fleet stands, worst first; WHERE filters it."""
    if line:
        from opsroom.store.glance import glance

        click.echo(glance(options.settings().home))
        return Exit.FINE
    anyio.run(partial(_show, options, where, watch=watch, as_json=as_json))
    return Exit.FINE


async def _show(options: Options, where: str, *, watch: bool, as_json: bool) -> None:
    from opsroom.operations.room import Room
    from opsroom.operations.status import fleet_status

    async with Room(options.settings()) as room:
        await room.open()
        shown = ""
        while True:
            answer = await fleet_status(room, where, 20_000)
            if answer.model_dump_json() != shown:
                shown = answer.model_dump_json()
                _print(answer, as_json=as_json, clear=watch)
            if not watch:
                return
            await anyio.sleep(EVERY)


def _print(answer: "FleetStatus", *, as_json: bool, clear: bool) -> None:
    if as_json:
        click.echo(answer.model_dump_json(indent=None if clear else 2))
        return
    if clear:
        click.clear()
    from opsroom.cli.show.tables import show_standing

    show_standing(answer)
