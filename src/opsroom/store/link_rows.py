"""Rows of links and supplies: their columns, from what models say and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, Table, select

from opsroom.model.link import Link, Supply
from opsroom.store.bulk import clean
from opsroom.store.graph_tables import KINDS, PHASES, SURES, graph_names, links, supplies

KIND = {kind: number for number, kind in enumerate(KINDS)}
PHASE = {phase: number for number, phase in enumerate(PHASES)}
SURE = {sure: number for number, sure in enumerate(SURES)}

Key = tuple[Any, ...]
"""What makes a row of a repository the same one, whatever else is said of it."""

Body = tuple[Any, ...]
"""What else is said; how sure it is stands last."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns of a table: those of keys, and those of bodies.

    Rows with the same first `thing` columns are about the same thing, in another version. Where
    `telling` columns of a body change, another row may be meant by who asks for its name.
    """

    table: Table
    key: tuple[str, ...]
    body: tuple[str, ...]
    thing: int
    telling: slice

    @property
    def columns(self) -> tuple[str, ...]:
        """All that is told of a row, but for its life."""
        return ("repository_id", "number", *self.key, *self.body)


LINKS = Shape(
    links,
    ("name_id", "kind", "part", "path", "version"),
    ("line", "constraint", "phase", "direct", "sure"),
    thing=4,
    telling=slice(0),
)
SUPPLIES = Shape(
    supplies,
    ("name_id", "path"),
    ("line", "version", "private", "sure"),
    thing=2,
    telling=slice(2, None),
)


class Linked(NamedTuple):
    """A link of a repository, with the ids of the looks that it begins and ends with.

    `until` None: it is there now.
    """

    repository_id: int
    number: int
    link: Link
    since: int
    until: int | None


class Supplied(NamedTuple):
    """A supply of a repository, with the ids of the looks that it begins and ends with."""

    repository_id: int
    number: int
    supply: Supply
    since: int
    until: int | None


def link_row(link: Link, names: Mapping[str, int]) -> tuple[Key, Body]:
    """What is kept of a link."""
    name, kind = names[clean(link.target)], KIND[link.kind]
    return (
        (name, kind, clean(link.part), clean(link.path), clean(link.version)),
        (
            *(link.line, clean(link.constraint), PHASE[link.phase]),
            *(link.direct, SURE[link.sure]),
        ),
    )


def supply_row(supply: Supply, names: Mapping[str, int]) -> tuple[Key, Body]:
    """What is kept of a supply."""
    return (
        (names[clean(supply.target)], clean(supply.path)),
        (supply.line, clean(supply.version), supply.private, SURE[supply.sure]),
    )


def named_rows(shape: Shape) -> Select[*tuple[Any, ...]]:
    """Rows of a table with their names, whenever they lived."""
    told = (*shape.columns, "since", "until")
    return select(*(shape.table.c[column] for column in told), graph_names.c.name).join(
        graph_names, graph_names.c.id == shape.table.c.name_id
    )


def linked(row: Row[Any]) -> Linked:
    """The link of a row of `named_rows`."""
    return Linked(row.repository_id, row.number, link_of(row), row.since, row.until)


def link_of(row: Row[Any]) -> Link:
    """The link of a row that has all of it and its `name`."""
    kind: int = row.kind
    phase: int = row.phase
    sure: int = row.sure
    return Link(
        target=row.name,
        kind=KINDS[kind],
        path=row.path,
        line=row.line,
        part=row.part,
        version=row.version,
        constraint=row.constraint,
        phase=PHASES[phase],
        direct=row.direct,
        sure=SURES[sure],
    )


def supplied(row: Row[Any]) -> Supplied:
    """The supply of a row of `named_rows`."""
    sure: int = row.sure
    supply = Supply(
        target=row.name,
        path=row.path,
        line=row.line,
        version=row.version,
        sure=SURES[sure],
        private=row.private,
    )
    return Supplied(row.repository_id, row.number, supply, row.since, row.until)
