"""What one side takes in memory: `python -m tests.benchmarks.graph.weighing SIDE REPOSITORIES
PACKAGES EDGES` prints megabytes at the peak of building, and held afterwards; the columns that it
is built of are not counted."""

import gc
import sys
from pathlib import Path

from tests.benchmarks.graph.fleet import generated
from tests.benchmarks.graph.sides import Networkx, Ours, Side, Straight

SIDES: dict[str, type[Side]] = {"ours": Ours, "networkx": Networkx, "straight": Straight}


def megabytes(field: str) -> float:
    """A field of this process, as the kernel counts it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{field}:"))


def weighed(name: str, *sizes: int) -> tuple[float, float]:
    """Peak and held. The kernel forgets the peak of before where it may be told to."""
    fleet = generated(*sizes)
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")
    before = megabytes("VmRSS")
    side = SIDES[name]()
    side.build_both(fleet)
    peak = megabytes("VmHWM") - before
    gc.collect()
    return peak, megabytes("VmRSS") - before


if __name__ == "__main__":
    print(*weighed(sys.argv[1], *map(int, sys.argv[2:])))
