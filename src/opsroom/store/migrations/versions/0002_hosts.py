"""What hosts tell: identities that survive renames, CI runs, sweeps, webhooks, the budget."""

import sqlalchemy as sa
from alembic import op

revision = "0002_hosts"
down_revision = "0001_initial"


def upgrade() -> None:
    """Add two columns to repositories, and a table for each thing that a host makes us keep."""
    op.add_column("repositories", sa.Column("host_id", sa.Text))
    op.add_column("repositories", sa.Column("also", sa.Text, nullable=False, server_default="[]"))
    _ci_runs()
    op.create_table(
        "sweeps",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger),
        sa.Column("whole_at", sa.BigInteger),
        sa.Column("sweep_every", sa.Integer, nullable=False),
        sa.Column("look_every", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("source", name="pk_sweeps"),
    )
    op.create_table(
        "swept",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source", "id", name="pk_swept"),
    )
    _webhooks()
    _budget()
    op.create_table(
        "rejections",
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("repository", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("taken_back", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("host", "repository", "key", "number", name="pk_rejections"),
    )


def _ci_runs() -> None:
    op.create_table(
        "ci_runs",
        sa.Column("host", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        _repository("ci_runs"),
        sa.Column("workflow", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("run_number", sa.BigInteger, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("branch", sa.Text),
        sa.Column("head", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("conclusion", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.BigInteger),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("job", sa.Text),
        sa.Column("step", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("signature", sa.Text),
        sa.Column("looked_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("host", "number", name="pk_ci_runs"),
    )
    for column in ("repository_id", "created_at", "signature"):
        op.create_index(f"ix_ci_runs_{column}", "ci_runs", [column])


def _webhooks() -> None:
    op.create_table(
        "deliveries",
        sa.Column("guid", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("action", sa.Text),
        sa.Column("subjects", sa.Text, nullable=False),
        sa.Column("told", sa.Text),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("handled_at", sa.BigInteger),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("guid", name="pk_deliveries"),
    )
    for column in ("received_at", "handled_at"):
        op.create_index(f"ix_deliveries_{column}", "deliveries", [column])
    op.create_table(
        "gaps",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("source", "since", name="pk_gaps"),
    )


def _budget() -> None:
    op.create_table(
        "validators",
        sa.Column("credential", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("etag", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("credential", "url", name="pk_validators"),
    )
    op.create_index("ix_validators_used_at", "validators", ["used_at"])
    op.create_table(
        "budgets",
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account", name="pk_budgets"),
    )
    op.create_table(
        "spending",
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("bucket", sa.Text, nullable=False),
        sa.Column("hour", sa.BigInteger, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("priority", sa.Text, nullable=False),
        sa.Column("requests", sa.BigInteger, nullable=False),
        sa.Column("points", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint(
            "account", "bucket", "hour", "purpose", "priority", name="pk_spending"
        ),
    )


def _repository(table: str) -> sa.Column[int]:
    return sa.Column(
        "repository_id",
        sa.BigInteger,
        sa.ForeignKey("repositories.id", name=f"fk_{table}_repository_id", ondelete="CASCADE"),
        autoincrement=False,
        nullable=False,
    )
