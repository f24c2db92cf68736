"""A fleet that lives: the town, its builds, its alerts, its story, and the faults planted in it."""

from collections.abc import Callable
from datetime import datetime

from opsroom.demo.ci.builds import Builds
from opsroom.demo.fleet import Fleet
from opsroom.demo.github.world import Emission, World
from opsroom.demo.life import Life
from opsroom.demo.planting import PlantedFaults
from opsroom.demo.settle import settle
from opsroom.demo.truth import Truth


class Simulation:
    """Moves when it is told that time has passed; one seed and one clock give one life."""

    def __init__(self, world: World, fleet: Fleet, token: str) -> None:
        self.world = world
        self.town, self.dependabot = settle(world, fleet, token)
        self.builds = Builds(self.town)
        self.faults = PlantedFaults(self.town, self.dependabot)
        seed = fleet.seed + fleet.taken_up
        self.life = Life(self.town, self.dependabot, self.faults, seed)
        self.truth = Truth(self.town, self.faults)
        self._last: datetime | None = None

    def listen(self) -> None:
        """Take part in what happens from now on: after those who only hear of it."""
        with self.world.lock:
            self.world.listeners += [_keep, self.builds.hear, self.dependabot.hear]

    def advance(self) -> None:
        """Do all that is due by the world's clock."""
        now = self._clock()
        passed = (now - (self._last or now)).total_seconds()
        self._last = now
        self.life.advance(passed)
        with self.world.lock:
            self.builds.tick(now)

    @property
    def _clock(self) -> Callable[[], datetime]:
        return self.world.clock


def _keep(emission: Emission) -> None:
    """See to it that what was pushed is on disk: whoever takes the fleet up finds it there."""
    if emission.event == "push" and emission.repository is not None:
        emission.repository.objects.materialise()
