"""What resolvers are handed besides their source: who asks, of which world, by which addresses."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from opsroom.demo.github.graphql.cost import QueryCost
from opsroom.demo.github.identity import Asker
from opsroom.demo.github.limits import Quota
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


@dataclass(slots=True)
class Asked:
    """One query. `collapsed` is set when it touched what GitHub can't answer about at all.

    `beyond` is from which place in `nodes(ids:)` on the server ran out of time.
    """

    world: World
    caller: Asker
    urls: Urls
    cost: QueryCost
    bucket: Quota | None
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
