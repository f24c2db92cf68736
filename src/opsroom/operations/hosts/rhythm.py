"""How long until the next sweep: sooner where much moves, later where webhooks tell anyway."""

from opsroom.model.budget import Cadence

CALM = 10
"""Sweeps in a row that show nothing new, after which they become fewer."""

CALMER = 2.0
TOLD = 4.0
"""How much longer it is between two sweeps of a calm fleet, and of one whose host tells itself."""

LONGEST = 900.0


class Rhythm:
    """The rhythm of one source. `every`: what the settings want, in seconds, if they say."""

    def __init__(self, every: float | None) -> None:
        self._every = every
        self._calm = 0

    def swept(self, moved: int, running: int) -> None:
        """A sweep showed so many that moved, and so many whose CI goes on."""
        self._calm = 0 if moved or running else self._calm + 1

    def sweep(self, cadence: Cadence, *, heard: bool) -> float:
        """Seconds until the next sweep. `heard`: webhooks came lately, and none was missed."""
        if self._every is not None:
            return max(self._every, cadence.sweep if cadence.sweep >= LONGEST else 0.0)
        factor = (TOLD if heard else 1.0) * (CALMER if self._calm >= CALM else 1.0)
        return min(max(LONGEST, cadence.sweep), cadence.sweep * factor)

    def whole(self, cadence: Cadence) -> float:
        """Seconds between two sweeps of everything."""
        return max(cadence.whole, self._every or 0.0)

    def reason(self, *, heard: bool) -> str:
        """Why it is swept as often as it is, for people."""
        if self._every is not None:
            return "as the settings say (sweep_every)"
        if heard:
            return "seldom: webhooks tell what moves"
        if self._calm >= CALM:
            return "seldom: nothing has moved for a while"
        return "as often as the budget allows"
