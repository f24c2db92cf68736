"""How many people wrote the newest commits: one person may use several names and addresses."""

import re
from collections.abc import Iterable

from opsroom.clients.git.history import Commit
from opsroom.model.text import readable

BOT = "[bot]"
"""Ends the name of a program that commits on a host: it is nobody's colleague."""

NO_REPLY = re.compile(r"(?:[0-9]+\+)?([^@]+)@users\.noreply\.github\.com")
"""The address that GitHub gives a user, by whose name they are known."""


def count_authors(commits: Iterable[Commit]) -> int:
    """The number of authors: commits that share a name or an address are of the same one."""
    people: list[set[str]] = []
    for commit in commits:
        known_as = {_folded(commit.name), _user(_folded(commit.address))} - {""}
        if not known_as or any(each.endswith(BOT) or f"{BOT}@" in each for each in known_as):
            continue
        same = [person for person in people if person & known_as]
        people = [person for person in people if not person & known_as]
        people.append(known_as.union(*same))
    return len(people)


def _folded(raw: bytes) -> str:
    return readable(raw).strip().casefold()


def _user(address: str) -> str:
    match = NO_REPLY.fullmatch(address)
    return match[1] if match else address
