"""The life of the fleet: stories that a seed chose, told as fast as one likes.

The first minutes are arranged: a visitor soon sees something break, and sees it mended.
"""

import heapq
import logging
import random
from collections import deque
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field

from opsroom.demo import drift, stories
from opsroom.demo.dependabot import Dependabot
from opsroom.demo.github.refusals import Refusal
from opsroom.demo.planting import PlantedFaults
from opsroom.demo.stories import Beat, Stage, Story
from opsroom.demo.town import Town
from opsroom.errors import OpsroomError

log = logging.getLogger("opsroom.demo")

Teller = Callable[[Stage], Story]

OPENING: tuple[tuple[float, Teller], ...] = (
    (4, drift.kept_in_a_clone),
    (6, stories.an_idea),
    (14, stories.shared_workflow_broken),
    (30, stories.proposed_and_merged),
    (40, drift.left_behind),
    (60, stories.broken_and_mended),
    (75, stories.flake_tried_again),
    (100, stories.advisory_and_update),
    (120, drift.kept_in_a_clone),
    (130, drift.caught_up),
    (140, stories.protection_lost_and_found),
    (170, stories.broken_and_mended),
    (180, drift.caught_up),
    (190, stories.complaint),
)
"""Seconds after the beginning, and the story that begins then."""

EVERYDAY: tuple[tuple[int, Teller], ...] = (
    (6, drift.kept_in_a_clone),
    (4, drift.left_behind),
    (8, drift.caught_up),
    (8, stories.an_idea),
    (5, stories.proposed_and_merged),
    (4, stories.broken_and_mended),
    (3, stories.flake_tried_again),
    (1, stories.shared_workflow_broken),
    (1, stories.advisory_and_update),
    (1, stories.protection_lost_and_found),
    (2, stories.complaint),
)
"""How often a story is chosen once the opening is over."""

REST = 12.0
"""Seconds between the beginnings of two everyday stories, about."""
LEFT_ALONE = (drift.kept_in_a_clone, drift.left_behind, drift.caught_up)
"""Stories that are told without the world's lock: Git takes its time."""
REMEMBERED = 1000


@dataclass(order=True, slots=True)
class _Next:
    at: float
    number: int
    teller: Teller = field(compare=False)
    stage: Stage = field(compare=False)
    story: Story = field(compare=False)


class Life:
    """Moves on when it is told that time has passed. `speed` 0 is still."""

    def __init__(
        self, town: Town, dependabot: Dependabot, faults: PlantedFaults, seed: int
    ) -> None:
        self.speed = 1.0
        self.told: deque[str] = deque(maxlen=REMEMBERED)
        """What happened last, newest last."""
        self._town, self._dependabot, self._faults = town, dependabot, faults
        self._seed = seed
        self._chance = random.Random(f"{seed} life")  # noqa: S311 - no secret: a story
        self._now = 0.0
        self._number = 0
        self.busy: set[int] = set()
        """Database ids of the repositories that some story is about."""
        self._ahead: list[_Next] = []
        for seconds, teller in OPENING:
            self._begin(seconds, teller)
        self._everyday = OPENING[-1][0] + REST

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass, which are more or fewer here, and do all that was due."""
        until = self._now + seconds * self.speed
        while self._everyday <= until:
            weights, tellers = zip(*EVERYDAY, strict=True)
            self._begin(self._everyday, self._chance.choices(tellers, weights)[0])
            self._everyday += REST * self._chance.uniform(0.5, 1.5)
        while self._ahead and self._ahead[0].at <= until:
            self._step(heapq.heappop(self._ahead))
        self._now = until

    def _begin(self, at: float, teller: Teller) -> None:
        self._number += 1
        chance = random.Random(f"{self._seed} {self._number}")  # noqa: S311 - no secret: a story
        stage = Stage(self._town, self._dependabot, self._faults, chance, self.busy)
        heapq.heappush(self._ahead, _Next(at, self._number, teller, stage, teller(stage)))

    def _step(self, step: _Next) -> None:
        try:
            with nullcontext() if step.teller in LEFT_ALONE else self._town.world.lock:
                beat: Beat | None = next(step.story, None)
        except (OpsroomError, Refusal) as error:
            log.debug("a story ended early: %s", error)
            beat = None
        if beat is None:
            self.busy -= step.stage.mine
            return
        self.told.append(beat.said)
        log.info("%s", beat.said)
        step.at += beat.pause
        heapq.heappush(self._ahead, step)
