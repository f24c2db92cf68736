"""The course of one attempt of one workflow: jobs, steps, seconds, conclusions and logs.

Everything follows from the seed, the repository, the commit, the attempt and what the files say.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from opsroom.demo.catalogue import WORKFLOWS, Plot
from opsroom.demo.ci import logs
from opsroom.demo.ci.breaks import break_of, filled
from opsroom.demo.contents.everywhere import TOOLCHAINS
from opsroom.demo.contents.workflows import SETUPS, TITLES

Ending = Literal["success", "failure", "cancelled", "skipped"]
ENDED_BADLY: tuple[Ending, ...] = ("failure", "cancelled")
Read = Callable[[str], str]
"""The text of a file of the commit; empty when there is none."""

VERSION = re.compile(r"^          \S+: \"?v?([\d.]+)\"?$", re.MULTILINE)
UNKNOWN_PATCH = "99"
"""The last part of a version that no tool ever had."""
FLAKY = 0.45
"""How often an attempt of a flaky build fails."""
RARELY = 0.01
HANGS = "Wait for the lock"
"""The headline of a commit whose first build does nothing until it is cut off."""
CUT_OFF = 15 * 60.0
"""Seconds: `timeout-minutes` of the shared workflows."""


@dataclass(frozen=True, slots=True)
class StepCourse:
    """One step to come."""

    name: str
    seconds: float
    conclusion: Ending
    log: str


@dataclass(frozen=True, slots=True)
class JobCourse:
    """One job to come; `queued` is in seconds."""

    name: str
    queued: float
    steps: tuple[StepCourse, ...]

    @property
    def conclusion(self) -> Ending:
        """How it will end."""
        endings = {step.conclusion for step in self.steps}
        if "failure" in endings:
            return "failure"
        return "cancelled" if "cancelled" in endings else "success"

    @property
    def seconds(self) -> float:
        """How long it takes from being queued to its end."""
        return self.queued + sum(step.seconds for step in self.steps)


@dataclass(frozen=True, slots=True)
class Occasion:
    """What an attempt depends on. `files` reads the commit, `shared` the shared workflows."""

    seed: int
    plot: Plot
    commit: str
    path: str
    attempt: int
    files: Read
    shared: Read
    flaky: bool = False
    hangs: bool = False


def course(occasion: Occasion) -> JobCourse:
    """Return the one job that the fleet's workflows have.

    The names of the job and of its steps follow from the repository and the workflow alone.
    """
    plot = occasion.plot
    chance = random.Random(  # noqa: S311 - no secret: a story
        f"{occasion.seed} {plot.slug} {occasion.commit} {occasion.path} {occasion.attempt}"
    )
    image = occasion.path.endswith("image.yml")
    job = "image" if image else TOOLCHAINS[plot.kind].job
    steps: list[Planned] = [
        ("Set up job", 1.0, logs.SET_UP.replace("{job}", job), "success"),
        (
            "Run actions/checkout@v4",
            chance.uniform(1, 2),
            logs.CHECKOUT.replace("{slug}", plot.slug).replace("{commit}", occasion.commit),
            "success",
        ),
    ]
    tool = None if image else _tool(occasion, chance)
    steps += [tool] if tool else []
    steps.append(_image(occasion, chance) if image else _work(occasion, chance))
    steps.append(("Complete job", 0.5, "Cleaning up orphan processes", "success"))
    called = WORKFLOWS in plot.needs or image
    return JobCourse(f"{job} / {job}" if called else job, chance.uniform(1, 6), _ended(steps))


Planned = tuple[str, float, str, Ending]
"""Name, seconds, log, and how it ends."""


def _ended(steps: list[Planned]) -> tuple[StepCourse, ...]:
    """What comes after a step that failed is skipped, but for the last."""
    done: list[StepCourse] = []
    broken = False
    for name, seconds, log, ending in steps:
        if broken and name != "Complete job":
            done.append(StepCourse(name, 0, "skipped", ""))
            continue
        done.append(StepCourse(name, seconds, ending, log))
        broken = broken or ending in ENDED_BADLY
    return tuple(done)


def _tool(occasion: Occasion, chance: random.Random) -> Planned | None:
    """Set the toolchain up, in the version that the shared workflow names now."""
    kind = occasion.plot.kind
    if kind not in SETUPS or WORKFLOWS not in occasion.plot.needs:
        return None
    action, key, _ = SETUPS[kind]
    text = occasion.shared(f".github/workflows/{kind.value}.yml")
    found = VERSION.search(text)
    version = found[1] if found else "latest"
    tool = action.partition("/")[2].partition("@")[0].removeprefix("setup-")
    well = version.rpartition(".")[2] != UNKNOWN_PATCH
    log = (logs.TOOL if well else logs.NO_TOOL).replace("{action}", f"{action} ({key})")
    # one text in every repository, whatever its language: one cause is one signature
    log = log.replace("{tool}", "the toolchain" if not well else tool).replace("{version}", version)
    return f"Run {action}", chance.uniform(2, 5), log, "success" if well else "failure"


def _work(occasion: Occasion, chance: random.Random) -> Planned:
    plot = occasion.plot
    title = TITLES.get(plot.kind, f"Run {TOOLCHAINS[plot.kind].command}")
    seconds = chance.uniform(6, 25)
    if occasion.hangs:
        return title, CUT_OFF, logs.STUCK, "cancelled"
    broken = break_of(plot)
    if broken and broken.bad in occasion.files(broken.file(plot)):
        return title, seconds, filled(broken.said, plot), "failure"
    if chance.random() < (FLAKY if occasion.flaky else RARELY):
        return title, seconds, logs.flake(plot), "failure"
    log = filled(logs.fine(plot), plot).replace("{commit}", occasion.commit)
    return title, seconds, log, "success"


def _image(occasion: Occasion, chance: random.Random) -> Planned:
    title, seconds = "Run docker/build-push-action@v5", chance.uniform(8, 20)
    if chance.random() < RARELY:
        return title, seconds, logs.FLAKE, "failure"
    digest = f"{chance.getrandbits(256):064x}"
    return (
        title,
        seconds,
        f"#9 exporting to image\n#9 pushing manifest sha256:{digest} done",
        "success",
    )
