"""The tables, one schema for SQLite and Postgres.

Two column types hide what differs between the databases. A `Timestamp` is the number of
microseconds since 1970 in UTC, so it compares, sorts and survives a copy between databases
exactly; Python sees an aware datetime. A `Json` is JSON text.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Timestamp(TypeDecorator[datetime]):
    """An aware datetime, kept as whole microseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To microseconds. A naive datetime is a bug of the caller: TypeError."""
        return None if value is None else (value - EPOCH) // MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """From microseconds, in UTC."""
        return None if value is None else EPOCH + value * MICROSECOND


class Json(TypeDecorator[Any]):
    """Any JSON value, kept as compact ASCII text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:
        """To JSON text."""
        return None if value is None else json.dumps(value, separators=(",", ":"))

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any:
        """From JSON text."""
        return None if value is None else json.loads(value)


class Prose(TypeDecorator[str]):
    """Text that may come from strangers: NUL, which Postgres refuses, is left out."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Without NUL."""
        return None if value is None else value.replace("\0", "")


Id = BigInteger().with_variant(Integer, "sqlite")
"""A generated id: SQLite only numbers a column that is declared INTEGER."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

sources = Table(
    "sources",
    metadata,
    Column("key", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("path", Prose, nullable=False),
    Column("labels", Json, nullable=False),
    Column("environment", Prose),
    Column("wanted_until", Timestamp, nullable=False),
)

surveys = Table(
    "surveys",
    metadata,
    Column("source", Prose, primary_key=True),
    Column("at", Timestamp),
    Column("problems", Json, nullable=False),
)

repositories = Table(
    "repositories",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Prose, nullable=False, unique=True),
    Column("name", Prose, nullable=False, unique=True),
    Column("url", Prose),
    Column("description", Prose, nullable=False),
    Column("environment", Prose),
    Column("labels", Json, nullable=False),
    Column("sources", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("first_seen", Timestamp, nullable=False),
    Column("revision", BigInteger, nullable=False, index=True),
    Column("host_id", Prose),
    Column("also", Json, nullable=False, server_default="[]"),
)


def repository_column(*, primary_key: bool = False, index: bool = False) -> Column[int]:
    """The repository that a row is of; the row goes with it."""
    return Column(
        "repository_id",
        BigInteger,
        ForeignKey("repositories.id", ondelete="CASCADE"),
        autoincrement=False,
        nullable=False,
        primary_key=primary_key,
        index=index,
    )


facts = Table(
    "facts",
    metadata,
    repository_column(primary_key=True),
    Column("subject", Prose, primary_key=True),
    Column("group", Text, primary_key=True),
    Column("at", Timestamp, nullable=False),
    Column("source", Prose, nullable=False),
    Column("reason", Prose),
    Column("body", Text, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    Column("id", Text, primary_key=True),
    repository_column(index=True),
    Column("rule", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("message", Prose, nullable=False),
    Column("location", Prose, nullable=False),
    Column("remediation", Prose, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("baseline", Boolean, nullable=False),
    Column("opened_at", Timestamp, nullable=False),
    Column("closed_at", Timestamp),
    Column("scanner", Text, nullable=False, server_default=""),
    Column("advisory", Json),
    Column("suppression", Json),
    Column("advisory_id", Prose, index=True),
    Column("package", Prose, index=True),
)
"""`advisory_id` and `package` are told again from `advisory`: the fleet is asked by them."""

verdicts = Table(
    "verdicts",
    metadata,
    repository_column(primary_key=True),
    Column("grade", Text, nullable=False),
    Column("score", Integer),
    Column("body", Text, nullable=False),
    Column("at", Timestamp, nullable=False),
)

ci_runs = Table(
    "ci_runs",
    metadata,
    Column("host", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    repository_column(index=True),
    Column("workflow", Prose, nullable=False),
    Column("path", Prose, nullable=False),
    Column("run_number", BigInteger, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("event", Prose, nullable=False),
    Column("branch", Prose),
    Column("head", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("conclusion", Text),
    Column("created_at", Timestamp, nullable=False, index=True),
    Column("started_at", Timestamp),
    Column("updated_at", Timestamp, nullable=False),
    Column("url", Prose, nullable=False),
    Column("job", Prose),
    Column("step", Prose),
    Column("error", Prose),
    Column("signature", Text, index=True),
    Column("looked_at", Timestamp),
)
"""`looked_at` is when it was asked why this attempt failed; then `job` to `signature` say."""

sweeps = Table(
    "sweeps",
    metadata,
    Column("source", Prose, primary_key=True),
    Column("at", Timestamp),
    Column("whole_at", Timestamp),
    Column("sweep_every", Integer, nullable=False),
    Column("look_every", Integer, nullable=False),
)

swept = Table(
    "swept",
    metadata,
    Column("source", Prose, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("body", Json, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("guid", Text, primary_key=True),
    Column("source", Prose, nullable=False),
    Column("event", Text, nullable=False),
    Column("action", Text),
    Column("subjects", Json, nullable=False),
    Column("told", Json),
    Column("received_at", Timestamp, nullable=False, index=True),
    Column("handled_at", Timestamp, index=True),
    Column("attempts", Integer, nullable=False),
)

gaps = Table(
    "gaps",
    metadata,
    Column("source", Prose, primary_key=True),
    Column("since", Timestamp, primary_key=True),
    Column("until", Timestamp),
    Column("reason", Prose, nullable=False),
)

validators = Table(
    "validators",
    metadata,
    Column("credential", Text, primary_key=True),
    Column("url", Prose, primary_key=True),
    Column("etag", Text, nullable=False),
    Column("body", Prose, nullable=False),
    Column("used_at", Timestamp, nullable=False, index=True),
)

budgets = Table(
    "budgets",
    metadata,
    Column("account", Text, primary_key=True),
    Column("at", Timestamp, nullable=False),
    Column("body", Text, nullable=False),
)

spending = Table(
    "spending",
    metadata,
    Column("account", Text, primary_key=True),
    Column("bucket", Text, primary_key=True),
    Column("hour", Timestamp, primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("priority", Text, primary_key=True),
    Column("requests", BigInteger, nullable=False),
    Column("points", BigInteger, nullable=False),
)

rejections = Table(
    "rejections",
    metadata,
    Column("host", Text, primary_key=True),
    Column("repository", Prose, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("url", Prose, nullable=False),
    Column("by", Prose, nullable=False),
    Column("at", Timestamp, nullable=False),
    Column("taken_back", Boolean, nullable=False),
)

journal = Table(
    "journal",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Timestamp, nullable=False),
    Column("kind", Text, nullable=False),
    Column("repository", Prose),
    Column("summary", Prose, nullable=False),
    Column("data", Json, nullable=False),
    Index(None, "at"),
    sqlite_autoincrement=True,
)
"""Ids are never used twice, not even after the newest events were pruned."""

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
