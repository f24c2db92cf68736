"""The command line: one command a file, loaded when it is called.

Every command takes `--config`, `--home`, `--log` and `--debug`, before or after its name.
"""

import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import click

from opsroom import __version__
from opsroom.errors import Exit, OpsroomError
from opsroom.logs import start as start_log
from opsroom.model.text import plain
from opsroom.settings import Settings, load

LONGEST = 2_000
"""Characters of an error."""


@dataclass(frozen=True, slots=True)
class Options:
    """The options that every command takes."""

    config: Path | None = None
    home: Path | None = None
    log: str | None = None
    debug: bool = False

    def settings(self) -> Settings:
        """The settings that these options name.

        Raises:
            SettingsError: what is wrong in which file, and where.
        """
        return load(self.config, self.home, os.environ)


def _shared(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--config", type=click.Path(path_type=Path), help="Settings file."),
        click.option("--home", type=click.Path(path_type=Path), help="Where the store lives."),
        click.option("--log", type=click.Choice(["text", "json"]), help="Log to stderr so."),
        click.option("--debug", is_flag=True, help="Tracebacks and debug messages on stderr."),
    ):
        function = option(function)
    return function


def _merge(context: click.Context, given: dict[str, Any]) -> Options:
    """The options given before the command, with those after it in their place."""
    outer = context.obj if isinstance(context.obj, Options) else Options()
    return replace(outer, **{key: value for key, value in given.items() if value})


def command(name: str, **options: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """Declare the function below, whose first parameter is `Options`, as a command."""

    def declare(function: Callable[..., Any]) -> click.Command:
        @wraps(function)
        def run(**given: Any) -> Any:
            shared = {key: given.pop(key) for key in ("config", "home", "log", "debug")}
            merged = _merge(click.get_current_context(), shared)
            start_log(merged.log, debug=merged.debug)
            return function(merged, **given)

        made: Callable[[Callable[..., Any]], click.Command] = click.command(name, **options)
        return made(_shared(run))

    return declare


class Commands(click.Group):
    """The commands of this package, found by their files."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, by name."""
        return sorted(info.name.rstrip("_") for info in iter_modules(__path__) if not info.ispkg)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command; only its file is loaded."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = import_module(f"{__name__}.{cmd_name}{'_' if cmd_name == 'import' else ''}")
        return next(found for found in vars(module).values() if isinstance(found, click.Command))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name in the error."""
        from opsroom.model.nearest import suggestion

        if args and args[0] not in self.list_commands(ctx) and not args[0].startswith("-"):
            near = suggestion(args[0], self.list_commands(ctx))
            raise click.UsageError(f"no command {args[0]!r}; {near}")
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, "-V", "--version", message="opsroom %(version)s")
@_shared
@click.pass_context
def opsroom(context: click.Context, /, **given: Any) -> None:
    """The operations room of a fleet of Git repositories, shared by agents and people."""
    context.obj = _merge(context, given)


def run(arguments: list[str]) -> int:
    """Run a command line and give its exit code. Errors are one line on stderr."""
    debug = "--debug" in arguments
    try:
        code = opsroom.main(arguments, prog_name="opsroom", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.Abort:
        return 130
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - nobody reads any more; closed at exit
        return 0
    except click.exceptions.NoArgsIsHelpError as error:
        error.show(sys.stderr)
        return int(Exit.USAGE)
    except click.ClickException as error:
        return _complain(_understood(error), Exit.USAGE)
    except OpsroomError as error:
        if debug:
            logging.getLogger("opsroom").exception("failed")
        return _complain(str(error), error.exit)
    except Exception as error:
        if debug:
            raise
        what = f"{type(error).__name__}: {error}"
        return _complain(f"a mistake in Opsroom: {what}; run it with --debug", Exit.NO)


def _understood(error: click.ClickException) -> str:
    """What click says of a wrong command line, and where to read how it is right."""
    said = error.format_message().rstrip(".")
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{said}; see {context.command_path} --help" if context else said


def _complain(what: str, code: Exit) -> int:
    click.echo(f"opsroom: {plain(what, LONGEST)}", err=True)
    return int(code)
