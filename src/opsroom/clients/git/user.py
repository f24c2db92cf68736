"""The few settings that are taken from the user's own Git configuration, once a process."""

import os
from dataclasses import dataclass
from functools import cache

from opsroom.clients.git.command import Setting, user_settings
from opsroom.clients.git.config import parse_listing


@dataclass(frozen=True, slots=True)
class UserSettings:
    """What changes the meaning of `git status`, of ownership and of a remote's URL.

    `hides_untracked` is None where nothing is said. `filters` names the filters that the user's Git
    would have run, for example Git LFS. `instead_of` holds what URLs begin with (`insteadOf`), each
    with what stands for it.
    """

    excludes_file: str | None
    autocrlf: str | None
    safe_directories: tuple[str, ...]
    hides_untracked: bool | None
    filters: frozenset[str]
    instead_of: tuple[tuple[str, str], ...]

    def overrides(self, known: frozenset[str]) -> tuple[Setting, ...]:
        """Settings to hand to git where the repository itself (`known` keys) is silent."""
        wanted = (("core.excludesfile", self.excludes_file), ("core.autocrlf", self.autocrlf))
        return tuple((key, value) for key, value in wanted if value and key not in known)

    def rewritten(self, url: str) -> str:
        """The URL that Git would use: the longest beginning counts, the first of equal ones."""
        fitting = [each for each in self.instead_of if url.startswith(each[0])]
        if not fitting:
            return url
        beginning, base = max(fitting, key=lambda each: len(each[0]))
        return base + url.removeprefix(beginning)


@cache
def user() -> UserSettings:
    """The settings of whoever runs us."""
    config = parse_listing(user_settings())
    excludes = config.last("core.excludesfile")
    return UserSettings(
        excludes_file=os.path.expanduser(excludes) if excludes else None,
        autocrlf=config.last("core.autocrlf"),
        safe_directories=_safe_directories(config.values.get("safe.directory", ())),
        hides_untracked=config.hides_untracked,
        filters=config.filters,
        instead_of=tuple(
            (beginning, base)
            for base, keys in config.sections("url").items()
            for beginning in keys.get("insteadof", ())
        ),
    )


def _safe_directories(values: tuple[str, ...]) -> tuple[str, ...]:
    """An empty value takes back all before it, as in Git."""
    kept: list[str] = []
    for value in values:
        if value:
            kept.append(os.path.expanduser(value))
        else:
            kept.clear()
    return tuple(kept)
