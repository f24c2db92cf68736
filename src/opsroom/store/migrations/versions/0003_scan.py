"""What scans find: packages and their manifests, looks of scanners, runs, more of a finding."""

import sqlalchemy as sa
from alembic import op

revision = "0003_scan"
down_revision = "0002_hosts"

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add what findings of scanners say, and a table for each thing that a scan makes us keep."""
    op.add_column("findings", sa.Column("scanner", sa.Text, nullable=False, server_default=""))
    for column in ("advisory", "suppression", "advisory_id", "package"):
        op.add_column("findings", sa.Column(column, sa.Text))
    for column in ("advisory_id", "package"):
        op.create_index(f"ix_findings_{column}", "findings", [column])
    _packages()
    _manifests()
    _inventories()
    _scans()
    _runs()


def _packages() -> None:
    op.create_table(
        "package_names",
        sa.Column("id", ID, nullable=False),
        sa.Column("purl", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_package_names"),
        sa.UniqueConstraint("purl", name="uq_package_names_purl"),
    )
    op.create_table(
        "package_versions",
        sa.Column("id", ID, nullable=False),
        sa.Column("name_id", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_package_versions"),
        sa.UniqueConstraint("name_id", "version", name="uq_package_versions_name_id_version"),
    )


def _manifests() -> None:
    op.create_table(
        "manifests",
        sa.Column("id", ID, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("edges", sa.Text, nullable=False),
        sa.Column("publishes", sa.Text, nullable=False),
        sa.Column("scripts", sa.Text, nullable=False),
        sa.Column("unread", sa.Text, nullable=False),
        sa.Column("declares", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_manifests"),
        sa.UniqueConstraint("digest", "format", name="uq_manifests_digest_format"),
    )
    op.create_table(
        "manifest_packages",
        sa.Column("manifest_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("version_id", sa.BigInteger, nullable=False),
        sa.Column("constraint", sa.Text, nullable=False),
        sa.Column("direct", sa.Boolean),
        sa.Column("dev", sa.Boolean, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("manifest_id", "position", name="pk_manifest_packages"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_manifest_packages_version_id", "manifest_packages", ["version_id"])


def _inventories() -> None:
    op.create_table(
        "inventories",
        _repository("inventories"),
        sa.Column("commit", sa.Text, nullable=False),
        sa.Column("skipped", sa.Text, nullable=False),
        sa.Column("kinds", sa.Text, nullable=False),
        sa.Column("names", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("repository_id", name="pk_inventories"),
    )
    op.create_table(
        "repository_manifests",
        _repository("repository_manifests"),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("manifest_id", sa.BigInteger),
        sa.Column("reason", sa.Text),
        sa.PrimaryKeyConstraint("repository_id", "path", "format", name="pk_repository_manifests"),
    )
    op.create_index("ix_repository_manifests_manifest_id", "repository_manifests", ["manifest_id"])


def _scans() -> None:
    op.create_table(
        "scans",
        _repository("scans"),
        sa.Column("scanner", sa.Text, nullable=False),
        sa.Column("done", sa.Boolean, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("commit", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("rules", sa.Text, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("files", sa.Integer, nullable=False),
        sa.Column("kinds", sa.Text, nullable=False),
        sa.Column("skipped", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("repository_id", "scanner", "done", name="pk_scans"),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("workflow", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("started_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("total", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("inputs", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_runs"),
    )
    for column in ("status", "asked_at"):
        op.create_index(f"ix_runs_{column}", "runs", [column])
    op.create_table(
        "run_steps",
        sa.Column("run", sa.Text, nullable=False),
        sa.Column("repository", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("run", "repository", "step", name="pk_run_steps"),
    )
    op.create_index("ix_run_steps_run_position", "run_steps", ["run", "position"])
    op.create_table(
        "statements",
        _repository("statements"),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("advisory", sa.Text, nullable=False),
        sa.Column("packages", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("justification", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger),
        sa.PrimaryKeyConstraint("repository_id", "file", "position", name="pk_statements"),
    )


def _repository(table: str) -> sa.Column[int]:
    return sa.Column(
        "repository_id",
        sa.BigInteger,
        sa.ForeignKey("repositories.id", name=f"fk_{table}_repository_id", ondelete="CASCADE"),
        autoincrement=False,
        nullable=False,
    )
