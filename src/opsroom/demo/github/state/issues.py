"""Issues, labels and comments."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from opsroom.demo.github.state.accounts import Account

State = Literal["open", "closed"]


@dataclass(slots=True, eq=False)
class Label:
    """A coloured word of one repository."""

    id: int
    node_id: str
    name: str
    color: str = "ededed"
    description: str | None = None
    default: bool = False


@dataclass(slots=True, eq=False)
class Comment:
    """Something said under an issue or a pull request."""

    id: int
    node_id: str
    author: Account
    body: str
    created_at: datetime
    updated_at: datetime


@dataclass(slots=True, eq=False)
class Issue:
    """An issue, or the side of a pull request that is one. `number` is unique in its repository."""

    id: int
    node_id: str
    number: int
    title: str
    body: str | None
    author: Account
    created_at: datetime
    updated_at: datetime
    state: State = "open"
    state_reason: Literal["completed", "reopened", "not_planned"] | None = None
    closed_at: datetime | None = None
    closed_by: Account | None = None
    labels: list[Label] = field(default_factory=list[Label])
    assignees: list[Account] = field(default_factory=list[Account])
    comments: list[Comment] = field(default_factory=list[Comment])
    locked: bool = False
