"""What settings and labels declare, where no file of a repository says it: where it runs.

    environment of a source, labels and topics env:prod, environment-prod, deploys-to-prod
                                   repository -> env:prod
    [[probe]] with a repository    that repository answers under the name that is asked

It has no history: it is as true as the settings and the host's last answer are. Nothing here is
asked of the network.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from opsroom.judge.graph.targets import environment_target, host_target
from opsroom.model.host import Remote
from opsroom.model.link import Link, Phase, Supply, Sure
from opsroom.operations.fleet import Row
from opsroom.settings import ProbeSetting, Settings

NAMES = re.compile(
    r"(?:env|environment|deploys-to)[:-]([a-z0-9][a-z0-9._-]{0,60})", re.ASCII | re.I
)
"""Labels that name an environment, and no other words."""
SETTINGS, LABELS, TOPICS = "settings", "labels of the settings", "topics of the host"
"""What stands for a file where none is known."""


@dataclass(frozen=True)
class Declared:
    """Links and supplies by the keys of repositories.

    `unmatched` are names of probes whose repository nobody knows: what they say is of nothing.
    """

    links: dict[str, tuple[Link, ...]] = field(default_factory=dict[str, tuple[Link, ...]])
    supplies: dict[str, tuple[Supply, ...]] = field(default_factory=dict[str, tuple[Supply, ...]])
    unmatched: tuple[str, ...] = ()


def declared(rows: Sequence[Row], settings: Settings) -> Declared:
    """What is declared of these repositories. The path of what settings say is their file's name.

    A probe names its repository as people do, or by its key; whoever may not see the repository
    should not be told of the probe.
    """
    file = settings.file.name if settings.file is not None else SETTINGS
    links = {row.repository.key: tuple(environments(row, file)) for row in rows}
    names = {row.name.lower(): row.repository.key for row in rows}
    keys = {row.repository.key.lower(): row.repository.key for row in rows}
    supplies: dict[str, tuple[Supply, ...]] = {}
    unmatched: list[str] = []
    for probe in settings.probes:
        asked = (probe.repository or "").lower()
        key = names.get(asked) or keys.get(asked)
        if key is not None:
            supplies[key] = tuple(dict.fromkeys((*supplies.get(key, ()), *_served(probe, file))))
        elif probe.repository is not None:
            unmatched.append(probe.name)
    return Declared({key: each for key, each in links.items() if each}, supplies, tuple(unmatched))


def environments(row: Row, file: str = SETTINGS) -> Iterator[Link]:
    """The environments that a repository is declared to run in, each once, surest first."""
    remote = row.snapshot.remote
    said = [(row.repository.environment, file, Sure.CERTAIN)] if row.repository.environment else []
    said += [(name, LABELS, Sure.STRONG) for name in _named(row.repository.labels)]
    topics = remote.topics if isinstance(remote, Remote) else ()
    said += [(name, TOPICS, Sure.STRONG) for name in _named(topics)]
    seen: set[str] = set()
    for name, path, sure in said:
        target = environment_target(name or "")
        if target not in seen:
            seen.add(target)
            yield Link(target, "deploys", path, phase=Phase.RUNTIME, sure=sure)


def _named(labels: Iterable[str]) -> Iterator[str]:
    return (found[1] for label in labels if (found := NAMES.fullmatch(label)))


def _served(probe: ProbeSetting, file: str) -> Iterator[Supply]:
    """The names that a probe asks, with its port and without: links ask for either."""
    if probe.host is not None:
        bare = re.sub(r":\d+$", "", probe.host) if not probe.host.endswith("]") else probe.host
        for name in dict.fromkeys((bare, probe.host)):
            yield Supply(host_target(name), file, sure=Sure.STRONG)
