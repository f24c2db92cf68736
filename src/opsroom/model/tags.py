"""Tags: what a repository released, as far as its Git says so.

Which version a tag names is an opinion (`judge/graph/versions.py`); here is what was seen.
"""

from datetime import datetime

from opsroom.model.facts import Facts
from opsroom.model.value import Value

MOST_TAGS = 1_000
"""Tags that are read of a clone, the newest."""


class Tag(Value):
    """One tag. `commit` is the one that it leads to; `at` is when that was committed.

    The commit's date is told alike by clones and by hosts, whether a tag has one of its own or not.
    """

    name: str
    commit: str
    at: datetime


class Tags(Facts):
    """The tags of one clone, or of a host's repository: the newest ones, newest first.

    `total` counts all tags: also older ones that were not read, and those that lead to no commit.
    """

    tags: tuple[Tag, ...] = ()
    total: int = 0

    @property
    def whole(self) -> bool:
        """Whether no tag is missing."""
        return len(self.tags) >= self.total
