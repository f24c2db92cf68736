"""A slow life for the demo's fleet: people edit, commit, push, pull, and mend what was broken."""

import logging
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import anyio
import anyio.to_thread

from opsroom.demo.catalogue import KIM, SAM, Plot
from opsroom.demo.faults import edit
from opsroom.demo.fleet import Fleet
from opsroom.demo.git import Git
from opsroom.errors import OpsroomError

log = logging.getLogger("opsroom.demo")

PAUSE = 4.0
"""Seconds between two things that happen."""

Step = Callable[[Git], None]

IDEAS = (
    "Shorten the timeout",
    "Give the volume a name",
    "Say where the backups are",
    "Raise the memory limit",
    "Retry once",
    "Remove what nobody uses",
    "Fix the name of the host",
    "Log less at night",
)


class Life:
    """What happens in a fleet, one step of one repository at a time, decided by a seed.

    Only repositories that are whole take part: the broken ones stay as they are to be looked at.
    """

    def __init__(self, fleet: Fleet, seed: int, clock: Callable[[], datetime]) -> None:
        self._fleet = fleet
        self._clock = clock
        self._chance = random.Random(seed)  # noqa: S311 - no secret: a story
        self._alive = [plot for plot in fleet.plots if _whole(plot)]
        self._begun: dict[str, list[tuple[str, Step]]] = {}

    def step(self) -> str:
        """Let the next thing happen, and say what it was. Takes some Git processes."""
        plot = self._chance.choice(self._alive)
        ahead = self._begun.setdefault(plot.name, [])
        if not ahead:
            ahead += self._story(plot)
        said, act = ahead.pop(0)
        act(Git(self._fleet.clone(plot), KIM, self._clock()))
        return f"{plot.full_name}: {said}"

    async def run(self, pause: float = PAUSE) -> None:
        """Live until cancelled, with about `pause` seconds between two steps."""
        while True:
            await anyio.sleep(pause * self._chance.uniform(0.5, 1.5))
            try:
                log.info("%s", await anyio.to_thread.run_sync(self.step))
            except OpsroomError as error:
                log.warning("somebody works in the same clone: %s", error)

    def _story(self, plot: Plot) -> list[tuple[str, Step]]:
        idea = self._chance.choice(IDEAS)
        if self._chance.random() < 0.3:
            return [("Sam pushes", self._from_elsewhere(plot, idea)), ("Kim pulls", _pull)]
        return [
            ("Kim edits", lambda git: edit(git, idea)),
            ("Kim commits", lambda git: _keep(git, idea)),
            ("Kim pushes", _push),
        ]

    def _from_elsewhere(self, plot: Plot, idea: str) -> Step:
        """Commit on the remote itself, as if from another machine, and fetch."""

        def act(git: Git) -> None:
            who = f"{SAM.name} <{SAM.email}> {int(git.at.timestamp())} +0000"
            head = f"commit refs/heads/main\ncommitter {who}\ndata {len(idea)}\n{idea}\n"
            body = f"from refs/heads/main^0\nM 100644 inline ideas.md\ndata {len(idea)}\n{idea}\n"
            stream = f"{head}{body}done\n".encode()
            remote = replace(git, folder=self._fleet.upstream(plot))
            remote("fast-import", "--quiet", "--done", stdin=stream)
            git("fetch", "--quiet")

        return act


def _whole(plot: Plot) -> bool:
    """Whether nothing of the clone itself is broken."""
    return all(fault.startswith("missing-") or fault == "stale-branches" for fault in plot.faults)


def _keep(git: Git, idea: str) -> None:
    git("commit", "--quiet", "--all", "--message", idea)


def _push(git: Git) -> None:
    _pull(git)
    git("push", "--quiet")


def _pull(git: Git) -> None:
    git("pull", "--quiet", "--rebase", "--autostash")
