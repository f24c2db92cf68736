"""A fleet that is generated: repositories, the packages they use, those that they publish.

Few packages are used by almost everybody and most by hardly anybody, repositories that came first
are needed most, and here and there two need each other. Always the same for the same numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from opsroom.model.link import Phase

PUBLISHED = 2
"""Packages that a repository publishes."""
WITHIN = 0.06
"""Which part of what repositories use is published in the fleet."""
COUPLES = 500
"""Of so many repositories, one uses what the next one publishes, and the other way round."""
PHASES = (Phase.RUNTIME, Phase.BUILD, Phase.CI, Phase.DEVELOPMENT)
SHARES = (0.6, 0.15, 0.1, 0.15)


@dataclass(frozen=True, slots=True)
class Fleet:
    """Columns of edges. Repositories are 1, 2, 3, ..., packages are -1, -2, -3, ...

    A published package needs the repository that it comes from.
    """

    repositories: int
    packages: int
    sources: list[int]
    targets: list[int]
    phases: list[Phase]
    nodes: list[int]

    def needs(self, source: int) -> list[int]:
        """What a node needs."""
        pairs = zip(self.sources, self.targets, strict=True)
        return [target for node, target in pairs if node == source]


def generated(repositories: int, packages: int, edges: int) -> Fleet:
    """A fleet with about so many distinct edges, in no order."""
    draw = np.random.default_rng(7)
    published = repositories * PUBLISHED
    count = int((edges - published) * 1.35)
    users = (draw.random(count) ** 1.3 * repositories).astype(np.int64)
    outside = published + (draw.random(count) ** 4 * (packages - published)).astype(np.int64)
    owners = (draw.random(count) ** 2 * users).astype(np.int64)
    inside = owners * PUBLISHED + draw.integers(0, PUBLISHED, count)
    used = np.where((draw.random(count) < WITHIN) & (users > 0), inside, outside)
    pairs = np.unique(users * packages + used)
    first = np.arange(COUPLES // 2, repositories - 1, COUPLES)
    both = (first, first + 1), (first + 1, first)
    couples = [user * packages + owner * PUBLISHED for user, owner in both]
    pairs = draw.permutation(pairs)[: edges - published - 2 * len(first)]
    pairs = np.unique(np.concatenate((pairs, *couples)))
    draw.shuffle(pairs)
    own = np.arange(published)
    sources = np.concatenate((pairs // packages + 1, -1 - own))
    targets = np.concatenate((-1 - pairs % packages, own // PUBLISHED + 1))
    which = draw.choice(len(PHASES), len(sources), p=SHARES)
    which[len(pairs) :] = 0
    return Fleet(
        repositories,
        packages,
        sources.tolist(),
        targets.tolist(),
        [PHASES[each] for each in which.tolist()],
        [*range(1, repositories + 1), *range(-packages, 0)],
    )


def asked(fleet: Fleet, count: int) -> "Asked":
    """So many questions of each kind, half of them about what most is asked about."""
    draw = np.random.default_rng(11)
    popular: list[int] = draw.choice(fleet.targets, count // 2).tolist()
    rest: list[int] = draw.choice(fleet.nodes, count - count // 2).tolist()
    repositories = [int(each) for each in draw.integers(1, fleet.repositories + 1, count)]
    providers = [int(1 + fleet.repositories * each**2) for each in draw.random(count)]
    return Asked(popular + rest, repositories, providers)


@dataclass(frozen=True, slots=True)
class Asked:
    """Nodes to ask about: any, repositories that need, repositories that are needed."""

    any: Sequence[int]
    users: Sequence[int]
    providers: Sequence[int]
