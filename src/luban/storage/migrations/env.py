"""What Alembic runs to apply revisions to the connection it was handed."""

from __future__ import annotations

from alembic import context

from luban.storage.migrations import REVISION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    version_table=REVISION_TABLE,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
