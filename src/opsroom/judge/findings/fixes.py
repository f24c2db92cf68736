"""Fixes under way: open pull requests that raise a package.

Only the titles and branches are known, so only what they plainly say counts: that a package is
raised, and to what. How bots write it is in the documentation of Dependabot (`Bump NAME from A to
B`, branch `dependabot/...`) and Renovate (`Update dependency NAME to vB`, branch `renovate/...`).
"""

import re
from collections.abc import Iterable

from opsroom.model.host import PullRequest

RAISES = re.compile(r"(?i)(?:^|[\s:(])(?:bump|bumps|update|updates|upgrade|upgrades|raise)\b")
BOTS = ("dependabot/", "renovate/")


def names(purl: str) -> tuple[str, ...]:
    """The ways in which people and bots write the name of a package (a purl without version)."""
    rest = purl.partition("/")[2].replace("%40", "@")
    short = rest.rpartition("/")[2]
    return (rest,) if rest.startswith("@") else tuple(dict.fromkeys((rest, short)))


def under_way(purl: str, pulls: Iterable[PullRequest]) -> PullRequest | None:
    """The newest open pull request that says it raises this package; None: none says so."""
    patterns = [
        re.compile(rf"(?<![\w@/.-]){re.escape(name)}(?![\w/.-]|\.\w)", re.IGNORECASE)
        for name in names(purl)
    ]
    found = [
        pull
        for pull in pulls
        if (pull.head.startswith(BOTS) or RAISES.search(pull.title))
        and any(pattern.search(pull.title) for pattern in patterns)
    ]
    return max(found, key=lambda pull: pull.updated_at, default=None)
