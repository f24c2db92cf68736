"""What every benchmark is given: how large it is, its clones, its programs, where to report."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.clones import build
from tests.benchmarks.measure import Table

ROOT = Path(__file__).parents[2]
COMPETITORS = ROOT / ".bench"
"""The environment of the programs that are measured beside ours; `make bench` fills it."""

BARE = Path(__file__).with_name("bare_server.py")
NOISE = 2.0
"""A small run, on a machine that does other things, may miss a limit by this factor."""

NOT_PASSED_ON = ("PYTHON", "OPSROOM_", "GIT_", "XDG_", "UV_")


@dataclass(slots=True)
class Bench:
    """One run of the benchmarks. `scratch` is an empty folder."""

    full: bool
    scratch: Path
    load: float = field(default_factory=lambda: os.getloadavg()[0])
    """What the machine was doing already, in processes that want to run."""

    tables: list[Table] = field(default_factory=list[Table])
    _fleets: dict[int, list[Path]] = field(default_factory=dict[int, list[Path]])

    def size(self, full: int, small: int) -> int:
        """How many, in a full run and in a small one."""
        return full if self.full else small

    def clones(self, count: int) -> list[Path]:
        """So many clones, in `folder(count)`. Who changes them leaves them as well as they were."""
        if count not in self._fleets:
            self._fleets[count] = build(self.folder(count), count)
        return self._fleets[count]

    def folder(self, count: int) -> Path:
        """Where the clones of a fleet of that size lie."""
        return self.scratch / f"fleet-{count}"

    def environment(self, home: str) -> dict[str, str]:
        """A whole environment with a home of its own, which is made. Nobody's settings are in it.

        Byte code is written: it is there from the second start on, as it is for a user.
        """
        place = self.scratch / home
        place.mkdir(exist_ok=True)
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(NOT_PASSED_ON)
        }
        return {**kept, "HOME": str(place), "OPSROOM_HOME": str(place / "opsroom")}

    def report(self, table: Table) -> None:
        """Keep a table, and fail when a figure of it is beyond its limit."""
        self.tables.append(table)
        table.check(1.0 if self.full else NOISE)


def opsroom(*arguments: str | Path) -> list[str]:
    """The command line of the Opsroom that runs these tests."""
    return [str(Path(sys.executable).with_name("opsroom")), *map(str, arguments)]


def bare_server() -> list[str]:
    """The command line of a server that is the SDK and nothing else."""
    return [sys.executable, str(BARE)]


def competitor(name: str) -> Path | None:
    """A program that is measured beside ours, where `make bench` could install it."""
    program = COMPETITORS / "bin" / name
    return program if program.is_file() else None
