"""Credentials with their sealed secrets, and providers that users defined."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "credentials",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("provider", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        # Account, scopes, settings, who made it and where its secret is if not here, as JSON.
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("health", sa.Text, nullable=False, server_default="unknown"),
        sa.Column("trouble", sa.Text, nullable=False, server_default=""),
        # The key of the ring that `secret` is sealed with; empty when it is kept elsewhere.
        sa.Column("key", sa.Text),
        sa.Column("secret", sa.LargeBinary),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
        sa.Column("expires_at", sa.Double),
        sa.Column("checked_at", sa.Double),
        sa.Column("last_used_at", sa.Double),
        # Until when somebody refreshes it, and nobody else does.
        sa.Column("held_until", sa.Double),
    )
    op.create_index("credentials_by_name", "credentials", ["owner", "name"], unique=True)
    op.create_index("credentials_of_provider", "credentials", ["owner", "provider", "name"])
    op.create_index("credentials_by_key", "credentials", ["key"])
    op.create_table(
        "providers",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("updated_at", sa.Double, nullable=False),
    )
