"""The tables of scans: packages, the manifests that hold them, looks of scanners, runs.

Names and versions of packages are kept once each, and a manifest once for each content, whoever
has it. So a new advisory is matched by index alone: its package, the versions in use, the
manifests that hold them, the repositories that hold those.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from opsroom.store.tables import Id, Json, Prose, Timestamp, metadata, repository_column

package_names = Table(
    "package_names",
    metadata,
    Column("id", Id, primary_key=True),
    Column("purl", Text, nullable=False, unique=True),
)

package_versions = Table(
    "package_versions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name_id", BigInteger, nullable=False),
    Column("version", Text, nullable=False),
    UniqueConstraint("name_id", "version"),
)

manifests = Table(
    "manifests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("edges", Json, nullable=False),
    Column("publishes", Json, nullable=False),
    Column("scripts", Json, nullable=False),
    Column("unread", Json, nullable=False),
    Column("declares", Text, nullable=False),
    Column("mentions", Json, nullable=False, server_default="[]"),
    UniqueConstraint("digest", "format"),
)
"""`format` is `name@revision`. `edges` is a flat list: each pair of positions is one edge.
`declares` are the types of purls, between blanks, among what the repository itself asks for."""

manifest_packages = Table(
    "manifest_packages",
    metadata,
    Column("manifest_id", BigInteger, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("version_id", BigInteger, nullable=False, index=True),
    Column("constraint", Text, nullable=False),
    Column("direct", Boolean),
    Column("dev", Boolean, nullable=False),
    Column("origin", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("part", Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)
"""Rows come by the million: no foreign keys, which would look up each of them twice more."""

inventories = Table(
    "inventories",
    metadata,
    repository_column(primary_key=True),
    Column("commit", Text, nullable=False),
    Column("skipped", Json, nullable=False),
    Column("kinds", Json, nullable=False),
    Column("names", Json, nullable=False),
)
"""`names` are the ids of the names of its packages, each once, so that a fleet is read quickly."""

repository_manifests = Table(
    "repository_manifests",
    metadata,
    repository_column(primary_key=True),
    Column("path", Prose, primary_key=True),
    Column("format", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("manifest_id", BigInteger, index=True),
    Column("reason", Prose),
)
"""`manifest_id` is empty where `reason` says why nothing is known of the packages."""

scans = Table(
    "scans",
    metadata,
    repository_column(primary_key=True),
    Column("scanner", Text, primary_key=True),
    Column("done", Boolean, primary_key=True),
    Column("key", Text, nullable=False),
    Column("commit", Text, nullable=False),
    Column("at", Timestamp, nullable=False),
    Column("version", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("data", Text, nullable=False),
    Column("files", Integer, nullable=False),
    Column("kinds", Json, nullable=False),
    Column("skipped", Json, nullable=False),
    Column("reason", Prose),
    Column("seconds", Float, nullable=False),
)
"""The last look of a scanner that saw something, and the last that failed if it came after."""

runs = Table(
    "runs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("workflow", Text, nullable=False),
    Column("status", Text, nullable=False, index=True),
    Column("asked_by", Prose, nullable=False),
    Column("asked_at", Timestamp, nullable=False, index=True),
    Column("started_at", Timestamp),
    Column("ended_at", Timestamp),
    Column("total", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("inputs", Json, nullable=False),
    Column("error", Prose, nullable=False),
)

run_steps = Table(
    "run_steps",
    metadata,
    Column("run", Text, primary_key=True),
    Column("repository", Prose, primary_key=True),
    Column("step", Text, primary_key=True),
    Column("position", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("error", Prose, nullable=False),
    Index(None, "run", "position"),
)

statements = Table(
    "statements",
    metadata,
    repository_column(primary_key=True),
    Column("file", Prose, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("advisory", Json, nullable=False),
    Column("packages", Json, nullable=False),
    Column("status", Text, nullable=False),
    Column("justification", Prose, nullable=False),
    Column("why", Prose, nullable=False),
    Column("at", Timestamp),
)
"""What VEX documents say, by the file that was brought in last under that name."""
