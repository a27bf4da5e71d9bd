"""Files: versions, where they came from, and how much an owner may keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

# Sorted by code points in both, whatever language the server speaks.
Sorted = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

USED_SO_FAR = """
insert into file_usage (owner, bytes, files)
select owner, cast(sum(size) as bigint), count(*) from files group by owner"""
FENCE = """
alter table file_usage enable row level security;
create policy of_owner on file_usage
  using (owner = nullif(current_setting('luban.owner', true), ''))"""


def upgrade() -> None:
    # `user`, or `agent:` and its id; empty for a file that lies nowhere, such as a run's.
    op.add_column("files", sa.Column("workspace", sa.Text, nullable=False, server_default=""))
    op.add_column("files", sa.Column("path", Sorted, nullable=False, server_default=""))
    op.add_column("files", sa.Column("version", sa.Integer, nullable=False, server_default="0"))
    # Of the versions at a path, the newest; a file that lies nowhere is its own.
    op.add_column("files", sa.Column("newest", sa.Integer, nullable=False, server_default="1"))
    # The run that made it.
    op.add_column("files", sa.Column("run", sa.Text, nullable=False, server_default=""))
    placed = sa.text("workspace <> ''")
    op.create_index(
        "files_by_path",
        "files",
        ["owner", "workspace", "path", "version"],
        unique=True,
        sqlite_where=placed,
        postgresql_where=placed,
    )
    of_runs = sa.text("run <> '' and workspace = ''")
    op.create_index(
        "files_of_runs",
        "files",
        ["created_at", "id"],
        sqlite_where=of_runs,
        postgresql_where=of_runs,
    )
    op.create_table(
        "file_usage",
        sa.Column("owner", sa.Text, primary_key=True),
        sa.Column("bytes", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("files", sa.BigInteger, nullable=False, server_default="0"),
        # How many bytes the owner may keep; empty: as the settings say, 0: any number.
        sa.Column("quota", sa.BigInteger),
    )
    op.execute(USED_SO_FAR)
    if op.get_bind().dialect.name == "postgresql":
        for statement in FENCE.split(";"):
            op.execute(statement)
