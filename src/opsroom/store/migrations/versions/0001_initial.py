"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001_initial"
down_revision = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "sources",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("labels", sa.Text, nullable=False),
        sa.Column("environment", sa.Text),
        sa.Column("wanted_until", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_sources"),
    )
    op.create_table(
        "surveys",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger),
        sa.Column("problems", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_surveys"),
    )
    op.create_table(
        "repositories",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("url", sa.Text),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("environment", sa.Text),
        sa.Column("labels", sa.Text, nullable=False),
        sa.Column("sources", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_repositories"),
        sa.UniqueConstraint("key", name="uq_repositories_key"),
        sa.UniqueConstraint("name", name="uq_repositories_name"),
    )
    op.create_index("ix_repositories_revision", "repositories", ["revision"])
    op.create_table(
        "facts",
        _repository("facts"),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("group", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("repository_id", "subject", "group", name="pk_facts"),
    )
    op.create_table(
        "findings",
        sa.Column("id", sa.Text, nullable=False),
        _repository("findings"),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("severity", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("location", sa.Text, nullable=False),
        sa.Column("remediation", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("baseline", sa.Boolean, nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("closed_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
    )
    op.create_index("ix_findings_repository_id", "findings", ["repository_id"])
    op.create_index("ix_findings_state", "findings", ["state"])
    op.create_table(
        "verdicts",
        _repository("verdicts"),
        sa.Column("grade", sa.Text, nullable=False),
        sa.Column("score", sa.Integer),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("repository_id", name="pk_verdicts"),
    )
    op.create_table(
        "journal",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("repository", sa.Text),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_journal_at", "journal", ["at"])
    op.create_table(
        "meta",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_meta"),
    )


def _repository(table: str) -> sa.Column[int]:
    return sa.Column(
        "repository_id",
        sa.BigInteger,
        sa.ForeignKey("repositories.id", name=f"fk_{table}_repository_id", ondelete="CASCADE"),
        autoincrement=False,
        nullable=False,
    )
