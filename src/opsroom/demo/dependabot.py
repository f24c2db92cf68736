"""Dependabot as the demo needs it: alerts follow the lockfiles of default branches."""

from collections.abc import Iterator

from opsroom.demo.advisories import KNOWN_SINCE, LOCKS, Flaw, flaws_in, mended
from opsroom.demo.archives import write_archives
from opsroom.demo.github.acts.alerts import close_dependabot, raise_dependabot
from opsroom.demo.github.acts.pulls import open_pull
from opsroom.demo.github.acts.pushes import commit_files
from opsroom.demo.github.state.alerts import DependabotAlert
from opsroom.demo.github.state.pulls import Pull
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.world import Emission
from opsroom.demo.town import Town

LOCKED_TOO = {"go.mod": ("go.sum",)}
"""Files that say the same again, and so are changed together."""


class Dependabot:
    """Knows which flaws are published, and keeps every repository's alerts true."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._locks: dict[int, tuple[str, ...]] = {}

    def arrive(self, repository: Hosted) -> None:
        """Look at a repository for the first time, and remember what it is exposed to."""
        for path, flaw in locked_flaws(self._town, repository):
            self._town.exposed.setdefault(flaw.ghsa, []).append(repository.id)
            if not flaw.latent:
                raise_dependabot(self._town.world, repository, flaw.advisory(KNOWN_SINCE), path)
        self._locks[repository.id] = _locks(repository)

    def hear(self, emission: Emission) -> None:
        """Look again where something was pushed."""
        repository = emission.repository
        if emission.event != "push" or repository is None:
            return
        locks = _locks(repository)
        if self._locks.get(repository.id) != locks:
            self._locks[repository.id] = locks
            self.look(repository)

    def publish(self, flaw: Flaw) -> list[Hosted]:
        """Let a flaw be known, and return the repositories that it is found in."""
        town = self._town
        town.published.setdefault(flaw.ghsa, town.world.now())
        write_archives(town.fleet.root, town.published, town.world.now())
        ids = town.exposed.get(flaw.ghsa, [])
        found = [town.world.repositories[each] for each in ids if each in town.world.repositories]
        for repository in found:
            self.look(repository)
        return [each for each in found if alert_of(each, flaw)]

    def look(self, repository: Hosted) -> None:
        """Open and close alerts until they say what the head of the default branch holds."""
        town = self._town
        if repository.archived or not repository.features.vulnerability_alerts:
            return
        held = {(path, flaw.ghsa): flaw for path, flaw in locked_flaws(town, repository)}
        seen = {(each.manifest, each.advisory.ghsa_id): each for each in _open(repository)}
        for key, alert in seen.items():
            if key not in held:
                close_dependabot(town.world, repository, alert, "fixed")
        known = repository.dependabot.values()
        told = {(each.manifest, each.advisory.ghsa_id) for each in known if each.state != "fixed"}
        for key, flaw in held.items():
            since = KNOWN_SINCE if not flaw.latent else town.published.get(flaw.ghsa)
            if since is not None and key not in told:
                raise_dependabot(town.world, repository, flaw.advisory(since), key[0])

    def propose(self, repository: Hosted, flaw: Flaw) -> Pull | None:
        """Open the pull request that mends a flaw; None where nothing is to be changed."""
        town = self._town
        files: dict[str, str | bytes | None] = {}
        for path, found in locked_flaws(town, repository):
            if found is flaw:
                for each in (path, *LOCKED_TOO.get(path, ())):
                    files[each] = mended(flaw, town.text(repository, repository.head, each))
        name = flaw.package.rpartition("/")[2]
        branch = f"dependabot/{flaw.ecosystem}/{name}-{flaw.fixed}"
        if not files or branch in repository.branches():
            return None
        title = f"Bump {flaw.package} from {flaw.bad.removeprefix('v')} to {flaw.fixed}"
        commit_files(town.world, repository, branch, files, title, town.bot)
        return open_pull(
            town.world, repository, branch, repository.default_branch, title,
            f"{flaw.summary} ({flaw.cve}).", town.bot,
        )  # fmt: skip


def locked_flaws(town: Town, repository: Hosted) -> Iterator[tuple[str, Flaw]]:
    """Yield the lockfiles of a repository's head, each with the flaws of what it locks."""
    if repository.head is None:
        return
    for entry in repository.objects.tree(repository.head):
        if entry.name in LOCKS:
            text = repository.objects.blob(entry.oid).decode(errors="replace")
            yield from ((entry.name, flaw) for flaw in flaws_in(entry.name, text))


def alert_of(repository: Hosted, flaw: Flaw) -> bool:
    """Whether an alert about a flaw is open."""
    return any(each.advisory.ghsa_id == flaw.ghsa for each in _open(repository))


def _open(repository: Hosted) -> list[DependabotAlert]:
    return [each for each in repository.dependabot.values() if each.state == "open"]


def _locks(repository: Hosted) -> tuple[str, ...]:
    if repository.head is None:
        return ()
    entries = repository.objects.tree(repository.head)
    return tuple(entry.oid for entry in entries if entry.name in LOCKS)
