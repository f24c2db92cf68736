"""The few settings that are taken from the user's own Git configuration, once a process."""

import os
from dataclasses import dataclass
from functools import cache

from opsroom.clients.git.command import Setting, user_settings
from opsroom.clients.git.config import parse_listing


@dataclass(frozen=True, slots=True)
class UserSettings:
    """What changes the meaning of `git status` (ignored files, line ends) and of ownership.

    `filters` names the filters that the user's Git would have run, for example Git LFS.
    """

    excludes_file: str | None
    autocrlf: str | None
    safe_directories: tuple[str, ...]
    filters: frozenset[str]

    def overrides(self, known: frozenset[str]) -> tuple[Setting, ...]:
        """Settings to hand to git where the repository itself (`known` keys) is silent."""
        wanted = (("core.excludesfile", self.excludes_file), ("core.autocrlf", self.autocrlf))
        return tuple((key, value) for key, value in wanted if value and key not in known)


@cache
def user() -> UserSettings:
    """The settings of whoever runs us."""
    config = parse_listing(user_settings())
    excludes = config.last("core.excludesfile")
    return UserSettings(
        excludes_file=os.path.expanduser(excludes) if excludes else None,
        autocrlf=config.last("core.autocrlf"),
        safe_directories=_safe_directories(config.values.get("safe.directory", ())),
        filters=config.filters,
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
