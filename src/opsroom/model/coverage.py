"""Coverage: of what was asked about, how much was really looked at."""

from opsroom.model.value import Value


class Coverage(Value):
    """Counts of repositories. `asked` is the sum of the other three.

    `fresh`: every group of facts was looked at within its time. `stale`: known, but older.
    `unknown`: at least one group could not be observed.
    """

    asked: int = 0
    fresh: int = 0
    stale: int = 0
    unknown: int = 0
