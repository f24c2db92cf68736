"""Generated fleets that ail: what broke is known, and others break by themselves meanwhile."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from opsroom.judge.graph.symptoms import Change, Surroundings, Symptom
from opsroom.model.link import Edge, LinkKind, Phase, Sure

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
FILES = tuple(f".github/workflows/{name}.yml" for name in ("python", "node", "go", "image"))
ACTION = -1
"""An action of somebody else that nearly everybody uses."""


@dataclass
class Ailing:
    """A fleet, what changed in it, what hurts, and by what: the target of each symptom's cause."""

    edges: list[Edge] = field(default_factory=list[Edge])
    changes: list[Change] = field(default_factory=list[Change])
    symptoms: list[Symptom] = field(default_factory=list[Symptom])
    well: dict[int, list[datetime]] = field(default_factory=dict[int, list[datetime]])
    cause: dict[Symptom, int] = field(default_factory=dict[Symptom, int])
    """0: it broke by itself."""

    def around(self) -> Surroundings:
        by_source: dict[int, list[Edge]] = {}
        by_target: dict[int, list[Edge]] = {}
        for edge in self.edges:
            by_source.setdefault(edge.source, []).append(edge)
            by_target.setdefault(edge.target, []).append(edge)
        return Surroundings(
            lambda node: by_source.get(node, ()), lambda node: by_target.get(node, ()), self.well
        )


def ailing(seed: int, repositories: int, broken: int, hurt: int, noise: int) -> Ailing:
    """Make a fleet in which `broken` targets broke `hurt` others or fewer, and `noise` ail alone.

    One in twenty of those who use what is broken doesn't break; half of them did not run since;
    of one in ten nothing is known. Shared repositories changed without harm as well.
    """
    random = Random(f"ailing {seed}")
    made = Ailing()
    shared = max(8, repositories // 100)
    for source in range(shared + 1, repositories + 1):
        made.edges += _edges(random, source, shared)
    for target in range(1, shared + 1):
        for _ in range(random.randrange(1, 4)):
            made.changes.append(_commit(target, _ago(random, 72), ("main",)))
    made.changes.append(Change(ACTION, "release", _ago(random, 72), "v4", versions=("v4",)))
    _plant(random, made, broken, hurt, shared)
    ill = {symptom.repository for symptom in made.symptoms}
    left = [each for each in range(shared + 1, repositories + 1) if each not in ill]
    _make_noise(random, made, random.sample(left, min(noise, len(left))))
    ill = {symptom.repository for symptom in made.symptoms}
    for repository in range(1, repositories + 1):
        if repository not in ill and repository not in made.well and random.random() < 0.9:
            made.well[repository] = [_ago(random, 96)]
    return made


def _edges(random: Random, source: int, shared: int) -> Iterator[Edge]:
    """The first shared ones are used by most: a workflow file, libraries and an image."""
    hub = min(int(random.expovariate(8 / shared)) + 1, shared)
    pinned = random.choice(("main", "main", "main", "v1", "0" * 40))
    yield _edge(source, hub, "workflow", random.choice(FILES), pinned, Phase.CI)
    yield _edge(source, ACTION, "action", "", random.choice(("v4", "v4", "v3")), Phase.CI)
    for _ in range(random.randrange(1, 6)):
        target = random.randrange(1, shared + 1)
        phase = random.choice((Phase.RUNTIME, Phase.RUNTIME, Phase.DEVELOPMENT))
        yield _edge(source, target, "package", "", "", phase)
    yield _edge(source, random.randrange(1, shared + 1), "image", "", "", Phase.BUILD)
    if source > shared * 2:
        yield _edge(source, random.randrange(shared + 1, source), "package", "", "", Phase.RUNTIME)


def _edge(source: int, target: int, kind: LinkKind, part: str, version: str, phase: Phase) -> Edge:
    path = {"workflow": ".github/workflows/ci.yml", "image": "Dockerfile"}.get(kind, "package.json")
    return Edge(source, target, kind, "", path, 1, part, version, phase, True, Sure.CERTAIN, "", 1)


def _plant(random: Random, made: Ailing, broken: int, hurt: int, shared: int) -> None:
    for number, target in enumerate(random.sample(range(1, max(9, shared // 4)), broken)):
        at = NOW - timedelta(hours=3, minutes=random.randrange(30))
        made.changes.append(_commit(target, at, ("main",)))
        part = random.choice(FILES) if number % 2 == 0 else None
        exposed = [
            edge
            for edge in made.edges
            if edge.target == target
            and (edge.part == part if part else edge.kind == "package")
            and edge.version in ("", "main")
        ]
        random.shuffle(exposed)
        ill = {symptom.repository for symptom in made.symptoms}
        for place, edge in enumerate(exposed):
            chance = random.random()
            if edge.source in ill:
                continue
            if place >= hurt or chance > 0.5:
                made.well[edge.source] = [at - timedelta(hours=random.randrange(1, 48))]
                continue
            ill.add(edge.source)
            since = at + timedelta(minutes=random.randrange(2, 150))
            if chance < 0.025:
                made.well[edge.source] = [since]
                continue
            signature = f"broken {target}" if random.random() < 0.8 else ""
            symptom = Symptom(edge.source, since, signature=signature)
            made.symptoms.append(symptom)
            made.cause[symptom] = target
            made.changes.append(_commit(edge.source, since - timedelta(minutes=1)))


def _make_noise(random: Random, made: Ailing, repositories: Sequence[int]) -> None:
    for repository in repositories:
        since, flaky = _ago(random, 72), random.random() < 0.3
        signature = random.choice(("network", "timeout")) if flaky else f"own {repository}"
        symptom = Symptom(repository, since, signature=signature, flaky=flaky)
        made.symptoms.append(symptom)
        made.cause[symptom] = 0
        if random.random() < 0.8:
            made.changes.append(_commit(repository, since - timedelta(minutes=2)))


def _commit(target: int, at: datetime, versions: tuple[str, ...] = ()) -> Change:
    return Change(target, "commit", at, f"{target} {at:%H:%M}", versions=versions)


def _ago(random: Random, hours: int) -> datetime:
    return NOW - timedelta(minutes=random.randrange(hours * 60))
