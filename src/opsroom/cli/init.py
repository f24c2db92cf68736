"""`opsroom init`: from a folder of clones to settings and a client that is connected."""

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import click

from opsroom.cli import Options, command
from opsroom.errors import NotFound, UsageError

if TYPE_CHECKING:
    from opsroom.operations.onboarding import Proposal
    from opsroom.settings.starter import OfferedHost


@command("init")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Take what is proposed. Never replaces a file.")
def init(options: Options, paths: tuple[Path, ...], yes: bool) -> None:
    """Find the clones under PATHS, write commented settings, and say how clients connect.

    Without PATHS the usual folders of your home are looked at. Where the GitHub command line is
    logged in, the owners of the clones are offered as sources, and what that login can't see is
    said.
    """
    from opsroom.operations.onboarding import client_lines, propose, settings_file, write_settings
    from opsroom.settings.starter import starter

    ask = sys.stdin.isatty() and not yes
    proposal = propose([path.absolute() for path in paths] or _folders(ask=ask))
    _tell(proposal)
    if not proposal.clones:
        raise NotFound("no clone was found", "name a folder that holds some: opsroom init PATH")
    hosts = _hosts(proposal, ask=ask, yes=yes)
    file = settings_file(options.config, os.environ)
    exists = file.exists()
    if ask:
        question = f"Replace {file}?" if exists else f"Write {file}?"
        click.confirm(question, default=not exists, abort=True, err=True)
    write_settings(file, starter(proposal.folders, hosts), replace=ask and exists)
    click.echo(f"\nwrote {file}\n")
    program = shutil.which("opsroom") or sys.argv[0]
    for client, line in client_lines(program, options.config and file):
        click.echo(f"{client}:\n  {line}\n")
    click.echo("See it: opsroom status; keep it: opsroom serve")


def _folders(*, ask: bool) -> list[Path]:
    from opsroom.operations.onboarding import usual_folders

    usual = usual_folders(Path.home())
    if ask:
        shown = " ".join(str(path) for path in usual)
        said = click.prompt("Folders with clones", default=shown or None, err=True)
        return [Path(word).expanduser().absolute() for word in str(said).split()]
    if not usual:
        raise UsageError("no usual folder of code is in your home", "say: opsroom init PATH")
    return usual


def _hosts(proposal: "Proposal", *, ask: bool, yes: bool) -> "list[OfferedHost]":
    """Offer what could be watched on hosts; what nobody said yes to stays commented out."""
    from opsroom.operations.offering import offers, unseen

    tables: list[OfferedHost] = []
    for offer in anyio.run(offers, proposal.owners):
        names = ", ".join(offer.owners)
        if offer.login is None:
            click.echo(f"{offer.host}: {names}; gh has no login there that works")
            click.echo(f"  gh auth login --hostname {offer.host}, or name a token in the settings")
            tables.append(offer.table(active=False))
            continue
        click.echo(f"{offer.host}: {names}; gh is logged in as {offer.login or 'somebody'}")
        for line in anyio.run(unseen, offer):
            click.echo(f"  {line}")
        question = f"Watch {names} on {offer.host}, with the login of gh?"
        active = yes or (ask and click.confirm(question, default=True, err=True))
        tables.append(offer.table(active=active))
    return tables


def _tell(proposal: "Proposal") -> None:
    folders = ", ".join(str(path) for path in proposal.folders)
    click.echo(f"{proposal.clones} clones in {folders}")
    for owner, count in proposal.owners:
        click.echo(f"  {count:>4}  {owner}")
    if proposal.remoteless:
        click.echo(f"  {proposal.remoteless:>4}  without a remote on a known host")
    for problem in proposal.problems:
        click.echo(f"  {problem.path}: {problem.reason}", err=True)
