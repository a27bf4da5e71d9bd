"""Models of people, what was spent on them, servers of tools, conversations, proposals."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TABLES = (
    "models",
    "model_use",
    "budgets",
    "model_holds",
    "tool_servers",
    "threads",
    "thread_messages",
    "proposals",
)


def upgrade() -> None:
    _models()
    _spending()
    _tool_servers()
    _threads()
    _proposals()
    if op.get_bind().dialect.name == "sqlite":
        return
    for table in TABLES:
        op.execute(f"alter table {table} enable row level security")
        op.execute(
            f"create policy of_owner on {table} "
            "using (owner = nullif(current_setting('luban.owner', true), ''))"
        )
    for table in ("models", "tool_servers"):
        # What is shared is seen by all, and still changed by its owner alone.
        op.execute(f"create policy of_everybody on {table} for select using (shared)")


def _models() -> None:
    op.create_table(
        "models",
        sa.Column("owner", sa.Text, primary_key=True),
        # provider/name
        sa.Column("id", sa.Text, primary_key=True),
        # Whether everybody of this installation may use it.
        sa.Column("shared", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
    )


def _spending() -> None:
    op.create_table(
        "model_use",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("agent", sa.Text, primary_key=True),
        sa.Column("model", sa.Text, primary_key=True),
        # Days since 1970-01-01, UTC.
        sa.Column("day", sa.Integer, primary_key=True),
        sa.Column("calls", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("input_tokens", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("output_tokens", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("usd", sa.Double, nullable=False, server_default="0"),
        # Calls whose price nobody knows.
        sa.Column("unpriced", sa.BigInteger, nullable=False, server_default="0"),
    )
    op.create_table(
        "budgets",
        sa.Column("owner", sa.Text, primary_key=True),
        # `user`, or `agent:ID`.
        sa.Column("scope", sa.Text, primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
    )
    # What calls in flight may take, for owners with budgets.
    op.create_table(
        "model_holds",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("agent", sa.Text, nullable=False),
        sa.Column("tokens", sa.BigInteger, nullable=False),
        sa.Column("usd", sa.Double, nullable=False),
        sa.Column("unpriced", sa.BigInteger, nullable=False),
        # When nobody believes any more that the call is in flight.
        sa.Column("until", sa.Double, nullable=False),
    )
    # Calls of a run whose price nobody knows.
    op.add_column("runs", sa.Column("unpriced", sa.BigInteger, nullable=False, server_default="0"))


def _tool_servers() -> None:
    op.create_table(
        "tool_servers",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("shared", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
    )
    op.create_index("tool_servers_by_name", "tool_servers", ["owner", "name"], unique=True)


def _threads() -> None:
    op.create_table(
        "threads",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        # Empty where it is with a model itself.
        sa.Column("agent", sa.Text, nullable=False, server_default=""),
        # The title as it is searched: without upper case.
        sa.Column("search", sa.Text, nullable=False, server_default=""),
        sa.Column("pinned", sa.Integer, nullable=False, server_default="0"),
        sa.Column("archived", sa.Integer, nullable=False, server_default="0"),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
    )
    op.create_index("threads_by_age", "threads", ["owner", "archived", "updated_at", "id"])
    op.create_table(
        "thread_messages",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("thread", sa.Text, nullable=False),
        # Whether the answer is whole, and is asked of no run any more.
        sa.Column("settled", sa.Integer, nullable=False, server_default="0"),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
    )
    op.create_index("thread_messages_by_thread", "thread_messages", ["owner", "thread", "id"])


def _proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        # Empty for an agent that is not there yet.
        sa.Column("agent", sa.Text, nullable=False, server_default=""),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
    )
