"""Small fleets for tests of links: repositories with what is in their files, and their edges."""

from dataclasses import dataclass, field
from typing import Any

from opsroom.judge.graph.about import About
from opsroom.judge.graph.links import links_of
from opsroom.judge.graph.resolution import Candidate, choose
from opsroom.judge.graph.supplies import identity_of, supplies_of
from opsroom.model.link import Link, Supply, Sure
from opsroom.model.mention import Mention
from opsroom.model.package import Package, Published


@dataclass
class Whole:
    """One repository: its names, and what its manifests hold, with path and format."""

    about: About
    packages: list[tuple[str, str, Package]] = field(default_factory=list[tuple[str, str, Package]])
    published: list[tuple[str, Published]] = field(default_factory=list[tuple[str, Published]])
    mentions: list[tuple[str, Mention]] = field(default_factory=list[tuple[str, Mention]])
    files: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    @property
    def links(self) -> tuple[Link, ...]:
        return links_of(self.about, self.packages, self.mentions)

    @property
    def supplies(self) -> tuple[Supply, ...]:
        own = supplies_of(self.about, self.published, self.mentions, self.files)
        return identity_of(self.about) + own

    def asks(
        self, purl: str, path: str = "package.json", format_: str = "package-json", **said: Any
    ) -> "Whole":
        self.packages.append((path, format_, Package(purl, **said)))
        return self

    def makes(self, purl: str, path: str = "package.json", **said: Any) -> "Whole":
        self.published.append((path, Published(purl, **said)))
        return self

    def names(self, path: str, mention: Mention) -> "Whole":
        self.mentions.append((path, mention))
        return self

    def has(self, path: str, format_: str = "dockerfile") -> "Whole":
        self.files.append((path, f"{format_}@1"))
        return self


def whole(name: str, host: str = "github.com", **names: Any) -> Whole:
    return Whole(About(f"{host}/{name}".lower(), name, **names))


def edges(*fleet: Whole) -> dict[tuple[str, str, str], Sure]:
    """Who needs whom, as what: `(owner/name, owner/name, kind)` and how sure that is at best."""
    by_target: dict[str, list[Candidate]] = {}
    for number, each in enumerate(fleet, 1):
        for supply in each.supplies:
            candidate = Candidate(number, each.about, supply)
            by_target.setdefault(supply.target, []).append(candidate)
    found: dict[tuple[str, str, str], Sure] = {}
    order = tuple(Sure)
    for each in fleet:
        for link in each.links:
            for chosen, sure in choose(each.about, link, by_target.get(link.target, ())):
                key = (each.about.name, chosen.about.name, link.kind)
                found[key] = min(found.get(key, sure), sure, key=order.index)
    return found
