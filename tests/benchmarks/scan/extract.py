"""What our side runs: every lockfile of Python and Node in a folder, as lines of JSON.

    python -m tests.benchmarks.scan.extract FOLDER

Each line is `[path, purl, version, origin, dev]`; start-up is part of what is measured. What the
repository itself makes has OWN as origin.
"""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from opsroom.observe.formats import formats_for
from opsroom.observe.manifests import Format

OWN = "workspace:"
KINDS = frozenset({"python", "javascript"})


def manifests(folder: Path) -> Iterator[tuple[str, Format]]:
    """Paths in the folder that a format of Python or Node reads, and that format."""
    for directory, _, names in os.walk(folder):
        for name in names:
            path = os.path.relpath(os.path.join(directory, name), folder)
            for _, declared in formats_for(path):
                if declared.kind in KINDS:
                    yield path, declared


def main(folder: Path) -> None:
    """Print what the lockfiles of a folder hold."""
    for path, declared in manifests(folder):
        manifest = declared.parse(path, (folder / path).read_bytes())
        held = manifest.packages if declared.locked else ()
        rows = [[path, each.purl, each.version, each.origin, each.dev] for each in held]
        rows += [[path, each.purl, each.version, OWN, False] for each in manifest.publishes]
        sys.stdout.writelines(f"{json.dumps(row)}\n" for row in rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
