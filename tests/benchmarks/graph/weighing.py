"""What one side takes in memory: `python -m tests.benchmarks.graph.weighing SIDE COLUMNS` prints
megabytes at the peak of building, and held afterwards.

The columns come from a file and are not counted: whoever generates them here leaves the process
with room that it has freed, and what is built then seems to weigh nothing.
"""

import gc
import sys
from pathlib import Path

import numpy as np
from tests.benchmarks.graph.fleet import Fleet
from tests.benchmarks.graph.sides import Networkx, Ours, Side, Straight

SIDES: dict[str, type[Side]] = {"ours": Ours, "networkx": Networkx, "straight": Straight}


def keep(fleet: Fleet, file: Path) -> None:
    """Write the columns where another process reads them."""
    np.savez(file, sources=fleet.sources, targets=fleet.targets, nodes=fleet.nodes)


def megabytes(field: str) -> float:
    """A field of this process, as the kernel counts it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:"))


def weighed(name: str, file: Path) -> tuple[float, float]:
    """Peak and held, of both directions; the kernel is told to forget the peak of before."""
    with np.load(file) as columns:
        sources, targets, nodes = (
            columns[each].tolist() for each in ("sources", "targets", "nodes")
        )
    fleet = Fleet(0, 0, sources, targets, [], nodes)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before = megabytes("VmRSS")
    side = SIDES[name]()
    side.build_both(fleet)
    peak = megabytes("VmHWM") - before
    gc.collect()
    return peak, megabytes("VmRSS") - before


if __name__ == "__main__":
    print(*weighed(sys.argv[1], Path(sys.argv[2])))
