"""A store with the links of a large fleet in it, as looks at every repository would leave it.

Repositories use packages from outside, a few of which almost everybody uses, and what those that
came before them publish. Nine of ten need the first one, and everybody an action from outside, in
two files each.
"""

import random
from collections.abc import Sequence
from datetime import timedelta

from tests.judge.builders import ci, ci_run, hosted, remote
from tests.store.samples import NOW

from opsroom.judge.graph.supplies import identity_of
from opsroom.model.link import Link, LinkKind, Phase, Supply, Sure
from opsroom.model.snapshot import Snapshot
from opsroom.operations.graph.meeting import about
from opsroom.operations.room import Room
from opsroom.settings import GithubSource
from opsroom.store.link_differences import Taken
from opsroom.store.link_saving import save, save_identities
from opsroom.store.meta import next_revision
from opsroom.store.snapshots import save_snapshots
from opsroom.store.surveys import Survey, save_surveys

EACH, WITHIN = 200, 8
"""Links of a repository, and how many of them lead to others of the fleet."""
PACKAGES = 20
"""Packages that are used in all, for each repository."""
TOGETHER = 50
"""Repositories that are recorded in one transaction."""
FAILING = 40
"""Of so many repositories, CI fails in one."""
ACTION = "pkg:githubactions/actions/checkout"
SOURCE = GithubSource(kind="github", owners=("acme",))
LATER = timedelta(days=1)
"""Until when what the host told is new enough for every question."""
HUB = 0
"""The number of the repository that most others need."""
PHASES = (Phase.RUNTIME, Phase.BUILD, Phase.CI, Phase.DEVELOPMENT)


def name_of(number: int) -> str:
    """What a repository is called."""
    return f"acme/r{number}"


def package_of(number: int) -> str:
    """What a repository publishes."""
    return f"pkg:npm/own-{number}"


def taken(number: int, count: int, draw: random.Random) -> Taken:
    """What one of so many repositories asks for and publishes."""
    inside = {package_of(int(draw.random() ** 2 * number)) for _ in range(WITHIN) if number}
    if number and draw.random() < 0.9:
        inside.add(package_of(HUB))
    links = [_link(each, 3 + line, draw) for line, each in enumerate(sorted(inside))]
    for path in ("ci", "release"):
        path = f".github/workflows/{path}.yml"
        links.append(Link(ACTION, "action", path, 9, version="v4", phase=Phase.CI))
    outside: set[str] = set()
    while len(links) + len(outside) < EACH:
        outside.add(f"pkg:npm/package-{int(draw.random() ** 3 * count * PACKAGES)}")
    links += [_link(each, 20 + 9 * line, draw) for line, each in enumerate(sorted(outside))]
    own = Supply(package_of(number), "package.json", 2, "1.0.0", Sure.STRONG)
    return Taken(f"{number:040x}", tuple(links), (own,))


def _link(target: str, line: int, draw: random.Random) -> Link:
    kind: LinkKind = "package"
    version = f"1.{draw.randrange(9)}.{draw.randrange(9)}"
    phase = draw.choices(PHASES, (60, 15, 10, 15))[0]
    direct = draw.random() < 0.2
    return Link(
        target, kind, "package-lock.json", line, version=version, phase=phase, direct=direct
    )


def snapshot(number: int) -> Snapshot:
    """A repository that is well, or one whose CI fails."""
    name = name_of(number)
    runs = ci("passing") if number % FAILING else ci("failing", ci_run(1 + number, "failure"))
    seen = hosted(
        key=f"github.com/{name}", name=name, remote=remote(id=name, full_name=name), ci=runs
    )
    repository = seen.repository.model_copy(update={"sources": (SOURCE.key,)})
    return seen.model_copy(update={"repository": repository})


async def fill(room: Room, count: int) -> Sequence[int]:
    """Repositories with their names and links; gives their ids in order."""
    snapshots = [snapshot(number) for number in range(count)]
    async with room.store.write() as connection:
        revision = await next_revision(connection)
        ids = list((await save_snapshots(connection, snapshots, revision, NOW)).values())
        pairs = zip(ids, snapshots, strict=True)
        known = {number: identity_of(about(each)) for number, each in pairs}
        await save_identities(connection, NOW, known, revision)
        await save_surveys(connection, [Survey(source=SOURCE.key, at=NOW + LATER)])
    draw = random.Random(5)
    for start in range(0, count, TOGETHER):
        some = range(start, min(count, start + TOGETHER))
        looked = {ids[place]: taken(place, count, draw) for place in some}
        async with room.store.write() as connection:
            await save(connection, NOW, looked, await next_revision(connection))
    return ids
