"""Pull requests and reviews."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from opsroom.demo.github.state.accounts import Account
from opsroom.demo.github.state.issues import Issue

ReviewState = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED", "PENDING"]


@dataclass(slots=True, eq=False)
class Review:
    """What one account thinks of a pull request at one commit."""

    id: int
    node_id: str
    author: Account
    state: ReviewState
    body: str
    commit: str
    submitted_at: datetime


@dataclass(slots=True, eq=False)
class Pull:
    """A pull request; title, body, state, labels and comments are those of its `issue`.

    `base_ref` and `head_ref` are names of branches. `head` follows the branch until the pull
    request is closed. `mergeable` is None while nobody asked; `judged` are the base and the head
    that it is true of. `head_repository` is a database id, None when that repository is gone.
    """

    id: int
    node_id: str
    issue: Issue
    base_ref: str
    base: str
    head_ref: str
    head: str
    head_repository: int | None
    draft: bool = False
    maintainer_can_modify: bool = True
    merged_at: datetime | None = None
    merged_by: Account | None = None
    merge_commit: str | None = None
    mergeable: bool | None = None
    judged: tuple[str, str] | None = None
    reviews: list[Review] = field(default_factory=list[Review])
    reviewers: list[Account] = field(default_factory=list[Account])
    auto_merge: Literal["merge", "squash", "rebase"] | None = None

    @property
    def number(self) -> int:
        """Its number in the repository, shared with issues."""
        return self.issue.number

    @property
    def open(self) -> bool:
        """Whether it is neither merged nor closed."""
        return self.issue.state == "open"
