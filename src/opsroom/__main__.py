"""`opsroom`, and `python -m opsroom`."""

import gc
import sys

from opsroom.cli import run


def main() -> None:
    """Run the command line and exit with its code."""
    code = run(sys.argv[1:])
    gc.freeze()  # the last collection, over all that is alive, would be for nothing
    sys.exit(code)


if __name__ == "__main__":
    main()
