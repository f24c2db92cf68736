"""`opsroom audit`: folders of clones, looked at once."""

import json
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from opsroom.cli import Options, command
from opsroom.errors import Exit, UsageError
from opsroom.model.severity import Severity
from opsroom.settings import for_paths

if TYPE_CHECKING:
    from opsroom.operations.audit import Audit


@command("audit")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout.")
@click.option("--sarif", type=click.Path(path_type=Path), help="Also write SARIF 2.1.0 here.")
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    help="Exit with 1 when a finding is at least so bad.",
)
@click.option("--scan/--no-scan", default=False, help="Run scanners, too: not in this version.")
@click.option("--all", "everything", is_flag=True, help="List the healthy ones, too.")
def audit(
    options: Options,
    paths: tuple[Path, ...],
    as_json: bool,
    sarif: Path | None,
    fail_on: str | None,
    scan: bool,
    everything: bool,
) -> int:
    """Look at the clones in folders once, and report.

    Exits with 1 if `--fail-on` says so, with 3 if something could not be looked at.
    """
    if scan:
        raise UsageError("this version has no scanners", "leave --scan out")
    from opsroom.operations.audit import audit as look

    with _progress(shown=not as_json and sys.stderr.isatty()) as progress:
        seen = look(for_paths(paths, options.settings()), progress)
    if sarif:
        _write_sarif(seen, sarif)
    if as_json:
        click.echo(json.dumps(seen.document(), indent=2))
    else:
        from opsroom.cli.show.tables import show_audit

        show_audit(seen, everything=everything)
    if fail_on and seen.fails(Severity(fail_on)):
        return Exit.NO
    return Exit.FINE if seen.complete else Exit.UNOBSERVED


@contextmanager
def _progress(*, shown: bool) -> Generator[Callable[[int, int], None] | None]:
    """A progress bar on stderr, fed by `(done, of)`."""
    if not shown:
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("looking", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _write_sarif(seen: "Audit", file: Path) -> None:
    from opsroom.operations.sarif import sarif

    try:
        file.write_text(json.dumps(sarif(seen), indent=1), "utf-8")
    except OSError as error:
        raise UsageError(f"{file} can't be written", error.strerror or "") from error
