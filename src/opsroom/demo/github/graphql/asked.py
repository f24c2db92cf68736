"""What resolvers are handed besides their source: who asks, of which world, by which addresses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from opsroom.demo.github.graphql.cost import Cost
from opsroom.demo.github.state.accounts import Account, Role
from opsroom.demo.github.state.pulls import Pull
from opsroom.demo.github.state.repository import Hosted
from opsroom.demo.github.urls import Urls
from opsroom.demo.github.world import World

Thing = TypeVar("Thing", covariant=True)
Source = TypeVar("Source")
Arguments = Mapping[str, Any]
Orders = dict[tuple[int, str], list[Hosted]]
"""The order of each owner's list as it was when it was last asked for, by id and field."""


class Refused(Exception):
    """A field that can't be had: null at its path, and an error of this type in the answer."""

    def __init__(self, kind: str, message: str, *, single_sign_on: bool = False) -> None:
        super().__init__(message)
        self.kind, self.single_sign_on = kind, single_sign_on


class Caller(Protocol):
    """Who asks, and what that is allowed to see."""

    @property
    def account(self) -> Account:
        """The account that the token acts as."""
        ...

    @property
    def scopes(self) -> frozenset[str] | None:
        """Scopes of a classic token; None for the other kinds."""
        ...

    def sees(self, repository: Hosted) -> bool:
        """Whether the repository exists for this caller."""
        ...

    def role(self, repository: Hosted) -> Role | None:
        """What the caller is in the repository."""
        ...

    def reads(self, repository: Hosted, permission: str) -> bool:
        """Whether the caller may read what needs a permission, as `vulnerability_alerts`."""
        ...

    def shut_out(self, owner: Account) -> bool:
        """Whether the token isn't authorised for an organisation with single sign-on."""
        ...


class Bucket(Protocol):
    """The points of this hour."""

    @property
    def limit(self) -> int:
        """How many there are."""
        ...

    @property
    def used(self) -> int:
        """How many are spent."""
        ...

    @property
    def resets_at(self) -> datetime:
        """When it is full again."""
        ...

    def spend(self, points: int) -> bool:
        """Take points out, unless there are not so many."""
        ...


@dataclass(slots=True)
class Asked:
    """One query. `collapsed` is set when it touched what GitHub can't answer about at all.

    `beyond` is from which place in `nodes(ids:)` on the server ran out of time.
    """

    world: World
    caller: Caller
    urls: Urls
    cost: Cost
    bucket: Bucket | None
    orders: Orders
    beyond: int = 100
    collapsed: bool = False
    unjudged: list[tuple[Hosted, Pull]] = field(default_factory=list[tuple[Hosted, Pull]])
    """Pull requests that were asked about before anybody tried whether they merge."""


@dataclass(frozen=True, slots=True)
class Within(Generic[Thing]):
    """Something that lives in a repository, with the repository."""

    repository: Hosted
    it: Thing


Plain = Mapping[str, Callable[[Source], object]]
"""Resolvers by field of what a source knows by itself."""
Asking = Mapping[str, Callable[[Source, Asked, Arguments], object]]
"""Resolvers by field that need to know who asks, or arguments."""


@dataclass(frozen=True)
class Fields(Generic[Source]):
    """How one type of the schema is answered: every field that it may be asked for."""

    plain: Plain[Source] = field(default_factory=dict[str, Callable[[Source], object]])
    asking: Asking[Source] = field(
        default_factory=dict[str, Callable[[Source, Asked, Arguments], object]]
    )
