"""The graph: links and supplies with their past, mentions of manifests, parts of packages."""

import sqlalchemy as sa
from alembic import op

revision = "0004_graph"
down_revision = "0003_scan"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the tables of the graph, and what manifests tell for it."""
    op.add_column("manifests", sa.Column("mentions", sa.Text, nullable=False, server_default="[]"))
    op.add_column(
        "manifest_packages", sa.Column("part", sa.Text, nullable=False, server_default="")
    )
    _looks()
    _links()
    _supplies()
    op.create_table(
        "graph_marks",
        _repository("graph_marks"),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("look", sa.BigInteger),
        sa.Column("at", sa.BigInteger),
        sa.Column("commit", sa.Text, nullable=False),
        sa.Column("numbered", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("repository_id", name="pk_graph_marks"),
    )
    op.create_index("ix_graph_marks_revision", "graph_marks", ["revision"])


def _looks() -> None:
    op.create_table(
        "graph_looks",
        sa.Column("id", ID, nullable=False),
        _repository("graph_looks"),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("commit", sa.Text, nullable=False),
        sa.Column("first", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_graph_looks"),
        sqlite_autoincrement=True,
    )
    for column in ("repository_id", "at"):
        op.create_index(f"ix_graph_looks_{column}", "graph_looks", [column])
    op.create_table(
        "graph_names",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_graph_names"),
        sa.UniqueConstraint("name", name="uq_graph_names_name"),
    )


def _links() -> None:
    op.create_table(
        "links",
        sa.Column("repository_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("name_id", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("part", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("constraint", sa.Text, nullable=False),
        sa.Column("phase", sa.SmallInteger, nullable=False),
        sa.Column("direct", sa.Boolean, nullable=False),
        sa.Column("sure", sa.SmallInteger, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.PrimaryKeyConstraint("repository_id", "number", name="pk_links"),
        sqlite_with_rowid=False,
    )
    _current_names("links")


def _supplies() -> None:
    op.create_table(
        "supplies",
        sa.Column("repository_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("name_id", sa.BigInteger, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("sure", sa.SmallInteger, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.PrimaryKeyConstraint("repository_id", "number", name="pk_supplies"),
        sqlite_with_rowid=False,
    )
    _current_names("supplies")


def _current_names(table: str) -> None:
    current = sa.text("until IS NULL")
    op.create_index(
        f"ix_{table}_name_id_until",
        table,
        ["name_id", "until"],
        sqlite_where=current,
        postgresql_where=current,
    )


def _repository(table: str) -> sa.Column[int]:
    return sa.Column(
        "repository_id",
        sa.BigInteger,
        sa.ForeignKey("repositories.id", name=f"fk_{table}_repository_id", ondelete="CASCADE"),
        autoincrement=False,
        nullable=False,
    )
