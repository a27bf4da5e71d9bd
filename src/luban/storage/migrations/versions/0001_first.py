"""The first schema: agents and their versions, runs, journal, workers, state, replies, files."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# SQLite numbers rows by itself only in a column it calls INTEGER.
Serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")
# Sorted by code points in both, whatever language the server speaks.
Sorted = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    _agents()
    _runs()
    _journal()
    _workers()
    _values()


def _agents() -> None:
    op.create_table(
        "agents",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("source", sa.Text),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("published_version", sa.Integer),
        sa.Column("latest_version", sa.Integer),
        sa.Column("search", Sorted, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("deleted_at", sa.Double),
    )
    op.create_index("agents_by_update", "agents", ["owner", "updated_at", "id"])
    op.create_table(
        "graph_versions",
        sa.Column("agent_id", sa.Text, sa.ForeignKey("agents.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        # The short key of a run: in the order of creation, and what the journal stores per row.
        sa.Column("seq", Serial, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("agent_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("trigger_kind", sa.Text, nullable=False),
        sa.Column("trigger_key", sa.Text),
        sa.Column("inputs", sa.LargeBinary, nullable=False),
        sa.Column("outputs", sa.LargeBinary),
        sa.Column("error", sa.LargeBinary),
        sa.Column("starved", sa.LargeBinary),
        sa.Column("waiting_for", sa.LargeBinary),
        sa.Column("steps", sa.Integer, nullable=False, server_default="0"),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("started_at", sa.Double),
        sa.Column("ended_at", sa.Double),
        # The queue's side: who runs it, how urgent it is, whose turn it is, what woke it.
        sa.Column("worker", sa.BigInteger),
        sa.Column("claims", sa.Integer, nullable=False, server_default="0"),
        sa.Column("cancel_requested", sa.Integer, nullable=False, server_default="0"),
        sa.Column("prio", sa.Integer, nullable=False, server_default="0"),
        sa.Column("vt", sa.Double, nullable=False, server_default="0"),
        sa.Column("wake_at", sa.Double),
        sa.Column("nudge", sa.BigInteger, nullable=False, server_default="0"),
        sqlite_autoincrement=True,
    )
    op.create_index("runs_listed", "runs", ["owner", "seq"])
    op.create_index("runs_of_agent", "runs", ["owner", "agent_id", "seq"])
    op.create_index("runs_with_status", "runs", ["owner", "status", "seq"])
    _partial("runs_triggered", ["owner", "trigger_key"], "trigger_key is not null", unique=True)
    _partial("runs_queued", [sa.text("prio desc"), "vt", "seq"], "status = 'queued'")
    _partial("runs_held", ["worker"], "status = 'running'")
    _partial("runs_waiting", ["wake_at"], "status = 'waiting'")


def _partial(
    name: str, columns: list[str | sa.TextClause], where: str, *, unique: bool = False
) -> None:
    op.create_index(
        name,
        "runs",
        columns,
        unique=unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _journal() -> None:
    # Append only, one narrow index, and no foreign key: a check per row would double its cost.
    op.create_table(
        "journal",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("run", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("node", sa.Text, nullable=False),
        sa.Column("iteration", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary),
        sa.Column("blob", sa.Text),
    )
    op.create_index("journal_of_run", "journal", ["run"])
    op.create_table(
        "blobs",
        sa.Column(
            "run", sa.BigInteger, sa.ForeignKey("runs.seq", ondelete="cascade"), primary_key=True
        ),
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )


def _workers() -> None:
    # A worker serves every owner, so it alone has none; its id is its fencing token.
    op.create_table(
        "workers",
        sa.Column("id", Serial, primary_key=True, autoincrement=True),
        sa.Column("lock", sa.Text),
        sa.Column("lease", sa.Double),
        sa.Column("batch", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("dead", sa.Integer, nullable=False, server_default="0"),
        sa.Column("started_at", sa.Double, nullable=False),
        sqlite_autoincrement=True,
    )


def _values() -> None:
    op.create_table(
        "state",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
    )
    op.create_table(
        "replies",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
    )
    op.create_index("replies_by_age", "replies", ["owner", "created_at"])
    op.create_table(
        "files",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
    )
    op.create_index("files_by_age", "files", ["owner", "created_at", "id"])
