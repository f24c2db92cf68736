"""The tables of the graph: what repositories ask for, what they answer for, and since when.

Names are kept once each. A row of a link or a supply is current while its `until` is empty; both
ends of its life are looks, so that the past of an edge has times and commits. Rows come by the
million: their keys are numbers, the links of one repository lie together, and no foreign key looks
up each of them once more.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
)

from opsroom.model.link import LinkKind, Phase, Sure
from opsroom.store.tables import Id, Prose, Timestamp, metadata, repository_column

KINDS: tuple[LinkKind, ...] = (
    *("package", "action", "workflow", "image", "chart", "module", "role"),
    *("submodule", "hook", "template", "reference", "service", "deploys"),
)
PHASES = (Phase.RUNTIME, Phase.BUILD, Phase.CI, Phase.DEVELOPMENT)
SURES = (Sure.CERTAIN, Sure.STRONG, Sure.LIKELY)
"""What the numbers in rows stand for: a new word goes to the end, none ever moves."""

graph_looks = Table(
    "graph_looks",
    metadata,
    Column("id", Id, primary_key=True),
    repository_column(index=True),
    Column("at", Timestamp, nullable=False, index=True),
    Column("commit", Text, nullable=False),
    Column("first", Boolean, nullable=False),
    sqlite_autoincrement=True,
)
"""A look that moved links or supplies; `first`: what it saw was there before it, who knows how
long. An id is never used twice."""

graph_names = Table(
    "graph_names",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

links = Table(
    "links",
    metadata,
    Column("repository_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name_id", BigInteger, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("part", Prose, nullable=False),
    Column("path", Prose, nullable=False),
    Column("version", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("constraint", Text, nullable=False),
    Column("phase", SmallInteger, nullable=False),
    Column("direct", Boolean, nullable=False),
    Column("sure", SmallInteger, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),
    sqlite_with_rowid=False,
)
"""`number` counts those of one repository, and is never used twice while `graph_marks` knows it."""

supplies = Table(
    "supplies",
    metadata,
    Column("repository_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("name_id", BigInteger, nullable=False),
    Column("path", Prose, nullable=False),
    Column("line", Integer, nullable=False),
    Column("version", Text, nullable=False),
    Column("sure", SmallInteger, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("since", BigInteger, nullable=False),
    Column("until", BigInteger),
    sqlite_with_rowid=False,
)

for _table in (links, supplies):
    _current = _table.c.until.is_(None)
    Index(
        None, _table.c.name_id, _table.c.until, sqlite_where=_current, postgresql_where=_current
    )  # `until` is in it, as SQLite else looks into each row whether it is current

graph_marks = Table(
    "graph_marks",
    metadata,
    repository_column(primary_key=True),
    Column("revision", BigInteger, nullable=False, index=True),
    Column("look", BigInteger),
    Column("at", Timestamp),
    Column("commit", Text, nullable=False),
    Column("numbered", Integer, nullable=False),
)
"""Of each repository: the last revision that may have moved the edges from it, its newest look at
its files (empty: none was), and how many numbers its rows were given. `commit` is that of its
newest look, also where nothing moved: paths and lines of current rows are true in it."""
