"""`opsroom audit`: folders of clones, looked at once."""

import json
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import click

from opsroom.cli import Options, command
from opsroom.errors import Exit, UsageError
from opsroom.model.severity import Severity
from opsroom.settings import for_paths

if TYPE_CHECKING:
    from opsroom.operations.audit import Audit
    from opsroom.settings import Settings


@command("audit")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSON on stdout.")
@click.option("--sarif", type=click.Path(path_type=Path), help="Also write SARIF 2.1.0 here.")
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    help="Exit with 1 when a finding is at least so bad.",
)
@click.option("--scan/--no-scan", default=False, help="Run scanners, too. (no)")
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

    With `--scan` dependencies, secrets, code and configuration, too, by the scanners that are
    installed; nothing is kept but their caches.

    Exits with 1 if `--fail-on` says so, with 3 if something could not be looked at.
    """
    settings = for_paths(paths, options.settings())
    with _progress(shown=not as_json and sys.stderr.isatty()) as progress:
        seen = _look(settings, progress, scan=scan)
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


def _look(
    settings: "Settings", progress: Callable[[int, int], None] | None, *, scan: bool
) -> "Audit":
    if not scan:
        from opsroom.operations.audit import audit as look

        return look(settings, progress)
    from opsroom.operations.scans.audit import audit_and_scan

    return anyio.run(audit_and_scan, settings, progress)


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
    from opsroom.operations.findings.sarif import of_audit

    try:
        file.write_text(json.dumps(of_audit(seen), indent=1), "utf-8")
    except OSError as error:
        raise UsageError(f"{file} can't be written", error.strerror or "") from error
