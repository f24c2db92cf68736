"""The page of benchmarks: one table of figures, then what each side took and gave."""

import os
import platform
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.benchmarks.bench import COMPETITORS
from tests.benchmarks.measure import Table, between, shown

INTRODUCTION = """\
# Benchmarks

Written by `make bench`, which runs everything below in one go. Sides are measured side by side on
the same machine, in interleaved rounds; a ratio is that of the medians, its spread the middle half
of the single rounds. Nothing was tuned between rounds.
"""


def page(tables: Sequence[Table], load: float) -> str:
    """The whole page, as Markdown. `load` is that of the machine before it began."""
    figures = [
        (
            table.title,
            figure.what,
            shown(figure.value, figure.unit),
            figure.target,
            figure.verdict,
            between(figure.spread, figure.unit),
        )
        for table in tables
        for figure in table.figures
    ]
    lines = [
        INTRODUCTION,
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine()}. Load before it began: {load:.1f}.",
        "",
        *grid(("benchmark", "figure", "measured", "target", "met", "spread"), figures),
    ]
    for table in tables:
        lines += ["", f"## {table.title}", "", *grid(table.columns, table.sides)]
        lines += ["", table.note]
    return "\n".join([*lines, ""])


def grid(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table in Markdown, line by line."""
    yield _row(columns)
    yield _row(["---"] * len(columns))
    yield from map(_row, rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def machine() -> str:
    """What it was measured on: processors, memory, system, and the versions that matter."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout
    ours = ", ".join(f"{name} {version(name)}" for name in ("opsroom", "mcp"))
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GB; {platform.system()} "
        f"{platform.release().partition('-')[0]}, Python {platform.python_version()}, "
        f"git {git.split()[2]}; {ours}; {', '.join(_competitors()) or 'no competitor installed'}"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _competitors() -> list[str]:
    """Names and versions, by what is installed for them."""
    found = COMPETITORS.glob("lib/*/site-packages/*.dist-info")
    names = (path.name.removesuffix(".dist-info").partition("-") for path in sorted(found))
    return [
        f"{name.replace('_', '-')} {number}"
        for name, _, number in names
        if name in {"gita", "mcp_server_git"}
    ]
