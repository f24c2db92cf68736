"""A fleet in its double, whose clock a test moves by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from opsroom.demo.equip import equip
from opsroom.demo.fleet import claim
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.world import Emission, World
from opsroom.demo.simulation import Simulation

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TOKEN = "ghp_village"


@dataclass
class Village:
    """One fleet. `heard` is what happened since it was built."""

    simulation: Simulation
    clock: list[datetime]
    heard: list[tuple[str, str | None, str]] = field(
        default_factory=list[tuple[str, str | None, str]]
    )

    @property
    def world(self) -> World:
        return self.simulation.world

    def pass_time(self, seconds: int, watch: Callable[[int], None] = lambda _: None) -> None:
        """Let seconds pass one by one; `watch` is told how many did."""
        for second in range(seconds):
            self.simulation.advance()
            self.clock[0] += timedelta(seconds=1)
            watch(second)

    def repository(self, name: str) -> Hosted:
        found = self.world.repository(name)
        assert found is not None
        return found

    def still(self) -> "Village":
        """Nobody does anything; builds go on."""
        self.simulation.life.speed = 0
        return self

    def ci(self) -> dict[str, str]:
        """The truth about CI, by repository."""
        told = self.simulation.truth.now()["repositories"]
        return {each["name"]: each["ci"] for each in told}


def village(root: Path, count: int = 24, seed: int = 1, *, clones: bool = True) -> Village:
    """Build a fleet, or take up the one that is in `root`."""
    clock = [NOW]
    fleet = claim(root, count, seed, NOW)
    (root / "host").mkdir(exist_ok=True)
    world = World(root / "host", clock=lambda: clock[0], seed=seed)
    built = Village(Simulation(world, fleet, TOKEN), clock)
    if clones:
        equip(built.simulation.town, TOKEN)

    def hear(one: Emission) -> None:
        name = one.repository.full_name if one.repository else ""
        built.heard.append((one.event, one.action, name))

    world.listeners.append(hear)
    built.simulation.listen()
    return built
