"""`opsroom status`: the fleet, worst first."""

from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import anyio
import click

from opsroom.cli import Options, command
from opsroom.errors import Exit, UsageError

if TYPE_CHECKING:
    from opsroom.operations.room import Room
    from opsroom.operations.status import FleetStatus
    from opsroom.settings import Settings

EVERY = 2.0
"""Seconds between two pictures of `--watch`."""


@command("status")
@click.argument("where", default="")
@click.option("--watch", is_flag=True, help="Stay, and show every change.")
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout.")
@click.option("--line", is_flag=True, help="One line for a prompt, from the store as it is.")
def status(options: Options, where: str, watch: bool, as_json: bool, line: bool) -> int:
    """Show how the fleet stands, worst first; WHERE filters it.

    Exits with 3 if a repository is stale or unknown, or something could not be looked at.
    """
    if line:
        if where:
            raise UsageError("--line counts the whole fleet", "leave WHERE out, or --line")
        click.echo(_line(options.settings()))
        return Exit.FINE
    try:
        return anyio.run(partial(_show, options, where, watch=watch, as_json=as_json))
    except KeyboardInterrupt:
        if not watch:
            raise
        return Exit.FINE


def _line(settings: "Settings") -> str:
    from opsroom.store.glance import glance

    if settings.store is not None:
        raise UsageError("--line reads a store in SQLite only", "leave it out for one on Postgres")
    if not settings.sources:
        return "no source is configured"
    sources = [source.key for source in settings.sources]
    return glance(settings.home, sources, settings.watch.late, datetime.now(UTC))


async def _show(options: Options, where: str, *, watch: bool, as_json: bool) -> int:
    """Show the answer, or every new one, and give the exit code."""
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
                return Exit.FINE if _complete(room, answer) else Exit.UNOBSERVED
            await anyio.sleep(EVERY)


def _complete(room: "Room", answer: "FleetStatus") -> bool:
    """Whether all that was asked about was looked at in time, and no look is still under way."""
    missing = answer.problems or answer.coverage.stale or answer.coverage.unknown
    return not missing and not (room.settings.sources and room.note())


def _print(answer: "FleetStatus", *, as_json: bool, clear: bool) -> None:
    if as_json:
        click.echo(answer.model_dump_json(indent=None if clear else 2))
        return
    if clear:
        click.clear()
    from opsroom.cli.show.tables import show_standing

    show_standing(answer)
