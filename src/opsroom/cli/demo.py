"""`opsroom demo`: a simulated fleet, and the centre over it."""

import json
import signal
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import anyio
import click

from opsroom.cli import Options, command
from opsroom.settings import Server, Settings, for_paths

if TYPE_CHECKING:
    from opsroom.demo.fleet import Fleet

PORT = 8724
"""Beside the port of a real centre."""


@command("demo")
@click.option("--repos", "repositories", default=24, show_default=True, help="How many.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, 65535))
@click.option("--seed", default=1, show_default=True, help="Another seed, another fleet.")
@click.option("--json", "as_json", is_flag=True, help="One line with the addresses, when up.")
@click.option("--state", type=click.Path(path_type=Path), help="Keep the fleet in this folder.")
def demo(
    options: Options, repositories: int, port: int, seed: int, as_json: bool, state: Path | None
) -> None:
    """Make a fleet of real clones with real faults, let it live, and run the centre over it.

    Your own settings and store are not touched.
    """
    from opsroom.demo.fleet import build

    with ExitStack() as stack:
        signal.signal(signal.SIGTERM, _leave)
        root = state or Path(stack.enter_context(TemporaryDirectory(prefix="opsroom-demo-")))
        fleet = build(root.absolute(), repositories, seed, datetime.now(UTC))
        settings = for_paths(
            [fleet.code], Settings(home=fleet.root / "home", server=Server(port=port))
        )
        try:
            anyio.run(partial(_run, settings, fleet, seed, as_json=as_json))
        except* (SystemExit, KeyboardInterrupt):
            pass
        click.echo("the demo has ended", err=True)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    """End in order, so that a temporary fleet is removed."""
    sys.exit(0)


async def _run(settings: Settings, fleet: "Fleet", seed: int, *, as_json: bool) -> None:
    from opsroom.demo.life import Life
    from opsroom.serve.centre import run_centre

    life = Life(fleet, seed, lambda: datetime.now(UTC))
    async with anyio.create_task_group() as tasks:

        def up(page: str) -> None:
            _tell(page, fleet, as_json=as_json)
            tasks.start_soon(life.run)

        await run_centre(settings, ready=up)
        tasks.cancel_scope.cancel()


def _tell(page: str, fleet: "Fleet", *, as_json: bool) -> None:
    if as_json:
        addresses = {"page": page, "mcp": f"{page}mcp", "events": f"{page}events"}
        click.echo(json.dumps(addresses))
        return
    click.echo(f"{len(fleet.plots)} repositories in {fleet.code}; Ctrl-C ends it")
    click.echo(page)
