"""`opsroom demo`: a double of GitHub with a simulated fleet, and the centre over it."""

import json
import logging
import os
import signal
import sys
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

import anyio
import anyio.to_thread
import click
from pydantic import SecretStr

from opsroom.cli import Options, command
from opsroom.clients.process import Beside
from opsroom.errors import Exit, OpsroomError
from opsroom.settings import DirectorySource, GithubSource, ScanSetting, Server, Settings

if TYPE_CHECKING:
    from opsroom.demo.double import Addresses

log = logging.getLogger("opsroom.demo")

PORT = 8724
"""Beside the port of a real centre; the double listens one above, if that is free."""
HOOK_SECRET = "webhook.secret"  # noqa: S105 - the name of a file
PATIENCE = 5.0
"""Seconds that the double gets to end."""


@command("demo")
@click.option("--repos", "repositories", default=24, show_default=True, help="How many.")
@click.option("--port", default=PORT, show_default=True, type=click.IntRange(0, 65535))
@click.option("--seed", default=1, show_default=True, help="Another seed, another fleet.")
@click.option("--json", "as_json", is_flag=True, help="One line with the addresses, when up.")
@click.option("--double-only", is_flag=True, help="Only the double, without the centre.")
@click.option("--state", type=click.Path(path_type=Path), help="Keep the fleet in this folder.")
@click.option("--attached", is_flag=True, hidden=True)
def demo(
    options: Options,
    repositories: int,
    port: int,
    seed: int,
    as_json: bool,
    double_only: bool,
    state: Path | None,
    attached: bool,
) -> None:
    """Run a double of GitHub with a fleet that lives, clones of it, and the centre over both.

    Your own settings and store are not touched, and no token is needed.
    """
    with ExitStack() as stack:
        signal.signal(signal.SIGTERM, _leave)
        root = state or Path(stack.enter_context(TemporaryDirectory(prefix="opsroom-demo-")))
        wanted = _Wanted(root.absolute(), repositories, seed, port)
        try:
            if double_only:
                _serve_double(wanted, as_json=as_json, attached=attached)
            else:
                with _double(wanted) as addresses:
                    _serve_centre(wanted, addresses, as_json=as_json)
        except* (SystemExit, KeyboardInterrupt):
            pass
        if not attached:
            click.echo("the demo has ended", err=True)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was asked for. `root` is absolute."""

    root: Path
    repositories: int
    seed: int
    port: int


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    """End in order, so that a temporary fleet is removed."""
    sys.exit(0)


def _serve_double(wanted: _Wanted, *, as_json: bool, attached: bool) -> None:
    from opsroom.demo.double import end_with_parent, listening, run_double

    def tell(addresses: "Addresses") -> None:
        _tell(asdict(addresses), f"the double is at {addresses.github}", as_json=as_json)

    with listening(wanted.port, elsewhere=attached) as listener:
        if attached:
            end_with_parent()
        run = partial(run_double, wanted.root, wanted.repositories, wanted.seed, listener, tell)
        anyio.run(run)


@contextmanager
def _double(wanted: _Wanted) -> Generator["Addresses"]:
    """The double, in a process of its own that ends with this one.

    Raises:
        click.exceptions.Exit: it did not come up, and has said why on stderr.
    """
    from opsroom.demo.double import Addresses

    wanted.root.mkdir(parents=True, exist_ok=True)
    # -P: nothing is imported out of the folder that somebody happens to stand in
    called = [sys.executable, "-P", "-m", "opsroom", "demo", "--double-only", "--attached"]
    told = {
        "--repos": wanted.repositories,
        "--seed": wanted.seed,
        "--port": wanted.port + 1 if wanted.port else 0,
        "--state": wanted.root,
    }
    arguments = [each for option, value in told.items() for each in (option, str(value))]
    process = Beside([*called, "--json", *arguments], cwd=wanted.root, env=os.environ)
    try:
        line = process.line()
        if not line:
            raise click.exceptions.Exit(process.end(PATIENCE) or Exit.NO)
        yield Addresses(**json.loads(line))
    finally:
        process.end(PATIENCE)


def _serve_centre(wanted: _Wanted, addresses: "Addresses", *, as_json: bool) -> None:
    from opsroom.demo.double import kept_secret

    secret = kept_secret(wanted.root / HOOK_SECRET)
    settings = _settings(wanted, addresses, secret)
    anyio.run(partial(_run, settings, wanted, addresses, secret, as_json=as_json))


def _settings(wanted: _Wanted, addresses: "Addresses", secret: str) -> Settings:
    """What the centre runs with: the clones, and both owners in the double."""
    from opsroom.demo.archives import FOLDER
    from opsroom.demo.catalogue import ORGANISATION, USER

    hosts = GithubSource.model_construct(
        kind="github",
        owners=(ORGANISATION, USER),
        base_url=addresses.github,
        token=SecretStr(addresses.token),
        webhook_secret=SecretStr(secret),
    )
    clones = DirectorySource(kind="directory", path=wanted.root / "code")
    return Settings(
        home=wanted.root / "home",
        sources=(clones, *hosts.one_each()),
        server=Server(port=wanted.port),
        scan=ScanSetting(offline=wanted.root / FOLDER),
    )


async def _run(
    settings: Settings, wanted: _Wanted, addresses: "Addresses", secret: str, *, as_json: bool
) -> None:
    from opsroom.demo.subscribe import subscribe
    from opsroom.serve.centre import run_centre
    from opsroom.serve.web.tokens import approver_token

    async def tell(page: str) -> None:
        try:
            await anyio.to_thread.run_sync(
                subscribe, addresses.github, addresses.token, page, secret
            )
        except OpsroomError as error:
            log.warning("what happens is seen later, by asking: %s", error)
        told = {
            "page": page,
            "mcp": f"{page}mcp",
            "events": f"{page}events",
            "github": addresses.github,
            "owner": addresses.owner,
            "token": addresses.token,
            "approver": approver_token(settings),
            "control": addresses.control,
        }
        shown = (
            f"{wanted.repositories} repositories, clones in {wanted.root / 'code'}; "
            f"Ctrl-C ends it\n{page}\nthe double of GitHub: {addresses.github}\n"
            f"break a build: {_breaking(addresses)}"
        )
        _tell(told, shown, as_json=as_json)

    async with anyio.create_task_group() as tasks:

        def up(page: str) -> None:
            tasks.start_soon(tell, page)

        await run_centre(settings, ready=up)
        tasks.cancel_scope.cancel()


def _breaking(addresses: "Addresses") -> str:
    """A line to type that plants a fault; GET at the same address lists the others."""
    from opsroom.demo.catalogue import USER

    said = json.dumps({"kind": "ci-broken", "repository": f"{USER}/units-go"})
    return f"curl -d '{said}' {addresses.control}/plant"


def _tell(addresses: dict[str, str], shown: str, *, as_json: bool) -> None:
    click.echo(json.dumps(addresses) if as_json else shown)
    sys.stdout.flush()
